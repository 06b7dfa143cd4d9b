"""The table of former texts: how a paper read before a newer version took their place."""

import sqlalchemy as sa

from digest.store.metadata import metadata
from digest.store.types import UtcDateTime

former_text = sa.Table(
    "former_text",
    metadata,
    sa.Column("paper_id", sa.ForeignKey("paper.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),  # of the version that read so
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("abstract", sa.Text, nullable=False),
    sa.Column("replaced_at", UtcDateTime, nullable=False),
    sa.Index("ix_former_text_replaced_at", "replaced_at"),
)
