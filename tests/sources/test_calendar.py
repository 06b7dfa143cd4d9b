"""When arXiv announces: five evenings a week in New York, each for the listing of the next day."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.batches import Announces
from digest.sources.arxiv import Arxiv
from digest.sources.arxiv_details import ArxivDetails
from digest.sources.arxiv_rss import ArxivRss
from digest.sources.calendar import (
    feed_listing_due,
    feed_ready_at,
    is_announcement_day,
    newest_feed_listing,
    newest_listing,
    ready_at,
)
from digest.sources.settings import ArxivSettings
from tests.sources.conftest import Clients, unhurried

MONDAY = date(2026, 3, 9)
DAY = timedelta(days=1)
THANKSGIVING = date(2026, 11, 26)  # a Thursday; deferred, so Friday has no listing
DEFERRED = frozenset({THANKSGIVING})
NEVER: frozenset[date] = frozenset()


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


def test_over_a_deferred_evening_and_its_weekend_the_newest_listing_is_the_one_before() -> None:
    sunday = THANKSGIVING + 3 * DAY
    assert newest_listing(sunday, NEVER) == THANKSGIVING + DAY
    assert newest_listing(sunday, DEFERRED) == THANKSGIVING


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


@unhurried
@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))
def test_the_newest_listing_of_the_feeds_is_ready_and_the_one_after_it_is_not(now: datetime) -> None:
    newest = newest_feed_listing(now, NEVER)
    following = next(newest + n * DAY for n in range(1, 5) if (newest + n * DAY).weekday() < 5)
    assert feed_ready_at(newest) <= now < feed_ready_at(following)


@pytest.mark.parametrize(("minute", "due"), [(9, False), (10, True)])
def test_on_a_day_with_a_listing_the_feeds_are_due_from_ten_past_midnight_in_new_york(minute: int, due: bool) -> None:
    assert feed_listing_due(datetime(2026, 3, 10, 4, minute, tzinfo=UTC), NEVER) is due


def test_a_deferred_evening_leaves_the_feed_of_the_next_day_empty() -> None:
    friday = datetime(2026, 11, 27, 12, tzinfo=UTC)
    assert not feed_listing_due(friday, DEFERRED)
    assert newest_feed_listing(friday, DEFERRED) == THANKSGIVING


# ------------------------------------------------------------ what the sources say of it

FRIDAY = date(2026, 12, 11)


@pytest.mark.parametrize("kind", [Arxiv, ArxivDetails, ArxivRss])
def test_a_source_of_arxiv_announces_on_weekdays_but_after_the_deferred_evenings_of_its_settings(
    clients: Clients, kind: type[Arxiv | ArxivDetails | ArxivRss]
) -> None:
    source = kind(ArxivSettings(deferred_days=(FRIDAY - DAY,)), clients())
    said = [source.announces(FRIDAY + n * DAY) for n in (-1, 0, 1, 2, 3)]
    assert said == [Announces.YES, Announces.NO, Announces.NO, Announces.NO, Announces.YES]


@pytest.mark.parametrize("kind", [Arxiv, ArxivDetails])
def test_oai_shows_a_listing_on_the_evening_before_at_the_hour_of_its_settings(
    clients: Clients, kind: type[Arxiv | ArxivDetails]
) -> None:
    source = kind(ArxivSettings(oai_ready=time(23, 5)), clients())
    assert source.shown_at(MONDAY) == datetime(2026, 3, 9, 3, 5, tzinfo=UTC)
    assert source.shown_at(MONDAY).tzinfo is UTC


def test_the_feeds_show_a_listing_on_its_day_at_the_hour_of_its_settings(clients: Clients) -> None:
    source = ArxivRss(ArxivSettings(rss_ready=time(0, 20)), clients())
    assert source.shown_at(MONDAY) == datetime(2026, 3, 9, 4, 20, tzinfo=UTC)
    assert source.shown_at(date(2026, 1, 5)) == datetime(2026, 1, 5, 5, 20, tzinfo=UTC)
    assert source.shown_at(MONDAY).tzinfo is UTC
