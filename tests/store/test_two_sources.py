"""Two sources tell of one paper: nothing is blanked, nothing goes back, and it is fresh once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from digest.papers import AnnouncementKind, Paper, Version
from digest.store import Store
from tests.fakes import MONDAY, paper
from tests.store.builders import NOW, announce, announced, keep
from tests.store.test_papers import read

LATER = NOW + timedelta(days=1)
RSS = "arxiv-rss"
FIRST, SECOND = Version(number=1, submitted_at=NOW - timedelta(days=2)), Version(number=2, submitted_at=NOW)


def whole(**values: Any) -> Paper:
    plain = {
        "comment": "12 pages",
        "doi": "10.1000/x",
        "journal_ref": "J. 1",
        "versions": (FIRST,),
        "classes": ("68T07",),
    }
    return paper("Graphs", **(plain | values))


def listed(item: Paper, number: int = 1, **values: Any) -> Paper:
    """What a feed tells of a paper's version."""
    bare = {"comment": "", "doi": "", "journal_ref": "", "classes": (), "versions": (_undated(number),)}
    return replace(item, partial=True, **(bare | values))


def _undated(number: int) -> Version:
    return Version(number=number, submitted_at=None)


def terms(store: Store, item: Paper) -> bytes:
    with store.read() as tx:
        return tx.papers.get([item.id])[item.id].terms


# ------------------------------------------------------------ what is known of it


def test_a_listing_alone_is_a_paper_already(store: Store) -> None:
    item = listed(whole())
    keep(store, item)
    assert read(store, item) == replace(item, partial=False, changed_at=NOW)


def test_a_listing_blanks_and_replaces_nothing(store: Store) -> None:
    item = whole()
    keep(store, item)
    other = listed(item, title="GRAPHS", abstract="Damaged.", authors=(), categories=("cs.CL",), classes=("00A00",))
    with store.read() as tx:
        assert tx.papers.unlike([other]) == set()
    before = terms(store, item)
    with store.begin() as tx:
        tx.papers.keep([other], {item.id: b"terms of another text"}, now=LATER)
    assert read(store, item) == replace(item, changed_at=NOW)
    assert terms(store, item) == before


def test_a_listing_fills_what_is_empty(store: Store) -> None:
    item = whole(abstract="", authors=(), categories=(), classes=())
    keep(store, item)
    told = listed(item, abstract="We did.", authors=("Ada Ames",), categories=("cs.LG",), classes=("05C85",))
    keep(store, told, now=LATER)
    filled = {name: getattr(told, name) for name in ("abstract", "authors", "categories", "classes")}
    assert read(store, item) == replace(item, **filled, changed_at=LATER)


def test_a_newer_version_in_a_listing_brings_its_text_and_no_date(store: Store) -> None:
    item = whole()
    keep(store, item)
    keep(store, listed(item, 2, title="Graphs, again", abstract="Better.", authors=("Bo",)), now=LATER)
    assert read(store, item) == replace(
        item, title="Graphs, again", abstract="Better.", versions=(FIRST, _undated(2)), changed_at=LATER
    )


def test_a_newer_version_without_an_abstract_leaves_the_text_as_it_is(store: Store) -> None:
    item = whole()
    keep(store, item)
    keep(store, listed(item, 2, title="Graphs, again", abstract=""), now=LATER)
    assert read(store, item) == replace(item, versions=(FIRST, _undated(2)), changed_at=NOW)


def test_an_older_version_in_a_listing_changes_nothing(store: Store) -> None:
    item = whole(versions=(FIRST, SECOND))
    keep(store, item)
    keep(store, listed(item, 1, title="Before"), now=LATER)
    assert read(store, item) == replace(item, changed_at=NOW)


def test_the_whole_record_takes_the_place_of_the_listing(store: Store) -> None:
    item = whole(versions=(FIRST, SECOND))
    keep(store, listed(item, 2, title="GRAPHS", authors=("Ada",)))
    keep(store, item, now=LATER)
    assert read(store, item) == replace(item, changed_at=LATER)


