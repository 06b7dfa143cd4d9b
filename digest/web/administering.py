"""What the admin API does to subscribers and their profiles, by the verbs of `membership` alone.

Readers are named by their numbers: an address in a path would stand in every log on the way.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from digest import browse, membership
from digest.app import App
from digest.errors import InvalidInput
from digest.membership import preferences
from digest.membership.preferences import entries_of
from digest.membership.typed import interest_name, quota, weight
from digest.rendering.public import public_key
from digest.subscribers import (
    DAY_NAMES,
    EditionKind,
    Interest,
    ProfileField,
    Schedule,
    Subscriber,
    SubscriberState,
    Verdict,
    Vote,
)
from digest.web.jsonbodies import refused
from digest.web.openapi import Refused
from digest.web.papers import named

_CONFLICT = 409  # RFC 9110 §15.5.10
_MINUTES = "Hours and minutes of the day there, such as 07:00"
_FIXED = (SubscriberState.SUPPRESSED, SubscriberState.PENDING)  # which only the reader can change
_LISTS = {
    "texts": ProfileField.INTEREST,
    "include": ProfileField.INCLUDE,
    "exclude": ProfileField.EXCLUDE,
    "follow": ProfileField.FOLLOW,
    "organisations": ProfileField.ORGANISATION,
    "categories": ProfileField.CATEGORY,
}


class WantedState(StrEnum):
    """What an operator may make of a subscriber."""

    ACTIVE = "active"
    PAUSED = "paused"
    LEFT = "left"


# ------------------------------------------------------------ what is sent


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubscriber:
    """Somebody who has asked you for it: no letter is sent to confirm."""

    address: str
    timezone: Annotated[str, "Such as Europe/Berlin"] = "UTC"
    send_at: Annotated[str, _MINUTES] = "07:00"
    days: Annotated[tuple[str, ...], "mon, tue, …"] = DAY_NAMES
    size: Annotated[int, "Papers in an edition at most", {"minimum": 1, "maximum": 100}] = membership.DEFAULT_SIZE
    kind: EditionKind = EditionKind.DAILY
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
    kind: EditionKind
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
    kind: EditionKind
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


# ------------------------------------------------------------ subscribers


def subscribers(app: App, state: str = "") -> SubscribersAnswer:
    found = browse.subscribers(app.store, SubscriberState(state) if state else None)
    return SubscribersAnswer(subscribers=tuple(_subscriber(each.subscriber) for each in found))


def subscriber(app: App, number: int) -> ReaderAnswer | None:
    with app.store.read() as tx:
        who = tx.subscribers.numbered(number)
        profile = tx.subscribers.profiles([number])[number] if who else None
    if who is None or profile is None:
        return None
    return ReaderAnswer(subscriber=_subscriber(who), interests=tuple(map(_interest, profile.interests)))


def add(app: App, body: NewSubscriber) -> SubscriberAnswer:
    schedule = _schedule(body.timezone, body.send_at, body.days)
    with _field("address"):
        address = membership.address(body.address)
    with app.store.read() as tx:
        if tx.subscribers.find(address) is not None:
            raise Refused(_CONFLICT, "There already", "address: is a subscriber already; change them with PUT")
    with _field("body"):
        added = membership.add(
            app.store,
            address,
            host=app.feed_host,
            now=app.now,
            schedule=schedule,
            papers=body.size,
            kind=body.kind,
            plain=body.plain,
            categories=body.categories,
            interests=body.interests,
        )
    return _subscriber(added)


def change(app: App, body: Delivery, number: int) -> SubscriberAnswer | None:
    who = _who(app, number)
    if who is None:
        return None
    wanted = _schedule(body.timezone, body.send_at, body.days)
    with _field("body"):
        changed = membership.reschedule(
            app.store,
            who.address,
            now=app.now,
            zone=wanted.timezone,
            send_at=wanted.send_at,
            on=wanted.days,
            papers=body.size,
            kind=body.kind,
            plain=body.plain,
            language=body.language,
        )
    return _subscriber(changed)


def set_state(app: App, body: NewState, number: int) -> SubscriberAnswer | None:
    who = _who(app, number)
    if who is None:
        return None
    if who.state in _FIXED:
        known = "lift it with: digest suppression" if who.state is SubscriberState.SUPPRESSED else "they must confirm"
        raise Refused(_CONFLICT, "Not now", f"state: the subscriber is {who.state}; {known}")
    if who.state.value == body.state.value:
        return _subscriber(who)
    if body.state is WantedState.ACTIVE:
        return _subscriber(membership.resume(app.store, who.address, now=app.now))
    work = membership.pause if body.state is WantedState.PAUSED else membership.leave
    return _subscriber(work(app.store, who.address))


def remove(app: App, number: int) -> bool | None:
    """No more mail; what was sent stays known. Twice is once."""
    who = _who(app, number)
    if who is None:
        return None
    if who.state not in (SubscriberState.LEFT, SubscriberState.SUPPRESSED):
        membership.leave(app.store, who.address)
    return True


# ------------------------------------------------------------ profiles


def set_interest(app: App, body: InterestBody, number: int, name: str) -> InterestAnswer | None:
    """Have an interest say that and nothing else; its votes stay."""
    who = _who(app, number)
    if who is None:
        return None
    with _field("weight"):
        weight(body.weight)
    with _field("quota"):
        quota(body.quota)
    with _field("body"):
        checked = {field: membership.words(field, getattr(body, lists)) for lists, field in _LISTS.items()}
        known = membership.make_interest(app.store, who.address, name)
        membership.tune(app.store, who.address, name, weight=body.weight, quota=body.quota, everything=body.everything)
        for field, values in checked.items():
            _set_words(app, who, known, field, values)
    return _interest(membership.make_interest(app.store, who.address, name))


def _set_words(app: App, who: Subscriber, known: Interest, field: ProfileField, values: list[str]) -> None:
    gone = [each for each in entries_of(known, field) if each not in values]
    if gone:
        preferences.remove_words(app.store, who.id, known.name, field, gone, now=app.now)
    if values:
        membership.describe(app.store, who.address, field, values, interest=known.name)


def drop_interest(app: App, number: int, name: str) -> bool | None:
    """Forget it with its words; its votes belong to `main` from then on. Twice is once."""
    who = _who(app, number)
    if who is None:
        return None
    with app.store.read() as tx:
        known = tx.subscribers.profiles([number])[number].interest(_checked_name(name))
    if known is not None:
        with _field("name"):
            membership.drop_interest(app.store, who.address, known.name)
    return True


def vote(app: App, body: VoteBody, number: int, id: str) -> bool | None:
    who, key = _who(app, number), named(id)
    kept = browse.canonical(app.store, key) if key else None
    if who is None or kept is None:
        return None
    name = _checked_name(body.interest)
    with app.store.begin() as tx:
        row = tx.papers.rows([kept])[kept]
        tx.subscribers.vote(who.id, row, body.verdict, now=app.now, interest=name)
    return True


def unvote(app: App, number: int, id: str) -> bool | None:
    """Take back the verdict on a paper. Twice is once."""
    who, key = _who(app, number), named(id)
    kept = browse.canonical(app.store, key) if key else None
    if who is None or kept is None:
        return None
    preferences.unvote(app.store, who.id, kept, now=app.now)
    return True


# ------------------------------------------------------------ pieces


@contextmanager
def _field(name: str) -> Iterator[None]:
    """Tell of an InvalidInput as of a field."""
    try:
        yield
    except InvalidInput as error:
        raise refused(name, str(error)) from error


def _who(app: App, number: int) -> Subscriber | None:
    with app.store.read() as tx:
        return tx.subscribers.numbered(number)


def _checked_name(name: str) -> str:
    with _field("interest"):
        return interest_name(name)


def _schedule(timezone: str, send_at: str, days: tuple[str, ...]) -> Schedule:
    with _field("timezone"):
        zone = membership.timezone(timezone)
    with _field("send_at"):
        at = membership.hour(send_at)
    if not days or not set(days) <= set(DAY_NAMES):
        raise refused("days", f"expected one or more of {', '.join(DAY_NAMES)}")
    return Schedule(timezone=zone, send_at=at, days=frozenset(map(DAY_NAMES.index, days)))


def _subscriber(who: Subscriber) -> SubscriberAnswer:
    return SubscriberAnswer(
        number=who.id,
        address=who.address,
        state=who.state,
        timezone=who.schedule.timezone.key,
        send_at=f"{who.schedule.send_at:%H:%M}",
        days=tuple(name for day, name in enumerate(DAY_NAMES) if day in who.schedule.days),
        size=who.size,
        kind=who.kind,
        plain=who.plain,
        language=who.language,
        next_due_at=who.next_due_at,
        created_at=who.created_at,
        paused_until=who.paused_until,
    )


def _interest(each: Interest) -> InterestAnswer:
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


def _votes(votes: tuple[Vote, ...]) -> tuple[VoteAnswer, ...]:
    return tuple(VoteAnswer(paper=public_key(each.paper), given_at=each.given_at) for each in votes)
