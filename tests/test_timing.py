"""How long ingest, compose and deliver take: counted in the store, whatever process does them."""

import json
import logging
from datetime import timedelta
from pathlib import Path

import pytest

from digest.app import App
from digest.app.timing import timed
from digest.config import Settings
from digest.errors import DigestError, Stopped, StoreError
from digest.store import Store
from digest.store.counts import Work
from digest.upkeep import figures
from digest.web.metrics import Metrics
from tests.shell import ADDRESS, Shell
from tests.store.builders import NOW


def ran(store: Store, failure: Exception | None = None) -> None:
    """A run of a verb of the product, which may fail."""

    @timed("compose")
    def verb(app: App, left: int, *, right: int) -> int:
        if failure:
            raise failure
        return left + right

    assert verb(App(Settings(), now=NOW, store=store), 1, right=2) == 3


def work(store: Store) -> dict[str, Work]:
    with store.read() as tx:
        return tx.counts.work()


def test_every_run_is_counted_and_the_last_is_known(store: Store) -> None:
    for number, seconds in enumerate((2.0, 0.5, 1.5)):
        with store.begin() as tx:
            tx.counts.took("compose", seconds, failed=seconds < 1, ended=NOW + timedelta(hours=number))
    with store.begin() as tx:
        tx.counts.took("deliver", 3.0, failed=False, ended=NOW)

    last = NOW + timedelta(hours=2)
    assert work(store) == {
        "compose": Work(runs=3, failures=1, seconds=4.0, last_seconds=1.5, last_end_at=last),
        "deliver": Work(runs=1, failures=0, seconds=3.0, last_seconds=3.0, last_end_at=NOW),
    }


def test_a_run_that_fails_is_counted_and_fails_as_ever(store: Store) -> None:
    ran(store)
    with pytest.raises(DigestError, match="no room"):
        ran(store, DigestError("no room"))

    found = work(store)["compose"]
    assert (found.runs, found.failures) == (2, 1)
    assert found.seconds >= found.last_seconds >= 0
    assert found.last_end_at >= NOW


def test_what_was_asked_to_stop_has_not_failed(store: Store) -> None:
    with pytest.raises(Stopped):
        ran(store, Stopped("asked to"))

    assert work(store)["compose"].failures == 0


def test_a_run_that_cannot_be_noted_comes_to_what_it_came_to(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full() -> None:
        raise StoreError("the disk is full")

    caplog.set_level(logging.WARNING)
    monkeypatch.setattr(store, "begin", full)

    ran(store)

    assert "work=compose: what it took could not be kept: the disk is full" in caplog.text


def test_prometheus_is_told_of_all_runs_and_of_the_last(store: Store) -> None:
    for seconds in (2.0, 0.5):
        with store.begin() as tx:
            tx.counts.took("ingest", seconds, failed=seconds < 1, ended=NOW)

    told = Metrics().text(figures(store, now=NOW), now=NOW).decode().splitlines()

    assert [line for line in told if line.startswith("paperround_work_")] == [
        'paperround_work_runs_total{work="ingest"} 2.0',
        'paperround_work_failures_total{work="ingest"} 1.0',
        'paperround_work_seconds_total{work="ingest"} 2.5',
        'paperround_work_last_seconds{work="ingest"} 0.5',
        'paperround_work_last_end_timestamp_seconds{work="ingest"} 1.7724366e+09',
    ]


def test_a_day_tells_what_each_part_of_it_took(digest: Shell, tmp_path: Path) -> None:
    digest("subscriber", "add", ADDRESS)
    digest("run")
    digest("compose")

    told = json.loads(digest("status", "--json"))["work"]
    assert {name: each["runs"] for name, each in told.items()} == {"ingest": 1, "compose": 2, "deliver": 1}
    assert "the last compose took " in digest("status")