def test_a_record_that_is_a_version_behind_does_not_take_the_text_back(store: Store) -> None:
    item = whole()
    keep(store, listed(item, 2, title="Graphs, again", abstract="Better."))
    keep(store, item, now=LATER)
    assert read(store, item) == replace(
        item, title="Graphs, again", abstract="Better.", versions=(FIRST, _undated(2)), changed_at=NOW
    )


def test_in_one_page_the_new_are_kept_and_the_known_are_merged(store: Store) -> None:
    known, new = whole(doi=""), whole(doi="")
    keep(store, known)
    keep(store, listed(known, title="Damaged"), listed(new), now=LATER)
    assert read(store, known).title == known.title
    assert read(store, new).changed_at == LATER


# ------------------------------------------------------------ when it is fresh


def kinds(store: Store, item: Paper) -> list[tuple[str, str]]:
    with store.read() as tx:
        row = tx.papers.rows([item.id])[item.id]
        return [(source, kind) for source, _, kind, _ in tx.announcements.of(row)]


@pytest.mark.parametrize(("first", "second"), [("arxiv", RSS), (RSS, "arxiv")])
def test_the_second_source_confirms_and_makes_nothing_fresh(store: Store, first: str, second: str) -> None:
    item = paper()
    assert announce(store, announced(item, source=first)) == 1
    with store.read() as tx:
        read_through = tx.announcements.newest() or 0
    later = announced(item, source=second, kind=AnnouncementKind.CROSS_LIST, day=MONDAY + timedelta(days=1))
    assert announce(store, later, now=LATER) == 0
    assert kinds(store, item) == [(first, "new"), (second, "confirmed")]
    with store.read() as tx:
        assert tx.announcements.fresh_since(read_through) == []
        assert len(tx.announcements.fresh_since(0)) == 1
        assert tx.announcements.newest_listing() == MONDAY


def test_a_source_confirms_once(store: Store) -> None:
    item = paper()
    announce(store, announced(item))
    for days in range(3):
        announce(store, announced(item, source=RSS, day=MONDAY + timedelta(days=days)))
        announce(store, announced(item, day=MONDAY + timedelta(days=days)))
    assert kinds(store, item) == [(RSS, "new"), ("arxiv", "confirmed")]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("days", [0, 1])
def test_which_source_was_asked_first_makes_no_difference(store: Store, order: tuple[int, int], days: int) -> None:
    item = paper()
    told = [announced(item, source=RSS), announced(item, day=MONDAY + timedelta(days=days))]
    for number in order:
        announce(store, told[number])

    with store.read() as tx:
        assert tx.announcements.of(tx.papers.rows([item.id])[item.id]) == [
            (RSS, "cs.LG", "new", MONDAY),
            ("arxiv", "cs.LG", "confirmed", MONDAY + timedelta(days=days)),
        ]
        assert [fresh.day for fresh in tx.announcements.fresh_since(0)] == [MONDAY]


def test_a_correction_makes_no_paper_fresh_again(store: Store) -> None:
    item = paper()
    announce(store, announced(item, day=MONDAY + timedelta(days=1)))
    with store.read() as tx:
        read_through = tx.announcements.newest() or 0
    announce(store, announced(item, source=RSS))

    with store.read() as tx:
        assert tx.announcements.fresh_since(read_through) == []


def test_one_page_with_both_sources_is_fresh_once(store: Store) -> None:
    item = paper()
    assert announce(store, announced(item, source=RSS), announced(item)) == 1
    assert kinds(store, item) == [(RSS, "new"), ("arxiv", "confirmed")]


def test_another_stream_is_not_confirmed_by_this_one(store: Store) -> None:
    item = paper()
    announce(store, announced(item))
    assert announce(store, announced(item, source=RSS, stream="cs.CL", kind=AnnouncementKind.CROSS_LIST)) == 1
    assert kinds(store, item) == [("arxiv", "new"), (RSS, "cross-list")]


def test_what_one_source_calls_changed_the_other_may_call_cross_listed(store: Store) -> None:
    item = paper()
    announce(store, announced(item, kind=AnnouncementKind.CHANGED))
    assert announce(store, announced(item, source=RSS, kind=AnnouncementKind.CROSS_LIST)) == 1
    with store.read() as tx:
        assert [fresh.kept.paper.id for fresh in tx.announcements.fresh_since(0)] == [item.id]
