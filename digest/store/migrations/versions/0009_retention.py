"""Old editions may go, and what they brought stays seen; papers with counted terms are found by an index of their own.

Going back forgets what was seen in editions that are deleted.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TO_EDITIONS = "fk_seen_edition_id_edition"
_WITH_TERMS = sa.text("length(terms) > 1")


def upgrade() -> None:
    with op.batch_alter_table("seen") as batch:
        batch.drop_constraint(_TO_EDITIONS, type_="foreignkey")
        batch.alter_column("edition_id", existing_type=_Id, nullable=True)
        batch.create_foreign_key(op.f(_TO_EDITIONS), "edition", ["edition_id"], ["id"], ondelete="SET NULL")
    op.create_index("ix_paper_with_terms", "paper", ["id"], sqlite_where=_WITH_TERMS, postgresql_where=_WITH_TERMS)


def downgrade() -> None:
    op.drop_index("ix_paper_with_terms", "paper")
    op.execute("DELETE FROM seen WHERE edition_id IS NULL")
    with op.batch_alter_table("seen") as batch:
        batch.drop_constraint(_TO_EDITIONS, type_="foreignkey")
        batch.alter_column("edition_id", existing_type=_Id, nullable=False)
        batch.create_foreign_key(op.f(_TO_EDITIONS), "edition", ["edition_id"], ["id"], ondelete="CASCADE")
