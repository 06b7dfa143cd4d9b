"""What is sent to the admin API and what it answers.

Readers are named by their numbers: an address in a path would stand in every log on the way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from digest import membership
from digest.rendering.public import public_key
from digest.subscribers import DAY_NAMES, Interest, Subscriber, SubscriberState, Verdict, Vote

_MINUTES = "Hours and minutes of the day there, such as 07:00"


class WantedState(StrEnum):
    """What an operator may make of a subscriber."""

    ACTIVE = "active"
    PAUSED = "paused"
    LEFT = "left"


class OwnKind(StrEnum):
    """How often somebody gets an edition of their own."""

    DAILY = "daily"
    WEEKLY = "weekly"


# ------------------------------------------------------------ what is sent


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubscriber:
    """Somebody who has asked you for it: no letter is sent to confirm."""

    address: str
    timezone: Annotated[str, "Such as Europe/Berlin"] = "UTC"
    send_at: Annotated[str, _MINUTES] = "07:00"
    days: Annotated[tuple[str, ...], "mon, tue, …"] = DAY_NAMES
    size: Annotated[int, "Papers in an edition at most", {"minimum": 1, "maximum": 100}] = membership.DEFAULT_SIZE
    kind: OwnKind = OwnKind.DAILY
    plain: Annotated[bool, "Mails without HTML"] = False
    categories: tuple[str, ...] = ()
    interests: Annotated[tuple[str, ...], "Sentences for the interest `main`"] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """When, how much and in which form somebody gets it."""

    timezone: str
    send_at: Annotated[str, _MINUTES]
    days: tuple[str, ...]
    size: Annotated[int, {"minimum": 1, "maximum": 100}]
    kind: OwnKind
    plain: bool
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewState:
    """Whether mail is sent."""

    state: WantedState


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestBody:
    """An interest as it is to be; what is not named is empty, or as usual."""

    texts: tuple[str, ...] = ()
    include: Annotated[tuple[str, ...], "Terms, papers with which always come"] = ()
    exclude: Annotated[tuple[str, ...], "Terms, papers with which never come"] = ()
    follow: Annotated[tuple[str, ...], "Authors, whose papers always come"] = ()
    organisations: Annotated[tuple[str, ...], "Whose papers always come"] = ()
    categories: Annotated[tuple[str, ...], "Only papers of these; none means every one"] = ()
    weight: Annotated[float, "Its share against the others, above 0"] = 1.0
    quota: Annotated[int | None, "Papers in one edition at most"] = None
    everything: Annotated[bool, "Every paper of its categories comes"] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteBody:
    """What a reader says of a paper."""

    verdict: Verdict
    interest: str = "main"


# ------------------------------------------------------------ what is answered


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberAnswer:
    """One reader."""

    number: int
    address: str
    state: SubscriberState
    timezone: str
    send_at: str
    days: tuple[str, ...]
    size: int
    kind: OwnKind
    plain: bool
    language: str
    next_due_at: datetime
    created_at: datetime
    paused_until: Annotated[date | None, "Where a pause ends by itself"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscribersAnswer:
    """All readers, in the order of joining."""

    subscribers: tuple[SubscriberAnswer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteAnswer:
    """A judged paper."""

    paper: str
    given_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestAnswer:
    """One interest."""

    name: str
    texts: tuple[str, ...]
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    follow: tuple[str, ...]
    organisations: tuple[str, ...]
    categories: tuple[str, ...]
    weight: float
    quota: int | None
    everything: bool
    liked: tuple[VoteAnswer, ...]
    disliked: tuple[VoteAnswer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderAnswer:
    """One reader with their profile."""

    subscriber: SubscriberAnswer
    interests: tuple[InterestAnswer, ...]


# ------------------------------------------------------------ made


def subscriber_of(who: Subscriber) -> SubscriberAnswer:
    return SubscriberAnswer(
        number=who.id,
        address=who.address,
        state=who.state,
        timezone=who.schedule.timezone.key,
        send_at=f"{who.schedule.send_at:%H:%M}",
        days=tuple(name for day, name in enumerate(DAY_NAMES) if day in who.schedule.days),
        size=who.size,
        kind=OwnKind(who.kind),
        plain=who.plain,
        language=who.language,
        next_due_at=who.next_due_at,
        created_at=who.created_at,
        paused_until=who.paused_until,
    )


def interest_of(each: Interest) -> InterestAnswer:
    return InterestAnswer(
        name=each.name,
        texts=each.texts,
        include=each.include,
        exclude=each.exclude,
        follow=each.follow,
        organisations=each.organisations,
        categories=each.categories,
        weight=each.weight,
        quota=each.quota,
        everything=each.everything,
        liked=_votes(each.liked),
        disliked=_votes(each.disliked),
    )


def _votes(votes: Sequence[Vote]) -> tuple[VoteAnswer, ...]:
    return tuple(VoteAnswer(paper=public_key(each.paper), given_at=each.given_at) for each in votes)
