"""A dump of PostgreSQL → the database that the settings name; what is there is renamed, and stays in it.

Ours is the schema `public`. The queue's is made anew: it holds nothing that the tables do not say.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from digest.errors import DigestError, InvalidInput, StoreError
from digest.store import Store
from digest.store.departures import Departures, departures
from digest.upkeep.programs import run_program
from digest.upkeep.restore import aftermath
from digest.upkeep.restore.values import MOMENTS, Content, Restored, refuse_newer, usable

_CREATED = re.compile(r"Archive created at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC")
_REVISION = re.compile(r"^COPY [\w.\"]*alembic_version[^\n]*FROM stdin;\n(\w+)$", re.MULTILINE)
_USERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


def restore_dump(file: Path, store: Store, *, replace: bool, now: datetime) -> Restored:
    """Put the dump in the place of the schema `public`, which is kept under another name."""
    usable(Content(revision=_revision(file), newest=None), str(file))
    taken_at = _taken_at(file)
    with _connected(store) as there:
        _alone(there, store.place)
        is_used = _is_used(there)
        if is_used and not replace:
            refuse_newer(
                Content(revision=None, newest=_newest(there)), Content(revision=None, newest=taken_at), store.place
            )
        known = _known(there) if is_used else None
        old = f"replaced_{now:%Y%m%dt%H%M%S}" if is_used else ""
        if old:
            there.exec_driver_sql(f"ALTER SCHEMA public RENAME TO {old}")
            there.exec_driver_sql("CREATE SCHEMA public")
    try:
        arguments = ("--no-owner", "--no-acl", "--schema=public", "--single-transaction", "--exit-on-error", str(file))
        run_program("pg_restore", arguments, url=store.url)
    except DigestError:
        if old:
            _put_back(store, old)
        raise
    store.upgrade(now=now)
    held, stayed = aftermath.begin(store, known, taken_at=taken_at, now=now)
    return Restored(taken_at=taken_at, held=held, old=f"schema {old}" if old else "", stayed=stayed)


def _revision(file: Path) -> str | None:
    found = _REVISION.search(
        run_program("pg_restore", ("--data-only", "--table=alembic_version", "--file=-", str(file)))
    )
    return found[1] if found else None


def _taken_at(file: Path) -> datetime:
    found = _CREATED.search(run_program("pg_restore", ("--list", str(file))))
    if found is None:
        raise InvalidInput(f"{file} does not say when it was made; give a file that digest backup has written")
    return datetime.fromisoformat(found[1]).replace(tzinfo=UTC)


@contextmanager
def _connected(store: Store) -> Iterator[sa.Connection]:
    engine = sa.create_engine(store.url, poolclass=sa.NullPool)
    try:
        with engine.begin() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise StoreError(f"{store.place}: {' '.join(str(getattr(error, 'orig', error)).split())}") from error
    finally:
        engine.dispose()


def _alone(there: sa.Connection, place: str) -> None:
    if there.exec_driver_sql(_USERS).scalar_one():
        raise InvalidInput(f"{place} is in use; stop digest serve, its timers and workers first")


def _is_used(there: sa.Connection) -> bool:
    return sa.inspect(there).has_table("alembic_version", schema="public")


def _known(there: sa.Connection) -> Departures | None:
    """What the schema that is there knows of who stopped; None where it is of a release that could not say it."""
    try:
        with there.begin_nested():
            return departures(there)
    except SQLAlchemyError:
        return None


def _newest(there: sa.Connection) -> datetime | None:
    """When something was last kept; None where nothing is, or no such tables are."""
    if not sa.inspect(there).has_table("announcement", schema="public"):
        return None
    moments = (there.exec_driver_sql(query).scalar() for query in MOMENTS)
    return max((moment for moment in moments if moment is not None), default=None)


def _put_back(store: Store, old: str) -> None:
    with _connected(store) as there:
        there.exec_driver_sql("DROP SCHEMA public CASCADE")
        there.exec_driver_sql(f"ALTER SCHEMA {old} RENAME TO public")
