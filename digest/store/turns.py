"""Small transactions that may write, one after another on one connection, and soon after another writer is done.

SQLite itself has a writer who finds another one at work sleep for 1, 2, 5, 10 ms and so on, while a transaction about
one mail takes a tenth of one.
"""

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPICursor

View = TypeVar("View")  # what a transaction shows of the store

_SHORTEST, _LONGEST = 0.0001, 0.005  # seconds between two tries
_PRIMARY = 0xFF  # of an error code of SQLite, without what it tells in detail


class Kept(Generic[View]):
    """What begins transactions that may write on one connection: at a quarter of what each costs on one of its own.

    SQLAlchemy takes the connection to be in one transaction all the time; the driver begins and ends each.
    """

    def __init__(
        self,
        connection: sa.Connection,
        view: View,
        explained: Callable[[], AbstractContextManager[None]],
        patience: float,
    ) -> None:
        """`connection` is one that `eager` gives; `patience` is how many seconds another writer is waited for."""
        self._driver = connection.connection
        self._view = view
        self._explained = explained
        self._patience = patience
        self._says_so = connection.dialect.name == "sqlite"  # others begin with the first statement
        connection.begin()

    @contextmanager
    def begin(self) -> Iterator[View]:
        """A transaction that may write: all of it is kept, or none. For one thread at a time."""
        with self._explained():
            if self._says_so:
                begin(self._driver.cursor(), "IMMEDIATE", self._patience)
            try:
                yield self._view
                self._driver.commit()
            except BaseException:
                with contextlib.suppress(Exception):  # what has happened before says more
                    self._driver.rollback()
                raise


@contextmanager
def eager(connection: sa.Connection) -> Iterator[sa.Connection]:
    """The connection, on which `begin` alone waits for other writers.

    Other databases than SQLite know of themselves when a writer is done.
    """
    if connection.dialect.name != "sqlite":
        yield connection
        return
    driver = connection.connection.cursor()
    before = driver.execute("PRAGMA busy_timeout").fetchone()[0]
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        yield connection
    finally:
        driver.execute(f"PRAGMA busy_timeout = {before}")
        driver.close()


def begin(cursor: DBAPICursor, mode: str, patience: float) -> None:
    """Begin a transaction; for as long as another writer is at work, and at most `patience` seconds, try again."""
    until, pause = time.monotonic() + patience, _SHORTEST
    while True:
        try:
            cursor.execute(f"BEGIN {mode}")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & _PRIMARY != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                raise
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST)
