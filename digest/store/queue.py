"""The queue of many machines, Procrastinate's, in a schema of its own beside the tables.

What is put there is a hint: every job can be made again from the tables, so a queue that is emptied loses nothing.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

import sqlalchemy as sa

from digest.store import tables as t
from digest.store.settings import DatabaseSettings
from digest.subscribers import SubscriberState

if TYPE_CHECKING:
    from procrastinate import App

SCHEMA = "procrastinate"  # by itself, so that Alembic compares nothing in it and it can be dropped whole
_INDEXED = sa.text(t.OPEN_DELIVERY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A call of a task with numbers for arguments; of equal ones the queue takes one at a time."""

    task: str  # its whole name
    queue: str
    numbers: dict[str, int] = field(default_factory=dict)
    priority: int = 0  # of those that wait, the highest is begun first

    @property
    def name(self) -> str:
        """What the queue knows equal ones by."""
        return ":".join([self.task, *(f"{key}={value}" for key, value in sorted(self.numbers.items()))])


@dataclass(frozen=True, slots=True)
class Line:
    """Jobs of one queue that nobody has begun."""

    jobs: int
    since: datetime  # when the oldest of them was put there, UTC


def upgrade_queue(connection: sa.Connection) -> None:
    """Make the queue's schema that of the installed Procrastinate, where there is one; another one is dropped."""
    try:
        from procrastinate.schema import SchemaManager
    except ModuleNotFoundError:
        return
    wanted = SchemaManager.get_schema()
    mark = hashlib.sha256(wanted.encode()).hexdigest()
    found = sa.text("SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = :name")
    if connection.execute(found, {"name": SCHEMA}).scalar() == mark:
        return
    connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    connection.exec_driver_sql(f"CREATE SCHEMA {SCHEMA}")
    with _inside(connection):
        connection.exec_driver_sql(wanted.replace("%", "%%"))
    connection.exec_driver_sql(f"COMMENT ON SCHEMA {SCHEMA} IS '{mark}'")


def connection_arguments(settings: DatabaseSettings) -> dict[str, str]:
    """What libpq is given for a connection that finds the queue's tables: `conninfo` and `options`."""
    url = sa.make_url(settings.url).set(drivername="postgresql")
    given = url.query.get("options", "")
    options = given if isinstance(given, str) else " ".join(given)
    whole = url.difference_update_query(["options"]).render_as_string(hide_password=False)
    return {"conninfo": whole, "options": f"{options} -c search_path={SCHEMA}".strip()}


class Queue:
    """The queue within one transaction on PostgreSQL, and what the tables hold for it."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    # ------------------------------------------------------------ what there is to do

    def now(self) -> datetime:
        """The moment by the server's clock, which is the same for every machine; UTC."""
        moment: datetime = self._db.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
        return moment.astimezone(UTC)

    def wait_for(self, name: str) -> None:
        """Be the only one of that name, on any machine, until the transaction ends."""
        key = sa.func.hashtextextended(f"paperround:{name}", 0)
        self._db.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))

    def due(self, now: datetime, *, at_once: int, everybody: bool) -> list[int]:
        """Which of the parts that hold `at_once` numbers each have subscribers who are due at `now`.

        Unless it is `everybody`, only those count for whom something was announced since their last edition.
        """
        s, part = t.subscriber.c, t.subscriber.c.id // at_once
        query = sa.select(part).where(s.state == SubscriberState.ACTIVE.value, s.next_due_at <= now)
        if not everybody:
            newest = sa.select(sa.func.max(t.announcement.c.id)).scalar_subquery()
            query = query.where(sa.or_(s.read_through.is_(None), s.read_through < newest))
        return list(self._db.execute(query.distinct().order_by(part)).scalars())

    def unsent(self, now: datetime, *, of: int) -> list[int]:
        """Which remainders, of a division by `of`, the numbers of the deliveries have that may be tried at `now`."""
        d, part = t.delivery.c, t.delivery.c.id % of
        waiting = sa.select(part).where(d.state.in_(("pending", "uncertain")), d.next_attempt_at <= now, _INDEXED)
        return list(self._db.execute(waiting.distinct().order_by(part)).scalars())

    # ------------------------------------------------------------ jobs

    def is_there(self) -> bool:
        """Whether the queue's schema is; never in the embedded database."""
        if self._db.dialect.name != "postgresql":
            return False
        made = sa.select(sa.func.to_regclass(f"{SCHEMA}.procrastinate_jobs").is_not(None))
        return bool(self._db.execute(made).scalar_one())

    def lines(self) -> dict[str, Line]:
        """What waits, by queue; empty where there is no queue."""
        if not self.is_there():
            return {}
        with _inside(self._db):
            waiting = self._db.exec_driver_sql(
                "SELECT job.queue_name, count(*), min(event.at) FROM procrastinate_jobs AS job"
                " JOIN procrastinate_events AS event ON event.job_id = job.id AND event.type = 'deferred'"
                " WHERE job.status = 'todo' GROUP BY job.queue_name"
            ).all()
        return {queue: Line(jobs, since.astimezone(UTC)) for queue, jobs, since in waiting}

    def put(self, jobs: Sequence[Job]) -> int:
        """Have jobs done as soon as the transaction is kept; one that waits or is being done is left out. How many."""
        from procrastinate.exceptions import AlreadyEnqueued

        with _inside(self._db):
            known = self._known()
            added = 0
            for job in jobs:
                if job.name in known:
                    continue
                try:
                    with self._db.begin_nested():  # so that one refused by the queue does not spoil the transaction
                        self._put(job)
                    added += 1
                except AlreadyEnqueued:
                    continue
        return added

    def _put(self, job: Job) -> None:
        connection = self._db.connection.driver_connection
        made = _putting().configure_task(
            job.task, queue=job.queue, queueing_lock=job.name, priority=job.priority, connection=connection
        )
        made.defer(**job.numbers)

    def _known(self) -> set[str]:
        found = self._db.exec_driver_sql(
            "SELECT queueing_lock FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
        )
        return {name for (name,) in found}


@contextmanager
def _inside(connection: sa.Connection) -> Iterator[None]:
    """While it lasts, names without a schema are those of the queue; an error ends the transaction and so all of it."""
    before = connection.exec_driver_sql("SHOW search_path").scalar_one()
    _look_in(connection, SCHEMA)
    yield
    _look_in(connection, before)


def _look_in(connection: sa.Connection, path: str) -> None:
    connection.execute(sa.text("SELECT set_config('search_path', :path, true)"), {"path": path})


@cache
def _putting() -> "App":
    from procrastinate import App, SyncPsycopgConnector

    return App(connector=SyncPsycopgConnector())
