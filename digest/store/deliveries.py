"""Deliveries: intent, attempt and lease are kept before anything is sent, the outcome at once after it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digest.mail import UNCONFIRMED, Delivery, DeliveryState, Frozen, LetterKind
from digest.store import tables as t
from digest.store.prepared import Prepared
from digest.store.upsert import in_columns, insert
from digest.subscribers import SubscriberState

MAIL = "mail"
_WAITING = (DeliveryState.PENDING.value, DeliveryState.UNCERTAIN.value)
_UNSENT = (*_WAITING, DeliveryState.HELD.value)
_OPEN = (*_UNSENT, DeliveryState.SENDING.value)
_INDEXED = sa.text(t.OPEN_DELIVERY)  # in these words, so that the index of what is open is used
# Editions go to the active alone, and so do letters, but for these.
_READER = SubscriberState.ACTIVE.value
_MEMBERS = (_READER, SubscriberState.PAUSED.value, SubscriberState.LEFT.value)
_WANTING: dict[str, tuple[str, ...]] = {
    LetterKind.GOODBYE: (SubscriberState.LEFT.value,),
    LetterKind.KNOWN: _MEMBERS,
    **dict.fromkeys(UNCONFIRMED, (SubscriberState.PENDING.value,)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRecord:
    """A delivery as the operator sees it."""

    delivery: Delivery
    about: str  # "daily 2026-01-22", "goodbye"
    answer: str
    sent_at: datetime | None


class Deliveries:
    """Deliveries within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    # ------------------------------------------------------------ intent

    def intend(self, edition: int, *, message_id: str, now: datetime, expires_at: datetime | None = None) -> None:
        """Note that an edition is to be mailed to its reader; once noted, nothing more happens."""
        e = t.edition.c
        whose = sa.select(e.subscriber_id).where(e.id == edition).scalar_subquery()
        self._intend(now, edition_id=edition, subscriber_id=whose, message_id=message_id, expires_at=expires_at)

    def intend_all(self, editions: Mapping[int, tuple[int, str, datetime]], *, now: datetime) -> None:
        """The same for many editions: by number, their reader, Message-ID, and when they are sent no more."""
        if not editions:
            return
        whose, names, ends = zip(*editions.values(), strict=True)
        fixed = {"channel": MAIL, "state": DeliveryState.PENDING.value, "attempts": 0, "next_attempt_at": now}
        cells: dict[str, Sequence[Any]] = {name: [value] * len(whose) for name, value in fixed.items()}
        cells |= {"edition_id": list(editions), "subscriber_id": whose, "message_id": names, "expires_at": ends}
        in_columns(self._db, insert(self._db, t.delivery).on_conflict_do_nothing(), cells)

    def intend_letter(self, letter: int, *, message_id: str, now: datetime, expires_at: datetime | None = None) -> None:
        """Note that a letter is to be mailed to its reader; once noted, nothing more happens."""
        c = t.letter.c
        whose = sa.select(c.subscriber_id).where(c.id == letter).scalar_subquery()
        self._intend(now, letter_id=letter, subscriber_id=whose, message_id=message_id, expires_at=expires_at)

    def _intend(self, now: datetime, **values: Any) -> None:
        values |= {"channel": MAIL, "state": DeliveryState.PENDING.value, "attempts": 0, "next_attempt_at": now}
        self._db.execute(insert(self._db, t.delivery).values(values).on_conflict_do_nothing())

    # ------------------------------------------------------------ before sending

    def due(self, now: datetime, *, part: int = 0, of: int = 1) -> list[int]:
        """The numbers of what may be tried at `now`, oldest first: pending or uncertain, and due.

        With `of` above 1, only those that leave `part` when they are divided by it.
        """
        d = t.delivery.c
        query = sa.select(d.id).where(_may_be_tried(now), d.id % of == part)
        return list(self._db.execute(query.order_by(d.next_attempt_at, d.id)).scalars())

    def open(self, now: datetime, numbers: Collection[int]) -> list[Delivery]:
        """Those of some deliveries that may be tried at `now`, oldest first."""
        d = t.delivery.c
        query = sa.select(t.delivery).where(d.id.in_(numbers), _may_be_tried(now))
        return [_delivery(row) for row in self._db.execute(query.order_by(d.next_attempt_at, d.id))]

    def sweep(self, now: datetime, *, is_gone: Callable[[str], bool]) -> int:
        """Make uncertain what was claimed by a process that is gone, or whose lease is over; return how many."""
        d = t.delivery.c
        claimed = self._db.execute(sa.select(t.delivery).where(d.state == DeliveryState.SENDING.value, _INDEXED)).all()
        abandoned = [
            row
            for row in claimed
            if row.lease_until is None or row.lease_until <= now or (row.holder is not None and is_gone(row.holder))
        ]
        for row in abandoned:
            answer = "whoever was sending it ended before the answer was kept"
            self.uncertain(_delivery(row), answer=answer, until=now)
        return len(abandoned)

    def expired(self, now: datetime) -> list[tuple[int, int]]:
        """Close what was surely not sent and whose time is over; delivery and edition of each edition among it.

        What is in doubt stays: its reader may have it, and a copy with the same Message-ID is better than a loss.
        """
        d = t.delivery.c
        waiting = (DeliveryState.PENDING.value, DeliveryState.HELD.value)
        over = sa.update(t.delivery).where(d.state.in_(waiting), ~d.in_doubt, d.expires_at <= now, _INDEXED)
        closed = over.values(state=DeliveryState.EXPIRED.value, answer="its day is over")
        found = self._db.execute(closed.returning(d.id, d.edition_id)).all()
        return sorted((row.id, row.edition_id) for row in found if row.edition_id is not None)

    def claim(
        self, delivery: Delivery, *, address_hash: str, lease_until: datetime, holder: str | None = None
    ) -> Delivery | None:
        """Take a delivery for sending, keep what its message is, and return it as it is then.

        None if another run has taken it, its reader does not want it any more, or the address is suppressed.
        """
        attempts, frozen = delivery.attempts + 1, delivery.frozen
        claim = _CLAIM_LETTER if delivery.letter_id else _CLAIM
        claimed = claim.run(
            self._db,
            number=delivery.id,
            was=delivery.state.value,
            tried=delivery.attempts,
            hash=address_hash,
            now_tried=attempts,
            until=lease_until,
            by=holder,
            print=frozen.fingerprint if frozen else None,
            moment=frozen.written_at if frozen else None,
        )
        return replace(delivery, state=DeliveryState.SENDING, attempts=attempts) if claimed == 1 else None

    def cancel_unwanted(self) -> int:
        """Close what was meant for readers who left, paused or are suppressed; return how many."""
        d, c, s = t.delivery.c, t.letter.c, t.subscriber.c
        welcome = sa.select(c.id).join(t.subscriber, s.id == c.subscriber_id).where(_is_wanted())
        gone = sa.or_(
            sa.and_(d.letter_id.is_(None), d.subscriber_id.not_in(_in_state(_READER))),
            sa.and_(d.letter_id.is_not(None), d.letter_id.not_in(welcome)),
        )
        statement = sa.update(t.delivery).where(d.state.in_(_UNSENT), gone, _INDEXED)
        return self._db.execute(
            statement.values(state=DeliveryState.CANCELLED.value, answer="the reader is not active")
        ).rowcount

    # ------------------------------------------------------------ what came of it

    def sent(self, delivery: Delivery, *, answer: str, now: datetime) -> None:
        """The next hop is responsible now, whoever has claimed it since."""
        _SENT.run(self._db, number=delivery.id, said=_kept(answer), moment=now)

    def failed(self, delivery: Delivery, *, answer: str) -> None:
        """Refused for ever."""
        self._close(_attempt(delivery), DeliveryState.FAILED, answer)

    def postponed(self, delivery: Delivery, *, answer: str, until: datetime) -> None:
        """Not taken this time; tried again from `until` on."""
        self._close(_attempt(delivery), DeliveryState.PENDING, answer, next_attempt_at=until)

    def uncertain(self, delivery: Delivery, *, answer: str, until: datetime) -> None:
        """It may have been taken; from `until` on the same bytes are sent again."""
        self._close(_attempt(delivery), DeliveryState.UNCERTAIN, answer, next_attempt_at=until, in_doubt=True)

    def held(self, delivery: Delivery, *, answer: str, in_doubt: bool = False) -> None:
        """It waits for the operator; `in_doubt` where this attempt ended without an answer."""
        self._close(_attempt(delivery), DeliveryState.HELD, answer, in_doubt=in_doubt or delivery.in_doubt)

    def _close(self, which: sa.ColumnElement[bool], state: DeliveryState, answer: str, **values: Any) -> None:
        values |= {"state": state.value, "answer": _kept(answer), "lease_until": None, "holder": None}
        self._db.execute(sa.update(t.delivery).where(which).values(values))

    # ------------------------------------------------------------ the operator's hand

    def hold(self, numbers: Collection[int]) -> int:
        """Keep back what waits; return how many that were."""
        statement = sa.update(t.delivery).where(t.delivery.c.id.in_(numbers), t.delivery.c.state.in_(_WAITING))
        return self._db.execute(
            statement.values(state=DeliveryState.HELD.value, answer="held by the operator")
        ).rowcount

    def hold_uncertain(self) -> int:
        """Keep back all that is uncertain; return how many that were."""
        statement = sa.update(t.delivery).where(t.delivery.c.state == DeliveryState.UNCERTAIN.value, _INDEXED)
        return self._db.execute(statement.values(state=DeliveryState.HELD.value)).rowcount

    def release(self, numbers: Collection[int], *, now: datetime) -> int:
        """Let go what is held, what is in doubt as the mail that it was; return how many that were."""
        d = t.delivery.c
        held = sa.update(t.delivery).where(d.id.in_(numbers), d.state == DeliveryState.HELD.value)
        values = {"state": DeliveryState.PENDING.value, "next_attempt_at": now, "expires_at": None}
        return self._db.execute(held.values(values)).rowcount

    def release_anew(self, delivery: int, *, message_id: str, now: datetime) -> bool:
        """Let go what is held as another mail, whatever became of the one that it was; whether it was held."""
        d = t.delivery.c
        held = sa.update(t.delivery).where(d.id == delivery, d.state == DeliveryState.HELD.value)
        fresh = {"fingerprint": None, "written_at": None, "in_doubt": False, "message_id": message_id}
        values = {"state": DeliveryState.PENDING.value, "next_attempt_at": now, "expires_at": None}
        if self._db.execute(held.values(fresh | values)).rowcount != 1:
            return False
        self._db.execute(sa.delete(t.message).where(t.message.c.delivery_id == delivery))
        return True

    def doubtful(self) -> list[Delivery]:
        """What may have been taken, is open, and whose bytes are not kept."""
        d = t.delivery.c
        kept = sa.exists().where(t.message.c.delivery_id == d.id)
        open_ones = sa.select(t.delivery).where(d.state.in_(_UNSENT), d.in_doubt, ~kept, _INDEXED)
        return [_delivery(row) for row in self._db.execute(open_ones.order_by(d.next_attempt_at, d.id))]

    def listed(
        self,
        states: Collection[DeliveryState] = (),
        *,
        subscriber: int | None = None,
        answer: str = "",
        limit: int | None = None,
    ) -> list[DeliveryRecord]:
        """The newest first; all states unless some are named. `answer` is a part of the last answer, in any case."""
        query = _records().order_by(t.delivery.c.id.desc()).limit(limit)
        if states:
            query = query.where(t.delivery.c.state.in_([state.value for state in states]))
        if subscriber is not None:
            query = query.where(t.delivery.c.subscriber_id == subscriber)
        if answer:
            query = query.where(t.delivery.c.answer.icontains(answer, autoescape=True))
        return [_record(row) for row in self._db.execute(query)]

    def record(self, delivery: int) -> DeliveryRecord | None:
        """The one with that number."""
        row = self._db.execute(_records().where(t.delivery.c.id == delivery)).one_or_none()
        return _record(row) if row else None

    def counts(self) -> dict[DeliveryState, int]:
        """How many deliveries are in each state."""
        query = sa.select(t.delivery.c.state, sa.func.count()).group_by(t.delivery.c.state)
        return {DeliveryState(state): number for state, number in self._db.execute(query)}

    def open_since(self, moment: datetime) -> int:
        """How many deliveries are open whose edition was kept at `moment` or before."""
        d, e = t.delivery.c, t.edition.c
        query = sa.select(sa.func.count()).select_from(t.delivery.join(t.edition))
        return int(self._db.execute(query.where(d.state.in_(_OPEN), e.created_at <= moment, _INDEXED)).scalar_one())


