"""What the faults of delivery are tried on: an installation with readers, and real processes of `digest` that can be
killed at a moment of the relay's choosing.
"""

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any

from digest import membership
from digest.compose import compose
from digest.deliver import Delivered, DeliverySettings, deliver
from digest.ingest import ingest
from digest.relevance.settings import RelevanceSettings
from digest.rendering.mail import MailRenderer
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import environment
from digest.store import DatabaseSettings, Store
from digest.transport.returns.settings import ReturnsSettings
from digest.transport.settings import SmtpSettings
from digest.transport.smtp import SmtpTransport
from digest.transport.wire import Patience
from tests.acceptance.delivery_relay import WAIT, Phase
from tests.fakes import FakeSource, at, paper

SENDER = "digest@example.org"
IMPATIENT = Patience(command=10.0, data=10.0, block=10.0, final=1.0, goodbye=0.5, breath=0.05)
_CONFIG = f"""\
[site]
sender = "{SENDER}"
[sources.arxiv]
categories = ["cs.LG"]
interval_seconds = 0.0
[sources.huggingface]
enabled = false
[relevance]
threshold = 0.01
"""


# ---------------------------------------------------------------- an installation


@dataclass
class Office:
    """A folder with a configuration and a database; what is announced is told here, and mails are sent for real."""

    folder: Path
    welcome: bool = False  # whether readers are written a letter before their first edition
    source: FakeSource = field(default_factory=FakeSource)
    site: SiteSettings = field(default_factory=lambda: SiteSettings(sender=SENDER))
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "config.toml").write_text(_CONFIG, encoding="utf-8")
        self.store = self.opened()
        self.store.prepare(now=at(date(2026, 3, 1)))

    @property
    def database(self) -> Path:
        return self.folder / "paperround.db"

    def opened(self) -> Store:
        return Store(DatabaseSettings(url=f"sqlite:///{self.database}"))

    def subscribe(self, *names: str, now: datetime, **values: Any) -> None:
        for name in names:
            membership.add(self.store, f"{name}@example.org", host="example.org", now=now, **values)

    def morning(self, now: datetime, *titles: str) -> None:
        """What `digest ingest` and `digest compose` do on a day that announces such papers."""
        self.source.announce(now.date(), *map(paper, titles))
        self.compose(now)

    def compose(self, now: datetime) -> None:
        ingest(self.store, self.source, now=now)
        compose(
            self.store,
            RelevanceSettings(threshold=0.01),
            now=now,
            message_id=lambda: f"<{next(self.numbers)}.{now:%d%H%M}@example.org>",
            welcome=self.welcome,
        )

    def deliver(
        self,
        port: int,
        now: datetime,
        *,
        settings: DeliverySettings | None = None,
        returns: ReturnsSettings | None = None,
        threads: int = 2,
    ) -> Delivered:
        """What `digest deliver` does, in this process."""
        relay = SmtpTransport(SmtpSettings(host="127.0.0.1", port=port, connections=threads), patience=IMPATIENT)
        renderer = MailRenderer(self.site, environment())
        return deliver(
            self.store,
            renderer,
            relay,
            now=now,
            settings=settings,
            returns=returns,
            threads=threads,
            dice=lambda: 0.5,
        )

    # ------------------------------------------------------------ real processes

    def start(self, *arguments: str, now: datetime | None, **variables: object) -> "subprocess.Popen[str]":
        """`digest` as a process; its variables are `smtp_port=2525` for DIGEST_SMTP_PORT."""
        return started(self.folder, *arguments, now=now, **variables)

    def run(self, *arguments: str, now: datetime | None, **variables: object) -> "Ended":
        """`digest` as a process, to its end."""
        process = self.start(*arguments, now=now, **variables)
        try:
            out, err = process.communicate(timeout=WAIT)
        except subprocess.TimeoutExpired:
            process.kill()
            raise AssertionError(f"it hangs, after: {process.communicate()}") from None
        return Ended(process.returncode, out, err)

    # ------------------------------------------------------------ what is kept

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with contextlib.closing(sqlite3.connect(self.database, timeout=WAIT)) as database:
            return database.execute(query, values).fetchall()

    def states(self) -> dict[str, int]:
        """How many deliveries are in each state."""
        found = self.rows("SELECT state, count(*) FROM delivery GROUP BY state")
        return {str(state): count for state, count in found}

    def reader_states(self) -> dict[str, str]:
        """Name and state of each reader."""
        found = self.rows("SELECT address, state FROM subscriber ORDER BY address")
        return {str(address).partition("@")[0]: str(state) for address, state in found}

    def message_ids(self) -> dict[str, str]:
        """The Message-ID of each delivery, and whose it is."""
        return meant(self.database)

    def is_whole(self) -> bool:
        """Whether the database says of itself that it is in order."""
        return self.rows("PRAGMA integrity_check") == [("ok",)] and self.rows("PRAGMA foreign_key_check") == []

    def dump(self) -> str:
        """Everything in the database."""
        with contextlib.closing(sqlite3.connect(self.database, timeout=WAIT)) as database:
            return "\n".join(database.iterdump())

    def copy_to(self, file: Path) -> None:
        """A backup as sqlite3 makes it, whatever is being written."""
        with (
            contextlib.closing(sqlite3.connect(self.database)) as here,
            contextlib.closing(sqlite3.connect(file)) as there,
        ):
            here.backup(there)

    def restore(self, file: Path) -> None:
        """Put a backup in the place of the database."""
        self.store.close()
        for each in self.folder.glob(f"{self.database.name}*"):
            if each.is_file():
                each.unlink()
        shutil.copy(file, self.database)
        self.store = self.opened()


