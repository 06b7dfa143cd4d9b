"""What becomes of a paper a reader liked: one notice in the next edition, and no second one."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from digest.errors import SourceError
from digest.identity import PaperId, Rule
from digest.membership import describe
from digest.papers import AnnouncementKind, Cursor, Page, Paper, Version
from digest.subscribers import ProfileField, Schedule, Verdict
from tests.fakes import MONDAY, FakeSource, at, paper
from tests.world import FRIDAY, THURSDAY, TUESDAY, WEDNESDAY, World, with_feed

ANA, BEA = "ana@example.org", "bea@example.org"
LIKED = paper("Graph neural networks", number=90001)


def versions(newest: int, *, withdrawn: bool = False) -> tuple[Version, ...]:
    dated = [Version(number=n, submitted_at=at(MONDAY - timedelta(days=10))) for n in range(1, newest)]
    return (*dated, Version(number=newest, submitted_at=at(MONDAY), withdrawn=withdrawn))


REPLACED = replace(LIKED, versions=versions(2))
WITHDRAWN = replace(LIKED, versions=versions(2, withdrawn=True))
PUBLISHED = replace(LIKED, doi="10.1038/s41586-026-00001-2", journal_ref="Nature 649, 1 (2026)")
REPLACEMENT = AnnouncementKind.REPLACEMENT


@pytest.fixture
def world(world: World) -> World:
    """Ana, who wants whatever is on graph neural networks, has liked a paper and read Monday's edition."""
    world.subscribe(ANA)
    describe(world.store, ANA, ProfileField.INCLUDE, ["graph neural networks"])
    world.source.announce(MONDAY - timedelta(days=3), LIKED)
    world.source.announce(MONDAY, paper("Graph neural networks on Monday"))
    world.like(ANA, LIKED.arxiv_id)
    world.run(at(MONDAY))
    return world


def next_day(world: World, day: date, *told: Paper, kind: AnnouncementKind = REPLACEMENT) -> str:
    """The mail of a day on which something happens to old papers, besides what is new."""
    world.source.announce(day, paper(f"Graph neural networks on {day}"))
    world.source.announce(day, *told, kind=kind)
    world.run(at(day))
    return world.mail()


def kinds(world: World, email: str = ANA) -> list[tuple[str, str]]:
    return [(notice.paper.title, notice.kind) for notice in world.edition(email).notices]


@pytest.mark.parametrize(
    ("told", "kind", "sentence"),
    [
        (REPLACED, REPLACEMENT, "“Graph neural networks” has a new version, v2."),
        (WITHDRAWN, AnnouncementKind.WITHDRAWN, "“Graph neural networks” was withdrawn by its authors."),
        (PUBLISHED, AnnouncementKind.CHANGED, "“Graph neural networks” was published (Nature 649, 1 (2026))."),
    ],
)
def test_what_happens_to_a_liked_paper_is_told_in_the_next_mail_and_only_there(
    world: World, told: Paper, kind: AnnouncementKind, sentence: str
) -> None:
    tuesday = next_day(world, TUESDAY, told, kind=kind)
    wednesday = next_day(world, WEDNESDAY)

    assert "Papers you liked" in tuesday
    assert tuesday.count(sentence) == 1
    assert "https://arxiv.org/abs/2603.90001" in tuesday
    assert "Papers you liked" not in wednesday
    assert kinds(world) == []
    assert world.titles(ANA)[1:] == [[f"Graph neural networks on {day}"] for day in (TUESDAY, WEDNESDAY)]


def test_what_happens_on_one_day_is_told_at_once_each_kind_once(world: World) -> None:
    world.source.announce(TUESDAY, REPLACED, kind=REPLACEMENT)
    next_day(world, TUESDAY + timedelta(days=1), replace(REPLACED, versions=versions(3), doi=PUBLISHED.doi))

    assert sorted(kinds(world)) == [(LIKED.title, "published"), (LIKED.title, "replacement")]
    assert "has a new version, v3." in world.mail()


def test_a_second_replacement_is_told_again(world: World) -> None:
    first = next_day(world, TUESDAY, REPLACED)
    second = next_day(world, FRIDAY, replace(REPLACED, versions=versions(3)))

    assert "has a new version, v2." in first
    assert "has a new version, v3." in second


def test_nobody_is_told_of_papers_they_did_not_like(world: World) -> None:
    world.subscribe(BEA)
    world.subscribe("cleo@example.org")
    world.like("cleo@example.org", LIKED.arxiv_id, verdict=Verdict.DISLIKE)
    next_day(world, TUESDAY)

    next_day(world, WEDNESDAY, REPLACED)

    assert kinds(world, ANA) == [(LIKED.title, "replacement")]
    assert kinds(world, BEA) == kinds(world, "cleo@example.org") == []


