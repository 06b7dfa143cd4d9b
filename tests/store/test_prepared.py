"""Statements that are compiled once do what SQLAlchemy would have done with them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from digest.store import DatabaseSettings, Store
from digest.store.prepared import Prepared
from digest.store.types import UtcDateTime

metadata = sa.MetaData()
thing = sa.Table(
    "thing",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("since", UtcDateTime),
)
NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
_RENAMED = Prepared(
    sa.update(thing)
    .where(thing.c.id == sa.bindparam("number"), thing.c.name != "fixed")
    .values(name=sa.bindparam("called"), since=sa.bindparam("moment"))
)
_FORGOTTEN = Prepared(sa.update(thing).where(thing.c.id == sa.bindparam("number")).values(name="gone", since=None))


@pytest.fixture
def connection(database_url: str) -> Iterator[sa.Connection]:
    """A transaction on a table with two rows, of which nothing stays."""
    store = Store(DatabaseSettings(url=database_url))
    with store._engine.connect() as connection:
        metadata.create_all(connection)
        rows = [{"id": 1, "name": "one", "since": None}, {"id": 2, "name": "fixed", "since": None}]
        connection.execute(sa.insert(thing), rows)
        yield connection
        connection.rollback()
    store.close()


def kept(connection: sa.Connection) -> dict[int, tuple[str, datetime | None]]:
    return {row.id: (row.name, row.since) for row in connection.execute(sa.select(thing))}


def test_values_are_given_by_name_and_the_rows_are_counted(connection: sa.Connection) -> None:
    moment = NOON.astimezone(timezone(timedelta(hours=2)))

    assert _RENAMED.run(connection, number=1, called="ein; DROP TABLE 'ä'", moment=moment) == 1
    assert _RENAMED.run(connection, number=2, called="two", moment=None) == 0
    assert _RENAMED.run(connection, number=3, called="three", moment=None) == 0
    assert kept(connection) == {1: ("ein; DROP TABLE 'ä'", NOON), 2: ("fixed", None)}


def test_what_the_statement_gives_itself_need_not_be_given(connection: sa.Connection) -> None:
    _RENAMED.run(connection, number=1, called="ein", moment=NOON)

    assert _FORGOTTEN.run(connection, number=1) == 1
    assert kept(connection)[1] == ("gone", None)


def test_a_value_that_is_missing_is_an_error(connection: sa.Connection) -> None:
    with pytest.raises(KeyError):
        _RENAMED.run(connection, number=1, called="ein")


def test_a_time_without_a_zone_is_refused_here_too(connection: sa.Connection) -> None:
    with pytest.raises(ValueError, match="without a zone"):
        _RENAMED.run(connection, number=1, called="ein", moment=datetime(2026, 3, 9))
