"""What the stories about the queue begin with, and how they look into it."""

import builtins
from typing import Any

import pytest
import sqlalchemy as sa

from digest.store import Store
from digest.store.queue import SCHEMA, Job
from digest.ticks import ScheduleSettings
from digest.worker.planning import (
    COMPOSE,
)

EVERY = ScheduleSettings()
SIZE = EVERY.batch_subscribers
A_MINUTE_TO = 3540  # Unix seconds of a tick at which only the editions' interval is over
A_JOB = Job(task="paperround:compose", queue=COMPOSE, numbers={"part": 7, "size": 100})


def queued(store: Store) -> list[tuple[str, dict[str, int], str]]:
    """Task, numbers and state of each job, in order of its coming."""
    with store._engine.connect() as connection:
        found = connection.execute(
            sa.text(f"SELECT task_name, args, status::text FROM {SCHEMA}.procrastinate_jobs ORDER BY id")
        )
        return [(row.task_name.partition(":")[2], row.args, row.status) for row in found]


def begun(store: Store) -> list[str]:
    """The tasks that waited, in the order in which workers take them."""
    found = list[str]()
    with store._engine.begin() as connection:
        connection.execute(sa.text(f"SET LOCAL search_path TO {SCHEMA}"))
        taking = sa.text("SELECT task_name FROM procrastinate_fetch_job_v2(NULL, NULL)")
        while taken := connection.execute(taking).scalar():
            found.append(str(taken).partition(":")[2])
    return found


def run(store: Store, statement: str) -> None:
    with store._engine.begin() as connection:
        connection.execute(sa.text(f"SET LOCAL search_path TO {SCHEMA}"))
        connection.execute(sa.text(statement))


def put(store: Store, *jobs: Job) -> int:
    with store.begin() as tx:
        return tx.queue.put(jobs)


def without(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    """As if a package were not installed."""
    whole = builtins.__import__

    def lacking(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=package)
        return whole(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", lacking)
