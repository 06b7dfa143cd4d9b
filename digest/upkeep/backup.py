"""Backups: a database in use → one file of one moment.

An SQLite database is copied by VACUUM INTO, and its `user_version` says when (Unix seconds); a PostgreSQL one by
`pg_dump` in its custom format, for `pg_restore`.
"""

import os
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from digest.errors import InvalidInput, StoreError
from digest.store import Store
from digest.upkeep.programs import run_program

_PRIVATE = 0o600  # a backup holds addresses, votes and the key of every link


def back_up(store: Store, file: Path, *, now: datetime) -> int:
    """Write a backup beside others, whole or not at all; its size in bytes. InvalidInput if the file exists."""
    if file.exists():
        raise InvalidInput(f"{file} exists already; give another name, such as one with the date")
    if not file.parent.is_dir():
        raise InvalidInput(f"{file.parent}: no such folder")
    part = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        part.touch(mode=_PRIVATE)
        _written(store, part, now)
        os.link(part, file)  # fails where somebody was faster, and takes nothing away
    except OSError as error:
        raise StoreError(f"{file}: the backup cannot be written ({error.strerror}); nothing was kept") from error
    finally:
        part.unlink(missing_ok=True)
    return file.stat().st_size


def _written(store: Store, file: Path, now: datetime) -> None:
    if store.file is None:
        run_program("pg_dump", ("--format=custom", "--no-owner", f"--file={file}"), url=store.url)
        return
    store.copy_to(file)
    with closing(sqlite3.connect(file)) as copy:  # so that the file says it, wherever it is copied to
        copy.execute(f"PRAGMA user_version = {int(now.timestamp())}")
