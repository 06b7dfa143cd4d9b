"""Who reads, when, and what they care for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import count
from zoneinfo import ZoneInfo

from digest.identity import PaperId
from digest.votes import Verdict as Verdict
from digest.votes import Vote as Vote
from digest.votes import papers_of

EVERY_DAY = frozenset(range(7))
MAIN = "main"  # the interest that is meant where none is named
DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class EditionKind(StrEnum):
    """How often somebody gets an edition: on each of their days, or on one day for the week before it.

    The third kind is nobody's choice: what was chosen for all of a group, beside each member's own editions.
    """

    DAILY = "daily"
    WEEKLY = "weekly"
    COMMON = "common"


class Learner(StrEnum):
    """How papers are scored for somebody; the same kernel, with all of its parts or with the first alone."""

    FULL = "full"  # words, what a paper's neighbours say, and latent likeness
    WORDS = "words"  # the paper's own words alone: mean of what is wanted less mean of the background (Rocchio 1971)


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
    kind: EditionKind = EditionKind.DAILY
    plain: bool = False  # mails without HTML
    language: str = "en"  # of mails and pages (BCP 47)
    heard_at: datetime | None = None  # UTC; when they last voted, changed or confirmed something
    learner: Learner = Learner.FULL
    paused_until: date | None = None  # local; the first day after a pause that ends by itself
    threshold: float | None = None  # the least probability, 0 to 1, of a paper; None: as the operator has it


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """One thing a reader cares for, learned and served by itself; terms and names are folded by `folded`."""

    name: str = MAIN
    texts: tuple[str, ...] = ()  # free text, each a sentence or some words
    include: tuple[str, ...] = ()  # a paper with such a term is always wanted
    exclude: tuple[str, ...] = ()  # a paper with such a term never is, for this interest
    categories: tuple[str, ...] = ()  # a filter on candidates; none means every category; `cs` lets in cs.LG
    follow: tuple[str, ...] = ()  # authors, whose papers are always wanted
    organisations: tuple[str, ...] = ()  # whose papers are always wanted
    liked: Sequence[Vote] = ()  # oldest first
    disliked: Sequence[Vote] = ()  # oldest first
    weight: float = 1.0  # above 0: its share of an edition against the reader's other interests
    quota: int | None = None  # papers in one edition at most; None: as many as the edition has
    everything: bool = False  # every paper of its categories is wanted, best first
    group: str = ""  # the name of the group that shares it; "" for the reader's own

    @property
    def says_something(self) -> bool:
        """Whether anything but categories is known, so that papers can be ranked."""
        return bool(self.texts or self.include or self.follow or self.organisations or self.liked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a reader cares for."""

    interests: tuple[Interest, ...] = ()  # in the order they were made; none: nothing is known

    @property
    def liked(self) -> tuple[PaperId, ...]:
        """Over all interests of the reader's own, each paper once, the oldest vote first."""
        return papers_of([interest.liked for interest in self.interests if not interest.group])

    @property
    def disliked(self) -> tuple[PaperId, ...]:
        """Over all interests of the reader's own, each paper once, the oldest vote first."""
        return papers_of([interest.disliked for interest in self.interests if not interest.group])

    @property
    def examples(self) -> tuple[PaperId, ...]:
        """Every paper that somebody voted on for any of the interests, each once, the oldest vote first."""
        return papers_of([votes for interest in self.interests for votes in (interest.liked, interest.disliked)])

    @property
    def own(self) -> "Profile":
        """Without what groups share."""
        if not any(interest.group for interest in self.interests):
            return self
        return Profile(interests=tuple(interest for interest in self.interests if not interest.group))

    @property
    def categories(self) -> tuple[str, ...]:
        """All that any interest asks for, each once; () stands for every category, which one interest may want."""
        if not all(interest.categories for interest in self.interests):
            return ()
        return tuple(dict.fromkeys(category for interest in self.interests for category in interest.categories))

    @property
    def says_something(self) -> bool:
        """Whether papers can be ranked for any of the interests."""
        return any(interest.says_something for interest in self.interests)

    def interest(self, name: str) -> Interest | None:
        """The interest of that name, in any case of letters."""
        key = name.casefold()
        return next((interest for interest in self.interests if interest.name.casefold() == key), None)


class ProfileField(StrEnum):
    """The parts of an interest that are lists of words."""

    INTEREST = "interest"
    INCLUDE = "include"
    EXCLUDE = "exclude"
    FOLLOW = "follow"
    ORGANISATION = "organisation"
    CATEGORY = "category"
