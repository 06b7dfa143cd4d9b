"""What a source told and told otherwise since is marked, so that the oldest of it is found and may go.

Former texts are found by their age too, and mails that expired by their editions; how long work takes is counted. Going
back forgets those counts alone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_Moment = sa.DateTime(timezone=True)
_SUPERSEDED = sa.text("superseded")
_EXPIRED = sa.text("state = 'expired'")
_MARK = """
UPDATE signal SET superseded = true WHERE EXISTS (
    SELECT 1 FROM signal AS later WHERE later.subject = signal.subject AND later.name = signal.name
    AND later.source = signal.source AND later.observed_at > signal.observed_at
)"""


def upgrade() -> None:
    op.add_column("signal", sa.Column("superseded", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(_MARK)
    op.create_index(
        "ix_signal_superseded",
        "signal",
        ["observed_at"],
        sqlite_where=_SUPERSEDED,
        postgresql_where=_SUPERSEDED,
    )
    op.create_index("ix_former_text_replaced_at", "former_text", ["replaced_at"])
    op.create_index("ix_delivery_expired", "delivery", ["edition_id"], sqlite_where=_EXPIRED, postgresql_where=_EXPIRED)
    op.create_table(
        "work",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("runs", _Id, nullable=False),
        sa.Column("failures", _Id, nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("last_seconds", sa.Float(), nullable=False),
        sa.Column("last_end_at", _Moment, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_work")),
    )


def downgrade() -> None:
    op.drop_table("work")
    op.drop_index("ix_delivery_expired", "delivery")
    op.drop_index("ix_former_text_replaced_at", "former_text")
    op.drop_index("ix_signal_superseded", "signal")
    op.drop_column("signal", "superseded")
