"""Writers of one SQLite file: each waits for the other, and not for ever."""

from threading import Event, Thread

import pytest

from digest.errors import StoreError
from digest.store import DatabaseSettings, Store
from tests.store.builders import subscribe

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def busy_timeout(store: Store) -> int:
    with store._engine.connect() as connection:
        return int(connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one())


def test_a_kept_writer_takes_its_turn_when_another_one_is_done(store: Store, database_url: str) -> None:
    other, trying = Store(DatabaseSettings(url=database_url)), Event()

    def write() -> None:
        with other.kept() as book:
            trying.set()
            with book.begin() as tx:
                subscribe(tx, "bo@example.org", feed_uri="tag:x,2026:2")

    thread = Thread(target=write)
    with store.begin() as tx:
        thread.start()
        assert trying.wait(30)
        subscribe(tx, "ana@example.org", feed_uri="tag:x,2026:1")
    thread.join(30)
    with store.read() as tx:
        assert {each.address for each in tx.subscribers.all()} == {"ana@example.org", "bo@example.org"}
    other.close()


def test_a_kept_writer_gives_up_when_its_patience_ends_and_may_try_again(store: Store, database_url: str) -> None:
    hasty = Store(DatabaseSettings(url=database_url, busy_seconds=0.05))
    with hasty.kept() as book:
        with (
            store.begin(),
            pytest.raises(StoreError, match="another process is writing for very long, try again"),
            book.begin(),
        ):
            pytest.fail("two write at once")
        with book.begin() as tx:
            subscribe(tx)
    with store.read() as tx:
        assert len(tx.subscribers.all()) == 1
    hasty.close()


def test_a_connection_that_was_kept_waits_as_before(store: Store) -> None:
    before = busy_timeout(store)
    with store.kept() as book, book.begin():
        pass
    assert busy_timeout(store) == before > 0


def test_what_cannot_be_committed_is_undone_and_the_next_transaction_is_whole(store: Store) -> None:
    with store.kept() as book:

        def add_to_nobody() -> None:
            with book.begin() as tx:
                tx._connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")  # so that it fails at the end
                tx.subscribers.change_interest(tx.subscribers.make_interest(99, "ants"), weight=2.0)

        with pytest.raises(StoreError, match=r"(?i)foreign key"):
            add_to_nobody()
        with book.begin() as tx:
            subscribe(tx)
    with store.read() as tx:
        assert len(tx.subscribers.all()) == 1
