"""The ledger of what comes late, or not at all, and of time lost."""

from datetime import date, datetime, timedelta

import pytest

from digest.batches import BatchState
from digest.errors import SourceError
from digest.identity import PaperId
from digest.papers import AnnouncementKind, Cursor, Page, Paper
from tests.fakes import MONDAY, FakeSource, at, paper
from tests.world import (
    FRIDAY,
    NEXT_MONDAY,
    SATURDAY,
    SUNDAY,
    THURSDAY,
    TUESDAY,
    WEDNESDAY,
    WEEK,
    World,
    known_days,
    with_feed,
)

ANA = "ana@example.org"
COMPLETE, PARTIAL, QUIET = BatchState.COMPLETE, BatchState.PARTIAL, BatchState.QUIET


@pytest.fixture
def feed(world: World) -> FakeSource:
    return with_feed(world)


def test_a_late_paper_is_marked_in_announcement_edition_and_mail(world: World) -> None:
    world.subscribe(ANA)
    world.source.announce(MONDAY, paper("Monday's"))
    world.run(at(MONDAY))
    closed_at = world.batch(MONDAY).closed_at
    world.source.announce(MONDAY, paper("Late"))
    world.ingest(at(MONDAY, hour=20))
    world.source.announce(TUESDAY, paper("Tuesday's"))
    world.run(at(TUESDAY))

    found = world.batch(MONDAY)
    assert (found.state, found.expected, found.arrived, found.late) == (COMPLETE, 2, 2, 1)
    assert found.closed_at == closed_at
    assert {title: item.late for title, item in world.fresh().items()} == {
        "Monday's": False,
        "Late": True,
        "Tuesday's": False,
    }
    assert {item.paper.title: item.late for item in world.edition(ANA).recommendations} == {
        "Late": True,
        "Tuesday's": False,
    }
    assert "late: it belongs to the listing of Monday 2 March" in world.mail()
    assert world.mail().count("late:") == 1


def test_what_one_source_alone_told_of_late_is_not_late_where_the_other_told_in_time(
    world: World, feed: FakeSource
) -> None:
    slow = paper("Slow in the reference")
    feed.announce(MONDAY, slow)
    world.source.announce(MONDAY, paper("Monday's"))
    world.ingest(at(MONDAY))
    world.source.announce(MONDAY, slow)

    world.ingest(at(MONDAY, hour=20))

    assert not world.fresh()["Slow in the reference"].late
    assert (world.batch(MONDAY).arrived, world.batch(MONDAY).late) == (2, 0)


def test_what_is_announced_on_a_day_believed_to_be_quiet_is_late(world: World) -> None:
    following = known_days(world, papers=1, days=3)
    world.ingest(at(following))
    world.source.announce(following, paper("After all"))

    world.ingest(at(following, hour=20))

    found = world.batch(following)
    assert (found.state, found.arrived, found.late, found.why) == (COMPLETE, 1, 1, "")
    assert world.fresh()["After all"].late


def test_a_paper_that_cannot_be_read_is_missing_until_it_arrives(world: World) -> None:
    item = paper("Damaged")
    world.source.announce(MONDAY, paper(), paper())
    world.source.unreadable = {MONDAY: [item.id]}

    ingested = world.ingest(at(MONDAY))
    told = world.batch(MONDAY)
    world.source.unreadable.clear()
    world.source.announce(TUESDAY, paper())
    world.ingest(at(TUESDAY))
    still = world.batch(MONDAY)
    world.source.announce(WEDNESDAY, item)
    mended = world.ingest(at(WEDNESDAY))

    assert (told.state, told.expected, told.arrived, told.missing) == (PARTIAL, 3, 2, (item.id,))
    assert told.why == "1 paper was named and cannot be read"
    assert [batch.day for batch in ingested.overdue] == [MONDAY]
    assert still == told
    found = world.batch(MONDAY)
    assert (found.state, found.expected, found.arrived, found.missing) == (COMPLETE, 2, 2, ())
    assert mended.overdue == ()


def test_what_is_missing_is_told_for_a_week_and_kept_for_ever(world: World) -> None:
    lost = PaperId("arxiv:2603.99999")
    world.source.announce(MONDAY, paper())
    world.source.unreadable = {MONDAY: [lost]}
    world.ingest(at(MONDAY))
    world.source.unreadable.clear()
    told = []
    for days in range(1, 12):
        day = MONDAY + timedelta(days=days)
        world.source.announce(day, paper())
        told.append([batch.day for batch in world.ingest(at(day)).overdue])

    kept = world.batch(MONDAY)
    world.source.announce(day, paper(id=lost))
    world.ingest(at(day, hour=20))

    assert told == [[MONDAY]] * 6 + [[]] * 5
    assert (kept.state, kept.missing) == (PARTIAL, (lost,))
    assert (world.batch(MONDAY).state, world.batch(MONDAY).missing) == (COMPLETE, ())


