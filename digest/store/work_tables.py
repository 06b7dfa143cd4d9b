"""The table of what the work takes: one row for each kind, written by whatever process has done some."""

import sqlalchemy as sa

from digest.store.metadata import Id, metadata
from digest.store.types import UtcDateTime

work = sa.Table(
    "work",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),  # ingest, compose, deliver
    sa.Column("runs", Id, nullable=False),  # since the beginning, those that failed among them
    sa.Column("failures", Id, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),  # of the clock, all runs added up
    sa.Column("last_seconds", sa.Float, nullable=False),
    sa.Column("last_end_at", UtcDateTime, nullable=False),
)
