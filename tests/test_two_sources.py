"""The day with a fast source and a reference: what either names is read once, and neither waits for the other."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from digest.errors import SourceError, SourceResting
from digest.ingest import Ingested, ingest, wanted
from digest.papers import AnnouncementKind, Cursor, Page, Paper, Version
from tests.embedded import embedded
from tests.fakes import MONDAY, FakeSource, at, paper
from tests.world import World

TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
ANA = "ana@example.org"


@dataclass
class Pair(World):
    """A day's world with a feed before the reference."""

    rss: FakeSource = field(default_factory=lambda: FakeSource(name="arxiv-rss", is_reference=False, shown_hour=5))
    reference_first: bool = False

    def ingest(self, now: datetime) -> Ingested:
        sources = (self.source, self.rss) if self.reference_first else (self.rss, self.source)
        return ingest(self.store, *sources, now=now)

    def kept(self, item: Paper) -> Paper:
        with self.store.read() as tx:
            return tx.papers.get([item.id])[item.id].paper


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    store = embedded(tmp_path / "digest.db")
    yield Pair(store)
    store.close()


def listed(item: Paper) -> Paper:
    """The paper as a feed tells it."""
    undated = (Version(number=item.newest_version, submitted_at=None),)
    return replace(item, partial=True, versions=undated, comment="", doi="", journal_ref="")


def unread(pair: Pair) -> None:
    """A reader, and a quiet listing before the story begins."""
    pair.subscribe(ANA)
    pair.source.announce(MONDAY, paper("Monday's"))
    pair.rss.announce(MONDAY, paper("Monday's in the feed"))
    pair.run(at(MONDAY))


@pytest.mark.parametrize("reference_first", [False, True])
def test_what_either_source_names_is_sent_once(pair: Pair, reference_first: bool) -> None:
    unread(pair)
    pair.reference_first = reference_first
    both, feed_only, reference_only = paper("Both"), paper("Feed only"), paper("Reference only")
    pair.rss.announce(TUESDAY, listed(both), listed(feed_only))
    pair.source.announce(TUESDAY, both, reference_only)

    pair.run(at(TUESDAY))
    pair.run(at(WEDNESDAY))

    assert sorted(pair.titles(ANA)[1]) == ["Both", "Feed only", "Reference only"]
    assert len(pair.titles(ANA)) == 2


@pytest.mark.parametrize("order", [("rss", "source"), ("source", "rss")])
def test_a_paper_that_reaches_one_source_a_day_late_is_not_sent_again(pair: Pair, order: tuple[str, str]) -> None:
    unread(pair)
    item = paper("Tuesday's")
    shown = {"rss": (pair.rss, listed(item)), "source": (pair.source, item)}
    (early, told_early), (late, told_late) = (shown[name] for name in order)
    for source in (pair.rss, pair.source):
        source.announce(TUESDAY, paper(f"Tuesday's of {source.name}"))
        source.announce(WEDNESDAY, paper(f"Wednesday's of {source.name}"))
    early.announce(TUESDAY, told_early)
    late.announce(WEDNESDAY, told_late)

    pair.run(at(TUESDAY))
    _, composed, _ = pair.run(at(WEDNESDAY))

    sent = pair.titles(ANA)
    assert "Tuesday's" in sent[1]
    assert sorted(sent[2]) == ["Wednesday's of arxiv", "Wednesday's of arxiv-rss"]
    assert composed.kept == 1
    assert pair.kept(item).submitted_at == item.submitted_at


def test_the_reference_brings_what_the_feed_left_out(pair: Pair) -> None:
    item = paper("Graphs", comment="12 pages", doi="10.1000/x")
    pair.rss.announce(MONDAY, listed(item))
    pair.source.announce(MONDAY, item)

    pair.ingest(at(MONDAY))

    assert replace(pair.kept(item), changed_at=None) == item


def test_a_feed_never_blanks_what_the_reference_told(pair: Pair) -> None:
    pair.reference_first = True
    item = paper("Graphs", comment="12 pages", doi="10.1000/x")
    pair.source.announce(MONDAY, item)
    pair.rss.announce(MONDAY, listed(replace(item, title="GRAPHS", abstract="", authors=())))

    pair.ingest(at(MONDAY))

    assert replace(pair.kept(item), changed_at=None) == item


