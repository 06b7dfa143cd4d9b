"""A writer of an SQLite file takes its turn soon after another one is done.

SQLite itself has a writer who finds another one at work sleep for 1, 2, 5, 10 ms and so on, while a transaction about
one mail takes a tenth of one.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPICursor

_SHORTEST, _LONGEST = 0.0001, 0.005  # seconds between two tries
_PRIMARY = 0xFF  # of an error code of SQLite, without what it tells in detail


@contextmanager
def eager(connection: sa.Connection, patience: float) -> Iterator[sa.Connection]:
    """The connection, whose transactions begin as soon as they can; the driver's error after `patience` seconds.

    Other databases know of themselves when a writer is done.
    """
    if connection.dialect.name != "sqlite":
        yield connection
        return
    driver = connection.connection.cursor()
    before = driver.execute("PRAGMA busy_timeout").fetchone()[0]
    driver.execute("PRAGMA busy_timeout = 0")
    try:
        yield connection.execution_options(sqlite_patience=patience)
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
