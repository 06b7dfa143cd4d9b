"""Workers: what they do, what becomes of the dead, and how the command refuses."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from procrastinate import App as QueueApp
from procrastinate import JobContext
from procrastinate.jobs import Job as Fetched

from digest.app import App
from digest.config import Settings
from digest.errors import StoreError
from digest.mail import DeliveryState
from digest.sources.pace import Pace
from digest.store import Store
from digest.store.queue import SCHEMA
from digest.worker.planning import (
    COMPOSE,
    UPKEEP,
    plan,
    plan_editions,
)
from digest.worker.running import clock_of, queue_app, work
from digest.worker.tasks import BENCH, Bench, rescued
from tests.fakes import paper
from tests.shell import shell
from tests.store.builders import NOW, announce, announced, edition, reader
from tests.worker.jobs import A_JOB, A_MINUTE_TO, EVERY, put, queued, run, without


def bench(store: Store, settings: Settings, now: datetime, stopping: Callable[[], bool] = lambda: False) -> Bench:
    return Bench(
        make_app=lambda: App(settings, now=now, store=store),
        schedule=settings.schedule,
        stopping=stopping,
        leave=lambda: None,
    )


def work_off(store: Store, settings: Settings, now: datetime = NOW) -> None:
    """Do what is in the queue, and what comes of it, until nothing is left."""

    async def run() -> None:
        app = queue_app(settings.database)
        app.periodic_registry.periodic_tasks.clear()
        async with app.open_async():
            await app.run_worker_async(
                queues=[COMPOSE, "deliver"],
                wait=False,
                listen_notify=False,
                delete_jobs="successful",
                install_signal_handlers=False,
                additional_context={BENCH: bench(store, settings, now)},
            )

    asyncio.run(run())


def test_a_worker_composes_and_sends_what_is_planned(shared_store: Store, settings: Settings, tmp_path: Path) -> None:
    announce(shared_store, announced(paper("Ants")), announced(paper("Bees")))
    for _ in range(3):
        reader(shared_store)
    plan(shared_store, EVERY, now=NOW, timestamp=A_MINUTE_TO)

    work_off(shared_store, settings)

    with shared_store.read() as tx:
        assert tx.deliveries.counts() == {DeliveryState.SENT: 6}  # each reader's welcome and edition
    assert len(list((tmp_path / "outbox").glob("*.eml"))) == 6
    assert queued(shared_store) == []


def test_duplicates_put_on_purpose_do_nothing(shared_store: Store, settings: Settings) -> None:
    announce(shared_store, announced(paper("Ants")))
    reader(shared_store)
    for _ in range(4):  # as into a queue that has forgotten its locks
        put(shared_store, replace(A_JOB, numbers={"part": 0, "size": 500}))
        run(shared_store, "UPDATE procrastinate_jobs SET queueing_lock = 'twin ' || id")

    work_off(shared_store, settings)

    with shared_store.read() as tx:
        assert tx.counts.editions() == 1
        assert tx.deliveries.counts() == {DeliveryState.SENT: 2}


def test_what_fails_is_told_and_planned_again(
    shared_store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    announce(shared_store, announced(paper("Ants")))
    reader(shared_store)
    plan_editions(shared_store, EVERY, now=NOW)
    with monkeypatch.context() as broken:
        broken.setattr(App, "compose", lambda self, only: (_ for _ in ()).throw(StoreError("no room")))
        work_off(shared_store, settings)
    assert "tick=compose failed: no room" in caplog.text
    assert queued(shared_store) == []

    assert plan_editions(shared_store, EVERY, now=NOW) == 1


def test_a_worker_that_is_to_stop_begins_nothing(shared_store: Store, settings: Settings) -> None:
    done: list[App] = []

    bench(shared_store, settings, NOW, stopping=lambda: True).do("compose", done.append)

    assert done == []


def test_a_worker_stops_when_it_is_asked_to(shared_store: Store, settings: Settings) -> None:
    stopping = threading.Event()
    quiet = replace(settings, arxiv=replace(settings.arxiv, oai_url="http://127.0.0.1:9", rss_url="http://127.0.0.1:9"))
    worker = threading.Thread(
        target=work,
        args=(quiet, shared_store),
        kwargs={"queues": [COMPOSE], "concurrency": 1, "stopping": stopping, "clock": lambda: NOW},
    )
    worker.start()
    while not any(task == "sweep" for task, _, _ in queued(shared_store)) and worker.is_alive():
        stopping.wait(0.01)

    stopping.set()
    worker.join(30)

    assert not worker.is_alive()


def test_a_worker_that_loses_the_database_in_sending_ends(
    shared_store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce(shared_store, announced(paper("Ants")))
    edition(shared_store, reader(shared_store))
    with shared_store.begin() as tx:
        tx.deliveries.intend(1, message_id="<1@example.org>", now=NOW)
    lost = StoreError("the connection is closed")
    monkeypatch.setattr(App, "deliver_part", lambda *_: (_ for _ in ()).throw(lost))

    with pytest.raises(StoreError, match="was lost in sending; what was in hand is uncertain"):
        work(settings, shared_store, queues=["deliver"], concurrency=1, stopping=threading.Event(), clock=lambda: NOW)


def test_a_database_without_a_queue_is_to_be_upgraded(shared_store: Store, settings: Settings) -> None:
    run(shared_store, f"DROP SCHEMA {SCHEMA} CASCADE")

    with pytest.raises(StoreError, match="has no queue yet; run: digest db upgrade"):
        work(settings, shared_store, queues=["deliver"], concurrency=1, stopping=threading.Event(), clock=lambda: NOW)


def test_the_clock_is_the_databases(shared_store: Store) -> None:
    with shared_store.begin() as tx:
        there = tx.queue.now()

    assert timedelta(0) <= clock_of(shared_store, there)() - there < timedelta(minutes=1)
    assert (
        timedelta(days=9) <= clock_of(shared_store, there + timedelta(days=9))() - there < timedelta(days=9, minutes=1)
    )


# ---------------------------------------------------------------- the rescue


def rescue(settings: Settings) -> int:
    async def run() -> int:
        app: QueueApp = queue_app(settings.database)
        async with app.open_async():
            nothing = Fetched(queue=UPKEEP, lock=None, queueing_lock=None, task_name="rescue")
            return await rescued(JobContext(app=app, job=nothing, abort_reason=lambda: None, start_timestamp=0.0))

    return asyncio.run(run())


def test_a_job_of_a_dead_worker_is_put_back(shared_store: Store, settings: Settings) -> None:
    put(shared_store, A_JOB)
    run(shared_store, "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '31 seconds')")
    run(shared_store, "UPDATE procrastinate_jobs SET status = 'doing', worker_id = 1")

    assert rescue(settings) == 1

    assert queued(shared_store) == [("compose", {"part": 7, "size": 100}, "todo")]


def test_a_job_of_a_living_worker_is_left_to_it(shared_store: Store, settings: Settings) -> None:
    put(shared_store, A_JOB)
    run(shared_store, "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '11 seconds')")
    run(shared_store, "UPDATE procrastinate_jobs SET status = 'doing', worker_id = 1")

    assert rescue(settings) == 0

    assert queued(shared_store) == [("compose", {"part": 7, "size": 100}, "doing")]


def test_a_job_of_a_dead_worker_that_waits_once_more_is_dropped(shared_store: Store, settings: Settings) -> None:
    put(shared_store, A_JOB)
    run(shared_store, "UPDATE procrastinate_jobs SET status = 'doing'")
    run(
        shared_store,
        "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, args)"
        " SELECT queue_name, task_name, queueing_lock, args FROM procrastinate_jobs",
    )

    assert rescue(settings) == 1

    assert queued(shared_store) == [("compose", {"part": 7, "size": 100}, "todo")]


# ---------------------------------------------------------------- the gate


def test_the_pace_counts_from_what_another_machine_asked_last(shared_store: Store) -> None:
    moment, slept = NOW + timedelta(seconds=2), list[float]()

    def recall() -> datetime | None:
        with shared_store.read() as tx:
            return tx.harvests.gate("arxiv").last_request_at

    pace = Pace(3.0, recall=recall, clock=lambda: moment, sleep=slept.append)
    with shared_store.begin() as tx:  # by another process, which had the gate until now
        tx.harvests.note_request("arxiv", NOW + timedelta(seconds=1))
    with pace.turn():
        pass

    assert slept == [2.0]


# ---------------------------------------------------------------- the command


def test_on_sqlite_the_worker_says_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with shell(tmp_path, monkeypatch, capsys) as digest:
        assert "set [database] url to one, or run digest serve" in digest("worker", expect=1)


@pytest.mark.parametrize(
    ("arguments", "package", "code", "said"),
    [
        (["--queues", "compose,mail"], "", 2, "--queues: known are ingest, compose, deliver"),
        (["--queues", " , "], "", 2, "--queues: known are ingest, compose, deliver"),
        ([], "procrastinate", 1, "digest worker needs procrastinate: install paperround[postgres]"),
    ],
)
def test_the_worker_refuses_in_one_sentence(
    url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    package: str,
    code: int,
    said: str,
) -> None:
    with shell(tmp_path, monkeypatch, capsys) as digest:
        monkeypatch.setenv("DIGEST_DATABASE_URL", url)
        if package:
            monkeypatch.delitem(__import__("sys").modules, "digest.worker.running", raising=False)
            without(monkeypatch, package)

        assert digest("worker", *arguments, expect=code) == f"digest: {said}\n"
