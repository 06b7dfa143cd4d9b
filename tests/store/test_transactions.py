"""All of a transaction is kept or none, and a reading one sees one state."""

from datetime import timedelta
from threading import Thread

import pytest
import sqlalchemy as sa

from digest.errors import StoreError
from digest.papers import Cursor
from digest.store import DatabaseSettings, Store
from digest.store import tables as t
from digest.subscribers import ProfileField, SubscriberState
from tests.fakes import MONDAY, paper
from tests.store.builders import NOW, TERMS, announced, edition, keep, reader, subscribe


def test_a_page_and_its_cursor_are_kept_together_or_not_at_all(store: Store) -> None:
    item = paper()

    def keep_page_and_fail() -> None:
        with store.begin() as tx:
            tx.papers.keep([item], {item.id: TERMS}, now=NOW)
            tx.announcements.note([announced(item)], now=NOW)
            tx.harvests.move("arxiv", "cs.LG", Cursor(since=MONDAY))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        keep_page_and_fail()
    with store.read() as tx:
        assert tx.papers.rows([item.id]) == {}
        assert tx.announcements.newest() is None
        assert tx.harvests.cursor("arxiv", "cs.LG") is None


def test_a_statement_that_fails_undoes_those_before_it(store: Store) -> None:
    reader(store, feed_uri="tag:x,2026:1")

    def add_two() -> None:
        with store.begin() as tx:
            subscribe(tx)
            subscribe(tx, feed_uri="tag:x,2026:1")

    with pytest.raises(StoreError):
        add_two()
    with store.read() as tx:
        assert len(tx.subscribers.all()) == 1


def test_a_store_error_keeps_its_cause_and_names_the_place(store: Store) -> None:
    reader(store, feed_uri="tag:x,2026:1")
    with pytest.raises(StoreError) as failed:
        reader(store, feed_uri="tag:x,2026:1")
    assert isinstance(failed.value.__cause__, sa.exc.IntegrityError)
    assert str(failed.value).startswith(f"{store.place}: ")
    assert "\n" not in str(failed.value)


def test_what_is_kept_is_there_for_another_store(store: Store, database_url: str) -> None:
    added = reader(store)
    other = Store(DatabaseSettings(url=database_url))
    with other.read() as tx:
        assert tx.subscribers.all() == [added]
    other.close()


def test_a_reading_transaction_sees_one_state_of_the_database(store: Store) -> None:
    with store.read() as reading:
        assert reading.subscribers.all() == []
        added = reader(store)  # in a transaction of its own, which waits for nobody
        assert reading.subscribers.all() == []
    with store.read() as reading:
        assert reading.subscribers.all() == [added]


def test_nobody_sees_what_is_not_committed_yet(store: Store) -> None:
    with store.begin() as writing:
        subscribe(writing)
        with store.read() as reading:
            assert reading.subscribers.all() == []


def test_a_reader_does_not_keep_a_writer_waiting(store: Store) -> None:
    keep(store, paper())
    with store.read() as reading:
        reading.announcements.newest()
        writer = Thread(target=keep, args=(store, paper()))
        writer.start()
        writer.join(10)
        assert not writer.is_alive()


def test_an_announcement_never_appears_below_one_that_was_read(store: Store) -> None:
    """Two harvests at once: whoever reads through the later one has seen the earlier one too."""
    early, late = paper(), paper()
    keep(store, early, late)

    def announce_late() -> None:
        with store.begin() as tx:
            tx.announcements.note([announced(late)], now=NOW)

    other = Thread(target=announce_late)
    with store.begin() as tx:
        tx.announcements.note([announced(early)], now=NOW)
        other.start()
        other.join(0.3)  # it must wait for this transaction to end
        with store.read() as reading:
            assert reading.announcements.newest() is None
    other.join(10)
    with store.read() as tx:
        assert [f.kept.paper.id for f in tx.announcements.fresh_since(0)] == [early.id, late.id]


def test_two_claims_at_the_same_time_have_one_winner(store: Store) -> None:
    number = edition(store, reader(store))
    with store.begin() as tx:
        tx.deliveries.intend(number, message_id="<1@example.org>", now=NOW)
        (delivery,) = tx.deliveries.open(NOW, tx.deliveries.due(NOW))
    won: list[bool] = []

    def claim() -> None:
        with store.begin() as tx:
            claimed = tx.deliveries.claim(delivery, address_hash="", lease_until=NOW + timedelta(minutes=15))
            won.append(claimed is not None)

    rivals = [Thread(target=claim) for _ in range(4)]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join(20)
    assert sorted(won) == [False, False, False, True]


def test_transactions_on_a_kept_connection_are_whole_or_nothing_each(store: Store) -> None:
    with store.kept() as book:

        def add_two() -> None:
            with book.begin() as tx:
                subscribe(tx, feed_uri="tag:x,2026:2")
                subscribe(tx, feed_uri="tag:x,2026:1")

        with book.begin() as tx:
            first = subscribe(tx, feed_uri="tag:x,2026:1")
        with pytest.raises(StoreError):
            add_two()
        with book.begin() as tx:
            second = subscribe(tx, feed_uri="tag:x,2026:3")
        with store.read() as tx:
            assert tx.subscribers.all() == [first, second]


def test_foreign_keys_are_on_in_every_connection(store: Store) -> None:
    for _ in range(3):
        with pytest.raises(StoreError, match=r"(?i)foreign key"), store.begin() as tx:
            tx.subscribers.add_words(99, ProfileField.INTEREST, ["ants"])
        store.close()


def test_a_state_is_kept_by_its_value_and_an_unknown_one_is_not_made_up(store: Store) -> None:
    someone = reader(store)
    with store._engine.begin() as connection:
        assert connection.execute(sa.select(t.subscriber.c.state)).scalar() == "active"
        connection.execute(sa.update(t.subscriber).values(state="unheard of"))
    with store.read() as tx, pytest.raises(ValueError, match="unheard of"):
        tx.subscribers.get(someone.id)
    with store.begin() as tx:
        tx.subscribers.change(someone.id, state=SubscriberState.PAUSED)
        assert tx.subscribers.get(someone.id).state is SubscriberState.PAUSED
