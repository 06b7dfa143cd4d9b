"""When arXiv announces: New York time, Sunday to Thursday evening, on the listing of the next day.

https://info.arxiv.org/help/availability.html
"""

from collections.abc import Set
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
OAI_READY = time(22, 45)  # the evening before the listing's date; OAI-PMH is whole about 22:30


def is_announcement_day(day: date, deferred: Set[date]) -> bool:
    """Whether a listing carries this date: Monday to Friday, unless arXiv deferred the evening before."""
    return day.weekday() < 5 and day - timedelta(days=1) not in deferred


def ready_at(day: date) -> datetime:
    """When OAI-PMH holds the whole listing of `day`."""
    return datetime.combine(day - timedelta(days=1), OAI_READY, NEW_YORK)


def announced_between(first: date, now: datetime, deferred: Set[date]) -> bool:
    """Whether a listing dated `first` or later has become ready by `now`."""
    days = ((now + timedelta(days=1)).date() - first).days + 1
    listed = (first + timedelta(days=n) for n in range(max(days, 0)))
    return any(is_announcement_day(day, deferred) and ready_at(day) <= now for day in listed)
