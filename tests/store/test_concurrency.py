"""Many processes and threads on one SQLite file: nobody loses a write, and nobody fails."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from digest.store import DatabaseSettings, Store
from tests.store.builders import NOW, reader

ROUNDS = 60
COUNT = """
import sys
from digest.store import DatabaseSettings, Store
url, rounds = sys.argv[1], int(sys.argv[2])
store = Store(DatabaseSettings(url=url))
for _ in range(rounds):
    with store.begin() as tx:
        someone = tx.subscribers.all()[0]
        tx.subscribers.change(someone.id, size=someone.size + 1)
store.close()
"""
PREPARE = """
import sys
from datetime import UTC, datetime
from digest.store import DatabaseSettings, Store
store = Store(DatabaseSettings(url=sys.argv[1]))
store.prepare(now=datetime(2026, 3, 2, tzinfo=UTC))
store.close()
"""


def at_once(code: str, *arguments: str, processes: int) -> None:
    started = [
        subprocess.Popen([sys.executable, "-c", code, *arguments], stderr=subprocess.PIPE, text=True)
        for _ in range(processes)
    ]
    problems = [process.communicate(timeout=60)[1] for process in started]
    assert [process.returncode for process in started] == [0] * processes, problems


@pytest.fixture
def counting(store: Store) -> Callable[[], int]:
    """A number that starts at 0 and can only be changed by reading and then writing."""
    someone = reader(store, size=0)

    def value() -> int:
        with store.read() as tx:
            return tx.subscribers.get(someone.id).size

    return value


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_threads_that_read_and_then_write_lose_nothing(store: Store, counting: Callable[[], int]) -> None:
    def add_one(_: int) -> None:
        with store.begin() as tx:
            someone = tx.subscribers.all()[0]
            tx.subscribers.change(someone.id, size=someone.size + 1)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(add_one, range(4 * ROUNDS)))
    assert counting() == 4 * ROUNDS


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_processes_that_read_and_then_write_lose_nothing(database_url: str, counting: Callable[[], int]) -> None:
    at_once(COUNT, database_url, str(ROUNDS), processes=3)
    assert counting() == 3 * ROUNDS


def test_processes_that_start_together_on_no_database_make_one(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'paperround.db'}"
    at_once(PREPARE, url, processes=4)
    store = Store(DatabaseSettings(url=url))
    store.prepare(now=NOW)
    reader(store)
    store.close()
    assert [path.name for path in tmp_path.iterdir()] == ["paperround.db"]
