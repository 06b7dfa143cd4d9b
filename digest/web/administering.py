"""What the admin API does to subscribers and their profiles, by the verbs of `membership` alone."""

from collections.abc import Iterator
from contextlib import contextmanager

from digest import browse, membership
from digest.app import App
from digest.errors import InvalidInput
from digest.membership import preferences
from digest.membership.preferences import entries_of
from digest.membership.typed import interest_name, quota, weight
from digest.subscribers import DAY_NAMES, EditionKind, Interest, ProfileField, Schedule, Subscriber, SubscriberState
from digest.web.adminbodies import (
    Delivery,
    InterestAnswer,
    InterestBody,
    NewState,
    NewSubscriber,
    ReaderAnswer,
    SubscriberAnswer,
    SubscribersAnswer,
    VoteBody,
    WantedState,
    interest_of,
    subscriber_of,
)
from digest.web.jsonbodies import refused
from digest.web.openapi import Refused
from digest.web.papers import named

_CONFLICT = 409  # RFC 9110 §15.5.10
_FIXED = (SubscriberState.SUPPRESSED, SubscriberState.PENDING)  # which only the reader can change
_LISTS = {
    "texts": ProfileField.INTEREST,
    "include": ProfileField.INCLUDE,
    "exclude": ProfileField.EXCLUDE,
    "follow": ProfileField.FOLLOW,
    "organisations": ProfileField.ORGANISATION,
    "categories": ProfileField.CATEGORY,
}


# ------------------------------------------------------------ subscribers


def subscribers(app: App, state: str = "") -> SubscribersAnswer:
    found = browse.subscribers(app.store, SubscriberState(state) if state else None)
    return SubscribersAnswer(subscribers=tuple(subscriber_of(each.subscriber) for each in found))


def subscriber(app: App, number: int) -> ReaderAnswer | None:
    with app.store.read() as tx:
        who = tx.subscribers.numbered(number)
        profile = tx.subscribers.profiles([number])[number] if who else None
    if who is None or profile is None:
        return None
    return ReaderAnswer(subscriber=subscriber_of(who), interests=tuple(map(interest_of, profile.interests)))


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
            kind=EditionKind(body.kind),
            plain=body.plain,
            categories=body.categories,
            interests=body.interests,
        )
    return subscriber_of(added)


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
            kind=EditionKind(body.kind),
            plain=body.plain,
            language=body.language,
        )
    return subscriber_of(changed)


def set_state(app: App, body: NewState, number: int) -> SubscriberAnswer | None:
    who = _who(app, number)
    if who is None:
        return None
    if who.state in _FIXED:
        known = "lift it with: digest suppression" if who.state is SubscriberState.SUPPRESSED else "they must confirm"
        raise Refused(_CONFLICT, "Not now", f"state: the subscriber is {who.state}; {known}")
    if who.state.value == body.state.value:
        return subscriber_of(who)
    if body.state is WantedState.ACTIVE:
        return subscriber_of(membership.resume(app.store, who.address, now=app.now))
    work = membership.pause if body.state is WantedState.PAUSED else membership.leave
    return subscriber_of(work(app.store, who.address))


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
    return interest_of(membership.make_interest(app.store, who.address, name))


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
