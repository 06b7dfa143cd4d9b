"""The day as a reader lives it: listings come in, editions are made, mails go out once."""

import logging
from datetime import date, datetime, timedelta
from itertools import count

import pytest

from digest import membership
from digest.batches import BatchState
from digest.compose import explain, preview
from digest.errors import InvalidInput, SourceError, SourceResting
from digest.identity import PaperId
from digest.papers import AnnouncementKind, Cursor, Page, Version
from digest.subscribers import ProfileField, Schedule
from tests.fakes import MONDAY, FakeSource, at, paper
from tests.world import SATURDAY, SUNDAY, TUESDAY, World


def test_two_readers_of_one_listing_get_two_different_mails(world: World) -> None:
    graphs, robots = paper("Graph neural networks for molecules"), paper("Legged robots on rough terrain")
    world.source.announce(MONDAY, graphs, robots, paper("On cooking"), paper("On sailing"))
    world.subscribe("ana@example.org", interests=["graph neural networks"])
    world.subscribe("rob@example.org", interests=["legged robots"])

    world.run(at(MONDAY))

    assert world.outbox.readers == ["ana@example.org", "rob@example.org"]
    assert world.titles("ana@example.org") == [[graphs.title]]
    assert world.titles("rob@example.org") == [[robots.title]]


def test_a_second_run_on_the_same_day_sends_nothing_new(world: World) -> None:
    world.source.announce(MONDAY, paper("Graph neural networks"))
    world.subscribe("ana@example.org")

    world.run(at(MONDAY))
    world.run(at(MONDAY))
    world.run(at(MONDAY, hour=20))

    assert len(world.outbox) == 1


def test_before_the_hour_nothing_is_sent(world: World) -> None:
    world.source.announce(MONDAY, paper())
    world.subscribe("ana@example.org", now=at(MONDAY, hour=5), schedule=Schedule(send_at=membership.hour("07:00")))

    world.run(at(MONDAY, hour=6))

    assert len(world.outbox) == 0


