"""The papers of a day, a week or a month as everybody may read them: a period and an order in, a list out."""

import calendar as months
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from digest.batches import Batch
from digest.browse.loading import records
from digest.records import Record
from digest.sources import calendar
from digest.store import Transaction
from digest.store.days import NamedPaper

PAGE = 50  # papers on one page of a list
FIRST_YEAR = 1991  # in which arXiv began; of earlier days there is no page
_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)


class Span(StrEnum):
    DAY = "day"
    WEEK = "week"  # ISO 8601: from Monday on
    MONTH = "month"


class Sort(StrEnum):
    TRENDING = "trending"  # by upvotes, then comments, then the newest
    NEWEST = "newest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days of one page."""

    span: Span
    first: date
    last: date  # included; the first itself for a day

    @property
    def name(self) -> str:
        """`2026-01-22`, `2026-W04` or `2026-01`."""
        if self.span is Span.WEEK:
            return f"{self.first:%G-W%V}"
        return self.first.isoformat() if self.span is Span.DAY else self.first.isoformat()[:7]


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysPage:
    """One page of the list of a period."""

    period: Period
    records: tuple[Record, ...]  # at most PAGE, in the order asked for
    before: int  # papers on the pages before
    total: int  # papers of the category asked for, or of all
    voted: int  # of them, papers with upvotes
    categories: tuple[tuple[str, int], ...]  # of all papers of the period; a paper counts in each of its own
    papers: int  # of the period, in all categories
    batches: tuple[Batch, ...]  # of the period, oldest first
    previous: Period | None  # the nearest one before in which anything was announced
    following: Period | None


def period_of(span: Span, day: date) -> Period:
    """The day itself, or the week or month that it is in."""
    if span is Span.WEEK:
        monday = day - timedelta(days=day.weekday())
        return Period(span=span, first=monday, last=monday + _WEEK - _DAY)
    if span is Span.MONTH:
        last = months.monthrange(day.year, day.month)[1]
        return Period(span=span, first=day.replace(day=1), last=day.replace(day=last))
    return Period(span=span, first=day, last=day)


def period_named(span: Span, name: str, *, today: date) -> Period | None:
    """The period of a name such as `Period.name` is; None for what no calendar has, and before arXiv or after tomorrow.

    arXiv's listing of tomorrow is there in the evening of New York, which may still be today.
    """
    try:
        first = date.fromisoformat({Span.DAY: name, Span.WEEK: f"{name}-1", Span.MONTH: f"{name}-01"}[span])
    except ValueError:
        return None
    found = period_of(span, first) if first.year >= FIRST_YEAR and first <= today + _DAY else None
    return found if found and found.name == name else None


def newest_period(tx: Transaction, span: Span, *, today: date) -> Period:
    """The newest one in which anything was announced, up to tomorrow, or else that of today."""
    return period_of(span, tx.days.before(today + 2 * _DAY) or today)


def days_page(
    tx: Transaction, period: Period, *, today: date, sort: Sort, category: str = "", page: int = 1
) -> DaysPage | None:
    """The page of a number, from 1, of a period's papers; None where the list is shorter."""
    named = tx.days.named(period.first, period.last)
    wanted = in_order([each for each in named if category in ("", *each.categories)], sort)
    start, after = (page - 1) * PAGE, tx.days.after(period.last)
    if page > 1 and start >= len(wanted):
        return None
    return DaysPage(
        period=period,
        records=tuple(records(tx, [each.key for each in wanted[start : start + PAGE]])),
        before=start,
        total=len(wanted),
        voted=sum(each.upvotes > 0 for each in wanted),
        categories=counted(named),
        papers=len(named),
        batches=tuple(tx.batches.between(period.first, period.last)),
        previous=_period(period.span, tx.days.before(period.first)),
        following=_period(period.span, after if after and after <= today + _DAY else None),
    )


def in_order(named: Sequence[NamedPaper], sort: Sort) -> list[NamedPaper]:
    """The papers as they are listed, each order a total one."""
    if sort is Sort.NEWEST:
        return sorted(named, key=lambda each: (each.day, each.number), reverse=True)
    return sorted(named, key=lambda each: (each.upvotes, each.comments, each.day, each.number), reverse=True)


def counted(named: Sequence[NamedPaper]) -> tuple[tuple[str, int], ...]:
    """How many papers each category has, most first."""
    found = Counter(name for each in named for name in dict.fromkeys(each.categories))
    return tuple(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def is_listing_day(day: date, deferred: Set[date]) -> bool:
    """Whether arXiv's calendar has a listing of that date; `deferred` are the evenings on which none is announced."""
    return calendar.is_announcement_day(day, deferred)


def next_listing(now: datetime, deferred: Set[date]) -> datetime:
    """When arXiv's next listing can be read, UTC."""
    day = now.date()
    while not calendar.is_announcement_day(day, deferred) or calendar.ready_at(day) <= now:
        day += _DAY
    return calendar.ready_at(day)


def _period(span: Span, day: date | None) -> Period | None:
    return period_of(span, day) if day else None
