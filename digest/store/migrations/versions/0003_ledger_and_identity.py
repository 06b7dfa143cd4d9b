"""The ledger of batches, works under several names, signals, and authors."""

import sqlalchemy as sa
from alembic import op

import digest.store.types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_Moment = digest.store.types.UtcDateTime(timezone=True)
_ACTIVE = sa.text("split_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "batch",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("arrived", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("closes_at", _Moment, nullable=False),
        sa.Column("closed_at", _Moment, nullable=True),
        sa.PrimaryKeyConstraint("source", "stream", "day", name=op.f("pk_batch")),
    )
    op.create_index("ix_batch_day", "batch", ["day"])
    op.create_table(
        "merge",
        sa.Column("id", _Id, nullable=False),
        sa.Column("paper_id", _Id, nullable=False),
        sa.Column("into_id", _Id, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("merged_at", _Moment, nullable=False),
        sa.Column("split_at", _Moment, nullable=True),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_merge_paper_id_paper"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["into_id"], ["paper.id"], name=op.f("fk_merge_into_id_paper"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge")),
    )
    op.create_index("ix_merge_into_id", "merge", ["into_id"])
    op.create_index(
        "uq_merge_paper_id", "merge", ["paper_id"], unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE
    )
    op.create_table(
        "signal",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("observed_at", _Moment, nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "name", "source", "observed_at", name=op.f("pk_signal")),
    )
    op.create_table(
        "asked",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("paper_id", _Id, nullable=False),
        sa.Column("asked_at", _Moment, nullable=False),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_asked_paper_id_paper"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source", "paper_id", name=op.f("pk_asked")),
    )
    op.create_table(
        "author",
        sa.Column("id", _Id, nullable=False),
        sa.Column("block", sa.Text(), nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("printed", sa.Text(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_author")),
    )
    op.create_index("ix_author_block", "author", ["block", "first"])
    op.create_table(
        "author_name",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mentions", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_author_name")),
    )
    op.create_table(
        "author_key",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("author_id", _Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["author.id"], name=op.f("fk_author_key_author_id_author"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_author_key")),
    )
    op.create_index("ix_author_key_author_id", "author_key", ["author_id"])
    op.create_table(
        "authorship",
        sa.Column("paper_id", _Id, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("author_id", _Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["author.id"], name=op.f("fk_authorship_author_id_author"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["paper.id"], name=op.f("fk_authorship_paper_id_paper"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("paper_id", "position", name=op.f("pk_authorship")),
    )
    op.create_index("ix_authorship_author_id", "authorship", ["author_id"])
    op.add_column("paper", sa.Column("submitter", sa.Text(), server_default="", nullable=False))
    op.add_column("paper", sa.Column("bylines", sa.JSON(), nullable=True))
    op.add_column("paper", sa.Column("url", sa.Text(), server_default="", nullable=False))
    op.add_column("announcement", sa.Column("late", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("gate", sa.Column("budget_used", sa.Integer(), server_default="0", nullable=False))
    op.add_column("gate", sa.Column("budget_began", _Moment, nullable=True))
    op.add_column("edition", sa.Column("ledger", sa.JSON(), nullable=True))
    op.add_column("edition", sa.Column("notices", sa.JSON(), nullable=True))


def downgrade() -> None:
    for table, column in (
        ("edition", "notices"),
        ("edition", "ledger"),
        ("gate", "budget_began"),
        ("gate", "budget_used"),
        ("announcement", "late"),
        ("paper", "url"),
        ("paper", "bylines"),
        ("paper", "submitter"),
    ):
        op.drop_column(table, column)
    for table in ("authorship", "author_key", "author_name", "author", "asked", "signal", "merge", "batch"):
        op.drop_table(table)
