"""How papers read before a newer version, and which author pages are not shown."""

import sqlalchemy as sa
from alembic import op

import digest.store.types

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_Moment = digest.store.types.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "former_text",
        sa.Column("paper_id", _Id, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("abstract", sa.Text(), nullable=False),
        sa.Column("replaced_at", _Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["paper.id"], name=op.f("fk_former_text_paper_id_paper"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("paper_id", "number", name=op.f("pk_former_text")),
    )
    op.add_column("author", sa.Column("hidden_at", _Moment, nullable=True))


def downgrade() -> None:
    op.drop_column("author", "hidden_at")
    op.drop_table("former_text")
