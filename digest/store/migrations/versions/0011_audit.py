"""What operators changed, when the database was put back from a backup, and when readers left."""

import sqlalchemy as sa
from alembic import op

import digest.store.types

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_Moment = digest.store.types.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.add_column("subscriber", sa.Column("left_at", _Moment, nullable=True))
    op.create_table(
        "audit",
        sa.Column("id", _Id, nullable=False),
        sa.Column("at", _Moment, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_table(
        "restoration",
        sa.Column("id", _Id, nullable=False),
        sa.Column("taken_at", _Moment, nullable=False),
        sa.Column("restored_at", _Moment, nullable=False),
        sa.Column("settled_at", _Moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restoration")),
    )


def downgrade() -> None:
    op.drop_table("restoration")
    op.drop_index("ix_audit_at", "audit")
    op.drop_table("audit")
    op.drop_column("subscriber", "left_at")
