"""The server's clock: ticks at intervals, none twice at once, each failing alone."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from digest.errors import SourceError, StoreError
from digest.schedule import Ticker
from digest.ticks import ScheduleSettings

QUICK = ScheduleSettings(ingest_seconds=0.05, reread_seconds=90.0, edition_seconds=0.05, sweep_seconds=0.05)


@dataclass
class FakeApp:
    """Counts what it is asked; can be told to fail or to take its time."""

    calls: list[str] = field(default_factory=list)
    told: list[object] = field(default_factory=list)  # failures the operator was told of
    rereads: set[timedelta] = field(default_factory=set)
    failure: Exception | None = None
    at_once: int = 0
    most_at_once: int = 0
    enough: threading.Event = field(default_factory=threading.Event)
    pause: Callable[[], object] = lambda: None

    def ingest(self, *, stopping: Callable[[], bool], reread: timedelta) -> None:
        self.calls.append("ingest")
        self.rereads.add(reread)
        if self.failure:
            raise self.failure

    def compose(self) -> None:
        self.calls.append("compose")

    def deliver(self, *, stopping: Callable[[], bool]) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.pause()
        self.calls.append("deliver")
        self.at_once -= 1
        if self.calls.count("deliver") >= 3:
            self.enough.set()

    def ask_the_silent(self) -> None:
        self.calls.append("ask the silent")

    def tidy(self, *, stopping: Callable[[], bool]) -> None:
        self.calls.append("tidy")

    def recover(self) -> None:
        self.calls.append("recover")

    def read_returned(self) -> None:
        self.calls.append("read what came back")

    def watch(self, **parts: object) -> None:
        self.told += [parts["failure"]] if "failure" in parts else []

    def close(self) -> None:
        return


def run(app: FakeApp, stopping: threading.Event | None = None) -> None:
    """Tick until three deliveries were made."""
    ticker = Ticker(lambda: app, QUICK, stopping=stopping or threading.Event())  # type: ignore[arg-type, return-value]  # a fake
    ticker.start()
    assert app.enough.wait(20)
    ticker.finish()


def test_every_tick_comes_again_and_again() -> None:
    app = FakeApp()

    run(app)

    assert set(app.calls) == {
        "ingest",
        "compose",
        "ask the silent",
        "deliver",
        "recover",
        "read what came back",
        "tidy",
    }


def test_the_clock_reads_only_what_is_wanted() -> None:
    app = FakeApp()

    run(app)

    assert app.rereads == {timedelta(seconds=90)}


@pytest.mark.parametrize("failure", [SourceError("arxiv", "down"), StoreError("locked"), RuntimeError("surprise")])
def test_a_tick_that_fails_is_logged_and_ends_no_other(failure: Exception, caplog: pytest.LogCaptureFixture) -> None:
    app = FakeApp(failure=failure)

    run(app)

    assert "tick=ingest failed" in caplog.text
    assert failure in app.told
    assert caplog.records[0].levelno == logging.ERROR


def test_a_slow_tick_is_never_joined_by_another_of_its_kind() -> None:
    app = FakeApp()
    app.pause = lambda: threading.Event().wait(0.15)

    run(app)

    assert app.most_at_once == 1


def test_once_asked_to_stop_no_tick_begins() -> None:
    stopping = threading.Event()
    stopping.set()
    app = FakeApp()
    ticker = Ticker(lambda: app, QUICK, stopping=stopping)  # type: ignore[arg-type, return-value]  # a fake

    ticker.start()
    threading.Event().wait(0.2)
    ticker.finish()

    assert app.calls == []
