"""What an embedded database is asked without waiting: answered as a store answers, or not at all."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from digest.store import DatabaseSettings, Store
from digest.store import tables as t
from digest.store.instant import Instant, NotNow
from digest.store.prepared import Question
from tests.embedded import embedded

SECRETS = Question(sa.select(t.secret.c.name, t.secret.c.value).order_by(t.secret.c.name))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "some place" / "a #b.db"
    made.parent.mkdir()
    store = embedded(made)
    with store.begin() as tx:
        tx.secrets.get_or_make("key")
    store.close()
    return made


def asked(instant: Instant) -> list[tuple[object, ...]]:
    with instant.glance() as at:
        return list(SECRETS.ask(at))


def test_it_answers_as_the_store_does_and_sees_what_is_written_later(file: Path) -> None:
    store, instant = Store(DatabaseSettings(url=f"sqlite:///{file}")), Instant(file)
    assert asked(instant) == asked_of(store)
    with store.begin() as tx:
        tx.secrets.get_or_make("later")
    assert asked(instant) == asked_of(store)
    assert len(asked(instant)) == 2
    store.close()


def asked_of(store: Store) -> list[tuple[object, ...]]:
    with store.glance() as at:
        return list(SECRETS.ask(at))


def test_whoever_writes_does_not_keep_it_waiting(file: Path) -> None:
    instant = Instant(file)
    with closing(sqlite3.connect(file, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert len(asked(instant)) == 1


def test_a_locked_database_is_not_waited_for_and_asked_again_later(file: Path) -> None:
    instant = Instant(file)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(NotNow):
            asked(instant)
    assert len(asked(instant)) == 1


def test_it_writes_nothing_and_makes_no_file(file: Path, tmp_path: Path) -> None:
    with pytest.raises(NotNow), Instant(file).glance() as at:
        at.connection.cursor().execute("DELETE FROM secret")
    missing = tmp_path / "missing.db"
    with pytest.raises(NotNow):
        asked(Instant(missing))
    assert not missing.exists()
