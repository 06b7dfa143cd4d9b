"""PostgreSQL's own programs, run for a database."""

import os
import shutil
import subprocess
from collections.abc import Sequence

import sqlalchemy as sa

from digest.errors import StoreError


def run_program(name: str, arguments: Sequence[str], *, url: sa.URL | None = None) -> str:
    """Run `pg_dump` or `pg_restore`, for the database of `url` where one is given; what it prints.

    StoreError where it is not installed, or with its last words where it fails. Times are printed in UTC.
    """
    program = shutil.which(name)
    if program is None:
        raise StoreError(f"{name} is not installed; it comes with PostgreSQL's client programs")
    environment = {**os.environ, "TZ": "UTC"}
    if url is not None and url.password:
        environment["PGPASSWORD"] = url.password  # not among the arguments, which everybody may see
    database = [] if url is None else ["--dbname", _address(url)]
    done = subprocess.run(  # noqa: S603 - no shell, and no words from outside
        [program, *arguments, *database], env=environment, capture_output=True, check=False, text=True, errors="replace"
    )
    if done.returncode:
        words = done.stderr.strip().splitlines()
        raise StoreError(f"{name} failed: {words[-1] if words else 'no word'}")
    return done.stdout


def _address(url: sa.URL) -> str:
    return url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
