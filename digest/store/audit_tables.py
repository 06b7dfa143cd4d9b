"""The tables of what operators did: each change of theirs, and each time the database was put back from a backup."""

import sqlalchemy as sa

from digest.store.metadata import Id, metadata
from digest.store.types import UtcDateTime

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("who", sa.Text, nullable=False),  # "os:NAME" or "key:NAME"; see store.audits
    sa.Column("what", sa.Text, nullable=False),  # "subscriber pause", or an operation of the admin API
    sa.Column("target", sa.Text, nullable=False),  # "subscriber 17", "delivery 3 4"; never an address
    sa.Column("outcome", sa.Text, nullable=False),  # "done" or "failed"
    sa.Index("ix_audit_at", "at"),
)

restoration = sa.Table(  # until it is settled, nothing is composed
    "restoration",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("taken_at", UtcDateTime, nullable=False),  # when the backup was made
    sa.Column("restored_at", UtcDateTime, nullable=False),
    sa.Column("settled_at", UtcDateTime),  # when all sources had been read since
)
