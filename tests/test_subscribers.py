"""A schedule has exactly one instant for every wanted local date, whatever the clocks do; a profile adds up."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.identity import PaperId
from digest.subscribers import EVERY_DAY, MAIN, Interest, Profile, Schedule, Vote

DAY = timedelta(days=1)
TICK = timedelta(minutes=5)
CHANGES = {  # local dates on which the clocks change; Kolkata's never do
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
    "Asia/Kolkata": (date(2026, 3, 29), date(2026, 10, 25)),
}
HOURS = (time(0, 0), time(2, 30), time(7, 0))
AROUND = [(zone, change, hour) for zone, changes in CHANGES.items() for change in changes for hour in HOURS]

around_the_changes = pytest.mark.parametrize(("zone", "change", "hour"), AROUND)


def schedule(zone: str, hour: time, days: frozenset[int] = EVERY_DAY) -> Schedule:
    return Schedule(timezone=ZoneInfo(zone), send_at=hour, days=days)


def dates(change: date) -> list[date]:
    return [change + n * DAY for n in range(-3, 4)]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def vote(paper: str, hour: int) -> Vote:
    return Vote(paper=PaperId(paper), given_at=datetime(2026, 3, 2, hour, tzinfo=UTC))


@around_the_changes
def test_every_local_date_has_one_instant_of_its_own(zone: str, change: date, hour: time) -> None:
    wanted = schedule(zone, hour)
    instants = [wanted.instant(day) for day in dates(change)]
    assert [wanted.local_date(instant) for instant in instants] == dates(change)
    for earlier, later in pairwise(instants):
        assert timedelta(hours=22, minutes=59) <= later - earlier <= timedelta(hours=25, minutes=1)


@around_the_changes
def test_ticks_open_every_date_once_at_its_hour(zone: str, change: date, hour: time) -> None:
    """A tick every five minutes, as a scheduler gives it, finds every date once and none twice."""
    wanted = schedule(zone, hour)
    begin, end = wanted.instant(dates(change)[0]), wanted.instant(dates(change)[-1] + DAY)
    moments = [begin + n * TICK for n in range((end - begin) // TICK)]
    opened: dict[date, datetime] = {}
    last: date | None = None
    for moment in moments:
        slot = wanted.open_slot(moment)
        if slot is not None and slot != last:
            assert slot not in opened
            opened[slot] = moment
            last = slot
    assert list(opened) == dates(change)
    assert opened == {day: wanted.instant(day) for day in dates(change)}


@around_the_changes
def test_one_due_time_after_the_other_meets_every_date(zone: str, change: date, hour: time) -> None:
    """As editions are made: due, made for the open slot, due again from the next date on."""
    wanted = schedule(zone, hour)
    due = wanted.next_instant(dates(change)[0])
    made = []
    for _ in dates(change):
        slot = wanted.open_slot(due)
        assert slot is not None
        made.append(slot)
        due = wanted.next_instant(slot + DAY)
    assert made == dates(change)


@around_the_changes
def test_a_slot_stays_open_until_its_date_ends(zone: str, change: date, hour: time) -> None:
    wanted = schedule(zone, hour)
    for day in dates(change):
        midnight = datetime.combine(day + DAY, time(), wanted.timezone).astimezone(UTC)
        assert wanted.open_slot(wanted.instant(day)) == day
        assert wanted.open_slot(midnight - timedelta(seconds=1)) == day
        assert wanted.open_slot(midnight) == (day + DAY if hour == time(0, 0) else None)
        before = wanted.open_slot(wanted.instant(day) - timedelta(seconds=1))
        assert before == (day - DAY if hour == time(0, 0) else None)


@pytest.mark.parametrize(
    ("zone", "day", "hour", "instant"),
    [
        ("Europe/Berlin", date(2026, 3, 28), time(2, 30), "2026-03-28T01:30"),
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), "2026-03-29T01:30"),  # skipped: 03:30 on the new clock
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), "2026-10-25T00:30"),  # twice: the first
        ("America/New_York", date(2026, 3, 8), time(2, 30), "2026-03-08T07:30"),  # skipped
        ("America/New_York", date(2026, 11, 1), time(1, 30), "2026-11-01T05:30"),  # twice: the first
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), "2026-04-04T14:45"),  # twice: the first
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), "2026-10-03T15:45"),  # skipped by half an hour
        ("Asia/Kolkata", date(2026, 3, 29), time(0, 0), "2026-03-28T18:30"),
    ],
)
def test_hours_that_are_skipped_or_come_twice(zone: str, day: date, hour: time, instant: str) -> None:
    assert schedule(zone, hour).instant(day) == utc(instant)
    assert schedule(zone, hour).instant(day).tzinfo is UTC


def test_a_local_date_is_not_the_date_in_utc() -> None:
    moment = utc("2026-03-05T20:00")
    assert schedule("Asia/Kolkata", time(7)).local_date(moment) == date(2026, 3, 6)
    assert schedule("America/New_York", time(7)).local_date(moment) == date(2026, 3, 5)


def test_only_wanted_days_are_open() -> None:
    weekdays = schedule("Europe/Berlin", time(7), frozenset(range(5)))
    friday, saturday, monday = date(2026, 3, 27), date(2026, 3, 28), date(2026, 3, 30)
    assert weekdays.open_slot(utc("2026-03-27T07:00")) == friday
    assert weekdays.open_slot(utc("2026-03-28T07:00")) is None
    assert weekdays.next_instant(friday) == utc("2026-03-27T06:00")
    assert weekdays.next_instant(saturday) == weekdays.next_instant(monday) == utc("2026-03-30T05:00")


@pytest.mark.parametrize("weekday", range(7))
def test_a_reader_of_one_day_a_week_is_due_on_that_day(weekday: int) -> None:
    weekly = schedule("Australia/Lord_Howe", time(2, 30), frozenset({weekday}))
    first = date(2026, 4, 1)
    for day in (first + n * DAY for n in range(14)):
        found = weekly.local_date(weekly.next_instant(day))
        assert found.weekday() == weekday
        assert timedelta(0) <= found - day < 7 * DAY


@given(
    zone=st.sampled_from(sorted(CHANGES)),
    hour=st.times().map(lambda found: found.replace(second=0, microsecond=0)),
    days=st.frozensets(st.integers(0, 6), min_size=1),
    moment=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
)
def test_what_is_open_is_wanted_due_and_of_today(zone: str, hour: time, days: frozenset[int], moment: datetime) -> None:
    wanted = schedule(zone, hour, days)
    slot, today = wanted.open_slot(moment), wanted.local_date(moment)
    assert (slot == today) is (today.weekday() in days and wanted.instant(today) <= moment)
    assert slot in {None, today}
    coming = wanted.next_instant(today + DAY)
    assert coming > moment
    assert wanted.open_slot(coming) == wanted.local_date(coming)


def test_the_usual_schedule_is_seven_in_utc_every_day() -> None:
    assert Schedule().instant(date(2026, 3, 1)) == utc("2026-03-01T07:00")
    assert Schedule().days == EVERY_DAY == frozenset(range(7))


@pytest.mark.parametrize(
    ("interest", "says_something"),
    [
        (Interest(), False),
        (Interest(categories=("cs",), exclude=("x",), weight=3, quota=2), False),
        (Interest(texts=("x",)), True),
        (Interest(include=("x",)), True),
        (Interest(follow=("x",)), True),
        (Interest(organisations=("x",)), True),
        (Interest(liked=(vote("1", 1),)), True),
        (Interest(disliked=(vote("1", 1),)), False),
    ],
)
def test_an_interest_says_something_when_papers_can_be_ranked_by_it(interest: Interest, says_something: bool) -> None:
    assert interest.says_something is says_something
    assert Profile(interests=(Interest(name="silent"), interest)).says_something is says_something


def test_whoever_has_no_interest_says_nothing_and_wants_every_category() -> None:
    assert not Profile().says_something
    assert Profile().categories == Profile().liked == Profile().disliked == ()


def test_votes_of_all_interests_are_one_list_with_the_oldest_first() -> None:
    profile = Profile(
        interests=(
            Interest(name="ants", liked=(vote("a", 2), vote("b", 5)), disliked=(vote("x", 9),)),
            Interest(name="bees", liked=(vote("c", 1), vote("a", 3)), disliked=(vote("y", 4),)),
        )
    )
    assert profile.liked == ("c", "a", "b")
    assert profile.disliked == ("y", "x")


def test_categories_are_those_of_any_interest_unless_one_wants_all() -> None:
    ants, bees = Interest(name="ants", categories=("cs.LG", "q-bio")), Interest(name="bees", categories=("q-bio", "cs"))
    assert Profile(interests=(ants, bees)).categories == ("cs.LG", "q-bio", "cs")
    assert Profile(interests=(ants, Interest(name="anything"))).categories == ()


def test_an_interest_is_found_by_its_name_in_any_case_of_letters() -> None:
    streets = Interest(name="Straßen")
    profile = Profile(interests=(Interest(), streets))
    assert profile.interest("STRASSEN") is streets
    assert profile.interest("Main") == Interest(name=MAIN)
    assert profile.interest("Strasse") is None
