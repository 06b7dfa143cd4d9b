"""Statements that are compiled once do what SQLAlchemy would have done with them."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from digest.errors import StoreError
from digest.store import DatabaseSettings, Store
from digest.store.prepared import Glance, Prepared, Question
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


# ------------------------------------------------------------ questions


@pytest.fixture
def glance(connection: sa.Connection) -> Glance:
    return Glance(connection.connection, connection.dialect)


_SINCE = Question(
    sa.select(thing.c.id, thing.c.since)
    .where(thing.c.name != sa.bindparam("other"), thing.c.id > 0)
    .order_by(thing.c.id)
    .limit(sa.bindparam("most"))
)


def test_a_question_is_answered_with_what_core_would_give(connection: sa.Connection, glance: Glance) -> None:
    _RENAMED.run(connection, number=1, called="ein", moment=NOON)

    assert list(_SINCE.ask(glance, other="fixed", most=5)) == [(1, NOON)]
    assert list(_SINCE.ask(glance, other="'; DROP TABLE thing; --", most=1)) == [(1, NOON)]
    assert list(_SINCE.ask(glance, other="none", most=5)) == [(1, NOON), (2, None)]


def test_who_has_enough_asks_for_no_more_rows(glance: Glance) -> None:
    with closing(_SINCE.ask(glance, other="", most=5)) as rows:
        assert next(rows) == (1, None)
    assert next(rows, None) is None


def test_a_question_at_a_glance_ends_with_its_connection_given_back(database_url: str) -> None:
    store = Store(DatabaseSettings(url=database_url))
    one = Question(sa.select(sa.literal(1)))
    for _ in range(40):  # more than a pool has
        with store.glance() as at:
            assert list(one.ask(at)) == [(1,)]
    with pytest.raises(StoreError), store.glance() as at:
        list(Question(sa.select(sa.column("x")).select_from(sa.table("nowhere"))).ask(at))
    store.close()
