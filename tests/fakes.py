"""Scripted stand-ins for the world, and builders that hide what does not matter."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

from digest.batches import Announces
from digest.errors import SourceError, TransportError
from digest.identity import PaperId, paper_id
from digest.mail import Envelope, Receipt
from digest.papers import Announcement, AnnouncementKind, Cursor, Page, Paper, Skipped, Version

MONDAY = date(2026, 3, 2)
_numbers = count(50_001)  # beyond those that tests give themselves


def at(day: date, hour: int = 7, minute: int = 30) -> datetime:
    """A moment of a day, UTC; by default just after the usual send hour."""
    return datetime.combine(day, time(hour, minute), UTC)


def paper(title: str = "A paper", *, number: int | None = None, **values: Any) -> Paper:
    """A paper in cs.LG with an id of its own."""
    plain = Paper(
        id=paper_id(f"2603.{number if number is not None else next(_numbers):05d}"),
        title=title,
        abstract=f"{title}: what we did and what we found.",
        authors=("Ada Ames", "Bo Berg"),
        categories=("cs.LG",),
        versions=(Version(number=1, submitted_at=at(MONDAY - timedelta(days=1))),),
    )
    return replace(plain, **values)


@dataclass
class FakeSource:
    """A source that announces what it is told, in pages of two; it can be told to fail.

    It is read as arXiv's OAI-PMH is: from the day of the last harvest on. Silence leaves a reference's cursor alone.
    """

    name: str = "arxiv"
    gate: str = "arxiv"
    ledger: str = "arxiv"
    is_reference: bool = True
    streams: Sequence[str] = ("cs.LG",)
    listings: dict[date, list[Paper]] = field(default_factory=dict)
    kinds: dict[tuple[date, PaperId], AnnouncementKind] = field(default_factory=dict)
    unreadable: dict[date, list[PaperId]] = field(default_factory=dict)  # named, in every stream, and not to be read
    failures: list[SourceError] = field(default_factory=list)  # each spoils one request
    holidays: set[date] = field(default_factory=set)  # besides the weekends
    has_calendar: bool = True
    shown_hour: int = 3  # UTC, from when on it shows a day's listing
    requests: int = 0
    page_size: int = 2

    def announce(self, day: date, *papers: Paper, kind: AnnouncementKind = AnnouncementKind.NEW) -> None:
        self.listings.setdefault(day, []).extend(papers)
        self.kinds |= {(day, item.id): kind for item in papers}

    def page(self, stream: str, cursor: Cursor | None, *, now: datetime) -> Page:
        self.requests += 1
        if self.failures:
            raise self.failures.pop(0)
        start = cursor or Cursor(since=now.date() - timedelta(days=7))
        listed = [(day, item) for day, item in self._listed(start.since, now.date()) if stream in item.categories]
        skipped = self._skipped(start.since, now.date())
        if not listed and not skipped:
            return Page(announcements=(), cursor=self._after_silence(start, now))
        first = int(start.token or 0)
        announcements = tuple(
            Announcement(source=self.name, stream=stream, paper=item, kind=self.kinds[day, item.id], day=day)
            for day, item in listed[first : first + self.page_size]
        )
        if first + self.page_size < len(listed):
            return Page(announcements=announcements, cursor=replace(start, token=str(first + self.page_size)))
        return Page(
            announcements=announcements, cursor=Cursor(since=now.date(), completed_at=now), skipped=tuple(skipped)
        )

    def lookup(self, paper: PaperId, *, now: datetime) -> Paper | None:
        self.requests += 1
        return next((item for papers in self.listings.values() for item in papers if item.id == paper), None)

    def announces(self, day: date) -> Announces:
        if not self.has_calendar:
            return Announces.PERHAPS
        return Announces.YES if day.weekday() < 5 and day not in self.holidays else Announces.NO

    def shown_at(self, day: date) -> datetime:
        return at(day, hour=self.shown_hour, minute=0)

    def _after_silence(self, cursor: Cursor, now: datetime) -> Cursor:
        return cursor if self.is_reference else replace(cursor, completed_at=now)

    def _listed(self, first: date, last: date) -> list[tuple[date, Paper]]:
        return [(day, item) for day, papers in sorted(self.listings.items()) for item in papers if first <= day <= last]

    def _skipped(self, first: date, last: date) -> list[Skipped]:
        return [
            Skipped(reason=f"{name}: cannot be read", paper=name, day=day)
            for day, names in sorted(self.unreadable.items())
            for name in names
            if first <= day <= last
        ]


@dataclass
class Outbox:
    """A transport that keeps what it is given; each failure spoils one message."""

    sent: list[Envelope] = field(default_factory=list)
    failures: list[TransportError] = field(default_factory=list)

    def send(self, envelope: Envelope) -> Receipt:
        if self.failures:
            raise self.failures.pop(0)
        self.sent.append(envelope)
        return Receipt(message_id=envelope.message_id, answer="250 taken")

    def close(self) -> None:
        return

    def __len__(self) -> int:
        return len(self.sent)

    @property
    def readers(self) -> list[str]:
        return sorted(envelope.rcpt_to for envelope in self.sent)
