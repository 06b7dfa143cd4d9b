"""Announcements are noted once, and tell which papers are fresh."""

from datetime import timedelta

import pytest

from digest.papers import FRESH, AnnouncementKind
from digest.store import Store
from tests.fakes import MONDAY, paper
from tests.store.builders import NOW, announce, announced, keep

TUESDAY = MONDAY + timedelta(days=1)


def test_announcing_the_same_again_adds_nothing(store: Store) -> None:
    items = [announced(paper()), announced(paper(), kind=AnnouncementKind.REPLACEMENT)]
    assert announce(store, *items) == 2
    assert announce(store, *items, now=NOW + timedelta(hours=1)) == 0


def test_announcing_nothing_adds_nothing(store: Store) -> None:
    assert announce(store) == 0


def test_a_paper_is_fresh_in_a_stream_only_once(store: Store) -> None:
    item = paper()
    assert announce(store, announced(item)) == 1
    assert announce(store, announced(item, day=TUESDAY)) == 0
    assert announce(store, announced(item, day=TUESDAY, kind=AnnouncementKind.CROSS_LIST)) == 0


def test_a_paper_that_one_page_names_twice_is_fresh_once(store: Store) -> None:
    item = paper()
    assert announce(store, announced(item), announced(item, day=TUESDAY)) == 1


def test_a_paper_is_fresh_in_every_stream_that_names_it(store: Store) -> None:
    item = paper()
    other = announced(item, stream="cs.CL", kind=AnnouncementKind.CROSS_LIST)
    assert announce(store, announced(item), other) == 2
    with store.read() as tx:
        assert len(tx.papers.fresh_since(0)) == 1


def test_a_paper_may_be_replaced_on_many_days(store: Store) -> None:
    item = paper()
    announce(store, announced(item))
    days = [MONDAY + timedelta(days=n) for n in range(3)]
    assert announce(store, *(announced(item, kind=AnnouncementKind.REPLACEMENT, day=day) for day in days)) == 3


@pytest.mark.parametrize("kind", AnnouncementKind)
def test_only_new_and_cross_listed_papers_are_fresh(store: Store, kind: AnnouncementKind) -> None:
    announce(store, announced(paper(), kind=kind))
    with store.read() as tx:
        assert bool(tx.papers.fresh_since(0)) is (kind in FRESH)
        assert bool(tx.papers.fresh_on(MONDAY)) is (kind in FRESH)
        assert tx.papers.newest_listing() == (MONDAY if kind in FRESH else None)


def test_fresh_papers_come_in_the_order_of_announcing_after_a_given_one(store: Store) -> None:
    first, second, third = paper(), paper(), paper()
    keep(store, third, second, first)
    announce(store, announced(first))
    with store.read() as tx:
        after = tx.papers.newest_announcement() or 0
    announce(store, announced(second), announced(third))
    with store.read() as tx:
        assert [f.kept.paper.id for f in tx.papers.fresh_since(0)] == [first.id, second.id, third.id]
        assert [f.kept.paper.id for f in tx.papers.fresh_since(after)] == [second.id, third.id]
        assert tx.papers.fresh_since(tx.papers.newest_announcement() or 0) == []


def test_a_fresh_paper_carries_the_newest_announcement_and_its_own_day(store: Store) -> None:
    item = paper()
    announce(store, announced(item, day=TUESDAY), announced(item, stream="cs.CL", day=MONDAY))
    with store.read() as tx:
        (fresh,) = tx.papers.fresh_since(0)
        assert fresh.announcement == tx.papers.newest_announcement()
        assert fresh.day == MONDAY


def test_fresh_on_knows_one_day_only(store: Store) -> None:
    monday, tuesday = paper(), paper()
    announce(store, announced(monday), announced(tuesday, day=TUESDAY))
    with store.read() as tx:
        assert [f.kept.paper.id for f in tx.papers.fresh_on(TUESDAY)] == [tuesday.id]
        assert tx.papers.newest_listing() == TUESDAY


def test_an_empty_store_has_no_listing(store: Store) -> None:
    with store.read() as tx:
        assert (tx.papers.newest_listing(), tx.papers.newest_announcement()) == (None, None)


def test_what_a_source_called_a_replacement_is_not_fresh_when_it_is_read_again(store: Store) -> None:
    item = paper()
    announce(store, announced(item, kind=AnnouncementKind.REPLACEMENT))

    assert announce(store, announced(item)) == 0
    with store.read() as tx:
        assert tx.papers.fresh_since(0) == []


def test_every_announcement_of_a_paper_is_told_oldest_first(store: Store) -> None:
    item = paper()
    announce(store, announced(item, kind=AnnouncementKind.REPLACEMENT, day=TUESDAY))
    announce(store, announced(item, stream="cs.CL"))
    with store.read() as tx:
        row = tx.papers.rows([item.id])[item.id]
        assert tx.papers.announcements(row) == [
            ("arxiv", "cs.CL", "new", MONDAY),
            ("arxiv", "cs.LG", "replacement", TUESDAY),
        ]
