"""The schema and its migrations, by Alembic; beside it the queue's, which is Procrastinate's own.

Which revision is the newest is read from the names of the migrations, and a database's from Alembic's table: every
command asks, and Alembic itself takes longer to load than most of them to run.
"""

import os
import re
from pathlib import Path

import sqlalchemy as sa

from digest.errors import StoreError
from digest.store.private import have_new_files_private, keep_private
from digest.store.queue import upgrade_queue

MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION = re.compile(r"(\d{4})_\w+\.py")  # the revision, and what it is about


def known_revisions() -> list[str]:
    """The revisions that this release knows, the oldest first."""
    names = sorted(os.listdir(MIGRATIONS / "versions"))
    return [found[1] for name in names if (found := _MIGRATION.fullmatch(name))]


class Schema:
    """Which revision a database is at, and the way to the newest."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        if engine.dialect.name == "sqlite":
            have_new_files_private(engine)

    @property
    def newest(self) -> str:
        return known_revisions()[-1]

    def revision(self) -> str | None:
        """The database's revision; None where nothing has been made yet; StoreError if it is ahead of this release."""
        with self._engine.begin() as connection:
            revision = _kept(connection)
        if revision is not None and revision not in known_revisions():
            raise StoreError(f"the database was made by a newer release (revision {revision}); install that release")
        return revision

    def is_current(self) -> bool:
        """Whether nothing is left to migrate."""
        return self.revision() == self.newest

    def upgrade(self, *, backup_suffix: str) -> Path | None:
        """Migrate to the newest revision; an embedded database that holds something is copied beside itself first.

        On PostgreSQL the queue's own schema is brought up to date as well, where Procrastinate is installed.
        """
        if self._engine.dialect.name == "postgresql":
            with self._engine.begin() as connection:
                upgrade_queue(connection)
        revision = self.revision()  # asked once: another process may be making the database
        if revision == self.newest:
            return None
        backup = self._copy(backup_suffix) if revision is not None else None
        self.migrate("head")
        return backup

    def migrate(self, target: str) -> None:
        """Go up or down to a revision: its name, or `head`, or `base`."""
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        # SQLite changes a table by building it anew; with foreign keys on, dropping the old one empties its children.
        options = {"sqlite_begin": "IMMEDIATE", "sqlite_foreign_keys": "OFF"}
        with self._engine.execution_options(**options).begin() as connection:
            config.attributes["connection"] = connection
            if target == "base" or (target != "head" and target < (_kept(connection) or "")):
                command.downgrade(config, target)
            else:
                command.upgrade(config, target)

    def _copy(self, suffix: str) -> Path | None:
        file = self._engine.url.database
        if self._engine.dialect.name != "sqlite" or not file or file == ":memory:":
            return None
        backup = Path(f"{file}.before-{self.newest}-{suffix}")
        part = Path(f"{backup}.{os.getpid()}")  # two processes may copy at once
        keep_private(part)
        with self._engine.execution_options(sqlite_begin=None).connect() as connection:  # not within a transaction
            connection.exec_driver_sql("VACUUM INTO ?", (str(part),))
        try:
            os.replace(part, backup)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise StoreError(f"{backup}: the copy cannot be kept ({error.strerror}); nothing was migrated") from error
        return backup


def _kept(connection: sa.Connection) -> str | None:
    """What Alembic's table says; None where there is no such table, or nothing in it."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    kept = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return None if kept is None else str(kept)
