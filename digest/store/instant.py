"""Questions to an embedded database that are answered without waiting, or not at all.

Reading SQLite takes less than handing the question to a thread. What would have to wait, for a lock or for another
process to mend what a third one left, fails here at once, so that whoever asks can ask again where waiting is allowed.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.dialects import sqlite

from digest.store.prepared import Glance
from digest.store.types import read_json


class NotNow(Exception):
    """The database would have to be waited for, or cannot be read; a store says which."""


class Instant:
    """A connection of its own, kept open, that only reads; for one thread."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._dialect = sqlite.dialect(json_deserializer=read_json)
        self._connection: sqlite3.Connection | None = None

    @contextmanager
    def glance(self) -> Iterator[Glance]:
        """As `Store.glance`, for as long as nothing must be waited for; else NotNow."""
        try:
            if self._connection is None:
                self._connection = self._opened()
            yield Glance(self._connection, self._dialect)
        except sqlite3.Error as error:
            self.close()
            raise NotNow from error

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __del__(self) -> None:
        self.close()

    def _opened(self) -> sqlite3.Connection:
        # `rw` so that a file that is gone is not made again
        address = f"{self._file.absolute().as_uri()}?mode=rw"
        connection = sqlite3.connect(address, uri=True, timeout=0, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA query_only = ON")
        return connection
