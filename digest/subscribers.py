"""Who reads, when, and what they care for."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import count
from zoneinfo import ZoneInfo

from digest.identity import PaperId

EVERY_DAY = frozenset(range(7))
DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class SubscriberState(StrEnum):
    """Only the active get mail."""

    PENDING = "pending"
    ACTIVE = "active"
    PAUSED = "paused"
    LEFT = "left"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The local hour and the days on which somebody wants an edition."""

    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    send_at: time = time(7, 0)
    days: frozenset[int] = EVERY_DAY  # 0 is Monday

    def local_date(self, moment: datetime) -> date:
        return moment.astimezone(self.timezone).date()

    def instant(self, day: date) -> datetime:
        """The send hour of a local date, in UTC; an hour that the clocks skip is the same time before the change."""
        return datetime.combine(day, self.send_at, self.timezone).astimezone(UTC)

    def open_slot(self, now: datetime) -> date | None:
        """The local date whose edition may be made at `now`: its hour has come and the date has not ended."""
        today = self.local_date(now)
        return today if today.weekday() in self.days and self.instant(today) <= now else None

    def next_instant(self, first: date) -> datetime:
        """The send hour of the first wanted date from `first` on, in UTC."""
        return self.instant(next(day for day in _days_from(first) if day.weekday() in self.days))


def _days_from(first: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in count())


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """One reader."""

    id: int
    address: str  # normalised
    state: SubscriberState
    schedule: Schedule
    size: int  # papers in an edition at most
    next_due_at: datetime  # UTC
    read_through: int | None  # the last announcement that an edition has considered; None before the first
    feed_uri: str  # the feed's id for ever: a tag: URI (RFC 4151)
    created_at: datetime


class Verdict(StrEnum):
    """What a reader says of a paper."""

    LIKE = "like"
    DISLIKE = "dislike"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a reader cares for; papers are named by id, terms and names are folded by `folded`."""

    categories: tuple[str, ...] = ()  # a filter on candidates; none means every category
    interests: tuple[str, ...] = ()  # free text, each a sentence or some words
    include: tuple[str, ...] = ()  # a paper with such a term is always wanted
    exclude: tuple[str, ...] = ()  # a paper with such a term never is
    follow: tuple[str, ...] = ()  # authors
    liked: tuple[PaperId, ...] = ()
    disliked: tuple[PaperId, ...] = ()

    @property
    def says_something(self) -> bool:
        """Whether anything but categories is known, so that papers can be ranked."""
        return bool(self.interests or self.include or self.follow or self.liked or self.disliked)


class ProfileField(StrEnum):
    """The parts of a profile that are lists of words."""

    INTEREST = "interest"
    INCLUDE = "include"
    EXCLUDE = "exclude"
    FOLLOW = "follow"
    CATEGORY = "category"
