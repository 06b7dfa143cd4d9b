"""One database, SQLite or PostgreSQL: opened, upgraded, and read or written in transactions."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from digest.errors import StoreError
from digest.store.deliveries import Deliveries
from digest.store.editions import Editions
from digest.store.harvests import Harvests
from digest.store.papers import Papers
from digest.store.schema import Schema
from digest.store.settings import DatabaseSettings
from digest.store.subscribers import Subscribers


class Transaction:
    """One transaction's view of the store, by subject."""

    def __init__(self, connection: sa.Connection) -> None:
        self.papers = Papers(connection)
        self.harvests = Harvests(connection)
        self.subscribers = Subscribers(connection)
        self.editions = Editions(connection)
        self.deliveries = Deliveries(connection)


class Store:
    """The database behind every verb. Nothing in it waits for the network."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self._engine = _engine(settings)
        self._schema = Schema(self._engine)

    @property
    def is_embedded(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    @property
    def place(self) -> str:
        """The database's URL without its password."""
        return self._engine.url.render_as_string(hide_password=True)

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

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """A transaction that may write: all of it is kept, or none."""
        with self._explained(), self._engine.execution_options(sqlite_begin="IMMEDIATE").begin() as connection:
            yield Transaction(connection)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """A transaction that only reads, from one state of the database."""
        with self._explained(), self._engine.execution_options(sqlite_begin="DEFERRED").begin() as connection:
            yield Transaction(connection)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            cause = getattr(error, "orig", None) or error
            raise StoreError(f"{self.place}: {' '.join(str(cause).split())}{_remedy(str(cause))}") from error


def _remedy(problem: str) -> str:
    known = {
        "unable to open database file": "; check that its folder exists and can be written",
        "readonly database": "; check that the file and its folder can be written",
        "database is locked": "; another process is writing for very long, try again",
        "disk is full": "; nothing was changed, make room and run again",
    }
    return next((remedy for sign, remedy in known.items() if sign in problem), "")


def _engine(settings: DatabaseSettings) -> sa.Engine:
    try:
        url = sa.make_url(settings.url)
        if url.drivername in {"postgres", "postgresql"}:
            url = url.set(drivername="postgresql+psycopg")
        if url.get_backend_name() not in {"sqlite", "postgresql"}:
            raise StoreError(f"[database] url: {url.get_backend_name()} is not supported, use sqlite or postgresql")
        engine = sa.create_engine(url, connect_args=_connect_args(url, settings))
    except (SQLAlchemyError, ModuleNotFoundError) as error:
        hint = "; install paperround[postgres]" if isinstance(error, ModuleNotFoundError) else ""
        raise StoreError(f"[database] url cannot be used: {error}{hint}") from error
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
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


def _begin_sqlite(connection: sa.Connection) -> None:
    # A transaction that reads first and writes later fails at once when another one writes between: writers say so.
    mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")
