"""What follows from a restoration: held mails, and readers who go on behind what others may have been sent."""

import logging
from datetime import datetime, timedelta

from digest.store import Store, Transaction
from digest.store.departures import Departures, Stayed
from digest.subscribers import Subscriber, SubscriberState

log = logging.getLogger(__name__)
_FARTHEST_EAST = timedelta(hours=14)  # of UTC that a zone's clocks stand (Pacific/Kiritimati)


def begin(store: Store, known: Departures | None, *, taken_at: datetime, now: datetime) -> tuple[int, Stayed | None]:
    """Have a database that was just put back resend nothing: how many deliveries are held, and who stays away.

    `known` is what the database that was there knew of who stopped, where it could be read.
    """
    with store.begin() as tx:
        stayed = None if known is None else tx.restorations.take_over(known)
        _wake(tx, now)
        return tx.restorations.begin(taken_at=taken_at, now=now), stayed


def is_unsettled(store: Store) -> bool:
    """Whether the database was put back, and not all sources were read since."""
    with store.read() as tx:
        return tx.restorations.open() is not None


def settle(store: Store, *, now: datetime) -> int:
    """After all sources were read: have who was due at the restoration go on behind what was read; how many."""
    with store.begin() as tx:
        restored_at = tx.restorations.open()
        if restored_at is None:
            return 0
        moved = tx.restorations.settle(restored_at, lambda reader: _after(reader, restored_at), now=now)
    log.warning("restored at %s: %d readers go on with what comes next", f"{restored_at:%Y-%m-%d %H:%M}", moved)
    return moved


def _wake(tx: Transaction, now: datetime) -> None:
    """Who came back from a pause since the backup is due as everybody else, and does not begin anew."""
    for reader in tx.subscribers.waking((now + _FARTHEST_EAST).date()):
        if reader.paused_until is not None and reader.paused_until <= reader.schedule.local_date(now):
            tx.subscribers.change(reader.id, state=SubscriberState.ACTIVE, next_due_at=now)


def _after(reader: Subscriber, restored_at: datetime) -> datetime:
    """The first send hour later than the restoration: the edition of any before may have been sent."""
    today = reader.schedule.local_date(restored_at)
    is_to_come = reader.schedule.instant(today) > restored_at
    return reader.schedule.next_instant(today if is_to_come else today + timedelta(days=1))
