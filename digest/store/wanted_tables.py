"""The tables of what readers want and nobody has yet: entries of imported libraries, and the names they go by."""

import sqlalchemy as sa

from digest.store.metadata import Id, belongs_to, metadata
from digest.store.types import UtcDateTime

wanted = sa.Table(
    "wanted",
    metadata,
    sa.Column("id", Id, primary_key=True),
    belongs_to("subscriber"),
    sa.Column("interest_id", sa.ForeignKey("interest.id", ondelete="SET NULL")),  # nothing stands for `main`
    sa.Column("name", sa.Text, nullable=False),  # the surest of its names, which says what is the same entry
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),  # the first one, as printed
    sa.Column("origin", sa.Text, nullable=False),  # file and place
    sa.Column("reason", sa.Text, nullable=False),  # why it is not found
    sa.Column("wanted_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("subscriber_id", "name"),
    sa.Index("ix_wanted_interest_id", "interest_id"),
)

wanted_name = sa.Table(
    "wanted_name",
    metadata,
    sa.Column("wanted_id", sa.ForeignKey("wanted.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("scheme", sa.Text, primary_key=True),  # as in `identifier`
    sa.Column("value", sa.Text, primary_key=True),
    sa.Index("ix_wanted_name_scheme_value", "scheme", "value"),
)
