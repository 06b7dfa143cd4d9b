"""One database, SQLite or PostgreSQL: opened, upgraded, and read or written in transactions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from digest.errors import StoreError
from digest.store import turns
from digest.store.copying import Content, copy_all
from digest.store.metadata import known_to_postgresql
from digest.store.prepared import Glance
from digest.store.schema import Schema
from digest.store.settings import DatabaseSettings
from digest.store.transaction import Transaction
from digest.store.types import read_json, write_json


class Store:
    """The database behind every verb. Nothing in it waits for the network."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self._engine = _engine(settings)
        self._patience = settings.busy_seconds
        self._schema = Schema(self._engine)
        self._writing = self._engine.execution_options(sqlite_begin="IMMEDIATE")
        self._unchecked = self._writing.execution_options(sqlite_foreign_keys="OFF")
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
    def begin(self, *, checked: bool = True) -> Iterator[Transaction]:
        """A transaction that may write: all of it is kept, or none. Not `checked`: see `Editions.keep_all`."""
        with self._explained(), (self._writing if checked else self._unchecked).begin() as connection:
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
    def kept(self) -> Iterator[turns.Kept[Transaction]]:
        """A connection that is kept for many small transactions, one at a time."""
        engine = self._engine.execution_options(sqlite_begin=None)
        with self._explained(), engine.connect() as plain, turns.eager(plain) as connection:
            yield turns.Kept(connection, Transaction(connection), self._explained, self._patience)

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
    else:
        known_to_postgresql()
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
        connection.connection.cursor().execute(f"BEGIN {mode}")
