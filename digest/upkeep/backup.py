"""Backups: a database in use → one file of one moment.

An SQLite database is copied by VACUUM INTO, a PostgreSQL one by `pg_dump` in its custom format, for `pg_restore`.
"""

import os
import shutil
import subprocess
from pathlib import Path

import sqlalchemy as sa

from digest.errors import InvalidInput, StoreError
from digest.store import Store

_PRIVATE = 0o600  # a backup holds addresses, votes and the key of every link


def back_up(store: Store, file: Path) -> int:
    """Write a backup beside others, whole or not at all; its size in bytes. InvalidInput if the file exists."""
    if file.exists():
        raise InvalidInput(f"{file} exists already; give another name, such as one with the date")
    if not file.parent.is_dir():
        raise InvalidInput(f"{file.parent}: no such folder")
    part = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        part.touch(mode=_PRIVATE)
        _written(store, part)
        os.link(part, file)  # fails where somebody was faster, and takes nothing away
    except OSError as error:
        raise StoreError(f"{file}: the backup cannot be written ({error.strerror}); nothing was kept") from error
    finally:
        part.unlink(missing_ok=True)
    return file.stat().st_size


def _written(store: Store, file: Path) -> None:
    if store.file is not None:
        store.copy_to(file)
    else:
        _dump(store.url, file)


def _dump(url: sa.URL, file: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise StoreError("pg_dump is not installed; it comes with PostgreSQL's client programs")
    with_password = {**os.environ, "PGPASSWORD": url.password} if url.password else dict(os.environ)
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    done = subprocess.run(  # noqa: S603 - no shell, and no words from outside
        [program, "--format=custom", "--no-owner", f"--file={file}", "--dbname", address],
        env=with_password,
        capture_output=True,
        check=False,
        text=True,
    )
    if done.returncode:
        raise StoreError(
            f"pg_dump failed: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'no word'}"
        )
