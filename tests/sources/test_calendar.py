"""When arXiv announces: five evenings a week in New York, each for the listing of the next day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.sources.arxiv import Arxiv
from digest.sources.calendar import announced_between, is_announcement_day, ready_at
from digest.sources.settings import ArxivSettings
from tests.sources.conftest import Clients, unhurried

MONDAY = date(2026, 3, 9)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
THANKSGIVING = date(2026, 11, 26)  # a Thursday; deferred, so Friday has no listing
DEFERRED = frozenset({THANKSGIVING})
NEVER: frozenset[date] = frozenset()


def announced(first: date, now: datetime, deferred: frozenset[date] = NEVER) -> bool:
    return announced_between(first, now, deferred)


# ------------------------------------------------------------ days


@pytest.mark.parametrize("days", range(5))
def test_every_weekday_has_a_listing(days: int) -> None:
    assert is_announcement_day(MONDAY + days * DAY, NEVER)


@pytest.mark.parametrize("days", [5, 6])
def test_saturday_and_sunday_have_none(days: int) -> None:
    assert not is_announcement_day(MONDAY + days * DAY, NEVER)


def test_a_deferred_evening_takes_the_listing_of_the_next_day() -> None:
    assert is_announcement_day(THANKSGIVING, DEFERRED)
    assert not is_announcement_day(THANKSGIVING + DAY, DEFERRED)


# ------------------------------------------------------------ instants


@pytest.mark.parametrize(
    ("listing", "ready"),
    [
        (date(2026, 3, 5), datetime(2026, 3, 5, 3, 45)),  # winter time
        (date(2026, 3, 9), datetime(2026, 3, 9, 2, 45)),  # clocks went forward that Sunday morning
        (date(2026, 10, 30), datetime(2026, 10, 30, 2, 45)),  # summer time
        (date(2026, 11, 2), datetime(2026, 11, 2, 3, 45)),  # clocks went back that Sunday morning
        (date(2027, 1, 1), datetime(2027, 1, 1, 3, 45)),
    ],
)
def test_a_listing_is_ready_the_evening_before_by_new_yorks_clock(listing: date, ready: datetime) -> None:
    assert ready_at(listing) == ready.replace(tzinfo=UTC)


@pytest.mark.parametrize("listing", [date(2026, 3, 5), MONDAY, date(2026, 10, 30), date(2026, 11, 2)])
def test_a_listing_is_announced_from_the_minute_it_is_ready(listing: date) -> None:
    assert not announced(listing, ready_at(listing) - MINUTE)
    assert announced(listing, ready_at(listing))


# ------------------------------------------------------------ between two instants


def test_what_came_out_since_the_first_day_counts() -> None:
    assert announced(MONDAY - 30 * DAY, ready_at(MONDAY))
    assert announced(MONDAY - 3 * DAY, ready_at(MONDAY - 3 * DAY))


def test_a_first_day_that_is_still_to_come_has_brought_nothing() -> None:
    assert not announced(MONDAY + 30 * DAY, ready_at(MONDAY))


@unhurried
@given(st.integers(0, 500), st.integers(1, 2), st.integers(0, 4 * 24 * 60))
def test_nothing_is_announced_over_a_bare_weekend(weeks: int, weekend_day: int, minutes: int) -> None:
    monday = MONDAY + weeks * 7 * DAY
    saturday_morning = datetime.combine(monday - 2 * DAY, datetime.min.time(), UTC)
    now = saturday_morning + minutes * MINUTE
    assert announced(monday - weekend_day * DAY, now) == (now >= ready_at(monday))


@unhurried
@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.integers(1, 60), st.sets(st.integers(0, 60)))
def test_a_listing_was_announced_exactly_if_one_of_its_days_was_ready(first: date, days: int, off: set[int]) -> None:
    now = datetime.combine(first + days * DAY, datetime.min.time(), UTC) + timedelta(hours=12)
    deferred = frozenset(first + number * DAY for number in off)
    listed = [first + number * DAY for number in range(days + 3)]
    ready = [day for day in listed if is_announcement_day(day, deferred) and ready_at(day) <= now]
    assert announced(first, now, deferred) == bool(ready)


def test_a_deferred_evening_and_its_weekend_bring_nothing() -> None:
    sunday = datetime(2026, 11, 29, 12, tzinfo=UTC)
    friday = THANKSGIVING + DAY
    assert announced(friday, sunday)
    assert not announced(friday, sunday, DEFERRED)


def test_the_source_knows_the_deferred_evenings_of_its_settings(clients: Clients) -> None:
    now = datetime(2026, 12, 12, 12, tzinfo=UTC)  # a Saturday
    ordinary = Arxiv(ArxivSettings(first_days=1), clients())
    quiet = Arxiv(ArxivSettings(first_days=1, deferred_days=(date(2026, 12, 10),)), clients())
    assert ordinary.announcement_due("cs.LG", None, now=now)
    assert not quiet.announcement_due("cs.LG", None, now=now)
