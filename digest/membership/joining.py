"""Joining, and moving to another address: asked at the door, looked at later, confirmed by a link that was mailed.

Whoever asks is answered before anybody looks whether the address is known, so neither the answer nor its time can
tell. What was asked is kept and taken up by the next run (`admit`), which writes a letter to the address: to confirm,
or that it is known here. An address gets one letter of a kind in a day. Without an answer everything is forgotten.
"""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from digest import tokens
from digest.mail import LetterKind, address_hash
from digest.membership import wishes
from digest.membership.settings import DEFAULT_SIZE
from digest.membership.typed import address
from digest.membership.wishes import Wish
from digest.store import Store, Transaction
from digest.store.joining import Application, Joining, Purpose
from digest.subscribers import Schedule, Subscriber, SubscriberState

log = logging.getLogger(__name__)
LINKS_LAST = timedelta(hours=48)
_LETTERS_LAST = timedelta(days=3)  # those that need no answer
_AT_ONCE = 500  # taken up by one run, so that a flood keeps nobody from their edition
_READERS = (SubscriberState.ACTIVE, SubscriberState.PAUSED, SubscriberState.LEFT)


class Link(StrEnum):
    """Where a mailed link stands."""

    OPEN = "open"  # it may be pressed
    DONE = "done"  # it was
    EXPIRED = "expired"  # it is ours, and over


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a mailed link leads to."""

    link: Link
    purpose: Purpose = Purpose.JOIN
    reader: Subscriber | None = None  # who has the address; None where that is forgotten
    settings: str = ""  # the token of their settings, once the link was pressed


def ask(store: Store, email: str, wish: Wish, *, now: datetime) -> None:
    """Note that somebody wants the digest; InvalidInput for what is no address. The same is done for every address."""
    normalised = address(email)
    with store.begin() as tx:
        tx.joinings.ask(normalised, wish.as_json(), now=now)


def ask_to_move(store: Store, who: Subscriber, email: str, *, now: datetime) -> None:
    """Note that a reader wants another address; InvalidInput for what is none."""
    normalised = address(email)
    with store.begin() as tx:
        tx.joinings.ask(normalised, {}, now=now, mover=who.id)
        tx.subscribers.change(who.id, heard_at=now)


# ------------------------------------------------------------ by the clock


def admit(store: Store, *, now: datetime, message_id: Callable[[], str], host: str) -> int:
    """Take up what was asked at the door, and forget what nobody confirmed; how many asked."""
    taken = 0
    for _ in range(_AT_ONCE):
        with store.begin() as tx:
            asked = tx.joinings.take(1)
            for each in asked:
                _Desk(tx, now, message_id, host).take_up(each)
        taken += len(asked)
        if not asked:
            break
    with store.begin() as tx:
        forgotten = tx.joinings.forget(now)
    if taken or forgotten:
        log.info("joining: asked=%d forgotten=%d", taken, forgotten)
    return taken


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where what was asked is taken up."""

    tx: Transaction
    now: datetime
    message_id: Callable[[], str]
    host: str

    def take_up(self, asked: Application) -> None:
        tx = self.tx
        if tx.suppressions.get(address_hash(asked.address)) is not None:
            return
        known = tx.subscribers.find(asked.address)
        mover = None if asked.mover_id is None else tx.subscribers.get(asked.mover_id)
        if known is not None and known.state in _READERS:
            if mover is None or mover.id != known.id:
                self._write(known, LetterKind.KNOWN)
            return
        if known is not None and known.state is not SubscriberState.PENDING:
            return
        if mover is None:
            wish = Wish.from_json(asked.wish)
            pending = known or self.pending(asked.address, wish.schedule)
            wishes.keep(tx, pending.id, wish, now=self.now)
            self._write(tx.subscribers.get(pending.id), LetterKind.CONFIRM, Purpose.JOIN)
        elif mover.state in _READERS:
            pending = known or self.pending(asked.address, mover.schedule)
            tx.subscribers.change(pending.id, language=mover.language, plain=mover.plain)
            self._write(tx.subscribers.get(pending.id), LetterKind.MOVE, Purpose.MOVE, mover)

    def pending(self, email: str, schedule: Schedule) -> Subscriber:
        """Somebody new, who gets nothing but a letter until they confirm."""
        made = self.tx.subscribers.add(
            email,
            schedule=schedule,
            size=DEFAULT_SIZE,
            next_due_at=self.now,
            feed_uri=f"tag:{self.host},{self.now:%Y-%m-%d}:feed/{secrets.token_urlsafe(16)}",
            now=self.now,
            state=SubscriberState.PENDING,
        )
        assert made is not None  # noqa: S101 - the address is unknown
        return made

    def _write(
        self,
        reader: Subscriber,
        kind: LetterKind,
        purpose: Purpose | None = None,
        mover: Subscriber | None = None,
    ) -> None:
        """A letter, unless one of its kind was written this day; the link in that one still works then."""
        tx, today = self.tx, reader.schedule.local_date(self.now)
        if tx.letters.last(reader.id, kind) == today:
            return
        details, lasts = {}, _LETTERS_LAST
        if purpose is not None:
            over, number = self.now + LINKS_LAST, mover.id if mover else None
            link = tx.joinings.make(reader.id, purpose, now=self.now, expires_at=over, mover=number)
            secret = tx.secrets.get_or_make(tokens.KEY)
            details, lasts = {"token": tokens.sign(secret, tokens.CONFIRM, link)}, LINKS_LAST
        letter = tx.letters.keep(reader.id, kind, today, now=self.now, details=details)
        if letter is not None:
            over = self.now + lasts
            tx.deliveries.intend_letter(letter, message_id=self.message_id(), now=self.now, expires_at=over)


