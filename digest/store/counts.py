"""How many rows there are of everything, and in which state; and how long the work took."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from digest.store import tables as t
from digest.store.upsert import insert
from digest.subscribers import SubscriberState

BATCH_DAYS = 30  # of the ledger that are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What one kind of work took, of all processes together."""

    runs: int  # since the beginning, those that failed among them
    failures: int
    seconds: float  # of the clock, all runs added up
    last_seconds: float
    last_end_at: datetime  # UTC


class Counts:
    """Counts within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def papers(self) -> int:
        """The highest number given: exact as long as no paper is deleted, and found without counting millions."""
        return self._scalar(sa.select(sa.func.coalesce(sa.func.max(t.paper.c.id), 0)))

    def editions(self) -> int:
        return self._scalar(sa.select(sa.func.coalesce(sa.func.max(t.edition.c.id), 0)))

    def suppressions(self) -> int:
        return self._scalar(sa.select(sa.func.count()).select_from(t.suppression))

    def feed_tokens(self) -> int:
        return self._scalar(sa.select(sa.func.count()).select_from(t.feed_token))

    def subscribers(self) -> dict[str, int]:
        return self._by(t.subscriber.c.state)

    def batches(self, today: date) -> dict[str, int]:
        return self._by(t.batch.c.state, t.batch.c.day > today - timedelta(days=BATCH_DAYS))

    def deliveries(self) -> dict[str, int]:
        return self._by(t.delivery.c.state)

    def bounces(self) -> dict[str, int]:
        return self._by(t.bounce.c.kind)

    def votes(self) -> dict[str, int]:
        return self._by(t.feedback.c.verdict)

    def due(self, now: datetime) -> int:
        """Readers whose hour has come."""
        c = t.subscriber.c
        is_due = sa.and_(c.state == SubscriberState.ACTIVE.value, c.next_due_at <= now)
        return self._scalar(sa.select(sa.func.count()).where(is_due))

    def waiting_since(self) -> datetime | None:
        """The moment from which the oldest open mail might have been sent."""
        query = sa.select(sa.func.min(t.delivery.c.next_attempt_at)).where(sa.text(t.OPEN_DELIVERY))
        return self._db.execute(query).scalar()

    def newest_listing(self) -> datetime | None:
        """When the newest batch was closed."""
        return self._db.execute(sa.select(sa.func.max(t.batch.c.closed_at))).scalar()

    def resting(self, now: datetime) -> dict[str, datetime]:
        g = t.gate.c
        query = sa.select(g.source, g.rest_until).where(g.rest_until > now).order_by(g.source)
        return {row.source: row.rest_until for row in self._db.execute(query)}

    def took(self, name: str, seconds: float, *, failed: bool, ended: datetime) -> None:
        """Note that some work has ended, and what it took."""
        w = t.work.c
        last = {"last_seconds": seconds, "last_end_at": ended}
        first = {"name": name, "runs": 1, "failures": int(failed), "seconds": seconds}
        statement = insert(self._db, t.work).values(first | last)
        more = {"runs": w.runs + 1, "failures": w.failures + int(failed), "seconds": w.seconds + seconds}
        self._db.execute(statement.on_conflict_do_update(index_elements=["name"], set_=more | last))

    def work(self) -> dict[str, Work]:
        """What each kind of work took."""
        found = self._db.execute(sa.select(t.work).order_by(t.work.c.name))
        return {
            row.name: Work(
                runs=row.runs,
                failures=row.failures,
                seconds=row.seconds,
                last_seconds=row.last_seconds,
                last_end_at=row.last_end_at,
            )
            for row in found
        }

    def _by(self, column: sa.Column[str], *conditions: sa.ColumnElement[bool]) -> dict[str, int]:
        query = sa.select(column, sa.func.count()).where(*conditions).group_by(column).order_by(column)
        return {row[0]: row[1] for row in self._db.execute(query)}

    def _scalar(self, query: sa.Select[int]) -> int:
        return self._db.execute(query).scalar_one()