def test_a_day_without_a_listing_sends_nothing_and_the_log_says_why(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.source.announce(MONDAY, paper("Monday's paper"))
    world.subscribe("ana@example.org")
    world.run(at(MONDAY))
    caplog.set_level(logging.INFO)

    _, composed, _ = world.run(at(SATURDAY))

    assert len(world.outbox) == 1
    assert composed.waiting == 1
    assert "nothing was announced for this reader since the listing of 2026-03-02" in caplog.text


def test_a_listing_that_comes_late_on_the_day_is_still_sent_that_day(world: World) -> None:
    world.source.announce(MONDAY, paper("Monday's"))
    world.subscribe("ana@example.org")
    world.run(at(MONDAY))
    world.compose(at(TUESDAY))
    world.source.announce(TUESDAY, paper("Tuesday's"))

    world.run(at(TUESDAY, hour=11))

    assert world.titles("ana@example.org") == [["Monday's"], ["Tuesday's"]]


def test_papers_of_a_silent_day_are_not_lost_to_the_next_edition(world: World) -> None:
    world.source.announce(MONDAY, paper("Monday's"))
    world.subscribe("ana@example.org")
    world.run(at(MONDAY))
    world.source.announce(TUESDAY, paper("Tuesday's"))
    world.source.announce(TUESDAY + timedelta(days=1), paper("Wednesday's"))

    world.run(at(TUESDAY + timedelta(days=1)))

    assert sorted(world.titles("ana@example.org")[-1]) == ["Tuesday's", "Wednesday's"]


def test_before_the_first_edition_older_listings_are_background_only(world: World) -> None:
    world.source.announce(MONDAY - timedelta(days=3), paper("Friday's"))
    world.source.announce(MONDAY, paper("Monday's"))
    world.subscribe("ana@example.org")

    world.run(at(MONDAY))

    assert world.titles("ana@example.org") == [["Monday's"]]


def test_a_paper_reaches_a_reader_once_whatever_its_versions_and_cross_lists(world: World) -> None:
    once = paper("Seen once", categories=("cs.LG", "stat.ML"))
    world.source.streams = ("cs.LG", "stat.ML")
    world.source.announce(MONDAY, once)
    world.subscribe("ana@example.org")
    world.run(at(MONDAY))
    again = paper("Seen once, revised", number=int(once.arxiv_id[5:]), categories=("cs.LG", "stat.ML"))
    world.source.announce(TUESDAY, again, kind=AnnouncementKind.CROSS_LIST)
    world.source.announce(TUESDAY, paper("New"))

    world.run(at(TUESDAY))

    assert world.titles("ana@example.org")[-1] == ["New"]


def test_a_paper_that_a_reader_voted_on_is_not_sent_to_them(world: World) -> None:
    liked, alike = paper("Graph neural networks for molecules"), paper("Graph neural networks for proteins")
    world.source.announce(MONDAY, liked, alike, paper("On cooking"), paper("On sailing"))
    world.subscribe("ana@example.org")
    world.like("ana@example.org", liked.arxiv_id)

    world.run(at(MONDAY))

    assert world.titles("ana@example.org") == [[alike.title]]


def test_a_withdrawn_paper_is_not_sent(world: World) -> None:
    versions = (Version(number=1, submitted_at=None), Version(number=2, submitted_at=None, withdrawn=True))
    world.source.announce(MONDAY, paper("Withdrawn", versions=versions), paper("Sound"))
    world.subscribe("ana@example.org")

    world.run(at(MONDAY))

    assert world.titles("ana@example.org") == [["Sound"]]


def test_with_a_profile_and_nothing_good_enough_nothing_is_sent_and_the_log_says_so(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.source.announce(MONDAY, paper("On cooking"), paper("On sailing"))
    world.subscribe("ana@example.org", interests=["graph neural networks"])
    caplog.set_level(logging.INFO)

    _, composed, _ = world.run(at(MONDAY))

    assert composed.empty == 1
    assert len(world.outbox) == 0
    assert "nothing is sent: none of 2 papers is likely enough" in caplog.text


def test_a_reader_with_categories_only_gets_the_newest_of_them_up_to_the_size(world: World) -> None:
    papers = [
        paper(f"Number {n}", versions=(Version(number=1, submitted_at=at(MONDAY, hour=n)),), categories=("math.AP",))
        for n in range(5)
    ]
    world.source.streams = ("cs.LG", "math.AP")
    world.source.announce(MONDAY, *papers, paper("Elsewhere"))
    world.subscribe("ana@example.org", categories=["math.AP"], papers=3)

    world.run(at(MONDAY))

    assert world.titles("ana@example.org") == [["Number 4", "Number 3", "Number 2"]]


def test_who_follows_an_author_gets_their_papers_first_and_is_told_why(world: World) -> None:
    followed = paper("On sailing", authors=("Zoë Zander",))
    world.source.announce(MONDAY, paper("Graph neural networks"), followed, paper("Graph neural tangents"))
    world.subscribe("ana@example.org", interests=["graph neural networks"])
    membership.describe(world.store, "ana@example.org", ProfileField.FOLLOW, ["zoe zander"])

    world.run(at(MONDAY))

    assert world.titles("ana@example.org")[0][0] == "On sailing"
    assert "author you follow: zoe zander" in world.mail()


def test_exclude_keeps_a_paper_out_and_include_brings_it_in(world: World) -> None:
    world.source.announce(MONDAY, paper("A survey of graphs"), paper("Sim-to-real sailing"), paper("On cooking"))
    world.subscribe("ana@example.org", interests=["graphs"])
    membership.describe(world.store, "ana@example.org", ProfileField.EXCLUDE, ["survey"])
    membership.describe(world.store, "ana@example.org", ProfileField.INCLUDE, ["sim to real"])

    world.run(at(MONDAY))

    assert world.titles("ana@example.org") == [["Sim-to-real sailing"]]


def test_an_interrupted_harvest_goes_on_where_it_stopped(world: World) -> None:
    world.source.announce(MONDAY, *(paper(f"Number {n}") for n in range(5)))
    world.source.page_size = 2
    first = _fail_on_request(world.source, 2)

    broken = world.ingest(at(MONDAY))
    whole = world.ingest(at(MONDAY))

    assert broken.problems == (first,)
    assert (broken.papers, whole.papers) == (2, 3)
    with world.store.read() as tx:
        assert len(tx.announcements.fresh_on(MONDAY)) == 5


def test_a_source_that_wants_rest_is_not_asked_before_its_time(world: World) -> None:
    until = at(MONDAY) + timedelta(minutes=10)
    world.source.announce(MONDAY, paper())
    world.source.failures = [SourceResting("arxiv", "answered 429", until=until)]
    world.ingest(at(MONDAY))
    asked = world.source.requests

    (refused,) = world.ingest(until - timedelta(seconds=1)).problems

    assert isinstance(refused, SourceResting)
    assert refused.until == until
    assert str(refused) == "arxiv: answered 429; it is not asked before 2026-03-02 07:40:00 UTC"
    assert world.source.requests == asked
    assert world.ingest(until).papers == 1


def test_one_stream_that_fails_costs_itself_alone(world: World) -> None:
    world.source.streams = ("cs.LG", "math.AP")
    world.source.announce(MONDAY, paper("Kept", categories=("math.AP",)))
    world.source.failures = [SourceError("arxiv", "cs.LG: the XML is damaged or cut short")]

    ingested = world.ingest(at(MONDAY))

    assert [harvest.papers for harvest in ingested.harvests] == [0, 1]
    assert len(ingested.problems) == 1


@pytest.mark.parametrize("still_shows_monday", [False, True])
def test_an_empty_listing_on_a_weekday_is_a_fault_and_changes_nothing(world: World, still_shows_monday: bool) -> None:
    world.source.announce(MONDAY, paper())
    world.ingest(at(MONDAY))
    if not still_shows_monday:
        world.source.listings.clear()

    ingested = world.ingest(at(TUESDAY))
    world.source.announce(TUESDAY, paper("Late"))

    assert ingested.problems == ()
    assert not ingested.is_whole
    assert [(batch.day, batch.state, batch.why) for batch in ingested.overdue] == [
        (TUESDAY, BatchState.STALLED, "the listing is empty although one was due")
    ]
    whole = world.ingest(at(TUESDAY, hour=9))
    assert (whole.announcements, whole.overdue) == (1, ())
    assert world.batch(TUESDAY).state is BatchState.COMPLETE


def test_an_empty_listing_at_the_weekend_is_quiet(world: World) -> None:
    world.source.announce(SATURDAY - timedelta(days=1), paper())
    world.ingest(at(SATURDAY))
    world.source.listings.clear()

    ingested = world.ingest(at(SUNDAY))

    assert (ingested.problems, ingested.overdue) == ((), ())
    assert world.batch(SUNDAY).state is BatchState.QUIET


def test_who_pauses_and_resumes_begins_with_the_newest_listing(world: World) -> None:
    world.subscribe("ana@example.org")
    world.source.announce(MONDAY, paper("Monday's"))
    world.run(at(MONDAY))
    membership.pause(world.store, "ana@example.org")
    for days in range(1, 4):
        world.source.announce(MONDAY + timedelta(days=days), paper(f"Of day {days}"))
        world.run(at(MONDAY + timedelta(days=days)))

    membership.resume(world.store, "ana@example.org", now=at(MONDAY + timedelta(days=3)))
    world.run(at(MONDAY + timedelta(days=3)))

    assert world.titles("ana@example.org") == [["Monday's"], ["Of day 3"]]


def test_a_changed_hour_never_gives_a_date_two_editions(world: World) -> None:
    world.subscribe("ana@example.org")
    world.source.announce(MONDAY, paper("Monday's"))
    world.run(at(MONDAY))
    world.source.announce(MONDAY, paper("Later on Monday"))
    world.ingest(at(MONDAY, hour=9))

    membership.reschedule(world.store, "ana@example.org", now=at(MONDAY, hour=9), send_at=membership.hour("10:00"))
    world.run(at(MONDAY, hour=11))

    assert len(world.outbox) == 1


def test_a_preview_keeps_and_sends_nothing_and_shows_what_is_sent_later(world: World) -> None:
    world.source.announce(MONDAY, paper("Graph neural networks"))
    world.subscribe("ana@example.org")
    world.ingest(at(MONDAY))
    who = membership.find(world.store, "ana@example.org")

    seen = preview(world.store, world.settings, who, now=at(MONDAY))

    assert [item.paper.title for item in seen.recommendations] == ["Graph neural networks"]
    assert world.titles("ana@example.org") == []
    world.run(at(MONDAY))
    assert world.titles("ana@example.org") == [["Graph neural networks"]]


def test_explain_says_where_a_paper_ranks_and_what_keeps_it_out(world: World) -> None:
    good = paper("Graph neural networks")
    bad = paper("A survey on cooking", categories=("math.AP",))
    world.source.streams = ("cs.LG", "math.AP")
    world.source.announce(MONDAY, good, bad, paper("Graph theory"))
    world.subscribe("ana@example.org", interests=["graph neural networks"], categories=["cs.LG"])
    membership.describe(world.store, "ana@example.org", ProfileField.EXCLUDE, ["survey"])
    world.ingest(at(MONDAY))
    who = membership.find(world.store, "ana@example.org")

    first, last = (explain(world.store, world.settings, who, item.id, now=at(MONDAY)) for item in (good, bad))

    assert (first.place, first.obstacles) == (1, ())
    assert last.place is None
    assert last.obstacles[:2] == ("not in cs.LG", "has “survey”, which the reader excludes")
    assert sum(r.contribution for r in first.recommendation.reasons) == pytest.approx(
        first.recommendation.score, abs=1e-9
    )


def test_an_unknown_paper_id_keeps_no_vote_at_all(world: World) -> None:
    known = paper()
    world.source.announce(MONDAY, known)
    world.subscribe("ana@example.org")
    world.ingest(at(MONDAY))

    with pytest.raises(InvalidInput, match=r"unknown paper id: arxiv has no 2603\.99999"):
        world.like("ana@example.org", known.arxiv_id, "2603.99999")

    with world.store.read() as tx:
        assert tx.subscribers.profiles([1])[1].liked == ()


def test_a_liked_paper_that_is_not_kept_is_fetched_and_is_no_candidate(world: World) -> None:
    old = paper("Graph neural networks", number=777)
    world.source.announce(date(2026, 1, 5), old)
    world.source.announce(MONDAY, paper("Graph neural tangents"), paper("On cooking"), paper("On sailing"))
    world.subscribe("ana@example.org")
    world.like("ana@example.org", "https://arxiv.org/abs/2603.00777v3")

    world.run(at(MONDAY))

    assert world.titles("ana@example.org") == [["Graph neural tangents"]]
    assert "because you liked “Graph neural networks”" in world.mail()


def _fail_on_request(source: FakeSource, number: int) -> SourceError:
    """Spoil one request, counted from now."""
    error = SourceError("arxiv", "the answer broke off")
    page = source.page
    made = count(1)

    def spoiled(stream: str, cursor: Cursor | None, *, now: datetime) -> Page:
        if next(made) == number:
            raise error
        return page(stream, cursor, now=now)

    source.page = spoiled  # type: ignore[method-assign]  # for this test
    return error


def test_ids_of_the_same_paper_are_one() -> None:
    assert membership.paper_key("arXiv:2603.00001v2") == PaperId("arxiv:2603.00001")
