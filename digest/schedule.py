"""The server's clock: APScheduler calls the verbs at fixed intervals, and each finds out from data what is due.

Intervals and not local hours: a cron trigger skips and doubles hours when clocks change, a look at `next_due_at`
does not.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from digest.app import App
from digest.app.guarded import guarded
from digest.ticks import ScheduleSettings

_A_DAY = 86_400.0  # seconds


class Ticker:
    """Ingest, editions and sweep at their intervals; none runs twice at once, and each fails alone."""

    def __init__(self, make_app: Callable[[], App], settings: ScheduleSettings, *, stopping: threading.Event) -> None:
        """`make_app` gives the product at the present moment; `stopping` is set when no new work may begin."""
        self._make_app = make_app
        self._settings = settings
        self._stopping = stopping
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(3)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Begin, with a first tick of each at once."""
        ticks = {
            "ingest": (self._ingest, self._settings.ingest_seconds),
            "editions": (self._editions, self._settings.edition_seconds),
            "sweep": (self._sweep, self._settings.sweep_seconds),
            "tidy": (self._tidy, _A_DAY),
        }
        for name, (work, seconds) in ticks.items():
            self._scheduler.add_job(
                self._tick, "interval", args=[name, work], seconds=seconds, id=name, next_run_time=datetime.now(UTC)
            )
        self._scheduler.start()

    def finish(self) -> None:
        """Wait for the ticks that run, and begin no other."""
        self._scheduler.shutdown(wait=True)

    def _tick(self, name: str, work: Callable[[App], None]) -> None:
        if not self._stopping.is_set():
            guarded(self._make_app, name, work)

    def _ingest(self, app: App) -> None:
        app.watch(
            ingested=app.ingest(stopping=self._stopping.is_set, reread=timedelta(seconds=self._settings.reread_seconds))
        )

    def _editions(self, app: App) -> None:
        app.compose()
        app.ask_the_silent()
        app.watch(delivered=app.deliver(stopping=self._stopping.is_set))

    def _tidy(self, app: App) -> None:
        app.tidy(stopping=self._stopping.is_set)

    def _sweep(self, app: App) -> None:
        app.recover()
        app.watch(returned=app.read_returned())
