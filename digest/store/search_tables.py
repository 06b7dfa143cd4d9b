"""The tables of the full-text index: what is in it, and the words and stems that it knows.

The text itself stands in `search_text`, which each engine has in its own way: an FTS5 table on SQLite, a table of
tsvectors with a GIN index on PostgreSQL. Migration 0007 makes it; `digest.store.search_engines` knows it.
"""

import sqlalchemy as sa

from digest.store.metadata import metadata, where

TEXT_TABLE = "search_text"
STALE = "stale"  # in the words of the index, which serves no others
BELIEVED = "papers >= 3"  # likewise: what fewer papers have may be a mistake itself

entry = sa.Table(  # one for each paper, from the moment in which it is kept
    "search_entry",
    metadata,
    sa.Column("paper_id", sa.ForeignKey("paper.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    sa.Column("document", sa.BigInteger, unique=True),  # its place in search_text; nothing while it is not in it
    sa.Column("stale", sa.Boolean, nullable=False, server_default=sa.true()),  # it reads otherwise now
    sa.Index("ix_search_entry_stale", "paper_id", **where(STALE)),
)

word = sa.Table(  # as written, for those who mistype
    "search_word",
    metadata,
    sa.Column("word", sa.Text, primary_key=True),
    sa.Column("head", sa.Text, nullable=False),  # its first letter and its length
    sa.Column("tail", sa.Text, nullable=False),  # its last letter and its length
    sa.Column("papers", sa.Integer, nullable=False),  # that had it when they first came into the index
    sa.Index("ix_search_word_head", "head", **where(BELIEVED)),
    sa.Index("ix_search_word_tail", "tail", **where(BELIEVED)),
)

term = sa.Table(  # stems by their numbers (relevance.text.stem_id), for TF-IDF
    "search_term",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),  # ALL_PAPERS counts every paper
    sa.Column("papers", sa.Integer, nullable=False),  # as above
)
ALL_PAPERS = 0
