"""Editions across clock changes, a host asleep, and a time zone changed on the day: one for each local date."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from digest import membership
from digest.subscribers import Schedule
from tests.fakes import paper
from tests.world import World

CHANGES = [  # zone, and the local dates on which its clocks change in 2026 (Asia/Kolkata: they never do)
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Asia/Kolkata", date(2026, 3, 29)),
]
HOURS = [time(0, 0), time(2, 30), time(7, 0)]


def slot_dates(world: World, reader: int = 1) -> Counter[date]:
    with world.store.read() as tx:
        return Counter(edition.slot_date for edition in tx.editions.of(reader, limit=99))


def local(zone: str, day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def live(world: World, zone: str, first: datetime, last: datetime, *, asleep: tuple[datetime, datetime] | None) -> None:
    """Compose every half hour, with something new every six hours."""
    for half_hours in range(int((last - first) / timedelta(minutes=30)) + 1):
        moment = first + half_hours * timedelta(minutes=30)
        if asleep is not None and asleep[0] <= moment < asleep[1]:
            continue
        if half_hours % 12 == 0:
            world.source.announce(moment.date(), paper(f"Of {moment}"))
            world.ingest(moment)
        world.compose(moment)


@pytest.mark.parametrize(("zone", "change"), CHANGES, ids=str)
def test_across_a_clock_change_each_local_date_has_one_edition_at_its_hour(
    world: World, zone: str, change: date
) -> None:
    first, last = change - timedelta(days=1), change + timedelta(days=1)
    begin, end = local(zone, first, time(0, 0)), local(zone, last, time(23, 30))
    schedules = {number: Schedule(timezone=ZoneInfo(zone), send_at=hour) for number, hour in enumerate(HOURS, start=1)}
    for number, schedule in schedules.items():
        world.subscribe(f"reader{number}@example.org", now=begin, schedule=schedule)

    live(world, zone, begin, end, asleep=None)

    for number, schedule in schedules.items():
        assert slot_dates(world, number) == {first: 1, change: 1, last: 1}, schedule
        with world.store.read() as tx:
            for edition in tx.editions.of(number, limit=9):
                due = schedule.instant(edition.slot_date)
                assert due <= edition.created_at < due + timedelta(minutes=30), schedule


@pytest.mark.parametrize(("zone", "change"), CHANGES, ids=str)
def test_a_host_asleep_for_two_days_catches_up_with_one_edition(world: World, zone: str, change: date) -> None:
    begin, end = (
        local(zone, change - timedelta(days=1), time(6, 0)),
        local(zone, change + timedelta(days=2), time(20, 0)),
    )
    sleep = (local(zone, change - timedelta(days=1), time(12, 0)), local(zone, change + timedelta(days=1), time(12, 0)))
    world.subscribe("ana@example.org", now=begin, schedule=Schedule(timezone=ZoneInfo(zone)))

    live(world, zone, begin, end, asleep=sleep)

    awake = [change - timedelta(days=1), change + timedelta(days=1), change + timedelta(days=2)]
    assert slot_dates(world) == dict.fromkeys(awake, 1)


@pytest.mark.parametrize("new", ["America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"])
def test_a_zone_changed_on_the_day_gives_no_date_two_editions(world: World, new: str) -> None:
    day = date(2026, 3, 29)
    begin = local("Europe/Berlin", day, time(6, 0))
    world.subscribe("ana@example.org", now=begin, schedule=Schedule(timezone=ZoneInfo("Europe/Berlin")))
    noon = local("Europe/Berlin", day, time(12, 0))
    live(world, "Europe/Berlin", begin, noon, asleep=None)

    membership.reschedule(world.store, "ana@example.org", now=noon, zone=ZoneInfo(new))
    live(world, new, noon + timedelta(minutes=30), local(new, day + timedelta(days=2), time(23, 30)), asleep=None)

    assert slot_dates(world) == {day: 1, day + timedelta(days=1): 1, day + timedelta(days=2): 1}
