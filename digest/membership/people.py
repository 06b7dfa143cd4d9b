"""Who reads, and when: subscribers join, change, pause and leave."""

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from digest import tokens
from digest.errors import InvalidInput
from digest.mail import LetterKind
from digest.membership.settings import DEFAULT_SIZE
from digest.membership.suppressed import refuse_suppressed
from digest.membership.typed import address, size, words
from digest.rendering.catalogues import languages
from digest.rendering.words import N_
from digest.store import Store, Transaction
from digest.subscribers import EVERY_DAY, EditionKind, ProfileField, Schedule, Subscriber, SubscriberState

log = logging.getLogger(__name__)
GOODBYES_LAST = timedelta(days=3)
_FARTHEST_EAST = timedelta(hours=14)  # of UTC that a zone's clocks stand (Pacific/Kiritimati)


def add(
    store: Store,
    email: str,
    *,
    host: str,
    now: datetime,
    schedule: Schedule | None = None,
    papers: int = DEFAULT_SIZE,
    kind: EditionKind = EditionKind.DAILY,
    plain: bool = False,
    categories: Sequence[str] = (),
    interests: Sequence[str] = (),
) -> Subscriber:
    """A new subscriber, active at once and due from the local date of `now`; `host` names the feed for ever."""
    normalised = address(email)
    wanted = for_kind(kind, schedule or Schedule())
    entries = {
        ProfileField.CATEGORY: words(ProfileField.CATEGORY, categories),
        ProfileField.INTEREST: words(ProfileField.INTEREST, interests),
    }
    with store.begin() as tx:
        refuse_suppressed(tx, normalised)
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
        tx.subscribers.change(added.id, kind=kind, plain=plain)
        for field, values in entries.items():
            tx.subscribers.add_words(added.id, field, values)
        return tx.subscribers.get(added.id)


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
    kind: EditionKind | None = None,
    plain: bool | None = None,
    language: str | None = None,
) -> Subscriber:
    """Change when, how much, in what form and language somebody gets it; a date that has its edition gets no second
    one. InvalidInput for a language that is not spoken.
    """
    spoken = None if language is None else checked_language(language)
    with store.begin() as tx:
        old = found(tx, email)
        kind = kind or old.kind
        back_to_daily = kind is EditionKind.DAILY and old.kind is EditionKind.WEEKLY
        schedule = for_kind(
            kind,
            Schedule(
                timezone=zone or old.schedule.timezone,
                send_at=old.schedule.send_at if send_at is None else send_at,
                days=on or (EVERY_DAY if back_to_daily else old.schedule.days),
            ),
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
            kind=kind,
            plain=old.plain if plain is None else plain,
            language=spoken or old.language,
        )
        return found(tx, email)


def checked_language(text: str) -> str:
    """The tag (BCP 47) of a language with a catalogue; InvalidInput names those that there are."""
    by_folded = {tag.casefold(): tag for tag in languages()}
    tag = by_folded.get(text.strip().casefold())
    if tag is None:
        message = N_("not a language that is spoken here: {text!r}; give one of {languages}")
        raise InvalidInput(message, text=text, languages=", ".join(languages()))
    return tag


def for_kind(kind: EditionKind, schedule: Schedule) -> Schedule:
    """The schedule of an edition of that kind: a weekly one comes on one day, the first that is wanted of a week.

    InvalidInput for the kind that is nobody's own.
    """
    if kind is EditionKind.COMMON:
        raise InvalidInput(N_("choose daily or weekly"))
    if kind is EditionKind.DAILY or len(schedule.days) == 1:
        return schedule
    return replace(schedule, days=frozenset({min(schedule.days)}))


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


def leave_by_link(
    store: Store, number: int, *, now: datetime | None = None, message_id: Callable[[], str] | None = None
) -> None:
    """No more mail for the holder of a checked link; leaving twice is leaving once, and the suppressed stay so.

    With a moment and a `message_id`, a goodbye is written.
    """
    with store.begin() as tx:
        if left(tx, number, now=now) and now is not None and message_id is not None:
            _goodbye(tx, tx.subscribers.get(number), now, message_id())


def left(tx: Transaction, number: int, *, now: datetime | None = None) -> bool:
    """Let a subscriber go who asked for it; False if they had left before, or are suppressed."""
    if tx.subscribers.get(number).state in (SubscriberState.LEFT, SubscriberState.SUPPRESSED):
        return False
    tx.subscribers.change(number, state=SubscriberState.LEFT, left_at=now)
    log.info("left subscriber=%d by link or mail", number)
    return True


def _goodbye(tx: Transaction, leaver: Subscriber, now: datetime, message_id: str) -> None:
    letter = tx.letters.keep(leaver.id, LetterKind.GOODBYE, leaver.schedule.local_date(now), now=now)
    if letter is not None:
        tx.deliveries.intend_letter(letter, message_id=message_id, now=now, expires_at=now + GOODBYES_LAST)


def resume(store: Store, email: str, *, now: datetime) -> Subscriber:
    """Active again, beginning with the newest listing and not with all that was missed."""
    with store.begin() as tx:
        back = found(tx, email)
        refuse_suppressed(tx, back.address)
        if back.state is not SubscriberState.ACTIVE:
            resumed(tx, back, now)
        return found(tx, email)


def wake(store: Store, *, now: datetime) -> int:
    """Let those resume whose pause ends by itself on their present local date or before; how many."""
    latest = (now + _FARTHEST_EAST).date()
    with store.begin() as tx:
        back = [
            each
            for each in tx.subscribers.waking(latest)
            if each.paused_until is not None and each.paused_until <= each.schedule.local_date(now)
        ]
        for each in back:
            resumed(tx, each, now)
            log.info("resumed subscriber=%d: the pause is over", each.id)
    return len(back)


def resumed(tx: Transaction, back: Subscriber, now: datetime) -> None:
    """Make somebody active again, beginning with the newest listing, from the first date without an edition on."""
    editions = tx.editions.of(back.id, limit=1)
    today = back.schedule.local_date(now)
    first = max(today, editions[0].slot_date + timedelta(days=1)) if editions else today
    due = back.schedule.next_instant(first)
    tx.subscribers.change(back.id, state=SubscriberState.ACTIVE, read_through=None, next_due_at=due)


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
