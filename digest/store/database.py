"""One database, SQLite or PostgreSQL: opened, upgraded, and read or written in transactions."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from digest.errors import StoreError
from digest.store import turns
from digest.store.aging import Aging
from digest.store.alarms import Alarms
from digest.store.announcements import Announcements
from digest.store.audits import Audits
from digest.store.batches import Batches
from digest.store.bounces import Bounces
from digest.store.copying import Content, copy_all
from digest.store.counts import Counts
from digest.store.days import Days
from digest.store.deliveries import Deliveries
from digest.store.editions import Editions
from digest.store.feeds import Feeds
from digest.store.groups import Groups
from digest.store.harvests import Harvests
from digest.store.history import History
from digest.store.holdings import Holdings
from digest.store.joining import Joinings
from digest.store.letters import Letters
from digest.store.messages import Messages
from digest.store.newcomers import Newcomers
from digest.store.papers import Papers
from digest.store.people import People
from digest.store.prepared import Glance
from digest.store.queue import Queue
from digest.store.restorations import Restorations
from digest.store.saved import Saved
from digest.store.schema import Schema
from digest.store.search import Search
from digest.store.secrets import Secrets
from digest.store.settings import DatabaseSettings
from digest.store.shadow import Shadow
from digest.store.signals import Signals
from digest.store.subscribers import Subscribers
from digest.store.suppressions import Suppressions
from digest.store.texts import Texts
from digest.store.types import read_json, write_json
from digest.store.wanted import Wants
from digest.store.weekly import Weekly
from digest.store.works import Works


class Transaction:
    """One transaction's view of the store, by subject."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    @cached_property
    def papers(self) -> Papers:
        return Papers(self._connection)

    @cached_property
    def works(self) -> Works:
        return Works(self._connection)

    @cached_property
    def newcomers(self) -> Newcomers:
        return Newcomers(self._connection)

    @cached_property
    def wants(self) -> Wants:
        return Wants(self._connection)

    @cached_property
    def texts(self) -> Texts:
        return Texts(self._connection)

    @cached_property
    def announcements(self) -> Announcements:
        return Announcements(self._connection)

    @cached_property
    def batches(self) -> Batches:
        return Batches(self._connection)

    @cached_property
    def days(self) -> Days:
        return Days(self._connection)

    @cached_property
    def counts(self) -> Counts:
        return Counts(self._connection)

    @cached_property
    def search(self) -> Search:
        return Search(self._connection)

    @cached_property
    def signals(self) -> Signals:
        return Signals(self._connection)

    @cached_property
    def people(self) -> People:
        return People(self._connection)

    @cached_property
    def harvests(self) -> Harvests:
        return Harvests(self._connection)

    @cached_property
    def history(self) -> History:
        return History(self._connection)

    @cached_property
    def subscribers(self) -> Subscribers:
        return Subscribers(self._connection)

    @cached_property
    def saved(self) -> Saved:
        return Saved(self._connection)

    @cached_property
    def editions(self) -> Editions:
        return Editions(self._connection)

    @cached_property
    def feeds(self) -> Feeds:
        return Feeds(self._connection)

    @cached_property
    def groups(self) -> Groups:
        return Groups(self._connection)

    @cached_property
    def shadow(self) -> Shadow:
        return Shadow(self._connection)

    @cached_property
    def deliveries(self) -> Deliveries:
        return Deliveries(self._connection)

    @cached_property
    def holdings(self) -> Holdings:
        return Holdings(self._connection)

    @cached_property
    def joinings(self) -> Joinings:
        return Joinings(self._connection)

    @cached_property
    def letters(self) -> Letters:
        return Letters(self._connection)

    @cached_property
    def messages(self) -> Messages:
        return Messages(self._connection)

    @cached_property
    def suppressions(self) -> Suppressions:
        return Suppressions(self._connection)

    @cached_property
    def secrets(self) -> Secrets:
        return Secrets(self._connection)

    @cached_property
    def alarms(self) -> Alarms:
        return Alarms(self._connection)

    @cached_property
    def aging(self) -> Aging:
        return Aging(self._connection)

    @cached_property
    def restorations(self) -> Restorations:
        return Restorations(self._connection)

    @cached_property
    def weekly(self) -> Weekly:
        return Weekly(self._connection)

    @cached_property
    def audits(self) -> Audits:
        return Audits(self._connection)

    @cached_property
    def bounces(self) -> Bounces:
        return Bounces(self._connection)

    @cached_property
    def queue(self) -> Queue:
        return Queue(self._connection)


