"""Announcements are noted once, and tell which papers are fresh."""

from datetime import timedelta

import pytest

from digest.batches import Batch, BatchState
from digest.papers import FRESH, Announcement, AnnouncementKind, Paper
from digest.store import Store
from digest.store.announcements import Change, Named
from tests.fakes import MONDAY, paper
from tests.store.builders import NOW, announce, announced, keep

TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
RSS = "arxiv-rss"
REPLACEMENT = AnnouncementKind.REPLACEMENT


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
        assert len(tx.announcements.fresh_since(0)) == 1


def test_a_paper_may_be_replaced_on_many_days(store: Store) -> None:
    item = paper()
    announce(store, announced(item))
    days = [MONDAY + timedelta(days=n) for n in range(1, 4)]
    assert announce(store, *(announced(item, kind=AnnouncementKind.REPLACEMENT, day=day) for day in days)) == 3


@pytest.mark.parametrize("kind", [AnnouncementKind.REPLACEMENT, AnnouncementKind.CHANGED, AnnouncementKind.WITHDRAWN])
def test_a_record_that_is_read_again_and_looks_like_another_kind_stays_what_it_was(
    store: Store, kind: AnnouncementKind
) -> None:
    item = paper()
    announce(store, announced(item))
    assert announce(store, announced(item, kind=kind)) == 0


@pytest.mark.parametrize("kind", AnnouncementKind)
def test_only_new_and_cross_listed_papers_are_fresh(store: Store, kind: AnnouncementKind) -> None:
    announce(store, announced(paper(), kind=kind))
    with store.read() as tx:
        assert bool(tx.announcements.fresh_since(0)) is (kind in FRESH)
        assert bool(tx.announcements.fresh_on(MONDAY)) is (kind in FRESH)
        assert tx.announcements.newest_listing() == (MONDAY if kind in FRESH else None)


def test_fresh_papers_come_in_the_order_of_announcing_after_a_given_one(store: Store) -> None:
    first, second, third = paper(), paper(), paper()
    keep(store, third, second, first)
    announce(store, announced(first))
    with store.read() as tx:
        after = tx.announcements.newest() or 0
    announce(store, announced(second), announced(third))
    with store.read() as tx:
        assert [f.kept.paper.id for f in tx.announcements.fresh_since(0)] == [first.id, second.id, third.id]
        assert [f.kept.paper.id for f in tx.announcements.fresh_since(after)] == [second.id, third.id]
        assert tx.announcements.fresh_since(tx.announcements.newest() or 0) == []


def test_a_fresh_paper_carries_the_newest_announcement_and_its_own_day(store: Store) -> None:
    item = paper()
    announce(store, announced(item, day=TUESDAY), announced(item, stream="cs.CL", day=MONDAY))
    with store.read() as tx:
        (fresh,) = tx.announcements.fresh_since(0)
        assert fresh.announcement == tx.announcements.newest()
        assert fresh.day == MONDAY


def test_fresh_on_knows_one_day_only(store: Store) -> None:
    monday, tuesday = paper(), paper()
    announce(store, announced(monday), announced(tuesday, day=TUESDAY))
    with store.read() as tx:
        assert [f.kept.paper.id for f in tx.announcements.fresh_on(TUESDAY)] == [tuesday.id]
        assert tx.announcements.newest_listing() == TUESDAY


def test_an_empty_store_has_no_listing(store: Store) -> None:
    with store.read() as tx:
        assert (tx.announcements.newest_listing(), tx.announcements.newest()) == (None, None)


def test_what_a_source_called_a_replacement_is_not_fresh_when_it_is_read_again(store: Store) -> None:
    item = paper()
    announce(store, announced(item, kind=AnnouncementKind.REPLACEMENT))

    assert announce(store, announced(item)) == 0
    with store.read() as tx:
        assert tx.announcements.fresh_since(0) == []


