"""The tasks: thin wrappers round the verbs, with numbers for arguments and no memory."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from procrastinate import Blueprint, JobContext
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

from digest.app import App
from digest.app.guarded import guarded
from digest.app.timing import timed
from digest.errors import StoreError
from digest.processes import Part
from digest.ticks import ScheduleSettings
from digest.worker.planning import (
    COMPOSE,
    DELIVER,
    INGEST,
    PARTS,
    PRIORITY,
    SPACE,
    UPKEEP,
    members,
    plan,
    plan_editions,
    plan_mails,
)

BENCH = "bench"  # the name under which the queue hands it on
STALLED_SECONDS = 30.0  # without a sign of life, which a worker gives every ten seconds
_EVERY_MINUTE, _EVERY_NIGHT = "* * * * *", "23 3 * * *"  # UTC
_KEPT_HOURS = 7 * 24  # what became of jobs that failed


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a worker's tasks work with."""

    make_app: Callable[[], App]  # the product at the present moment
    schedule: ScheduleSettings
    stopping: Callable[[], bool]
    leave: Callable[[], object]  # end this worker, whose next start takes up what it had in hand
    desk: threading.Lock = field(default_factory=threading.Lock)  # composing takes a core and the model: one at a time

    def do(self, name: str, *steps: Callable[[App], object]) -> None:
        """Do one thing after another, unless this worker is stopping; what fails is told, and planned again later."""
        for step in steps:
            if self.stopping() or not guarded(self.make_app, name, step):
                return


def tasks() -> Blueprint:
    """All tasks, to be added to an application of the queue under the name of SPACE."""
    made = Blueprint()
    _add_the_work(made)
    _add_the_upkeep(made)
    return made


def _add_the_work(made: Blueprint) -> None:
    @made.task(name="ingest", queue=INGEST, priority=PRIORITY[INGEST], pass_context=True)
    def ingest(context: JobContext) -> None:
        bench = _bench(context)
        reread = timedelta(seconds=bench.schedule.reread_seconds)
        bench.do(
            "ingest",
            lambda app: app.watch(ingested=app.ingest(stopping=bench.stopping, reread=reread)),
            lambda app: plan_editions(app.store, bench.schedule, now=app.now),
        )

    @made.task(name="compose", queue=COMPOSE, priority=PRIORITY[COMPOSE], pass_context=True)
    def compose(context: JobContext, *, part: int, size: int) -> None:
        bench = _bench(context)
        with bench.desk:
            bench.do(
                "compose",
                lambda app: app.compose(members(part, size)),
                lambda app: plan_mails(app.store, now=app.now),
            )

    @made.task(name="deliver", queue=DELIVER, priority=PRIORITY[DELIVER], pass_context=True)
    def deliver(context: JobContext, *, part: int) -> None:
        bench = _bench(context)
        share = Part(part, PARTS)

        @timed("deliver")
        def send(app: App) -> None:
            try:
                app.watch(delivered=app.deliver_part(share, _silently, bench.stopping))
            except (
                StoreError
            ):  # what became of the mails in hand could not be kept: they are this process's until it ends
                bench.leave()
                raise

        bench.do("deliver", send)


def _add_the_upkeep(made: Blueprint) -> None:
    @made.periodic(cron=_EVERY_MINUTE)
    @made.task(name="plan", queue=UPKEEP, priority=PRIORITY[UPKEEP], queueing_lock=f"{SPACE}:plan", pass_context=True)
    def plan_all(context: JobContext, timestamp: int) -> None:
        schedule = _bench(context).schedule
        _bench(context).do(
            "plan",
            lambda app: app.recover(),
            lambda app: app.admit(),
            lambda app: plan(app.store, schedule, now=app.now, timestamp=timestamp),
        )

    @made.task(name="sweep", queue=UPKEEP, priority=PRIORITY[UPKEEP], pass_context=True)
    def sweep(context: JobContext) -> None:
        _bench(context).do(
            "sweep", lambda app: app.ask_the_silent(), lambda app: app.watch(returned=app.read_returned())
        )

    @made.periodic(cron=_EVERY_NIGHT)
    @made.task(name="tidy", queue=UPKEEP, priority=PRIORITY[UPKEEP], queueing_lock=f"{SPACE}:tidy", pass_context=True)
    def tidy(context: JobContext, timestamp: int) -> None:
        bench = _bench(context)
        bench.do("tidy", lambda app: app.tidy(stopping=bench.stopping))

    @made.periodic(cron=_EVERY_MINUTE)
    @made.task(
        name="rescue", queue=UPKEEP, priority=PRIORITY[UPKEEP], queueing_lock=f"{SPACE}:rescue", pass_context=True
    )
    async def rescue(context: JobContext, timestamp: int) -> None:
        await rescued(context)


async def rescued(context: JobContext) -> int:
    """Put the jobs of dead workers back, but for those that wait once more already; how many those were."""
    queue = context.app.job_manager
    found = list(await queue.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS))
    for job in found:
        try:
            await queue.retry_job(job)
        except UniqueViolation:
            await queue.finish_job(job, Status.ABORTED, delete_job=True)
    await queue.delete_old_jobs(_KEPT_HOURS, include_failed=True, include_aborted=True, include_cancelled=True)
    return len(found)


def _bench(context: JobContext) -> Bench:
    found = context.additional_context[BENCH]
    assert isinstance(found, Bench)  # noqa: S101 - the queue hands on anything
    return found


def _silently(done: int, of: int) -> None:
    """A worker has no terminal."""
