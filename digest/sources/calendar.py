"""When arXiv announces: New York time, Sunday to Thursday evening, on the listing of the next day.

https://info.arxiv.org/help/availability.html
"""

from collections.abc import Set
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
OAI_READY = time(22, 45)  # the evening before the listing's date; OAI-PMH is whole about 22:30
RSS_READY = time(0, 10)  # on the listing's date; the feeds are rebuilt at midnight


def is_announcement_day(day: date, deferred: Set[date]) -> bool:
    """Whether a listing carries this date: Monday to Friday, unless arXiv deferred the evening before."""
    return day.weekday() < 5 and day - timedelta(days=1) not in deferred


def ready_at(day: date, at: time = OAI_READY) -> datetime:
    """When OAI-PMH holds the whole listing of `day`; `at` is New York time of the evening before."""
    return datetime.combine(day - timedelta(days=1), at, NEW_YORK)


def newest_listing(day: date, deferred: Set[date]) -> date:
    """The date of the newest listing dated `day` or earlier."""
    while not is_announcement_day(day, deferred):
        day -= timedelta(days=1)
    return day


def newest_ready_at(now: datetime, deferred: Set[date], at: time = OAI_READY) -> datetime:
    """When OAI-PMH came to hold the newest listing that it holds by `now`."""
    day = now.date() + timedelta(days=1)
    while not (is_announcement_day(day, deferred) and ready_at(day, at) <= now):
        day -= timedelta(days=1)
    return ready_at(day, at)


def announced_between(first: date, now: datetime, deferred: Set[date], at: time = OAI_READY) -> bool:
    """Whether a listing dated `first` or later has become ready by `now`."""
    days = ((now + timedelta(days=1)).date() - first).days + 1
    listed = (first + timedelta(days=n) for n in range(max(days, 0)))
    return any(is_announcement_day(day, deferred) and ready_at(day, at) <= now for day in listed)


def feed_ready_at(day: date, at: time = RSS_READY) -> datetime:
    """When the RSS feeds show the listing of `day`; `at` is New York time of that day."""
    return datetime.combine(day, at, NEW_YORK)


def feed_listing_due(now: datetime, deferred: Set[date], at: time = RSS_READY) -> bool:
    """Whether the RSS feeds must show papers at `now`: they hold one day, and are empty on a day without a listing."""
    today = now.astimezone(NEW_YORK).date()
    return is_announcement_day(today, deferred) and feed_ready_at(today, at) <= now


def newest_feed_listing(now: datetime, deferred: Set[date], at: time = RSS_READY) -> date:
    """The date of the newest listing that the RSS feeds must have shown by `now`."""
    day = now.astimezone(NEW_YORK).date()
    while not (is_announcement_day(day, deferred) and feed_ready_at(day, at) <= now):
        day -= timedelta(days=1)
    return day
