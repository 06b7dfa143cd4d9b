"""Restore: which way a backup goes, by the engine that the settings name."""

from datetime import datetime
from pathlib import Path

from digest.errors import InvalidInput
from digest.store import DatabaseSettings, Store
from digest.upkeep.restore.embedded import restore_file
from digest.upkeep.restore.server import restore_dump
from digest.upkeep.restore.values import Restored

_SQLITE, _DUMP = b"SQLite format 3\0", b"PGDMP"  # how the files begin


def restore(file: Path, settings: DatabaseSettings, *, replace: bool, now: datetime) -> Restored:
    """Put a backup in the place of the database; nothing is sent that may have been sent since it was made.

    The database that is there is kept beside, and never touched while somebody uses it, nor, unless `replace`, where
    it was used after the backup was made. InvalidInput says what stands against it; then nothing has been changed.
    """
    head = _head(file)
    store = Store(settings)
    try:
        if store.file is not None:
            if head.startswith(_DUMP):
                raise InvalidInput(f"{file} is a dump of PostgreSQL, and [database] url names an SQLite file")
            if not head.startswith(_SQLITE):
                raise InvalidInput(f"{file} is no SQLite database; give a file that digest backup has written")
            return restore_file(file, store.file, settings, replace=replace, now=now)
        if not head.startswith(_DUMP):
            raise InvalidInput(f"{file} is no dump of PostgreSQL; give a file that digest backup has written of one")
        return restore_dump(file, store, replace=replace, now=now)
    finally:
        store.close()


def _head(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(max(len(_SQLITE), len(_DUMP)))
    except OSError as error:
        raise InvalidInput(f"{file}: cannot be read ({error.strerror})") from error
