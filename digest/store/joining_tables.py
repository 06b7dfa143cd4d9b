"""The tables of joining: what was asked for at the door, and which links that were mailed may still be pressed."""

import sqlalchemy as sa

from digest.store.metadata import Id, belongs_to, metadata
from digest.store.types import UtcDateTime

application = sa.Table(  # asked at the door, and looked at later: whoever asks is answered before anything is known
    "application",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("mover_id", sa.ForeignKey("subscriber.id", ondelete="CASCADE")),  # a reader who wants this new address
    sa.Column("wish", sa.JSON, nullable=False),  # membership.joining.Wish
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Index("ix_application_mover_id", "mover_id"),
)

joining = sa.Table(  # a link that was mailed to an address, and is to be pressed there
    "joining",
    metadata,
    sa.Column("id", Id, primary_key=True),
    belongs_to("subscriber"),  # who has the address: pending until the link was pressed
    sa.Column("mover_id", sa.ForeignKey("subscriber.id", ondelete="CASCADE")),  # who gets the address then
    sa.Column("purpose", sa.Text, nullable=False),  # store.joining.Purpose
    sa.Column("asked_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Column("confirmed_at", UtcDateTime),
    sa.Index("ix_joining_subscriber_id", "subscriber_id"),
    sa.Index("ix_joining_mover_id", "mover_id"),
    sa.Index("ix_joining_expires_at", "expires_at"),
    sqlite_autoincrement=True,  # a link names the number, which no other row may ever have
)