@dataclass(frozen=True)
class Ended:
    """What a process said, and its exit code."""

    code: int
    out: str
    err: str


def started(folder: Path, *arguments: str, now: datetime | None, **variables: object) -> "subprocess.Popen[str]":
    """`digest` as a process, with the configuration of a folder."""
    return subprocess.Popen(
        [sys.executable, "-m", "digest", *_options(folder, now), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment_of(variables),
    )


def _options(folder: Path, now: datetime | None) -> list[str]:
    return ["--config", str(folder / "config.toml"), *(["--now", now.isoformat()] if now else [])]


def meant(database: Path) -> dict[str, str]:
    """The Message-ID of each delivery that is kept, and whose it is."""
    query = "SELECT message_id, address FROM delivery JOIN subscriber ON subscriber.id = subscriber_id"
    with contextlib.closing(sqlite3.connect(database, timeout=WAIT)) as opened:
        return dict(opened.execute(query).fetchall())


def environment_of(variables: Mapping[str, object]) -> dict[str, str]:
    """The environment of a process, where mails go to a relay on loopback if `smtp_port` is among the variables."""
    given = {f"DIGEST_{name.upper()}": str(value) for name, value in variables.items()}
    relay = {"DIGEST_SMTP_HOST": "127.0.0.1"} if "smtp_port" in variables else {}
    return {**os.environ, **relay, **given}


def wait_until(true: Callable[[], object], seconds: float = WAIT) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def parsed(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


def text_of(content: bytes) -> str:
    """The plain text of a mail, on one line."""
    body = parsed(content).get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


# ---------------------------------------------------------------- processes to be killed

# Imports take a second, which none of the kills is about: they are done once, and each command is a fork of that.
_NURSERY = """
import json, os, sys
import digest.app.product, digest.cli.day, digest.transport.smtp
from digest.cli import main
log = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        os.dup2(log, 1)
        os.dup2(log, 2)
        os._exit(main.run(json.loads(line)))
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Nursery:
    """Runs `digest` in one new process after another, each with its number known so that it can be killed."""

    def __init__(self, folder: Path, **variables: object) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-c", _NURSERY, str(folder / "log")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,  # so that nothing said waits unseen by `runs`
            env=environment_of(variables),
        )
        self._number = 0
        self._is_known = threading.Event()

    def __enter__(self) -> "Nursery":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=WAIT)

    def run(self, *arguments: str, now: datetime) -> int:
        """One command to its end; its exit code, negative for a signal."""
        self.start(*arguments, now=now)
        return self.wait()

    def start(self, *arguments: str, now: datetime) -> None:
        """Begin one command."""
        self._is_known.clear()
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([*_options(self._folder, now), *arguments]).encode() + b"\n")
        self._number = self._said()
        self._is_known.set()

    def wait(self) -> int:
        """The exit code of what was begun, negative for a signal."""
        return self._said()

    def runs(self) -> bool:
        """Whether what was begun still runs."""
        assert self._process.stdout is not None
        return not select.select([self._process.stdout], [], [], 0)[0]

    def kill(self) -> None:
        """kill -9, from any thread."""
        assert self._is_known.wait(WAIT)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._number, signal.SIGKILL)

    def _said(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


@dataclass
class Kill:
    """Strikes once, when a phase is reached for the n-th time."""

    strike: Callable[[], object]
    phase: Phase
    after: int
    seconds: float = 0.0  # later than that, where the phase is LATER
    struck: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, phase: Phase) -> None:
        if phase is not (Phase.REPLIED if self.phase is Phase.LATER else self.phase):
            return
        with self._lock:
            self.after -= 1
            if self.after:
                return
            self.struck = True
        if self.phase is Phase.LATER:
            threading.Timer(self.seconds, self.strike).start()  # so that this mail's connection goes on
        else:
            self.strike()


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)
