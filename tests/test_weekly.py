"""A weekly edition: on one day, for the week before it, and nothing of it twice."""

from datetime import timedelta

from digest import membership
from digest.papers import AnnouncementKind
from digest.signals import UPVOTES, Signal
from digest.subscribers import EditionKind, Schedule
from tests.fakes import MONDAY, at, paper
from tests.world import FRIDAY, NEXT_MONDAY, THURSDAY, TUESDAY, World

FRIDAYS = Schedule(days=frozenset({4}))


def test_the_first_weekly_edition_brings_the_week(world: World) -> None:
    for day, title in ((MONDAY, "Ants"), (THURSDAY, "Bees"), (FRIDAY, "Wasps")):
        world.source.announce(day, paper(title))
    world.subscribe("ana@example.org", kind=EditionKind.WEEKLY, schedule=FRIDAYS)
    for day in (MONDAY, THURSDAY, FRIDAY):
        world.run(at(day))

    assert [sorted(titles) for titles in world.titles("ana@example.org")] == [["Ants", "Bees", "Wasps"]]
    assert world.edition("ana@example.org").kind is EditionKind.WEEKLY


def test_the_next_one_brings_what_came_since(world: World) -> None:
    world.source.announce(FRIDAY, paper("Ants"))
    world.subscribe("ana@example.org", kind=EditionKind.WEEKLY, schedule=FRIDAYS)
    world.run(at(FRIDAY))
    world.source.announce(NEXT_MONDAY, paper("Bees"))
    world.source.announce(FRIDAY + timedelta(days=7), paper("Wasps"))
    world.run(at(NEXT_MONDAY))
    world.run(at(FRIDAY + timedelta(days=7)))

    assert [sorted(titles) for titles in world.titles("ana@example.org")] == [["Ants"], ["Bees", "Wasps"]]


def test_a_weekly_edition_of_many_days_comes_on_the_first_of_them(world: World) -> None:
    world.subscribe("ana@example.org", kind=EditionKind.WEEKLY)
    assert membership.find(world.store, "ana@example.org").schedule.days == frozenset({0})


def test_from_daily_to_weekly_and_back(world: World) -> None:
    world.source.announce(MONDAY, paper("Ants"))
    world.subscribe("ana@example.org")
    world.run(at(MONDAY))
    weekly = membership.reschedule(
        world.store, "ana@example.org", now=at(MONDAY), kind=EditionKind.WEEKLY, on=frozenset({4})
    )
    world.source.announce(TUESDAY, paper("Bees"))
    world.run(at(TUESDAY))
    world.run(at(FRIDAY))
    daily = membership.reschedule(world.store, "ana@example.org", now=at(FRIDAY), kind=EditionKind.DAILY)

    assert (weekly.schedule.days, len(daily.schedule.days)) == (frozenset({4}), 7)
    assert world.titles("ana@example.org") == [["Ants"], ["Bees"]]


def test_a_daily_readers_first_edition_is_of_the_day_whoever_else_begins_with_a_week(world: World) -> None:
    for day, title in ((MONDAY, "Ants"), (FRIDAY, "Wasps")):
        world.source.announce(day, paper(title))
        world.ingest(at(day))
    world.subscribe("ana@example.org", now=at(FRIDAY))
    world.subscribe("bea@example.org", now=at(FRIDAY), kind=EditionKind.WEEKLY, schedule=FRIDAYS)
    world.compose(at(FRIDAY))

    assert world.titles("ana@example.org") == [["Wasps"]]
    assert [sorted(titles) for titles in world.titles("bea@example.org")] == [["Ants", "Wasps"]]


def test_what_others_point_to_is_named_with_its_upvotes(world: World) -> None:
    popular = paper("Popular")
    world.source.announce(MONDAY, popular, kind=AnnouncementKind.TRENDING)
    world.source.announce(MONDAY, paper("Ants"))
    world.subscribe("ana@example.org")
    world.ingest(at(MONDAY))
    upvotes = Signal(subject=popular.id, name=UPVOTES, value=42.0, source="arxiv", observed_at=at(MONDAY))
    with world.store.begin() as tx:
        tx.signals.keep([upvotes])
    world.compose(at(MONDAY))

    assert [(each.paper.title, each.upvotes) for each in world.edition("ana@example.org").trending] == [("Popular", 42)]
