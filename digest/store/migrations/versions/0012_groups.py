"""Groups of readers, what they share, and their common lists."""

import sqlalchemy as sa
from alembic import op

import digest.store.types

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_Moment = digest.store.types.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "reader_group",
        sa.Column("id", _Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("made_at", _Moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reader_group")),
        sa.UniqueConstraint("name_key", name=op.f("uq_reader_group_name_key")),
    )
    op.create_table(
        "group_member",
        sa.Column("group_id", _Id, nullable=False),
        sa.Column("subscriber_id", _Id, nullable=False),
        sa.Column("joined_at", _Moment, nullable=False),
        sa.Column("takes_list", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("shows_sent", sa.Boolean(), server_default=sa.false(), nullable=False),
        _belongs("group_member", "group_id", "reader_group"),
        _belongs("group_member", "subscriber_id", "subscriber"),
        sa.PrimaryKeyConstraint("group_id", "subscriber_id", name=op.f("pk_group_member")),
    )
    op.create_index("ix_group_member_subscriber_id", "group_member", ["subscriber_id"])
    op.create_table(
        "group_interest",
        sa.Column("group_id", _Id, nullable=False),
        sa.Column("interest_id", _Id, nullable=False),
        sa.Column("quota", sa.Integer(), nullable=False),
        sa.Column("shared_at", _Moment, nullable=False),
        _belongs("group_interest", "group_id", "reader_group"),
        _belongs("group_interest", "interest_id", "interest"),
        sa.PrimaryKeyConstraint("group_id", "interest_id", name=op.f("pk_group_interest")),
    )
    op.create_index("ix_group_interest_interest_id", "group_interest", ["interest_id"])
    op.create_table(
        "group_list",
        sa.Column("group_id", _Id, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("considered", sa.JSON(), nullable=False),
        sa.Column("papers_read", sa.Integer(), nullable=False),
        sa.Column("read_through", sa.BigInteger(), nullable=False),
        sa.Column("made_at", _Moment, nullable=False),
        _belongs("group_list", "group_id", "reader_group"),
        sa.PrimaryKeyConstraint("group_id", "day", name=op.f("pk_group_list")),
    )


def _belongs(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{parent}")
    return sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    op.drop_table("group_list")
    op.drop_index("ix_group_interest_interest_id", "group_interest")
    op.drop_table("group_interest")
    op.drop_index("ix_group_member_subscriber_id", "group_member")
    op.drop_table("group_member")
    op.drop_table("reader_group")
