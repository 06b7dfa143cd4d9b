"""What was deleted leaves the bytes of an embedded database too.

SQLite overwrites what is deleted (`secure_delete`, see database.py). But its write-ahead log has pages as they were
until it is emptied, and a page that is split may keep a copy of what moved to its neighbour: of 750 addresses that were
erased one was still found. So the log is emptied, the file searched, and where something is found, written anew.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from digest.errors import StoreError

_AT_ONCE = 4 * 2**20  # bytes that are searched at a time
_BUSY = ("locked", "busy")


def scrub(file: Path, trace: str, *, patience: float) -> bool:
    """Whether the file and its log hold nothing of what was deleted and had this text in it.

    False where others use the database for longer than `patience` seconds; the next `compact` makes up for it.
    """
    if not empty_log(file, patience=patience):
        return False
    return not _holds(file, trace.encode()) or compact(file, patience=patience)


def compact(file: Path, *, patience: float) -> bool:
    """Write the file anew, without what was deleted, which takes as much room again; False where it is in use."""
    try:
        with closing(_opened(file, patience)) as connection:
            connection.execute("VACUUM")
    except sqlite3.Error as error:
        if any(sign in str(error) for sign in _BUSY):
            return False
        raise StoreError(f"{file}: cannot be written anew ({error}); nothing was changed") from error
    return empty_log(file, patience=patience)


def empty_log(file: Path, *, patience: float) -> bool:
    """Bring all of the write-ahead log into the file and cut it to nothing; False where that cannot be now."""
    try:
        with closing(_opened(file, patience)) as connection:
            is_busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:
        return False
    return not is_busy


def _opened(file: Path, patience: float) -> sqlite3.Connection:
    return sqlite3.connect(file, timeout=patience, isolation_level=None)


def _holds(file: Path, trace: bytes) -> bool:
    """Whether these bytes stand anywhere in a file."""
    end = b""
    with file.open("rb") as opened:
        while part := opened.read(_AT_ONCE):
            if trace in end + part:
                return True
            end = part[-len(trace) :]
    return False
