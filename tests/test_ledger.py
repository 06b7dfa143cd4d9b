"""The ledger as it fills: what each day comes to while sources are slow, broken or silent."""

from datetime import date, datetime

import pytest

from digest.batches import BatchState
from digest.errors import SourceError
from digest.papers import AnnouncementKind, Cursor, Page
from tests.fakes import MONDAY, FakeSource, at, paper
from tests.world import NEXT_MONDAY, SATURDAY, SUNDAY, TUESDAY, WEDNESDAY, WEEK, World, known_days, with_feed

ANA = "ana@example.org"
WAITING, COMPLETE, PARTIAL = BatchState.WAITING, BatchState.COMPLETE, BatchState.PARTIAL
QUIET, STALLED, FAILED = BatchState.QUIET, BatchState.STALLED, BatchState.FAILED


@pytest.fixture
def feed(world: World) -> FakeSource:
    return with_feed(world)


def broken() -> SourceError:
    return SourceError("arxiv", "answered HTTP 500")


# ------------------------------------------------------------ a day's way


def test_a_batch_waits_for_the_slower_source_and_is_complete_when_both_were_read(
    world: World, feed: FakeSource
) -> None:
    item = paper()
    world.source.announce(MONDAY, item, paper())
    world.ingest(at(MONDAY, hour=4))
    waiting = world.batch(MONDAY)
    feed.announce(MONDAY, item)

    ingested = world.ingest(at(MONDAY, hour=5, minute=10))

    assert (waiting.state, waiting.why) == (WAITING, "its hour has not come")
    assert (waiting.closes_at, waiting.closed_at) == (at(MONDAY, hour=5, minute=20), None)
    complete = world.batch(MONDAY)
    assert (complete.state, complete.why, complete.closed_at) == (COMPLETE, "", at(MONDAY, hour=5, minute=10))
    assert (complete.expected, complete.arrived, complete.late, complete.missing) == (2, 2, 0, ())
    assert ingested.is_whole


def test_while_the_feed_is_down_a_batch_is_complete_at_its_hour(world: World, feed: FakeSource) -> None:
    world.source.announce(MONDAY, paper())
    feed.failures = [broken(), broken()]

    world.ingest(at(MONDAY, hour=5, minute=19))
    before = world.batch(MONDAY).state
    ingested = world.ingest(at(MONDAY, hour=5, minute=20))

    assert before is WAITING
    assert world.batch(MONDAY).state is COMPLETE
    assert ingested.is_whole
    assert [str(problem) for problem in ingested.problems] == ["arxiv-rss cs.LG: answered HTTP 500"]


def test_while_the_reference_is_down_a_batch_is_partial_and_catches_up(world: World, feed: FakeSource) -> None:
    item, other = paper("Both"), paper("Of the reference")
    feed.announce(MONDAY, item)
    world.source.announce(MONDAY, item, other)
    world.source.failures = [broken()]

    ingested = world.ingest(at(MONDAY))
    partial = world.batch(MONDAY)
    world.ingest(at(MONDAY, hour=9))

    assert (partial.state, partial.expected, partial.arrived) == (PARTIAL, 1, 1)
    assert partial.why == "the reference was not read to its end: answered HTTP 500"
    assert [batch.day for batch in ingested.overdue] == [MONDAY]
    assert not ingested.is_whole
    whole = world.batch(MONDAY)
    assert (whole.state, whole.expected, whole.arrived, whole.late) == (COMPLETE, 2, 2, 0)
    assert not world.fresh()["Of the reference"].late


def test_while_no_source_can_be_read_a_batch_has_failed_and_catches_up(world: World, feed: FakeSource) -> None:
    world.source.announce(MONDAY, paper())
    world.source.failures, feed.failures = [broken()], [SourceError("arxiv-rss", "no answer in time")]

    world.ingest(at(MONDAY))
    failed = world.batch(MONDAY)
    world.ingest(at(MONDAY, hour=9))

    assert (failed.state, failed.why) == (FAILED, "answered HTTP 500")
    assert world.batch(MONDAY).state is COMPLETE


def test_a_harvest_that_breaks_off_leaves_a_batch_partial(world: World) -> None:
    world.source.announce(MONDAY, *(paper() for _ in range(3)))
    page = world.source.page

    def breaks_off(stream: str, cursor: Cursor | None, *, now: datetime) -> Page:
        if cursor is not None and cursor.token:
            raise SourceError("arxiv", "the answer broke off")
        return page(stream, cursor, now=now)

    world.source.page = breaks_off  # type: ignore[method-assign]  # for this test
    world.ingest(at(MONDAY))
    partial = world.batch(MONDAY)
    world.source.page = page  # type: ignore[method-assign]  # for this test
    world.ingest(at(MONDAY, hour=8))

    assert (partial.state, partial.arrived) == (PARTIAL, 2)
    assert partial.why == "the reference was not read to its end: the answer broke off"
    assert (world.batch(MONDAY).state, world.batch(MONDAY).arrived) == (COMPLETE, 3)


def test_a_paper_counts_in_every_stream_that_names_it_and_once_in_each(world: World, feed: FakeSource) -> None:
    world.source.streams = feed.streams = ("cs.LG", "stat.ML")
    both, one = paper(categories=("cs.LG", "stat.ML")), paper()
    for source in (world.source, feed):
        source.announce(MONDAY, both, one)

    world.ingest(at(MONDAY))

    assert [world.batch(MONDAY, stream).arrived for stream in ("cs.LG", "stat.ML")] == [2, 1]


