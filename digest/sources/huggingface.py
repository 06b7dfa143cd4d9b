"""Hugging Face Daily Papers: lists of a day, a week or a month in, announcements and signals out.

https://huggingface.co/docs/hub/api#get-apidailypapers

`sort` is never asked for: with `sort=trending` the site forgets the date, week or month that stands beside it and
answers with one list of all times. Each list is read to its end instead, whatever its order.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from digest.batches import Announces
from digest.errors import SourceError, SourceResting
from digest.papers import Announcement, AnnouncementKind, Cursor, Page, Skipped
from digest.signals import Signal
from digest.sources.client import PoliteClient
from digest.sources.huggingface_items import SOURCE, entry_of, key_of, line_of, name_of
from digest.sources.jsontext import strict_json
from digest.sources.settings import HuggingFaceSettings

PAGE_SIZE = 100  # the most that is given; more is refused
MOST_PAGES = 50  # of one list; a month has about seven
_DAY = timedelta(days=1)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One list that can be asked for."""

    by: str  # "date", "week" or "month"
    name: str  # "2026-01-05", "2026-W02", "2026-01"
    day: date  # under which its papers are announced: the day itself, a Monday, the first of a month


class HuggingFace:
    """The views of the settings as streams; each is harvested list by list, oldest first, page by page."""

    name = SOURCE
    gate = SOURCE
    ledger = SOURCE
    is_reference = True

    def __init__(self, settings: HuggingFaceSettings, client: PoliteClient) -> None:
        self._settings = settings
        self._client = client

    @property
    def streams(self) -> Sequence[str]:
        return self._settings.views

    def page(self, stream: str, cursor: Cursor | None, *, now: datetime) -> Page:
        """The next page of the next list. Lists that may have changed since the last harvest are read again."""
        today = now.astimezone(UTC).date()  # a date still to come is refused
        start = cursor or self._beginning(stream, today)
        lists = listings(stream, self._first(start, today), today)
        place, number = _standing(start.token, lists)
        entries = self._asked(lists[place], number, now)
        announcements, told, skipped = self._read(entries, stream, lists[place].day, now)
        token = self._following(lists, place, number, len(entries))
        following = replace(start, token=token) if token else Cursor(since=today, completed_at=now)
        return Page(announcements=announcements, cursor=following, signals=told, skipped=skipped)

    def announces(self, day: date) -> Announces:
        """A list may stand on any day; at weekends there is seldom one."""
        return Announces.PERHAPS

    def shown_at(self, day: date) -> datetime:
        """The end of the day in UTC: papers are listed all day long."""
        return datetime.combine(day + _DAY, time.min, UTC)

    def _beginning(self, stream: str, today: date) -> Cursor:
        """The first harvest: some days back, and of weeks and months the current one."""
        return Cursor(since=today - timedelta(days=self._settings.first_days) if stream == "day" else today)

    def _first(self, start: Cursor, today: date) -> date:
        again = timedelta(days=self._settings.again_days) if start.completed_at else timedelta(0)
        return min(start.since, today) - again

    def _asked(self, listing: Listing, number: int, now: datetime) -> list[object]:
        params = {listing.by: listing.name, "limit": str(PAGE_SIZE), "p": str(number)}
        url = f"{self._settings.url.rstrip('/')}/api/daily_papers"
        try:
            answer = strict_json(self._client.get(url, params, now=now), source=self.name)
        except SourceResting:
            raise
        except SourceError as error:
            raise SourceError(self.name, f"{listing.name}: {error.problem}") from error
        if isinstance(answer, list):
            return answer
        raise SourceError(self.name, f"{listing.name}: answered {_said(answer)} instead of a list")

    def _read(
        self, entries: Sequence[object], stream: str, day: date, now: datetime
    ) -> tuple[tuple[Announcement, ...], tuple[Signal, ...], tuple[Skipped, ...]]:
        announcements: list[Announcement] = []
        told: list[Signal] = []
        skipped: list[Skipped] = []
        for number, value in enumerate(entries, 1):
            try:
                entry = entry_of(value, now=now)
            except ValueError as error:
                reason = f"{name_of(value)[:60] or f'entry {number}'}: {error}"
                skipped.append(Skipped(reason=reason, paper=key_of(value), day=day))
                continue
            kind = AnnouncementKind.TRENDING
            announcements.append(Announcement(source=self.name, stream=stream, paper=entry.paper, kind=kind, day=day))
            told += entry.signals
        if skipped and not any(map(name_of, entries)):
            raise SourceError(self.name, f"none of {len(entries)} entries names a paper; the first: {skipped[0]}")
        return tuple(announcements), tuple(told), tuple(skipped)

    def _following(self, lists: Sequence[Listing], place: int, number: int, received: int) -> str | None:
        """Where the harvest goes on: after a full page in the same list, else in the next; None after the last."""
        if received >= PAGE_SIZE and number + 1 < MOST_PAGES:
            return f"{lists[place].name} {number + 1}"
        if received >= PAGE_SIZE:
            log.warning("list without end source=%s list=%s pages=%d", self.name, lists[place].name, MOST_PAGES)
        return f"{lists[place + 1].name} 0" if place + 1 < len(lists) else None


def listings(view: str, first: date, last: date) -> Sequence[Listing]:
    """The lists of a view ("day", "week" or "month") that hold any of the days from `first` to `last`, oldest first."""
    begin = first - first.weekday() * _DAY if view == "week" else first
    days = (begin + n * _DAY for n in range((last - begin).days + 1))
    return list(dict.fromkeys(_listing(view, day) for day in days))


def _listing(view: str, day: date) -> Listing:
    """The list of a view that holds a day."""
    year, week, weekday = day.isocalendar()
    if view == "month":
        return Listing(by="month", name=day.isoformat()[:7], day=day.replace(day=1))
    if view == "day":
        return Listing(by="date", name=day.isoformat(), day=day)
    monday = day - (weekday - 1) * _DAY
    if week == 53:  # refused by the site, which knows 52 weeks: read by its days
        return Listing(by="date", name=day.isoformat(), day=monday)
    return Listing(by="week", name=f"{year}-W{week:02d}", day=monday)


def _standing(token: str | None, lists: Sequence[Listing]) -> tuple[int, int]:
    """Which list and which of its pages is next; the beginning where the token says nothing of use."""
    name, _, number = (token or "").partition(" ")
    names = [listing.name for listing in lists]
    if name not in names or not re.fullmatch(r"\d{1,3}", number, re.ASCII):
        return 0, 0
    return names.index(name), int(number)


def _said(answer: object) -> str:
    """An answer that is no list, in the site's own words where it has any."""
    if not isinstance(answer, dict):
        return type(answer).__name__
    if "error" in answer:
        return f"“{line_of(answer['error'])[:200]}”"
    return f"an object with {', '.join(map(line_of, answer))[:100] or 'nothing in it'}"
