"""The full-text index: empty, with every kept paper waiting to come into it at the next run."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STALE = sa.text("stale")
_BELIEVED = sa.text("papers >= 3")
# All signs beyond ASCII belong to words: what comes in has been read already, as words with blanks between.
_FTS5 = (
    "CREATE VIRTUAL TABLE search_text USING fts5(title, authors, abstract, tags, tokenize = \"ascii tokenchars '_'\")"
)


def upgrade() -> None:
    op.create_table(
        "search_entry",
        sa.Column("paper_id", _Id, autoincrement=False, nullable=False),
        sa.Column("document", sa.BigInteger(), nullable=True),
        sa.Column("stale", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["paper.id"], name=op.f("fk_search_entry_paper_id_paper"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("paper_id", name=op.f("pk_search_entry")),
        sa.UniqueConstraint("document", name=op.f("uq_search_entry_document")),
    )
    op.create_index("ix_search_entry_stale", "search_entry", ["paper_id"], sqlite_where=_STALE, postgresql_where=_STALE)
    op.create_table(
        "search_word",
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("tail", sa.Text(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_search_word")),
    )
    for end in ("head", "tail"):
        op.create_index(
            f"ix_search_word_{end}", "search_word", [end], sqlite_where=_BELIEVED, postgresql_where=_BELIEVED
        )
    op.create_table(
        "search_term",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_term")),
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_FTS5)
    else:
        op.execute("CREATE TABLE search_text (document BIGINT PRIMARY KEY, lexemes TSVECTOR NOT NULL)")
        op.execute("CREATE INDEX ix_search_text_lexemes ON search_text USING gin (lexemes)")
    op.execute("INSERT INTO search_entry (paper_id) SELECT id FROM paper")


def downgrade() -> None:
    op.execute("DROP TABLE search_text")
    for table in ("search_term", "search_word", "search_entry"):
        op.drop_table(table)
