"""The queue in PostgreSQL: transactional, taking equal jobs once, and never relied on."""

from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest
import sqlalchemy as sa

from digest.errors import StoreError
from digest.store import DatabaseSettings, Store, Transaction
from digest.store.queue import SCHEMA, Line, Queue, connection_arguments
from digest.upkeep import figures
from digest.web.metrics import Metrics
from tests.conftest import Databases
from tests.store.builders import NOW
from tests.worker.jobs import A_JOB, put, queued, run, without


def test_a_job_is_there_only_if_its_transaction_is_kept(shared_store: Store) -> None:
    with pytest.raises(StoreError, match="division by zero"), shared_store.begin() as tx:
        put_and_fail(tx)
    assert queued(shared_store) == []

    with shared_store.begin() as tx:
        tx.queue.put([A_JOB])
        assert tx.subscribers.all() == []  # the search path is what it was
    assert queued(shared_store) == [("compose", {"part": 7, "size": 100}, "todo")]


def put_and_fail(tx: Transaction) -> None:
    tx.queue.put([A_JOB])
    tx.queue._db.exec_driver_sql("SELECT 1 / 0")


def test_a_job_that_is_being_done_is_not_put_again(shared_store: Store) -> None:
    put(shared_store, A_JOB)
    run(shared_store, "UPDATE procrastinate_jobs SET status = 'doing'")

    assert put(shared_store, A_JOB) == 0


def test_what_no_worker_has_begun_is_counted_by_queue(shared_store: Store) -> None:
    assert figures(shared_store, now=NOW).lines == {}

    put(shared_store, A_JOB, replace(A_JOB, numbers={"part": 8}), replace(A_JOB, numbers={"part": 9}))
    run(shared_store, "UPDATE procrastinate_jobs SET status = 'doing' WHERE args->>'part' = '9'")
    run(shared_store, "UPDATE procrastinate_events SET at = '2026-03-05 05:00+00' WHERE job_id = 1")

    counted = figures(shared_store, now=NOW)
    assert counted.lines == {"compose": Line(2, datetime(2026, 3, 5, 5, tzinfo=UTC))}
    told = Metrics().text(counted, now=datetime(2026, 3, 5, 6, tzinfo=UTC)).decode()
    assert 'paperround_queue_jobs{queue="compose"} 2.0' in told
    assert 'paperround_queue_oldest_seconds{queue="compose"} 3600.0' in told


def test_a_job_that_another_puts_at_the_same_moment_spoils_nothing(
    shared_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(shared_store, A_JOB)
    monkeypatch.setattr(Queue, "_known", lambda self: set())  # as it was before the other one's was kept

    assert put(shared_store, A_JOB, replace(A_JOB, numbers={"part": 8})) == 1

    assert [numbers for _, numbers, _ in queued(shared_store)] == [{"part": 7, "size": 100}, {"part": 8}]


def test_another_version_of_the_queue_takes_its_place(shared_store: Store) -> None:
    put(shared_store, A_JOB)
    shared_store.upgrade(now=NOW)
    assert len(queued(shared_store)) == 1

    run(shared_store, f"COMMENT ON SCHEMA {SCHEMA} IS 'of another version'")
    shared_store.upgrade(now=NOW)
    assert queued(shared_store) == []


def test_without_procrastinate_the_schema_is_upgraded_without_a_queue(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    without(monkeypatch, "procrastinate")
    with databases.fresh("template0") as url:
        store = Store(DatabaseSettings(url=url))
        store.upgrade(now=NOW)
        store.check_current()
        with store._engine.connect() as connection:
            assert SCHEMA not in sa.inspect(connection).get_schema_names()
        store.close()


@pytest.mark.parametrize(
    ("url", "options"),
    [
        ("postgresql://a:b%40c@db/papers?sslmode=require", "-c search_path=procrastinate"),
        (
            "postgresql+psycopg://a@/papers?options=-c%20statement_timeout%3D9",
            "-c statement_timeout=9 -c search_path=procrastinate",
        ),
    ],
)
def test_the_queue_is_reached_as_the_database_is(url: str, options: str) -> None:
    given = connection_arguments(DatabaseSettings(url=url))

    told = psycopg.conninfo.conninfo_to_dict(given["conninfo"])
    assert (told["user"], told["dbname"], given["options"]) == ("a", "papers", options)
    assert told.get("password") in ("b@c", None)