def test_who_was_told_already_is_not_told_again_when_somebody_slower_is(world: World) -> None:
    world.subscribe(BEA, schedule=Schedule(days=frozenset({0, 3})), now=at(MONDAY))
    world.like(BEA, LIKED.arxiv_id)
    world.run(at(MONDAY, hour=8))
    next_day(world, TUESDAY, REPLACED)

    next_day(world, THURSDAY)

    assert kinds(world, BEA) == [(LIKED.title, "replacement")]
    assert kinds(world, ANA) == []


def test_an_edition_with_nothing_but_notices_is_sent(world: World) -> None:
    world.source.announce(TUESDAY, paper("On cooking"), paper("On sailing"), paper("On knitting"))
    world.source.announce(TUESDAY, REPLACED, kind=REPLACEMENT)

    _, composed, delivered = world.run(at(TUESDAY))

    assert (composed.kept, composed.empty, delivered.sent) == (1, 0, 1)
    assert world.titles(ANA)[-1] == []
    assert "“Graph neural networks” has a new version, v2." in world.mail()
    assert "None of the 3 papers read is for you." in world.mail()


def test_where_nothing_is_announced_a_notice_waits_for_the_next_edition(world: World) -> None:
    world.source.announce(TUESDAY, REPLACED, kind=REPLACEMENT)

    _, composed, _ = world.run(at(TUESDAY))
    wednesday = next_day(world, WEDNESDAY)

    assert (composed.kept, composed.waiting) == (0, 1)
    assert "has a new version, v2." in wednesday


def test_what_happened_before_the_first_edition_is_no_news(world: World) -> None:
    world.source.announce(TUESDAY, paper("New"))
    world.source.announce(TUESDAY, REPLACED, kind=REPLACEMENT)
    world.ingest(at(TUESDAY))
    world.subscribe(BEA, now=at(TUESDAY))
    world.like(BEA, LIKED.arxiv_id)

    world.run(at(TUESDAY))

    assert kinds(world, BEA) == []


@pytest.mark.parametrize("days", [0, 1])
def test_what_two_sources_tell_in_different_runs_is_told_once(world: World, days: int) -> None:
    feed = with_feed(world)
    feed.announce(TUESDAY, replace(REPLACED, partial=True), kind=REPLACEMENT)
    feed.announce(TUESDAY, paper("Of the feed"))
    world.source.failures = [SourceError("arxiv", "answered HTTP 500")]
    world.run(at(TUESDAY))
    tuesday = kinds(world)
    world.source.announce(TUESDAY + timedelta(days=days), REPLACED, kind=REPLACEMENT)
    feed.listings = {}

    next_day(world, WEDNESDAY)

    assert tuesday == [(LIKED.title, "replacement")]
    assert kinds(world) == []


def test_what_two_streams_tell_on_different_days_is_told_once(world: World) -> None:
    world.source.streams = ("cs.LG", "stat.ML")
    crossed = replace(REPLACED, categories=("cs.LG", "stat.ML"))
    page = world.source.page

    def one_is_down(stream: str, cursor: Cursor | None, *, now: datetime) -> Page:
        if stream == "stat.ML" and now.date() == TUESDAY:
            raise SourceError("arxiv", "answered HTTP 500")
        return page(stream, cursor, now=now)

    world.source.page = one_is_down  # type: ignore[method-assign]  # for this test
    next_day(world, TUESDAY, crossed)
    tuesday = kinds(world)

    next_day(world, WEDNESDAY)

    assert tuesday == [(LIKED.title, "replacement")]
    assert kinds(world) == []


def test_a_liked_preprint_that_turns_out_to_be_a_journals_paper_is_published(world: World) -> None:
    journal = FakeSource(name="crossref", gate="crossref", ledger="crossref", has_calendar=False)
    world.others = [journal]
    article = paper("Graph neural networks", id=PaperId("doi:10.1038/s41586-026-00001-2"), also=(LIKED.id,))
    journal.announce(TUESDAY, replace(article, doi="10.1038/s41586-026-00001-2", versions=()))

    mail = next_day(world, TUESDAY)

    assert kinds(world) == [(LIKED.title, "published")]
    assert "“Graph neural networks” was published (doi:10.1038/s41586-026-00001-2)." in mail


def test_who_liked_what_was_merged_hears_of_the_work_that_it_is_read_as(world: World) -> None:
    other = paper("Graph nets", number=90002)
    world.source.announce(TUESDAY, other)
    world.source.announce(TUESDAY, paper("New"))
    world.run(at(TUESDAY))
    with world.store.begin() as tx:
        rows = tx.papers.rows([LIKED.id, other.id])
        tx.works.merge(rows[LIKED.id], rows[other.id], Rule.OPERATOR, now=at(TUESDAY))

    next_day(world, THURSDAY, replace(other, versions=versions(2)))

    assert kinds(world) == [("Graph nets", "replacement")]
