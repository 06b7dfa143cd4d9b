"""Scripted stand-ins for the world, and builders that hide what does not matter."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from digest.errors import SourceError, TransportError
from digest.identity import PaperId, paper_id
from digest.mail import Envelope, Receipt
from digest.papers import Announcement, AnnouncementKind, Cursor, Page, Paper, Version

MONDAY = date(2026, 3, 2)
_numbers = count(1)


def at(day: date, hour: int = 7, minute: int = 30) -> datetime:
    """A moment of a day, UTC; by default just after the usual send hour."""
    return datetime.combine(day, time(hour, minute), UTC)


def paper(title: str = "A paper", *, number: int | None = None, **values: object) -> Paper:
    """A paper in cs.LG with an id of its own."""
    plain = Paper(
        id=paper_id(f"2603.{number if number is not None else next(_numbers):05d}"),
        title=title,
        abstract=f"{title}: what we did and what we found.",
        authors=("Ada Ames", "Bo Berg"),
        categories=("cs.LG",),
        versions=(Version(number=1, submitted_at=at(MONDAY - timedelta(days=1))),),
    )
    return replace(plain, **values)  # type: ignore[arg-type]


@dataclass
class FakeSource:
    """A source that announces what it is told, in pages of two; it can be told to fail."""

    name: str = "arxiv"
    gate: str = "arxiv"
    streams: Sequence[str] = ("cs.LG",)
    listings: dict[date, list[Paper]] = field(default_factory=dict)
    kinds: dict[PaperId, AnnouncementKind] = field(default_factory=dict)
    failures: list[SourceError] = field(default_factory=list)  # each spoils one request
    last_request_at: datetime | None = None
    requests: int = 0
    page_size: int = 2

    def announce(self, day: date, *papers: Paper, kind: AnnouncementKind = AnnouncementKind.NEW) -> None:
        self.listings.setdefault(day, []).extend(papers)
        self.kinds |= {item.id: kind for item in papers}

    def page(self, stream: str, cursor: Cursor | None, *, now: datetime) -> Page:
        self.requests += 1
        self.last_request_at = now
        if self.failures:
            raise self.failures.pop(0)
        start = cursor or Cursor(since=now.date() - timedelta(days=7))
        listed = [
            (day, item)
            for day, papers in sorted(self.listings.items())
            for item in papers
            if start.since <= day <= now.date() and stream in item.categories
        ]
        skip = int(start.token or 0)
        shown = listed[skip : skip + self.page_size]
        more = skip + self.page_size < len(listed)
        announcements = tuple(
            Announcement(source=self.name, stream=stream, paper=item, kind=self.kinds[item.id], day=day)
            for day, item in shown
        )
        if not listed:
            return Page(announcements=(), cursor=start)
        if more:
            return Page(announcements=announcements, cursor=replace(start, token=str(skip + self.page_size)))
        return Page(announcements=announcements, cursor=Cursor(since=now.date(), completed_at=now))

    def lookup(self, paper: PaperId, *, now: datetime) -> Paper | None:
        self.requests += 1
        return next((item for papers in self.listings.values() for item in papers if item.id == paper), None)

    def announcement_due(self, stream: str, cursor: Cursor | None, *, now: datetime) -> bool:
        return now.weekday() < 5


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
