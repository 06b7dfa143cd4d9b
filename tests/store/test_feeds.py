"""Feed addresses are kept as hashes, one for a reader, and lead nowhere once they are replaced or removed."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from digest.errors import StoreError
from digest.store import Store, feeds, tables
from digest.tellings import telling
from tests.fakes import MONDAY, paper
from tests.store.builders import NOW, edition, keep, reader
from tests.tellings import all_told

LATER = NOW + timedelta(days=1)


def test_an_address_leads_to_whose_it_is(store: Store) -> None:
    ana, bo = reader(store), reader(store)
    with store.begin() as tx:
        tx.feeds.keep(ana.id, "a", now=NOW)
        tx.feeds.keep(bo.id, "b", now=LATER)

    with store.read() as tx:
        assert (tx.feeds.holder("a"), tx.feeds.holder("b"), tx.feeds.holder("c")) == (ana.id, bo.id, None)
        assert (tx.feeds.made_at(ana.id), tx.feeds.made_at(bo.id)) == (NOW, LATER)


def test_a_new_address_takes_the_place_of_the_old_one(store: Store) -> None:
    who = reader(store)
    with store.begin() as tx:
        tx.feeds.keep(who.id, "old", now=NOW)
        tx.feeds.keep(who.id, "new", now=LATER)

    with store.read() as tx:
        assert (tx.feeds.holder("old"), tx.feeds.holder("new")) == (None, who.id)
        assert tx.feeds.made_at(who.id) == LATER


def test_a_removed_address_leads_nowhere(store: Store) -> None:
    who, other = reader(store), reader(store)
    with store.begin() as tx:
        tx.feeds.keep(who.id, "a", now=NOW)
        tx.feeds.keep(other.id, "b", now=NOW)
        assert (tx.feeds.remove(who.id), tx.feeds.remove(who.id)) == (True, False)

    with store.read() as tx:
        assert (tx.feeds.holder("a"), tx.feeds.made_at(who.id)) == (None, None)
        assert tx.feeds.holder("b") == other.id


def test_no_address_is_that_of_two_readers(store: Store) -> None:
    ana, bo = reader(store), reader(store)
    with store.begin() as tx:
        tx.feeds.keep(ana.id, "a", now=NOW)
    with pytest.raises(StoreError, match=r"(?i)unique"), store.begin() as tx:
        tx.feeds.keep(bo.id, "a", now=NOW)


def test_an_address_goes_with_its_reader(store: Store) -> None:
    who = reader(store)
    with store.begin() as tx:
        tx.feeds.keep(who.id, "a", now=NOW)
    with store._writing.begin() as connection:
        connection.execute(sa.delete(tables.subscriber))
    with store.read() as tx:
        assert tx.feeds.holder("a") is None


def test_what_the_last_editions_brought_is_read_as_far_as_it_takes(store: Store) -> None:
    who, items = reader(store), [paper(f"Paper {n}") for n in range(6)]
    keep(store, *items)
    days = [MONDAY + timedelta(days=n) for n in range(3)]
    for n, day in enumerate(days):
        edition(store, who, *items[2 * n : 2 * n + 2], slot_date=day, also_new=(items[0],))
    with store.read() as tx:
        whole = tx.editions.of(who.id, limit=9)
    for most, limit, count in ((None, 9, 3), (None, 2, 2), (1, 9, 1), (2, 9, 1), (3, 9, 2), (99, 9, 3)):
        with store.glance() as at:
            found = feeds.brought(at, who.id, limit=limit, most=most)
        with store.read() as tx:
            papers = tx.papers.by_row(feeds.papers_of(found))
        assert [all_told(each.telling(papers)) for each in found] == [all_told(telling(each)) for each in whole[:count]]
