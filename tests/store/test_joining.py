"""What was asked for at the door, the links that were mailed about it, and what is held of a reader."""

from datetime import timedelta

import pytest

from digest.identity import PaperId
from digest.store import Store, feeds
from digest.store.joining import Purpose
from digest.subscribers import SubscriberState
from tests.fakes import MONDAY, paper
from tests.store.builders import NOW, announce, announced, edition, keep, reader, subscribe

LATER = NOW + timedelta(hours=48)


def test_what_was_asked_is_taken_once_the_oldest_first(store: Store) -> None:
    who = reader(store)
    with store.begin() as tx:
        tx.joinings.ask("a@example.org", {"texts": ["ants"]}, now=NOW)
        tx.joinings.ask("b@example.org", {}, now=NOW, mover=who.id)
        first, second = tx.joinings.take(1), tx.joinings.take(9)
        assert tx.joinings.take(9) == []
    assert [(each.address, each.wish, each.mover_id) for each in (*first, *second)] == [
        ("a@example.org", {"texts": ["ants"]}, None),
        ("b@example.org", {}, who.id),
    ]
    assert first[0].asked_at == NOW


def test_a_new_link_ends_the_one_before_and_no_number_comes_again(store: Store) -> None:
    who = reader(store)
    with store.begin() as tx:
        old, new = (tx.joinings.make(who.id, Purpose.JOIN, now=NOW, expires_at=LATER) for _ in range(2))
        assert tx.joinings.get(old) is None
        found = tx.joinings.get(new)
        assert found == tx.joinings.of(who.id)
    assert found is not None
    assert (found.purpose, found.expires_at, found.confirmed_at) == (Purpose.JOIN, LATER, None)
    assert new > old


def test_a_pressed_link_belongs_to_whose_the_address_is_then(store: Store) -> None:
    shadow, mover = reader(store), reader(store)
    with store.begin() as tx:
        number = tx.joinings.make(shadow.id, Purpose.MOVE, now=NOW, expires_at=LATER, mover=mover.id)
        tx.joinings.confirm(number, subscriber=mover.id, now=NOW)
        tx.subscribers.remove(shadow.id)
        found = tx.joinings.get(number)
    assert found is not None
    assert (found.subscriber_id, found.mover_id, found.confirmed_at) == (mover.id, None, NOW)


@pytest.mark.parametrize("state", list(SubscriberState))
def test_only_who_never_confirmed_is_forgotten_with_a_link(store: Store, state: SubscriberState) -> None:
    with store.begin() as tx:
        silent, early = subscribe(tx, state=state), subscribe(tx, state=state)
        tx.joinings.make(silent.id, Purpose.JOIN, now=NOW, expires_at=LATER)
        tx.joinings.make(early.id, Purpose.JOIN, now=NOW, expires_at=LATER + timedelta(seconds=1))
        gone = tx.joinings.forget(LATER)
        is_kept = tx.subscribers.numbered(silent.id) is not None
        assert tx.joinings.of(silent.id) is None
        assert tx.joinings.of(early.id) is not None
    is_unconfirmed = state in (SubscriberState.PENDING, SubscriberState.SUPPRESSED)
    assert (gone, is_kept) == (int(is_unconfirmed), not is_unconfirmed)


def test_who_confirmed_stays_when_the_link_is_over(store: Store) -> None:
    who = reader(store)
    with store.begin() as tx:
        number = tx.joinings.make(who.id, Purpose.JOIN, now=NOW, expires_at=LATER)
        tx.joinings.confirm(number, subscriber=who.id, now=NOW)
        assert tx.joinings.forget(LATER) == 0
        assert tx.subscribers.numbered(who.id) is not None


def test_a_paper_is_found_by_any_name_it_is_known_by(store: Store) -> None:
    item = paper(number=7, doi="10.1000/x")
    keep(store, item)
    keys = [item.id, PaperId("doi:10.1000/x"), PaperId("arxiv:2603.09999")]
    with store.read() as tx:
        row = tx.papers.rows([item.id])[item.id]
        assert tx.joinings.named(keys) == {keys[0]: row, keys[1]: row}
        assert tx.joinings.named([]) == {}


def test_a_sample_is_of_the_newest_listing_and_from_all_of_it(store: Store) -> None:
    yesterday = MONDAY - timedelta(days=1)
    announce(store, *(announced(paper(), day=yesterday) for _ in range(3)))
    announce(store, *(announced(paper(f"Paper {n}")) for n in range(10)))
    with store.read() as tx:
        titles = [kept.paper.title for kept in tx.papers.by_row(tx.joinings.sample(5)).values()]
        assert len(tx.joinings.sample(99)) == 10
    assert titles == [f"Paper {n}" for n in (0, 2, 4, 6, 8)]


# ------------------------------------------------------------ how a feed stands


def revision(store: Store, token_hash: str) -> feeds.Revision | None:
    with store.glance() as at:
        return feeds.revision(at, token_hash)


def test_a_feed_stands_otherwise_after_all_that_may_change_it(store: Store) -> None:
    who, item = reader(store), paper()
    keep(store, item)
    with store.begin() as tx:
        tx.feeds.keep(who.id, "a", now=NOW)
    assert revision(store, "b") is None
    stood = [revision(store, "a")]
    edition(store, who, item)
    stood.append(revision(store, "a"))
    announce(store, announced(item))
    stood.append(revision(store, "a"))
    with store.begin() as tx:
        tx.subscribers.change(who.id, language="de")
    stood.append(revision(store, "a"))
    assert revision(store, "a") == stood[-1]
    assert len({repr(each) for each in stood}) == len(stood)


def test_the_secret_of_links_is_in_no_text(store: Store) -> None:
    who = reader(store)
    with store.begin() as tx:
        secret = tx.secrets.get_or_make("links")
        tx.feeds.keep(who.id, "a", now=NOW)
    found = revision(store, "a")
    assert found is not None
    assert found.secret == secret
    assert str(secret) not in repr(found)


def test_what_is_saved_and_which_interests_there_are(store: Store) -> None:
    who, item = reader(store), paper()
    keep(store, item)
    with store.begin() as tx:
        assert tx.feeds.saved(who.id) == (0, None)
        tx.saved.keep(who.id, tx.papers.rows([item.id])[item.id], now=NOW)
        assert tx.feeds.saved(who.id) == (1, NOW)
        numbers = [tx.subscribers.make_interest(who.id, name) for name in ("ants", "bees")]
        assert tx.feeds.interests(who.id) == dict(zip(numbers, ("ants", "bees"), strict=True))
