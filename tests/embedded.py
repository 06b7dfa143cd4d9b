"""A store on the embedded engine, with the schema and nothing in it: a copy of one that was migrated once."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from digest.store import DatabaseSettings, Store

MADE = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


def embedded(file: Path) -> Store:
    """A store in this file, which is written anew."""
    file.write_bytes(empty_database())
    return Store(DatabaseSettings(url=f"sqlite:///{file}"))


@cache
def empty_database() -> bytes:
    """The file of such a database, made once a process: that takes longer than most tests."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "template.db"
        store = Store(DatabaseSettings(url=f"sqlite:///{file}"))
        store.upgrade(now=MADE)
        store.close()
        return file.read_bytes()