def _may_be_tried(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(t.delivery.c.state.in_(_WAITING), t.delivery.c.next_attempt_at <= now, _INDEXED)


def _attempt(delivery: Delivery) -> sa.ColumnElement[bool]:
    """The delivery as long as nobody has claimed it after this attempt, nor closed it."""
    d = t.delivery.c
    return sa.and_(d.id == delivery.id, d.attempts == delivery.attempts, d.state.in_(_OPEN))


def _in_state(state: str) -> sa.Select[Any]:
    return sa.select(t.subscriber.c.id).where(t.subscriber.c.state == state)


def _claim(wanted: sa.Exists) -> Prepared:
    """Taking a delivery that is wanted still; made once, because it is run for every mail."""
    d = t.delivery.c
    return Prepared(
        sa.update(t.delivery)
        .where(
            d.id == sa.bindparam("number"),
            d.state == sa.bindparam("was"),
            d.attempts == sa.bindparam("tried"),
            wanted.correlate(t.delivery),
            ~sa.exists().where(t.suppression.c.address_hash == sa.bindparam("hash")),
        )
        .values(
            state=DeliveryState.SENDING.value,
            attempts=sa.bindparam("now_tried"),
            lease_until=sa.bindparam("until"),
            holder=sa.bindparam("by"),
            fingerprint=sa.bindparam("print"),
            written_at=sa.bindparam("moment"),
        )
    )


def _is_wanted() -> sa.ColumnElement[bool]:
    """Whether a letter is one that its reader may get at this moment."""
    kind, state = t.letter.c.kind, t.subscriber.c.state
    special = [sa.and_(kind == str(each), sa.or_(*[state == one for one in some])) for each, some in _WANTING.items()]
    usual = sa.and_(*[kind != str(each) for each in _WANTING], state == _READER)
    return sa.or_(usual, *special)


_ITS_READER = t.subscriber.c.id == t.delivery.c.subscriber_id
_CLAIM = _claim(sa.exists().where(_ITS_READER, t.subscriber.c.state == _READER))
_CLAIM_LETTER = _claim(sa.exists().where(_ITS_READER, t.letter.c.id == t.delivery.c.letter_id, _is_wanted()))
_SENT = Prepared(
    sa.update(t.delivery)
    .where(t.delivery.c.id == sa.bindparam("number"))
    .values(
        state=DeliveryState.SENT.value,
        answer=sa.bindparam("said"),
        sent_at=sa.bindparam("moment"),
        lease_until=None,
        holder=None,
    )
)


def _kept(answer: str) -> str:
    """What is kept of an answer: PostgreSQL takes no NUL, and an outcome that cannot be kept is a mail sent twice."""
    return answer.replace("\0", "")[:500]


def _records() -> sa.Select[Any]:
    d, e = t.delivery, t.edition.c
    joined = d.outerjoin(t.edition, e.id == d.c.edition_id).outerjoin(t.letter, t.letter.c.id == d.c.letter_id)
    return sa.select(t.delivery, e.kind, e.slot_date, t.letter.c.kind.label("letter_kind")).select_from(joined)


def _record(row: sa.Row[Any]) -> DeliveryRecord:
    about = row.letter_kind or f"{row.kind} {row.slot_date}"
    return DeliveryRecord(delivery=_delivery(row), about=about, answer=row.answer, sent_at=row.sent_at)


def _delivery(row: sa.Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        edition_id=row.edition_id,
        letter_id=row.letter_id,
        subscriber_id=row.subscriber_id,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        message_id=row.message_id,
        next_attempt_at=row.next_attempt_at,
        frozen=Frozen(fingerprint=row.fingerprint, written_at=row.written_at) if row.fingerprint else None,
        in_doubt=row.in_doubt,
        expires_at=row.expires_at,
    )
