"""Who reads, and when: subscribers join, change, pause and leave."""

import logging
import secrets
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from digest import tokens
from digest.errors import InvalidInput
from digest.membership.typed import address, size, words
from digest.store import Store, Transaction
from digest.subscribers import ProfileField, Schedule, Subscriber, SubscriberState

log = logging.getLogger(__name__)
DEFAULT_SIZE = 15


def add(
    store: Store,
    email: str,
    *,
    host: str,
    now: datetime,
    schedule: Schedule | None = None,
    papers: int = DEFAULT_SIZE,
    categories: Sequence[str] = (),
    interests: Sequence[str] = (),
) -> Subscriber:
    """A new subscriber, active at once and due from the local date of `now`; `host` names the feed for ever."""
    normalised = address(email)
    wanted = schedule or Schedule()
    entries = {
        ProfileField.CATEGORY: words(ProfileField.CATEGORY, categories),
        ProfileField.INTEREST: words(ProfileField.INTEREST, interests),
    }
    with store.begin() as tx:
        added = tx.subscribers.add(
            normalised,
            schedule=wanted,
            size=size(papers),
            next_due_at=wanted.next_instant(wanted.local_date(now)),
            feed_uri=f"tag:{host},{now:%Y-%m-%d}:feed/{secrets.token_urlsafe(16)}",
            now=now,
        )
        if added is None:
            raise InvalidInput(f"{normalised} is a subscriber already; change them with: digest subscriber set")
        for field, values in entries.items():
            tx.subscribers.add_words(added.id, field, values)
    return added


def find(store: Store, email: str) -> Subscriber:
    """The subscriber with that address, or InvalidInput."""
    with store.read() as tx:
        return found(tx, email)


def reschedule(
    store: Store,
    email: str,
    *,
    now: datetime,
    zone: ZoneInfo | None = None,
    send_at: time | None = None,
    on: frozenset[int] | None = None,
    papers: int | None = None,
) -> Subscriber:
    """Change when and how much somebody gets; a date that has its edition gets no second one."""
    with store.begin() as tx:
        old = found(tx, email)
        schedule = Schedule(
            timezone=zone or old.schedule.timezone,
            send_at=old.schedule.send_at if send_at is None else send_at,
            days=on or old.schedule.days,
        )
        editions = tx.editions.of(old.id, limit=1)
        first = schedule.local_date(now)
        if editions:
            first = max(first, editions[0].slot_date + timedelta(days=1))
        tx.subscribers.change(
            old.id,
            schedule=schedule,
            size=old.size if papers is None else size(papers),
            next_due_at=schedule.next_instant(first),
        )
        return found(tx, email)


def pause(store: Store, email: str) -> Subscriber:
    return _to_state(store, email, SubscriberState.PAUSED)


def leave(store: Store, email: str) -> Subscriber:
    """No more mail; what was sent stays known, so that a return repeats nothing."""
    return _to_state(store, email, SubscriberState.LEFT)


def link_holder(store: Store, token: str) -> Subscriber | None:
    """Whose unsubscribe link it is; None for a token that we did not sign. Nothing is changed, not even a key made."""
    with store.read() as tx:
        secret = tx.secrets.get(tokens.KEY)
        number = tokens.check(secret, tokens.UNSUBSCRIBE, token) if secret else None
        return tx.subscribers.numbered(number) if number else None


def leave_by_link(store: Store, number: int) -> None:
    """No more mail for the holder of a checked link; leaving twice is leaving once, and the suppressed stay so."""
    with store.begin() as tx:
        holder = tx.subscribers.get(number)
        if holder.state in (SubscriberState.LEFT, SubscriberState.SUPPRESSED):
            return
        tx.subscribers.change(number, state=SubscriberState.LEFT)
    log.info("left subscriber=%d by link", number)


def resume(store: Store, email: str, *, now: datetime) -> Subscriber:
    """Active again, beginning with the newest listing and not with all that was missed."""
    with store.begin() as tx:
        back = found(tx, email)
        if back.state is SubscriberState.SUPPRESSED:
            raise InvalidInput(f"{back.address} is suppressed and cannot be resumed")
        if back.state is not SubscriberState.ACTIVE:
            editions = tx.editions.of(back.id, limit=1)
            today = back.schedule.local_date(now)
            first = max(today, editions[0].slot_date + timedelta(days=1)) if editions else today
            due = back.schedule.next_instant(first)
            tx.subscribers.change(back.id, state=SubscriberState.ACTIVE, read_through=None, next_due_at=due)
        return found(tx, email)


def _to_state(store: Store, email: str, state: SubscriberState) -> Subscriber:
    with store.begin() as tx:
        tx.subscribers.change(found(tx, email).id, state=state)
        return found(tx, email)


def found(tx: Transaction, email: str) -> Subscriber:
    """The subscriber with that address, or InvalidInput."""
    known = tx.subscribers.find(address(email))
    if known is None:
        raise InvalidInput(f"no subscriber has the address {email}; see: digest subscriber list")
    return known