def test_a_late_cross_list_that_the_reference_cannot_tell_is_sent(pair: Pair) -> None:
    unread(pair)
    old = paper("From another field", number=1)
    pair.source.announce(TUESDAY, old, kind=AnnouncementKind.CHANGED)
    pair.rss.announce(TUESDAY, listed(old), kind=AnnouncementKind.CROSS_LIST)

    pair.run(at(TUESDAY))

    assert pair.titles(ANA)[1] == ["From another field"]


@pytest.mark.parametrize("broken", ["rss", "source"])
def test_the_trouble_of_one_source_does_not_hold_up_the_other(pair: Pair, broken: str) -> None:
    item = paper("Graphs")
    pair.rss.announce(MONDAY, listed(item))
    pair.source.announce(MONDAY, item)
    pair.subscribe(ANA)
    getattr(pair, broken).failures = [SourceError("arxiv", "the XML is damaged or cut short")]

    ingested, *_ = pair.run(at(MONDAY))

    assert [(problem.source, problem.stream) for problem in ingested.problems] == [
        (getattr(pair, broken).name, "cs.LG")
    ]
    assert pair.titles(ANA) == [["Graphs"]]


def test_rest_that_one_source_is_asked_for_is_given_to_both(pair: Pair) -> None:
    until = at(MONDAY) + timedelta(minutes=10)
    pair.source.announce(MONDAY, paper())
    pair.rss.announce(MONDAY, paper())
    pair.rss.failures = [SourceResting("arxiv", "answered 429", until=until)]

    ingested = pair.ingest(at(MONDAY))
    refused = pair.ingest(until - timedelta(seconds=1))

    assert [(harvest.source, str(harvest.problem)) for harvest in ingested.harvests] == [
        ("arxiv-rss", "arxiv-rss cs.LG: answered 429"),
        ("arxiv", "arxiv-rss cs.LG: answered 429"),
    ]
    assert not ingested.is_whole
    assert [str(problem) for problem in (*ingested.problems, *refused.problems)] == [
        "arxiv-rss cs.LG: answered 429",
        "arxiv: answered 429; it is not asked before 2026-03-02 07:40:00 UTC",
    ]
    assert (pair.rss.requests, pair.source.requests) == (1, 0)
    assert pair.ingest(until).papers == 2


def test_a_feed_that_has_not_changed_is_neither_silence_nor_a_fault(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair.source.announce(MONDAY, paper())
    known = Cursor(since=MONDAY, completed_at=at(MONDAY), validator='ETag: "1"')
    unchanged = Page(announcements=(), cursor=known, unchanged=True)
    monkeypatch.setattr(pair.rss, "page", lambda stream, cursor, now: unchanged)

    ingested = pair.ingest(at(MONDAY))

    assert ingested.problems == ()
    with pair.store.read() as tx:
        assert tx.harvests.cursor("arxiv-rss", "cs.LG") == known


# ------------------------------------------------------------ silence


def test_a_feed_that_is_empty_although_the_reference_lists_papers_is_asked_again(pair: Pair) -> None:
    unread(pair)
    pair.rss.listings.clear()
    both = paper("Both")
    pair.source.announce(TUESDAY, both)

    doubted = pair.ingest(at(TUESDAY))
    pair.rss.announce(TUESDAY, listed(both), listed(paper("Feed only")))
    due = wanted(pair.store, [pair.rss, pair.source], now=at(TUESDAY, minute=40), reread=timedelta(hours=6))
    pair.ingest(at(TUESDAY, minute=45))

    assert [str(problem) for problem in doubted.problems] == [
        "arxiv-rss cs.LG: the feed is empty although 1 papers of 2026-03-03 are listed elsewhere; run again later"
    ]
    assert due == {"arxiv-rss"}
    assert pair.batch(TUESDAY).arrived == 2


def test_after_six_hours_what_the_reference_lists_is_all_there_is(pair: Pair) -> None:
    unread(pair)
    pair.rss.listings.clear()
    pair.source.announce(TUESDAY, paper("A straggler"))
    assert pair.ingest(at(TUESDAY, hour=10, minute=59)).problems != ()
    assert pair.ingest(at(TUESDAY, hour=11, minute=0)).problems == ()


def test_a_feed_that_has_shown_the_day_may_be_empty_afterwards(pair: Pair) -> None:
    unread(pair)
    pair.source.announce(TUESDAY, paper("Both"))
    pair.rss.announce(TUESDAY, listed(paper("Both")))
    pair.ingest(at(TUESDAY))
    pair.rss.listings.clear()

    assert pair.ingest(at(TUESDAY, minute=45)).problems == ()