class Store:
    """The database behind every verb. Nothing in it waits for the network."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self._engine = _engine(settings)
        self._patience = settings.busy_seconds
        self._schema = Schema(self._engine)
        self._writing = self._engine.execution_options(sqlite_begin="IMMEDIATE")
        # PostgreSQL's default shows each statement another state; what one missed, a later one would call read.
        one_state: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        options = {"sqlite_begin": "DEFERRED"} if self.is_embedded else one_state
        self._reading = self._engine.execution_options(**options)

    @property
    def is_embedded(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    @property
    def place(self) -> str:
        """The database's URL without its password."""
        url = self._engine.url
        if "password" in url.query:  # libpq takes it there too
            url = url.update_query_dict({"password": "***"})
        return url.render_as_string(hide_password=True)

    @property
    def url(self) -> sa.URL:
        """Where it is, with its password: for programs that are run for it, and never to be shown."""
        return self._engine.url

    @property
    def file(self) -> Path | None:
        """The file of an embedded database; None for a server, or for one in memory."""
        name = self._engine.url.database
        return Path(name) if self.is_embedded and name and name != ":memory:" else None

    def prepare(self, *, now: datetime) -> None:
        """Make the schema fit: the embedded database upgrades itself, another one must be upgraded by hand."""
        with self._explained():
            if self._schema.is_current():
                return
            if self.is_embedded:
                self.upgrade(now=now)
                return
        raise StoreError(f"{self.place} has no current schema; run: digest db upgrade")

    def upgrade(self, *, now: datetime) -> Path | None:
        """Bring the schema up to date; an embedded database is copied first, and the copy's path returned."""
        with self._explained():
            return self._schema.upgrade(backup_suffix=f"{now:%Y%m%dT%H%M%S}")

    def check(self) -> None:
        """StoreError unless the database answers and holds a schema."""
        with self._explained():
            if self._schema.revision() is None:
                raise StoreError(f"{self.place} holds no schema; run: digest db upgrade")

    def check_current(self) -> None:
        """StoreError unless the database answers and its schema is that of this release."""
        with self._explained():
            if not self._schema.is_current():
                raise StoreError(f"the schema of {self.place} is not that of this release; run: digest db upgrade")

    def damage(self) -> str:
        """What is wrong within an SQLite file, in its own words; "" where nothing is. A server looks after itself."""
        with self._explained(), self._engine.connect() as connection:
            if connection.dialect.name != "sqlite":
                return ""
            found = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
        return "" if found == "ok" else found

    def copy_to(self, file: Path) -> None:
        """Write an SQLite database to a new file while it is in use: whole, as of one moment (VACUUM INTO)."""
        with self._explained(), self._engine.execution_options(sqlite_begin=None).connect() as connection:
            connection.exec_driver_sql("VACUUM INTO ?", (str(file),))

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """A transaction that may write: all of it is kept, or none."""
        with self._explained(), self._writing.begin() as connection:
            yield Transaction(connection)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A transaction that only reads, from one state of the database."""
        with self._explained(), self._reading.begin() as connection:
            yield Transaction(connection)

    @contextmanager
    def glance(self) -> Iterator[Glance]:
        """For questions that need no transaction of their own: at a quarter of what one costs."""
        with self._explained():
            connection = self._engine.raw_connection()
            try:
                yield Glance(connection, self._engine.dialect)
            finally:
                connection.close()

    @contextmanager
    def kept(self) -> Iterator["Kept"]:
        """A connection that is kept for many small transactions, one at a time."""
        with self._explained(), self._writing.connect() as plain, turns.eager(plain, self._patience) as connection:
            yield Kept(connection, self._explained)

    def copy_into(
        self, other: "Store", progress: Callable[[str, int, int], None] = lambda table, done, of: None
    ) -> dict[str, Content]:
        """Copy everything, as of this moment, into another, empty database of this release; rows by table."""
        other.check_current()
        with (
            self._explained(),
            self._reading.begin() as source,
            other._explained(),
            other._writing.begin() as target,
        ):
            return copy_all(source, target, progress)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error) as error:
            cause = getattr(error, "orig", None) or error
            raise StoreError(f"{self.place}: {' '.join(str(cause).split())}{_remedy(str(cause))}") from error


class Kept:
    """What begins transactions that may write on one connection: at a third of what each costs on one of its own."""

    def __init__(self, connection: sa.Connection, explained: Callable[[], AbstractContextManager[None]]) -> None:
        self._connection = connection
        self._explained = explained

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """A transaction that may write: all of it is kept, or none. For one thread at a time."""
        with self._explained(), self._connection.begin():
            yield Transaction(self._connection)


def _remedy(problem: str) -> str:
    known = {
        "unable to open database file": "; check that its folder exists and can be written",
        "readonly database": "; check that the file and its folder can be written",
        "not a database": "; [database] url names a file of another kind, name another one",
        "database is locked": "; another process is writing for very long, try again",
        "disk is full": "; nothing was changed, make room and run again",
        "disk I/O error": "; check that the disk is sound and has room",
    }
    return next((remedy for sign, remedy in known.items() if sign in problem), "")


def _engine(settings: DatabaseSettings) -> sa.Engine:
    try:
        url = sa.make_url(settings.url)
        if url.drivername in {"postgres", "postgresql"}:
            url = url.set(drivername="postgresql+psycopg")
        if url.get_backend_name() not in {"sqlite", "postgresql"}:
            raise StoreError(f"[database] url: {url.get_backend_name()} is not supported, use sqlite or postgresql")
        if "@" in (url.host or ""):
            raise ValueError("the rest of a password stands in the host")
        json = {"json_serializer": write_json, "json_deserializer": read_json}
        engine = sa.create_engine(url, connect_args=_connect_args(url, settings), **json)
    except (SQLAlchemyError, ModuleNotFoundError) as error:
        hint = "; install paperround[postgres]" if isinstance(error, ModuleNotFoundError) else ""
        raise StoreError(f"[database] url cannot be used: {' '.join(str(error).split())}{hint}") from error
    except ValueError:
        # What was misread may be a part of the password, so neither it nor the cause is shown.
        raise StoreError("[database] url cannot be read; in a password write @ : / as %40 %3A %2F") from None
    if url.get_backend_name() == "sqlite":
        sa.event.listen(engine, "connect", _set_up_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _connect_args(url: sa.URL, settings: DatabaseSettings) -> dict[str, Any]:
    if url.get_backend_name() != "sqlite":
        return {}
    return {"timeout": settings.busy_seconds}


def _set_up_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # transactions are begun by _begin_sqlite, not by the driver
    for each in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {each}")


def _begin_sqlite(connection: sa.Connection) -> None:
    options = connection.get_execution_options()
    wanted = options.get("sqlite_foreign_keys", "ON")
    if connection.info.setdefault("foreign_keys", "ON") != wanted:  # of a connection that is used again and again
        connection.exec_driver_sql(f"PRAGMA foreign_keys = {wanted}")
        connection.info["foreign_keys"] = wanted
    # A transaction that reads first and writes later fails at once when another one writes between: writers say so.
    mode = options.get("sqlite_begin", "DEFERRED")
    if mode is not None:
        cursor = connection.connection.cursor()  # not by SQLAlchemy: for every mail there is one
        turns.begin(cursor, mode, options.get("sqlite_patience", 0.0))