def test_every_announcement_of_a_paper_is_told_oldest_first(store: Store) -> None:
    item = paper()
    announce(store, announced(item, kind=AnnouncementKind.REPLACEMENT, day=TUESDAY))
    announce(store, announced(item, stream="cs.CL"))
    with store.read() as tx:
        row = tx.papers.rows([item.id])[item.id]
        assert tx.announcements.of(row) == [
            ("arxiv", "cs.CL", "new", MONDAY),
            ("arxiv", "cs.LG", "replacement", TUESDAY),
        ]


# ------------------------------------------------------------ what is late


def close(
    store: Store, stream: str = "cs.LG", *, ledger: str = "arxiv", state: BatchState = BatchState.COMPLETE
) -> None:
    closed_at = None if state is BatchState.PARTIAL else NOW
    batch = Batch(source=ledger, stream=stream, day=MONDAY, state=state, closes_at=NOW, closed_at=closed_at)
    with store.begin() as tx:
        tx.batches.keep([batch])


def note(store: Store, *items: Announcement, ledger: str = "arxiv") -> list[bool]:
    """Note announcements of one ledger; which of all that is fresh is late."""
    keep(store, *(item.paper for item in items))
    with store.begin() as tx:
        tx.announcements.note(items, ledger=ledger, now=NOW)
        return [fresh.late for fresh in tx.announcements.fresh_since(0)]


@pytest.mark.parametrize("state", [BatchState.COMPLETE, BatchState.QUIET])
def test_what_is_fresh_after_its_batch_was_closed_is_late(store: Store, state: BatchState) -> None:
    assert note(store, announced(paper())) == [False]
    close(store, state=state)
    assert note(store, announced(paper())) == [False, True]


def test_only_the_batch_of_the_same_ledger_stream_and_day_makes_late(store: Store) -> None:
    close(store)
    items = [announced(paper(), day=TUESDAY), announced(paper(), stream="cs.CL")]
    assert note(store, *items) == [False, False]
    assert note(store, announced(paper()), ledger="other") == [False] * 3


def test_an_open_batch_makes_nothing_late(store: Store) -> None:
    close(store, state=BatchState.PARTIAL)
    assert note(store, announced(paper())) == [False]


def test_what_was_named_in_time_does_not_become_late_by_being_confirmed(store: Store) -> None:
    item = paper()
    note(store, announced(item, day=TUESDAY))
    close(store)
    assert note(store, announced(item, source=RSS)) == [False]


def test_replacements_are_never_late(store: Store) -> None:
    close(store)
    note(store, announced(paper(), kind=REPLACEMENT))
    with store.read() as tx:
        assert tx.announcements.named(["arxiv"], "cs.LG", since=MONDAY) == {}
        assert tx.announcements.tally("cs.LG", MONDAY) == ({}, [])


# ------------------------------------------------------------ how many were named


def test_papers_are_counted_by_day_once_each_whoever_names_them(store: Store) -> None:
    both, late = paper(), paper()
    note(store, announced(both), announced(both, source=RSS), announced(paper(), source=RSS))
    note(store, announced(paper(), kind=AnnouncementKind.CROSS_LIST, day=TUESDAY))
    note(store, announced(paper(), stream="cs.CL"), announced(paper(), source="other"))
    close(store)
    note(store, announced(late))
    with store.read() as tx:
        a = tx.announcements
        assert a.named(["arxiv", RSS], "cs.LG", since=MONDAY) == {
            MONDAY: Named("cs.LG", MONDAY, papers=3, late=1),
            TUESDAY: Named("cs.LG", TUESDAY, papers=1, late=0),
        }
        assert a.named(["arxiv", RSS], "cs.LG", since=TUESDAY).keys() == {TUESDAY}
        assert a.tally("cs.LG", MONDAY) == ({"arxiv": 2, RSS: 2, "other": 1}, [late.id])


def test_what_is_trending_counts_and_what_was_found_does_not(store: Store) -> None:
    note(store, announced(paper(), kind=AnnouncementKind.TRENDING), announced(paper(), kind=AnnouncementKind.FOUND))
    with store.read() as tx:
        assert tx.announcements.named(["arxiv"], "cs.LG", since=MONDAY)[MONDAY].papers == 1


