"""When arXiv announces: New York time, Sunday to Thursday evening, on the listing of the next day.

https://info.arxiv.org/help/availability.html
"""

from collections.abc import Set
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from digest.batches import Announces

NEW_YORK = ZoneInfo("America/New_York")
OAI_READY = time(22, 45)  # the evening before the listing's date; OAI-PMH is whole about 22:30
RSS_READY = time(0, 10)  # on the listing's date; the feeds are rebuilt at midnight


def is_announcement_day(day: date, deferred: Set[date]) -> bool:
    """Whether a listing carries this date: Monday to Friday, unless arXiv deferred the evening before."""
    return day.weekday() < 5 and day - timedelta(days=1) not in deferred


def announces(day: date, deferred: Set[date]) -> Announces:
    """The same as a word of the ledger."""
    return Announces.YES if is_announcement_day(day, deferred) else Announces.NO


def in_new_york(day: date, at: time) -> datetime:
    """The instant, UTC, at which New York's clocks show `at` on that day."""
    return datetime.combine(day, at, NEW_YORK).astimezone(UTC)


def ready_at(day: date, at: time = OAI_READY) -> datetime:
    """When, UTC, OAI-PMH holds the whole listing of `day`; `at` is New York time of the evening before."""
    return in_new_york(day - timedelta(days=1), at)


def newest_listing(day: date, deferred: Set[date]) -> date:
    """The date of the newest listing dated `day` or earlier."""
    while not is_announcement_day(day, deferred):
        day -= timedelta(days=1)
    return day


def feed_ready_at(day: date, at: time = RSS_READY) -> datetime:
    """When, UTC, the feeds show the listing of `day`; `at` is New York time of that day."""
    return in_new_york(day, at)


def feed_listing_due(now: datetime, deferred: Set[date], at: time = RSS_READY) -> bool:
    """Whether the feeds must show papers at `now`: they hold one day, and are empty on a day without a listing."""
    today = now.astimezone(NEW_YORK).date()
    return is_announcement_day(today, deferred) and feed_ready_at(today, at) <= now


def newest_feed_listing(now: datetime, deferred: Set[date], at: time = RSS_READY) -> date:
    """The date of the newest listing that the feeds must have shown by `now`."""
    day = now.astimezone(NEW_YORK).date()
    while not (is_announcement_day(day, deferred) and feed_ready_at(day, at) <= now):
        day -= timedelta(days=1)
    return day