def test_a_paper_named_after_the_close_that_cannot_be_read_opens_the_batch_again(world: World) -> None:
    lost = PaperId("arxiv:2603.99999")
    world.source.announce(MONDAY, paper())
    world.ingest(at(MONDAY))
    closed_at = world.batch(MONDAY).closed_at
    world.source.unreadable = {MONDAY: [lost]}

    ingested = world.ingest(at(MONDAY, hour=12))

    found = world.batch(MONDAY)
    assert (found.state, found.missing, found.expected, found.arrived) == (PARTIAL, (lost,), 2, 1)
    assert found.closed_at == closed_at
    assert [batch.missing for batch in ingested.overdue] == [(lost,)]


def test_a_day_of_which_nothing_can_be_read_is_partial_from_the_first_harvest_on(world: World) -> None:
    lost = PaperId("arxiv:2603.99999")
    world.source.unreadable = {MONDAY: [lost]}
    world.source.announce(TUESDAY, paper())

    world.ingest(at(TUESDAY))

    assert world.ledger() == {MONDAY: PARTIAL, TUESDAY: COMPLETE}
    assert world.batch(MONDAY).missing == (lost,)


def test_a_batch_whose_only_paper_turns_out_to_be_of_the_day_before_was_quiet(world: World, feed: FakeSource) -> None:
    known_days(world, papers=9, days=3)
    feed.failures = [SourceError("arxiv-rss", "no answer in time")]
    item = paper("Told on Thursday")
    world.source.announce(THURSDAY, item)
    world.ingest(at(THURSDAY))
    before = world.batch(THURSDAY)
    feed.announce(WEDNESDAY, item)

    corrected = world.ingest(at(THURSDAY, hour=20))
    world.source.announce(FRIDAY, paper())
    world.ingest(at(FRIDAY))

    assert (before.state, before.arrived) == (COMPLETE, 1)
    assert corrected.overdue == ()  # what was whole is no alarm
    assert [world.batch(day).arrived for day in (WEDNESDAY, THURSDAY)] == [10, 0]
    assert world.batch(THURSDAY).state is QUIET


def test_a_paper_that_is_held_already_is_not_missing(world: World, feed: FakeSource) -> None:
    item = paper()
    world.source.announce(MONDAY, item)
    feed.unreadable = {MONDAY: [item.id]}

    world.ingest(at(MONDAY))

    assert (world.batch(MONDAY).state, world.batch(MONDAY).missing) == (COMPLETE, ())


@pytest.mark.parametrize("slip", [date.min, date(1991, 8, 14), date(2099, 1, 1), date.max])
def test_a_date_that_no_listing_can_have_does_not_upset_the_ledger(world: World, slip: date) -> None:
    known_days(world, papers=1, days=1)
    page, item = world.source.page, paper()

    def slipping(stream: str, cursor: Cursor | None, *, now: datetime) -> Page:
        world.source.announce(now.date(), paper())
        world.source.listings[slip] = [item]
        world.source.kinds[slip, item.id] = AnnouncementKind.NEW
        world.source.unreadable = {slip: [PaperId("arxiv:2603.99999")]}
        return page(stream, cursor, now=now)

    world.source.page = slipping  # type: ignore[method-assign]  # for this test
    world.source._listed = lambda first, last: [  # type: ignore[method-assign]  # for this test
        (day, each) for day, papers in world.source.listings.items() for each in papers
    ]
    world.ingest(at(TUESDAY))
    world.ingest(at(WEDNESDAY))

    assert world.ledger() == {MONDAY: COMPLETE, TUESDAY: COMPLETE, WEDNESDAY: COMPLETE}


def test_five_days_without_a_run_are_caught_up_oldest_first(world: World, feed: FakeSource) -> None:
    world.subscribe(ANA)
    listed: dict[date, list[Paper]] = {day: [paper(f"{day}, {n}") for n in range(3)] for day in (*WEEK, NEXT_MONDAY)}
    for day, papers in listed.items():
        world.source.announce(day, *papers)
    feed.announce(MONDAY, *listed[MONDAY])
    world.run(at(MONDAY))
    feed.listings = {NEXT_MONDAY: listed[NEXT_MONDAY]}
    feed.kinds = {(NEXT_MONDAY, item.id): AnnouncementKind.NEW for item in listed[NEXT_MONDAY]}

    ingested, *_ = world.run(at(NEXT_MONDAY))

    assert ingested.is_whole
    assert world.ledger() == dict.fromkeys(WEEK, COMPLETE) | {SATURDAY: QUIET, SUNDAY: QUIET, NEXT_MONDAY: COMPLETE}
    assert {world.batch(day).arrived for day in listed} == {3}
    with world.store.read() as tx:
        of_the_reference = [item.day for item in tx.announcements.fresh_since(0) if item.day != NEXT_MONDAY]
    assert of_the_reference == sorted(of_the_reference)
    assert sorted(world.titles(ANA)[-1]) == sorted(
        item.title for day in listed for item in listed[day] if day != MONDAY
    )
    assert not any(item.late for item in world.edition(ANA).recommendations)


def test_a_very_long_time_without_a_run_leaves_no_day_out(world: World) -> None:
    world.source.announce(MONDAY, paper())
    world.ingest(at(MONDAY))
    back = MONDAY + timedelta(days=70)
    world.source.announce(back, paper())

    world.ingest(at(back))

    assert len(world.ledger()) == 71
    assert set(world.ledger().values()) == {COMPLETE, QUIET}
