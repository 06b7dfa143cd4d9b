"""What there is to do, read from the tables: the due and the unsent as jobs, each named by a few numbers."""

from collections.abc import Iterator
from datetime import datetime

from digest.compose.common import awaited
from digest.store import Store, Transaction
from digest.store.queue import Job
from digest.ticks import ScheduleSettings

QUEUES = INGEST, COMPOSE, DELIVER = "ingest", "compose", "deliver"
UPKEEP = "upkeep"  # of every worker: what keeps the others going
# What waits behind a thousand composings would begin after the last of them: no mail, and no rescue of a dead worker's.
PRIORITY = {UPKEEP: 3, INGEST: 2, DELIVER: 1, COMPOSE: 0}
SPACE = "paperround"  # before the names of tasks
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
                jobs += _composings(tx, now, schedule.batch_subscribers, everybody=is_time(timestamp - _MINUTE, _HOUR))
            jobs += _mails(tx, now)
        return tx.queue.put(jobs)


def first_plan() -> Job:
    """A plan as of a tick at which everything comes: for a worker that begins."""
    return _job("plan", UPKEEP, timestamp=0)


def plan_editions(store: Store, schedule: ScheduleSettings, *, now: datetime) -> int:
    """Put what there is to compose and to send, as after a reading; how many jobs were added."""
    with store.begin() as tx:
        return tx.queue.put([*_composings(tx, now, schedule.batch_subscribers, everybody=False), *_mails(tx, now)])


def plan_mails(store: Store, *, now: datetime) -> int:
    """Put what there is to send, as after composing; how many jobs were added."""
    with store.begin() as tx:
        return tx.queue.put(list(_mails(tx, now)))


def members(part: int, size: int) -> range:
    """The subscribers' numbers of a composing."""
    return range(part * size, (part + 1) * size)


def _intervals(schedule: ScheduleSettings, timestamp: int) -> Iterator[Job]:
    if is_time(timestamp, schedule.ingest_seconds):
        yield _job(INGEST, INGEST)
    if is_time(timestamp, schedule.sweep_seconds):
        yield _job("sweep", UPKEEP)


def _composings(tx: Transaction, now: datetime, size: int, *, everybody: bool) -> Iterator[Job]:
    lists = {reader // size for reader in awaited(tx, now)}
    for part in sorted({*tx.queue.due(now, at_once=size, everybody=everybody), *lists}):
        yield _job(COMPOSE, COMPOSE, part=part, size=size)


def _mails(tx: Transaction, now: datetime) -> Iterator[Job]:
    for part in tx.queue.unsent(now, of=PARTS):
        yield _job(DELIVER, DELIVER, part=part)


def _job(task: str, queue: str, **numbers: int) -> Job:
    return Job(task=f"{SPACE}:{task}", queue=queue, numbers=numbers, priority=PRIORITY[queue])
