"""A database that was put back from a backup: what may have happened since then is not done again.

What was open may have been sent, and who was due may have had an edition. So all that is open is held, numbers that
may have been given since are left out, and nothing is composed until all sources have been read once (`open`); then
who was due goes on behind what that brought (`settle`).
"""

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from digest.mail import DeliveryState
from digest.store import departures
from digest.store import tables as t
from digest.store.metadata import metadata
from digest.store.subscribers import Subscribers
from digest.subscribers import Subscriber, SubscriberState

SKIPPED_NUMBERS = 1_000_000  # more than were given between a backup and its return
_OPEN = sa.text(t.OPEN_DELIVERY)


class Restorations:
    """Restorations within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection
        self._subscribers = Subscribers(connection)

    def open(self) -> datetime | None:
        """When the database was put back, as long as not all sources have been read since; None otherwise."""
        c = t.restoration.c
        query = sa.select(c.restored_at).where(c.settled_at.is_(None)).order_by(c.id.desc()).limit(1)
        return self._db.execute(query).scalar()

    def last(self) -> datetime | None:
        """When the database was put back last; None if it never was."""
        return self._db.execute(sa.select(sa.func.max(t.restoration.c.restored_at))).scalar()

    def take_over(self, known: departures.Departures) -> departures.Stayed | None:
        """Have readers who stopped, as the database knew it that gave way, get nothing here either."""
        return departures.take_over(self._db, known)

    def begin(self, *, taken_at: datetime, now: datetime) -> int:
        """Note that a backup was put back, and hold all that is open; how many deliveries those are."""
        self._db.execute(sa.insert(t.restoration).values(taken_at=taken_at, restored_at=now))
        self._skip_numbers()
        self._forget_wishes()
        s = t.subscriber.c  # who was asked since then whether they still read must not be asked again
        active = sa.update(t.subscriber).where(s.state == SubscriberState.ACTIVE.value)
        self._db.execute(active.values(heard_at=now))
        held = (
            sa.update(t.delivery)
            .where(_OPEN)
            .values(
                state=DeliveryState.HELD.value,
                answer=f"restored from a backup of {taken_at:%Y-%m-%d %H:%M} UTC: it may have been sent since",
                in_doubt=True,  # so that its day may end and its papers are not carried to another edition
                lease_until=None,
                holder=None,
            )
        )
        return self._db.execute(held).rowcount

    def settle(self, restored_at: datetime, following: Callable[[Subscriber], datetime], *, now: datetime) -> int:
        """End it: who was due at `restored_at` goes on behind all that is announced; how many readers those are.

        `following` says when a reader is due after it.
        """
        newest = self._db.execute(sa.select(sa.func.max(t.announcement.c.id))).scalar() or 0
        due = self._subscribers.due(restored_at)
        self._subscribers.move_on({each.id: following(each) for each in due}, {each.id: newest for each in due})
        c = t.restoration.c
        self._db.execute(sa.update(t.restoration).where(c.settled_at.is_(None)).values(settled_at=now))
        return len(due)

    def _forget_wishes(self) -> None:
        """What waits for the next edition may have been in one, and who waits at the door may have been answered."""
        self._db.execute(sa.update(t.left_out).where(sa.text(t.RECLAIMED)).values(reclaimed_at=None))
        self._db.execute(sa.delete(t.application))

    def _skip_numbers(self) -> None:
        """Links that were mailed since the backup name numbers, which nobody else may get."""
        for table in metadata.sorted_tables:
            if table.dialect_options["sqlite"]["autoincrement"]:
                self._skip(table.name)

    def _skip(self, table: str) -> None:
        values = {"name": table, "more": SKIPPED_NUMBERS}
        if self._db.dialect.name == "postgresql":
            sequence = "pg_get_serial_sequence(:name, 'id')"
            self._db.execute(sa.text(f"SELECT setval({sequence}, nextval({sequence}) + :more)"), values)
            return
        last = self._db.execute(sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name"), values).scalar()
        how = (
            "INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :more)"
            if last is None
            else "UPDATE sqlite_sequence SET seq = seq + :more WHERE name = :name"
        )
        self._db.execute(sa.text(how), values)
