"""What the holder of a settings link may change, which is never the address.

Readers are named by their number; InvalidInput is a sentence for the reader, without an address or a command.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from digest.errors import InvalidInput
from digest.identity import PaperId
from digest.membership import interests, people
from digest.membership.typed import interest_name, quota, weight, words
from digest.rendering.words import N_
from digest.store import Store, Transaction
from digest.subscribers import (
    MAIN,
    EditionKind,
    Interest,
    ProfileField,
    Subscriber,
    SubscriberState,
)

log = logging.getLogger(__name__)
MOST_INTERESTS = 50  # of one reader
MOST_WORDS = 200  # of one field of an interest
LONGEST_PAUSE = timedelta(days=366)  # that ends by itself


# ------------------------------------------------------------ delivery


def deliver_as(
    store: Store,
    who: Subscriber,
    *,
    zone: ZoneInfo,
    send_at: time,
    on: frozenset[int],
    papers: int,
    kind: EditionKind,
    plain: bool,
    now: datetime,
    language: str | None = None,
    threshold: float | None = None,
) -> None:
    """Change when, how much, in which form and language a reader gets; a date that has its edition gets no second
    one. `threshold` is the least probability of a paper, 0 to 1; None: as the operator has it.
    """
    people.reschedule(
        store,
        who.address,
        now=now,
        zone=zone,
        send_at=send_at,
        on=on,
        papers=papers,
        kind=kind,
        plain=plain,
        language=language,
    )
    with _heard(store, who.id, now) as tx:
        tx.subscribers.change(who.id, threshold=threshold)


def pause(store: Store, who: Subscriber, *, now: datetime, until: date | None = None) -> None:
    """Nothing until they resume, or until a local date, on which editions come again; InvalidInput for one that is
    not within a year from tomorrow on. Whoever gets nothing anyway stays as they are, but for the end of a pause.
    """
    today = who.schedule.local_date(now)
    if until is not None and not today < until <= today + LONGEST_PAUSE:
        raise InvalidInput(N_("a pause ends on a day within a year, tomorrow at the earliest"))
    if who.state in (SubscriberState.ACTIVE, SubscriberState.PAUSED):
        with _heard(store, who.id, now) as tx:
            tx.subscribers.change(who.id, state=SubscriberState.PAUSED, paused_until=until)
        log.info("paused subscriber=%d by link", who.id)


def resume(store: Store, who: Subscriber, *, now: datetime) -> None:
    """Mail again, for the paused and for those who left; InvalidInput for the suppressed."""
    if who.state is SubscriberState.SUPPRESSED:
        raise InvalidInput(N_("mail to you was refused or called spam, so none is sent; write to us"))
    people.resume(store, who.address, now=now)
    _note(store, who, "resumed", now)


# ------------------------------------------------------------ interests


def add_interest(store: Store, reader: int, name: str, texts: Sequence[str], *, now: datetime) -> None:
    """A new interest with some words, or those words more for the one of that name."""
    checked, entries = interest_name(name), words(ProfileField.INTEREST, texts)
    with _heard(store, reader, now) as tx:
        known = tx.subscribers.profiles([reader])[reader]
        if known.interest(checked) is None and len(known.interests) >= MOST_INTERESTS:
            raise InvalidInput(N_("there are {most} interests already; remove one first"), most=MOST_INTERESTS)
        tx.subscribers.make_interest(reader, checked)
        _add(tx, reader, checked, ProfileField.INTEREST, entries)


def tune_interest(
    store: Store, reader: int, name: str, *, new_name: str, share: float, most: int | None, now: datetime
) -> str:
    """Give an interest a name, a weight and a quota; returns the name."""
    new, values = interest_name(new_name), {"weight": weight(share), "quota": quota(most)}
    with _heard(store, reader, now) as tx:
        number = _number(tx, reader, name)
        if tx.subscribers.find_interest(reader, new) not in (None, number):
            raise InvalidInput(N_("another interest has that name; choose another"))
        tx.subscribers.change_interest(number, name=new, **values)
    return new


def drop_interest(store: Store, reader: int, name: str, *, now: datetime) -> None:
    """Forget an interest with its words; its votes belong to `main` from then on, which itself stays."""
    if name.casefold() == MAIN:
        raise InvalidInput(N_("this interest stays; remove its words instead"))
    with _heard(store, reader, now) as tx:
        number = tx.subscribers.find_interest(reader, name)
        if number is None:
            return
        if tx.subscribers.votes_of(number):
            tx.subscribers.move_votes(number, to=tx.subscribers.make_interest(reader, MAIN))
        tx.subscribers.remove_interest(number)


def add_words(
    store: Store, reader: int, name: str, field: ProfileField, values: Sequence[str], *, now: datetime
) -> None:
    """Words more for an interest that there is."""
    entries = words(field, values)
    with _heard(store, reader, now) as tx:
        _number(tx, reader, name)
        _add(tx, reader, name, field, entries)


def remove_words(
    store: Store, reader: int, name: str, field: ProfileField, values: Sequence[str], *, now: datetime
) -> None:
    """Words less; those that are not there are gone already."""
    with _heard(store, reader, now) as tx:
        tx.subscribers.remove_words(reader, field, values, interest=name)


# ------------------------------------------------------------ papers


def unvote(store: Store, reader: int, key: PaperId, *, now: datetime) -> None:
    """Take back the verdict on a paper."""
    with _heard(store, reader, now) as tx:
        for row in tx.papers.rows([key]).values():
            tx.saved.unvote(reader, row)


def unsave(store: Store, reader: int, key: PaperId, *, now: datetime) -> None:
    """Save a paper no longer; the verdict on it stays."""
    with _heard(store, reader, now) as tx:
        for row in tx.papers.rows([key]).values():
            tx.saved.remove(reader, row)


def reclaim(store: Store, who: Subscriber, key: PaperId, *, now: datetime) -> None:
    """Ask for a paper that an edition has left out."""
    try:
        interests.reclaim(store, who.address, [key], now=now)
    except InvalidInput as refused:
        raise InvalidInput(N_("you have that paper already, or no edition left it out")) from refused
    with _heard(store, who.id, now):
        return


# ------------------------------------------------------------ in common


@contextmanager
def _heard(store: Store, reader: int, now: datetime) -> Iterator[Transaction]:
    """A transaction in which a reader changes something, and is noted as alive."""
    with store.begin() as tx:
        tx.subscribers.change(reader, heard_at=now)
        yield tx


def _note(store: Store, who: Subscriber, what: str, now: datetime) -> None:
    with _heard(store, who.id, now):
        log.info("%s subscriber=%d by link", what, who.id)


def _number(tx: Transaction, reader: int, name: str) -> int:
    number = tx.subscribers.find_interest(reader, name)
    if number is None and name.casefold() == MAIN:
        return tx.subscribers.make_interest(reader, MAIN)
    if number is None:
        raise InvalidInput(N_("there is no interest of that name any more"))
    return number


def _add(tx: Transaction, reader: int, name: str, field: ProfileField, entries: Sequence[str]) -> None:
    tx.subscribers.add_words(reader, field, entries, interest=name)
    known = tx.subscribers.profiles([reader])[reader].interest(name)
    if known is not None and len(entries_of(known, field)) > MOST_WORDS:
        raise InvalidInput(N_("there are at most {most} entries here; remove some first"), most=MOST_WORDS)


def entries_of(known: Interest, field: ProfileField) -> tuple[str, ...]:
    """What an interest has in one of its lists."""
    by_field = {
        ProfileField.INTEREST: known.texts,
        ProfileField.INCLUDE: known.include,
        ProfileField.EXCLUDE: known.exclude,
        ProfileField.FOLLOW: known.follow,
        ProfileField.ORGANISATION: known.organisations,
        ProfileField.CATEGORY: known.categories,
    }
    return by_field[field]
