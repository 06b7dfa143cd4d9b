"""The tables of groups: readers who share interests, and get a common list once a week."""

import sqlalchemy as sa

from digest.store.metadata import Id, metadata
from digest.store.types import UtcDateTime

reader_group = sa.Table(  # `group` alone is a word of SQL
    "reader_group",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("name_key", sa.Text, nullable=False, unique=True),  # case folded
    sa.Column("weekday", sa.Integer),  # of its list, 0 is Monday; nothing where it has none
    sa.Column("size", sa.Integer, nullable=False),  # papers in a list at most
    sa.Column("made_at", UtcDateTime, nullable=False),
)


def _of_group() -> sa.Column[int]:
    return sa.Column("group_id", sa.ForeignKey("reader_group.id", ondelete="CASCADE"), primary_key=True)


group_member = sa.Table(
    "group_member",
    metadata,
    _of_group(),
    sa.Column("subscriber_id", sa.ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("joined_at", UtcDateTime, nullable=False),
    sa.Column("takes_list", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("shows_sent", sa.Boolean, nullable=False, server_default=sa.false()),  # by opt-in, as a number alone
    sa.Index("ix_group_member_subscriber_id", "subscriber_id"),
)

group_interest = sa.Table(  # interests of members that the whole group reads with
    "group_interest",
    metadata,
    _of_group(),
    sa.Column("interest_id", sa.ForeignKey("interest.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("quota", sa.Integer, nullable=False),  # papers in one edition of a member at most
    sa.Column("shared_at", UtcDateTime, nullable=False),
    sa.Index("ix_group_interest_interest_id", "interest_id"),
)

group_list = sa.Table(  # what was chosen for all of a group: made once, and the same for every member
    "group_list",
    metadata,
    _of_group(),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("items", sa.JSON, nullable=False),  # as those of an edition
    sa.Column("considered", sa.JSON, nullable=False),
    sa.Column("papers_read", sa.Integer, nullable=False),
    sa.Column("read_through", sa.BigInteger, nullable=False),  # the newest announcement considered
    sa.Column("made_at", UtcDateTime, nullable=False),
)
