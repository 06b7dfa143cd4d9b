"""Deliveries: intent, attempt and lease are kept before anything is sent, the outcome at once after it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digest.mail import Delivery, DeliveryState
from digest.store import tables as t
from digest.store.upsert import insert
from digest.subscribers import SubscriberState

MAIL = "mail"
_WAITING = (DeliveryState.PENDING.value, DeliveryState.UNCERTAIN.value)
_OPEN = (*_WAITING, DeliveryState.SENDING.value)


class Deliveries:
    """Deliveries within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def intend(self, edition: int, *, message_id: str, now: datetime) -> None:
        """Note that an edition is to be mailed; once noted, nothing more happens."""
        statement = insert(self._db, t.delivery).values(
            edition_id=edition,
            channel=MAIL,
            state=DeliveryState.PENDING.value,
            attempts=0,
            message_id=message_id,
            next_attempt_at=now,
        )
        self._db.execute(statement.on_conflict_do_nothing())

    def open(self, now: datetime) -> list[Delivery]:
        """What may be tried at `now`, oldest first: pending or uncertain, and due."""
        d = t.delivery.c
        query = (
            sa.select(t.delivery, t.edition.c.subscriber_id)
            .join(t.edition)
            .where(d.state.in_(_WAITING), d.next_attempt_at <= now)
            .order_by(d.next_attempt_at, d.id)
        )
        return [_delivery(row) for row in self._db.execute(query)]

    def sweep(self, now: datetime, *, is_gone: Callable[[str], bool]) -> int:
        """Make uncertain what was claimed by a process that is gone, or whose lease is over; return how many."""
        d = t.delivery.c
        claimed = self._db.execute(
            sa.select(d.id, d.holder, d.lease_until).where(d.state == DeliveryState.SENDING.value)
        ).all()
        abandoned = [
            row.id
            for row in claimed
            if row.lease_until is None or row.lease_until <= now or (row.holder is not None and is_gone(row.holder))
        ]
        for number in abandoned:
            self.uncertain(number, answer="whoever was sending it ended before the answer was kept", until=now)
        return len(abandoned)

    def freeze(self, delivery: int, content: bytes) -> bytes:
        """Keep the finished message unless one is kept already or nothing is open; return the one that counts."""
        d = t.delivery.c
        unwritten = sa.and_(d.id == delivery, d.content.is_(None), d.state.in_(_OPEN))
        self._db.execute(sa.update(t.delivery).where(unwritten).values(content=content))
        kept = self._db.execute(sa.select(d.content).where(d.id == delivery)).scalar_one()
        return content if kept is None else bytes(kept)

    def claim(self, delivery: Delivery, *, lease_until: datetime, holder: str | None = None) -> bool:
        """Take a delivery for sending; False if another run has taken it, or its reader is not active any more."""
        d, e, s = t.delivery.c, t.edition.c, t.subscriber.c
        active = (
            sa.select(e.id).join(t.subscriber, s.id == e.subscriber_id).where(s.state == SubscriberState.ACTIVE.value)
        )
        statement = (
            sa.update(t.delivery)
            .where(
                d.id == delivery.id,
                d.state == delivery.state.value,
                d.attempts == delivery.attempts,
                d.edition_id.in_(active),
            )
            .values(state=DeliveryState.SENDING.value, attempts=d.attempts + 1, lease_until=lease_until, holder=holder)
        )
        return self._db.execute(statement).rowcount == 1

    def cancel_unwanted(self) -> int:
        """Close what was meant for readers who left or paused before it was surely sent; return how many."""
        d, e, s = t.delivery.c, t.edition.c, t.subscriber.c
        gone = (
            sa.select(e.id).join(t.subscriber, s.id == e.subscriber_id).where(s.state != SubscriberState.ACTIVE.value)
        )
        statement = sa.update(t.delivery).where(d.state.in_(_WAITING), d.edition_id.in_(gone))
        return self._db.execute(
            statement.values(state=DeliveryState.CANCELLED.value, content=None, answer="the reader is not active")
        ).rowcount

    def sent(self, delivery: int, *, answer: str, now: datetime) -> None:
        """The next hop is responsible now; the bytes are not needed any more."""
        self._close(delivery, DeliveryState.SENT, answer, sent_at=now, content=None)

    def failed(self, delivery: int, *, answer: str) -> None:
        """Refused for ever."""
        self._close(delivery, DeliveryState.FAILED, answer, content=None)

    def postponed(self, delivery: int, *, answer: str, until: datetime) -> None:
        """Not taken this time; tried again from `until` on."""
        self._close(delivery, DeliveryState.PENDING, answer, next_attempt_at=until)

    def uncertain(self, delivery: int, *, answer: str, until: datetime) -> None:
        """It may have been taken; from `until` on the same bytes are sent again."""
        self._close(delivery, DeliveryState.UNCERTAIN, answer, next_attempt_at=until)

    def counts(self) -> dict[DeliveryState, int]:
        """How many deliveries are in each state."""
        query = sa.select(t.delivery.c.state, sa.func.count()).group_by(t.delivery.c.state)
        return {DeliveryState(state): number for state, number in self._db.execute(query)}

    def open_since(self, moment: datetime) -> int:
        """How many deliveries are open whose edition was kept at `moment` or before."""
        d, e = t.delivery.c, t.edition.c
        query = sa.select(sa.func.count()).select_from(t.delivery.join(t.edition))
        return int(self._db.execute(query.where(d.state.in_(_OPEN), e.created_at <= moment)).scalar_one())

    def _close(self, delivery: int, state: DeliveryState, answer: str, **values: Any) -> None:
        # A relay may answer anything; PostgreSQL takes no NUL, and an outcome that cannot be kept is a mail sent twice.
        values |= {"state": state.value, "answer": answer.replace("\0", "")[:500], "lease_until": None, "holder": None}
        self._db.execute(sa.update(t.delivery).where(t.delivery.c.id == delivery).values(values))


def _delivery(row: sa.Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        edition_id=row.edition_id,
        subscriber_id=row.subscriber_id,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        message_id=row.message_id,
        content=row.content,
        next_attempt_at=row.next_attempt_at,
    )