def test_the_first_day_of_a_stream_is_that_of_its_oldest_announcement(store: Store) -> None:
    note(store, announced(paper(), day=WEDNESDAY), announced(paper(), day=TUESDAY, source=RSS))
    note(store, announced(paper(), day=MONDAY, kind=REPLACEMENT), announced(paper(), stream="cs.CL"))
    with store.read() as tx:
        assert tx.announcements.first_day(["arxiv", RSS], "cs.LG") == TUESDAY
        assert tx.announcements.first_day(["arxiv"], "cs.LG") == WEDNESDAY
        assert tx.announcements.first_day(["arxiv"], "math.AP") is None


# ------------------------------------------------------------ what happened to papers


def change(store: Store, item: Paper, **values: object) -> int:
    """Announce a replacement, unless told otherwise; the number of the announcement."""
    announce(store, announced(item, **({"kind": REPLACEMENT} | values)))
    with store.read() as tx:
        return tx.announcements.newest() or 0


def changes(store: Store, item: Paper, *, since: int = 0) -> list[Change]:
    with store.read() as tx:
        return tx.announcements.changes_since(since, set(tx.papers.rows([item.id]).values()))


@pytest.mark.parametrize("kind", AnnouncementKind)
def test_replacements_withdrawals_and_publications_are_changes(store: Store, kind: AnnouncementKind) -> None:
    item = paper()
    number = change(store, item, kind=kind)
    told = [(found.kept.paper.id, found.announcement, found.kind, found.day) for found in changes(store, item)]
    is_change = kind in (REPLACEMENT, AnnouncementKind.WITHDRAWN, AnnouncementKind.PUBLISHED)
    assert told == ([(item.id, number, kind, MONDAY)] if is_change else [])


def test_changes_are_those_of_the_papers_asked_for_after_the_given_announcement(store: Store) -> None:
    item, other = paper(), paper()
    number = change(store, item)
    change(store, other)
    assert [found.announcement for found in changes(store, item)] == [number]
    assert changes(store, item, since=number) == []
    with store.read() as tx:
        assert tx.announcements.changes_since(0, set()) == []


def test_each_kind_of_change_is_told_once_as_it_happened_last(store: Store) -> None:
    item = paper()
    change(store, item)
    replaced = change(store, item, day=TUESDAY)
    withdrawn = change(store, item, kind=AnnouncementKind.WITHDRAWN, day=WEDNESDAY)
    assert {(found.kind, found.announcement, found.day) for found in changes(store, item)} == {
        (REPLACEMENT, replaced, TUESDAY),
        (AnnouncementKind.WITHDRAWN, withdrawn, WEDNESDAY),
    }


@pytest.mark.parametrize("again", [{"source": RSS}, {"stream": "cs.CL"}])
@pytest.mark.parametrize("days", [0, 1, 7])
def test_one_change_that_is_told_twice_counts_from_its_first_telling(
    store: Store, again: dict[str, object], days: int
) -> None:
    item = paper()
    first = change(store, item)
    change(store, item, day=MONDAY + timedelta(days=days), **again)
    assert [found.announcement for found in changes(store, item)] == [first]
    assert changes(store, item, since=first) == []


def test_a_second_change_that_two_sources_tell_is_a_second_change_once(store: Store) -> None:
    item = paper()
    change(store, item)
    first = change(store, item, source=RSS)
    second = change(store, item, day=TUESDAY, source=RSS)
    change(store, item, day=WEDNESDAY)
    assert [(found.announcement, found.day) for found in changes(store, item, since=first)] == [(second, TUESDAY)]
    assert changes(store, item, since=second) == []


def test_what_another_source_tells_long_after_is_a_change_of_its_own(store: Store) -> None:
    item = paper()
    first = change(store, item)
    much_later = change(store, item, source=RSS, day=MONDAY + timedelta(days=8))
    assert [found.announcement for found in changes(store, item, since=first)] == [much_later]
