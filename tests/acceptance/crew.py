"""Processes of `digest` on one PostgreSQL, which tests start, kill and ask."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

PATIENCE = 150  # seconds: 30 until a worker counts as dead, 60 to the next rescue or plan, and the machine's own pace
BATCH = 100  # readers
_BOTH = "-c search_path=public,procrastinate"
_CONFIG = """\
[site]
sender = "digest@example.org"
[database]
url = "{url}"
[sources.arxiv]
categories = ["cs.LG"]
interval_seconds = {interval}
oai_url = "http://127.0.0.1:9"
rss_url = "http://127.0.0.1:9"
[sources.huggingface]
enabled = false
[letters]
welcome = false
[schedule]
batch_subscribers = {batch}
"""


@dataclass
class Crew:
    """Processes of `digest` in one folder, which may be killed."""

    folder: Path
    url: str
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    now: str = ""

    def start(self, name: str, *command: str) -> None:
        at = ["--now", self.now] if self.now else []
        arguments = [sys.executable, "-m", "digest", "--config", str(self.folder / "config.toml"), *at, *command]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(arguments, stdout=log, stderr=log)

    def kill(self, name: str) -> None:
        self.running[name].kill()
        self.running[name].wait()

    def revive(self, *command: str) -> int:
        """Start again what has ended, as systemd does; how many that were."""
        gone = [name for name, process in self.running.items() if process.poll() is not None]
        for name in gone:
            self.start(name, *command)
        return len(gone)

    def stop(self) -> dict[str, int]:
        """Ask all to stop; their exit codes."""
        for process in self.running.values():
            process.send_signal(signal.SIGTERM)
        codes = {name: process.wait(35) for name, process in self.running.items()}
        self.running.clear()
        return codes

    def end(self) -> None:
        for process in self.running.values():
            process.kill()
            process.wait()

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True, options=_BOTH) as connection:
            return connection.execute(query.encode()).fetchall()

    def do(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True, options=_BOTH) as connection:
            connection.execute(statement.encode())

    def count(self, query: str) -> int:
        return int(self.ask(query)[0][0])

    def wait_until(self, is_so: Callable[[], bool], seconds: float = PATIENCE) -> float:
        """Seconds that it took."""
        began = time.monotonic()
        while not is_so():
            assert time.monotonic() - began < seconds, self.ask("SELECT state, count(*) FROM delivery GROUP BY 1")
            time.sleep(0.2)
        return time.monotonic() - began


@contextmanager
def crew_on(folder: Path, url: str, *, interval: float = 0.05) -> Iterator[Crew]:
    (folder / "config.toml").write_text(_CONFIG.format(url=url, interval=interval, batch=BATCH))
    crew = Crew(folder, url)
    try:
        yield crew
    finally:
        crew.end()
