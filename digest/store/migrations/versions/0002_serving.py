"""What an unattended server needs: holders of claims, conditional requests, secrets and alarms."""

import sqlalchemy as sa
from alembic import op

import digest.store.types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "secret",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_secret")),
    )
    op.create_table(
        "alarm",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("said_at", digest.store.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "day", name=op.f("pk_alarm")),
    )
    op.add_column("cursor", sa.Column("validator", sa.Text(), nullable=True))
    op.add_column("gate", sa.Column("holder", sa.Text(), nullable=True))
    op.add_column("gate", sa.Column("held_until", digest.store.types.UtcDateTime(timezone=True), nullable=True))
    op.add_column("delivery", sa.Column("holder", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("delivery", "holder")
    op.drop_column("gate", "held_until")
    op.drop_column("gate", "holder")
    op.drop_column("cursor", "validator")
    op.drop_table("alarm")
    op.drop_table("secret")
