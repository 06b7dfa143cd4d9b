"""The shadow log: one row an edition, because there are some fifty lines to each and hardly one is ever looked at."""

import sqlalchemy as sa

from digest.store.metadata import metadata

shadow = sa.Table(
    "shadow",
    metadata,
    sa.Column("edition_id", sa.ForeignKey("edition.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("lines", sa.JSON, nullable=False),  # see store.shadow_lines; what is asked for stands in left_out as well
)