def test_replacements_do_not_count(world: World) -> None:
    world.source.announce(MONDAY, paper())
    world.source.announce(MONDAY, paper(), kind=AnnouncementKind.REPLACEMENT)

    world.ingest(at(MONDAY))

    assert world.batch(MONDAY).expected == 1


def test_reading_again_changes_nothing(world: World, feed: FakeSource) -> None:
    for day in WEEK:
        world.source.announce(day, paper())
        feed.announce(day, paper())
    world.ingest(at(SATURDAY))
    with world.store.read() as tx:
        before = tx.batches.between(date.min, date.max)

    world.ingest(at(SATURDAY, hour=9))

    with world.store.read() as tx:
        assert tx.batches.between(date.min, date.max) == before


# ------------------------------------------------------------ silence


@pytest.mark.parametrize("still_shows_the_last", [False, True])
def test_a_stalled_day_was_a_holiday_once_the_next_listing_comes(world: World, still_shows_the_last: bool) -> None:
    world.source.announce(MONDAY, paper())
    world.ingest(at(MONDAY))
    if not still_shows_the_last:
        world.source.listings.clear()

    ingested = world.ingest(at(TUESDAY))
    stalled = world.batch(TUESDAY)
    world.source.announce(WEDNESDAY, paper())
    caught_up = world.ingest(at(WEDNESDAY))

    assert (stalled.state, stalled.why) == (STALLED, "the listing is empty although one was due")
    assert [batch.day for batch in ingested.overdue] == [TUESDAY]
    assert world.ledger() == {MONDAY: COMPLETE, TUESDAY: QUIET, WEDNESDAY: COMPLETE}
    assert world.batch(TUESDAY).why == "nothing was announced, and the source has gone on to later days"
    assert caught_up.overdue == ()


def test_a_listing_that_comes_after_its_day_was_stalled_is_not_late(world: World) -> None:
    world.source.announce(MONDAY, paper())
    world.ingest(at(MONDAY))
    world.ingest(at(TUESDAY))
    world.source.announce(TUESDAY, paper("Slow"))

    world.ingest(at(TUESDAY, hour=12))

    assert world.batch(TUESDAY).state is COMPLETE
    assert not world.fresh()["Slow"].late


@pytest.mark.parametrize(("days", "state"), [(2, STALLED), (3, QUIET)])
def test_the_silence_of_a_small_category_is_believed_after_three_known_days(
    world: World, days: int, state: BatchState
) -> None:
    following = known_days(world, papers=6, days=days)

    world.ingest(at(following))

    assert world.batch(following).state is state


def test_the_silence_of_a_large_category_is_not_believed(world: World) -> None:
    following = known_days(world, papers=7, days=3)

    ingested = world.ingest(at(following))

    assert world.batch(following).state is STALLED
    assert ingested.overdue[0].why == "the listing is empty although one was due, where about 7 papers are usual"


def test_the_silence_of_an_unknown_category_is_believed_where_another_has_papers(world: World) -> None:
    world.source.streams = ("cs.LG", "math.AP")
    world.source.announce(MONDAY, paper())

    world.ingest(at(MONDAY))
    world.ingest(at(TUESDAY))

    assert world.ledger("math.AP") == {MONDAY: QUIET, TUESDAY: STALLED}


def test_the_silence_of_the_reference_is_not_believed_while_the_feed_cannot_be_read(
    world: World, feed: FakeSource
) -> None:
    following = known_days(world, papers=1, days=3)
    feed.failures = [broken()]

    world.ingest(at(following))
    unsure = world.batch(following).state
    world.ingest(at(following, hour=8))

    assert unsure is STALLED
    assert world.batch(following).state is QUIET


def test_the_silence_of_the_reference_is_not_believed_while_the_feed_names_papers(
    world: World, feed: FakeSource
) -> None:
    following = known_days(world, papers=1, days=3)
    world.source.listings.clear()
    feed.announce(following, paper("Of the feed"))

    world.ingest(at(following))

    partial = world.batch(following)
    assert (partial.state, partial.arrived) == (PARTIAL, 1)
    assert partial.why == "the reference has nothing, although other sources name papers"


def test_before_its_hour_silence_is_no_fault(world: World) -> None:
    world.source.announce(MONDAY, paper())
    world.ingest(at(MONDAY))

    early = world.ingest(at(TUESDAY, hour=3, minute=19))
    before = world.batch(TUESDAY).state
    world.ingest(at(TUESDAY, hour=3, minute=20))

    assert early.overdue == ()
    assert before is WAITING
    assert world.batch(TUESDAY).state is STALLED


def test_weekends_are_quiet(world: World) -> None:
    for day in (*WEEK, NEXT_MONDAY):
        world.source.announce(day, paper())
        world.ingest(at(day))

    assert world.ledger() == dict.fromkeys(WEEK, COMPLETE) | {SATURDAY: QUIET, SUNDAY: QUIET, NEXT_MONDAY: COMPLETE}
    assert world.batch(SUNDAY).why == "no listing on this day"


def test_a_holiday_of_the_calendar_is_quiet_at_once(world: World) -> None:
    world.source.holidays = {TUESDAY}
    known_days(world, papers=9, days=1)

    ingested = world.ingest(at(TUESDAY, hour=3, minute=0))

    assert world.batch(TUESDAY).state is QUIET
    assert ingested.overdue == ()


def test_papers_on_a_day_without_a_listing_are_counted_all_the_same(world: World) -> None:
    world.source.announce(SATURDAY, paper())

    world.ingest(at(SUNDAY))

    assert (world.batch(SATURDAY).state, world.batch(SATURDAY).arrived) == (COMPLETE, 1)
