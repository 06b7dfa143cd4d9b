"""Indexes of some rows say of which, on either engine."""

import pytest
import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex

from digest.store import tables
from digest.store.metadata import known_to_postgresql

DIALECTS = [sa.make_url(url).get_dialect()() for url in ("sqlite://", "postgresql+psycopg://")]
PARTIAL = sorted(
    (index for table in tables.metadata.tables.values() for index in table.indexes if "where" in index.info),
    key=lambda index: str(index.name),
)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@pytest.mark.parametrize("index", PARTIAL, ids=lambda index: index.name)
def test_an_index_of_some_rows_says_of_which(index: sa.Index, dialect: sa.Dialect) -> None:
    known_to_postgresql()
    assert str(CreateIndex(index).compile(dialect=dialect)).endswith(f"WHERE {index.info['where']}")


def test_those_who_are_due_are_found_by_such_an_index() -> None:
    (due,) = (index for index in PARTIAL if index.name == "ix_subscriber_next_due_at")
    assert due.info == {"where": "state = 'active'"}
