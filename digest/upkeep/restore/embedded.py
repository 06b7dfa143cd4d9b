"""A backup of an embedded database → the database's file: made whole beside it, and put there by a rename."""

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from digest.errors import InvalidInput, StoreError
from digest.store import DatabaseSettings, Store
from digest.store.departures import Departures, Stayed, departures
from digest.upkeep.restore import aftermath
from digest.upkeep.restore.values import MOMENTS, Content, Restored, refuse_newer, usable

_PRIVATE = 0o600
_BESIDE = ("-wal", "-shm")  # what SQLite leaves beside a file that was not closed


def restore_file(file: Path, target: Path, settings: DatabaseSettings, *, replace: bool, now: datetime) -> Restored:
    """Put the backup in the place of `target`, whose file is kept beside under another name."""
    if target.exists() and os.path.samefile(file, target):
        raise InvalidInput(f"{file} is the database itself")
    with closing(_opened(file)) as backup:
        content, taken_at = _content(backup), _taken_at(backup, file)
    usable(content, str(file))
    if target.exists():
        _refuse(target, content, replace=replace)
    known = _known(target) if target.exists() else None
    part = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        held, stayed = _made(file, part, settings, known, taken_at=taken_at, now=now)
        old = _moved_beside(target, now) if target.exists() else None
        os.replace(part, target)
    except OSError as error:
        raise StoreError(f"{target}: cannot be put back ({error.strerror})") from error
    finally:
        for each in (part, *(part.with_name(part.name + end) for end in _BESIDE)):
            each.unlink(missing_ok=True)
    return Restored(taken_at=taken_at, held=held, old=str(old or ""), stayed=stayed)


def _refuse(target: Path, backup: Content, *, replace: bool) -> None:
    """InvalidInput where the database that is there must stay: it is in use, or newer, or cannot be judged."""
    try:
        with closing(sqlite3.connect(target, timeout=0, isolation_level=None)) as there:
            _alone(there, target)
            content = _content(there)
    except sqlite3.DatabaseError as error:
        if not replace:
            raise InvalidInput(
                f"{target} cannot be read ({error}); with --replace the backup takes its place, and it is kept beside"
            ) from error
        return
    if not replace:
        refuse_newer(content, backup, str(target))


def _alone(there: sqlite3.Connection, target: Path) -> None:
    """Whoever has the file open in WAL mode keeps others from leaving that mode (https://sqlite.org/wal.html)."""
    try:
        there.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise
        raise InvalidInput(f"{target} is in use; stop digest serve, its timers and workers first") from error


def _known(target: Path) -> Departures | None:
    """What the database that is there knows of who stopped; None where it is damaged, or of a schema without that."""
    url = f"sqlite:///file:{quote(str(target.absolute()))}?mode=ro&uri=true"
    try:
        with sa.create_engine(url, poolclass=sa.NullPool).connect() as there:
            is_whole = there.exec_driver_sql("PRAGMA quick_check(1)").scalar() == "ok"
            return departures(there) if is_whole else None
    except SQLAlchemyError:
        return None


def _made(
    file: Path,
    part: Path,
    settings: DatabaseSettings,
    known: Departures | None,
    *,
    taken_at: datetime,
    now: datetime,
) -> tuple[int, Stayed | None]:
    """The database as it will be, in a file of its own: how many deliveries are held in it, and who stays away."""
    part.touch(mode=_PRIVATE)
    shutil.copyfile(file, part)
    if os.geteuid() == 0:  # the service runs as somebody else, who owns the folder
        folder = part.parent.stat()
        os.chown(part, folder.st_uid, folder.st_gid)
    store = Store(DatabaseSettings(url=f"sqlite:///{part.absolute()}", busy_seconds=settings.busy_seconds))
    try:
        if trouble := store.damage():
            raise InvalidInput(f"{file} is damaged ({trouble}); take an older backup")
        copy = store.upgrade(now=now)
        if copy is not None:
            copy.unlink()  # of what is a copy itself
        return aftermath.begin(store, known, taken_at=taken_at, now=now)
    finally:
        store.close()


def _moved_beside(target: Path, now: datetime) -> Path:
    old = target.with_name(f"{target.name}.replaced-{now:%Y%m%dT%H%M%S}")
    if old.exists():
        raise InvalidInput(f"{old} exists already; wait a second, or move it away")
    for end in ("", *_BESIDE):
        with contextlib.suppress(FileNotFoundError):
            os.rename(target.with_name(target.name + end), old.with_name(old.name + end))
    return old


def _opened(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)


def _content(there: sqlite3.Connection) -> Content:
    tables = {name for (name,) in there.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not {"alembic_version", "edition", "announcement"} <= tables:
        return Content(revision=None, newest=None)
    (revision,) = there.execute("SELECT max(version_num) FROM alembic_version").fetchone()
    return Content(revision=revision, newest=max(_moments(there), default=None))


def _moments(there: sqlite3.Connection) -> Iterator[datetime]:
    for query in MOMENTS:
        (moment,) = there.execute(query).fetchone()
        if moment is not None:
            yield datetime.fromisoformat(moment).replace(tzinfo=UTC)


def _taken_at(backup: sqlite3.Connection, file: Path) -> datetime:
    """When the backup was made: as `digest backup` notes it in the file, else when the file was written."""
    (stamp,) = backup.execute("PRAGMA user_version").fetchone()
    return datetime.fromtimestamp(stamp or file.stat().st_mtime, UTC).replace(microsecond=0)