# ------------------------------------------------------------ by the link


def opened(store: Store, token: str, *, now: datetime) -> Opened | None:
    """What a mailed link leads to; None for one that we did not sign. Nothing is changed."""
    with store.read() as tx:
        return _opened(tx, token, now)


def confirm(store: Store, token: str, *, now: datetime, message_id: Callable[[], str], host: str) -> Opened | None:
    """Do what the link says, once; then what it leads to."""
    with store.begin() as tx:
        found = _opened(tx, token, now)
        if found is None or found.link is not Link.OPEN:
            return found
        link = tx.joinings.get(_number(tx, token) or 0)
        assert link is not None  # noqa: S101 - it is open
        reader = tx.subscribers.get(link.subscriber_id)
        if link.purpose is Purpose.MOVE:
            _move(_Desk(tx, now, message_id, host), link, reader)
        else:
            first = reader.schedule.next_instant(reader.schedule.local_date(now))
            state = SubscriberState.ACTIVE
            tx.subscribers.change(reader.id, state=state, next_due_at=first, created_at=now, heard_at=now)
            tx.joinings.confirm(link.id, subscriber=reader.id, now=now)
            log.info("joined subscriber=%d", reader.id)
        return _opened(tx, token, now)


def _move(desk: _Desk, link: Joining, taken: Subscriber) -> None:
    """Give a reader the address that was confirmed, and tell the old one."""
    tx, now = desk.tx, desk.now
    assert link.mover_id is not None  # noqa: S101 - the link of a move
    mover = tx.subscribers.get(link.mover_id)
    tx.joinings.confirm(link.id, subscriber=mover.id, now=now)
    tx.subscribers.remove(taken.id)
    tx.subscribers.change(mover.id, address=taken.address, heard_at=now)
    told = desk.pending(mover.address, mover.schedule)
    tx.subscribers.change(told.id, language=mover.language, plain=mover.plain)
    over = now + _LETTERS_LAST
    tx.joinings.make(told.id, Purpose.NOTHING, now=now, expires_at=over)
    letter = tx.letters.keep(told.id, LetterKind.MOVED, told.schedule.local_date(now), now=now)
    if letter is not None:
        tx.deliveries.intend_letter(letter, message_id=desk.message_id(), now=now, expires_at=over)
    log.info("moved subscriber=%d", mover.id)


def _opened(tx: Transaction, token: str, now: datetime) -> Opened | None:
    number = _number(tx, token)
    if number is None:
        return None
    link = tx.joinings.get(number)
    if link is None or link.purpose is Purpose.NOTHING or (link.confirmed_at is None and link.expires_at <= now):
        return Opened(link=Link.EXPIRED)
    reader = tx.subscribers.get(link.subscriber_id)
    if link.confirmed_at is not None:
        secret = tx.secrets.get(tokens.KEY) or b""
        settings = tokens.sign(secret, tokens.SETTINGS, reader.id)
        return Opened(link=Link.DONE, purpose=link.purpose, reader=reader, settings=settings)
    is_ours = reader.state is SubscriberState.PENDING and _may_have_mail(tx, reader)
    return Opened(link=Link.OPEN if is_ours else Link.EXPIRED, purpose=link.purpose, reader=reader)


def _number(tx: Transaction, token: str) -> int | None:
    secret = tx.secrets.get(tokens.KEY)
    return tokens.check(secret, tokens.CONFIRM, token) if secret else None


def _may_have_mail(tx: Transaction, reader: Subscriber) -> bool:
    return tx.suppressions.get(address_hash(reader.address)) is None
