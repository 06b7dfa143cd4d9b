"""What readers want and nobody has yet: entries of imported libraries."""

import sqlalchemy as sa
from alembic import op

import digest.store.types

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_Moment = digest.store.types.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "wanted",
        sa.Column("id", _Id, nullable=False),
        sa.Column("subscriber_id", _Id, nullable=False),
        sa.Column("interest_id", _Id, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("wanted_at", _Moment, nullable=False),
        _belongs("wanted", "subscriber_id", "subscriber", "CASCADE"),
        _belongs("wanted", "interest_id", "interest", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wanted")),
        sa.UniqueConstraint("subscriber_id", "name", name=op.f("uq_wanted_subscriber_id_name")),
    )
    op.create_index("ix_wanted_interest_id", "wanted", ["interest_id"])
    op.create_table(
        "wanted_name",
        sa.Column("wanted_id", _Id, nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        _belongs("wanted_name", "wanted_id", "wanted", "CASCADE"),
        sa.PrimaryKeyConstraint("wanted_id", "scheme", "value", name=op.f("pk_wanted_name")),
    )
    op.create_index("ix_wanted_name_scheme_value", "wanted_name", ["scheme", "value"])


def _belongs(table: str, column: str, parent: str, on_delete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{parent}")
    return sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=name, ondelete=on_delete)


def downgrade() -> None:
    op.drop_table("wanted_name")
    op.drop_table("wanted")
