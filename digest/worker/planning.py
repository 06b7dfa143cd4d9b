"""What there is to do, read from the tables: the due and the unsent as jobs, each named by a few numbers."""

from collections.abc import Iterator
from datetime import datetime

from digest.compose.common import awaited
from digest.store import Store, Transaction
from digest.store.queue import Job
from digest.ticks import ScheduleSettings

QUEUES = INGEST, COMPOSE, DELIVER = "ingest", "compose", "deliver"
UPKEEP = "upkeep"  # of every worker: what keeps the others going
SPACE = "paperround"  # before the names of tasks
AT_ONCE = 500  # subscribers of one composing, by their numbers: what the day costs once is a third of it then
PARTS = 8  # of the outbox, by the remainders of the deliveries' numbers
_MINUTE, _HOUR = 60, 3600  # seconds


def is_time(timestamp: int, seconds: float) -> bool:
    """Whether what comes every so many seconds, to the minute, comes at a tick; at 0 everything does."""
    return timestamp // _MINUTE % max(1, round(seconds / _MINUTE)) == 0


def plan(store: Store, schedule: ScheduleSettings, *, now: datetime, timestamp: int) -> int:
    """Put what there is to do at `now`, the tick of `timestamp` (Unix seconds); how many jobs were added.

    One plan at a time over all machines. Where sources are asked, editions are composed after it, or at the next tick,
    so that a listing that is just read is not served by halves. Who is due and has nothing to read yet is looked at
    once an hour only.
    """
    with store.begin() as tx:
        tx.queue.wait_for("plan")  # one that is at work may be that of another tick
        jobs = list(_intervals(schedule, timestamp))
        if is_time(timestamp, schedule.edition_seconds):
            if not (is_time(timestamp, schedule.ingest_seconds) and schedule.ingest_seconds > _MINUTE):
                jobs += _composings(tx, now, everybody=is_time(timestamp - _MINUTE, _HOUR))
            jobs += _mails(tx, now)
        return tx.queue.put(jobs)


def plan_editions(store: Store, *, now: datetime) -> int:
    """Put what there is to compose and to send, as after a reading; how many jobs were added."""
    with store.begin() as tx:
        return tx.queue.put([*_composings(tx, now, everybody=False), *_mails(tx, now)])


def plan_mails(store: Store, *, now: datetime) -> int:
    """Put what there is to send, as after composing; how many jobs were added."""
    with store.begin() as tx:
        return tx.queue.put(list(_mails(tx, now)))


def members(part: int) -> range:
    """The subscribers' numbers of a composing."""
    return range(part * AT_ONCE, (part + 1) * AT_ONCE)


def _intervals(schedule: ScheduleSettings, timestamp: int) -> Iterator[Job]:
    if is_time(timestamp, schedule.ingest_seconds):
        yield Job(task=f"{SPACE}:ingest", queue=INGEST)
    if is_time(timestamp, schedule.sweep_seconds):
        yield Job(task=f"{SPACE}:sweep", queue=UPKEEP)


def _composings(tx: Transaction, now: datetime, *, everybody: bool) -> Iterator[Job]:
    lists = {reader // AT_ONCE for reader in awaited(tx, now)}
    for part in sorted({*tx.queue.due(now, at_once=AT_ONCE, everybody=everybody), *lists}):
        yield Job(task=f"{SPACE}:compose", queue=COMPOSE, numbers={"part": part})


def _mails(tx: Transaction, now: datetime) -> Iterator[Job]:
    for part in tx.queue.unsent(now, of=PARTS):
        yield Job(task=f"{SPACE}:deliver", queue=DELIVER, numbers={"part": part})
