"""The schema and its migrations, by Alembic; beside it the queue's, which is Procrastinate's own."""

import os
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from digest.errors import StoreError
from digest.store.queue import upgrade_queue

MIGRATIONS = Path(__file__).parent / "migrations"


class Schema:
    """Which revision a database is at, and the way to the newest."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._config = Config()
        self._config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))

    @property
    def newest(self) -> str:
        return str(ScriptDirectory.from_config(self._config).get_current_head())

    def revision(self) -> str | None:
        """The database's revision; None where nothing has been made yet; StoreError if it is ahead of this release."""
        with self._engine.begin() as connection:
            revision = MigrationContext.configure(connection).get_current_revision()
        known = {script.revision for script in ScriptDirectory.from_config(self._config).walk_revisions()}
        if revision is not None and revision not in known:
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
        """Go up to a revision (a name or `head`), or down to `base`."""
        # SQLite changes a table by building it anew; with foreign keys on, dropping the old one empties its children.
        options = {"sqlite_begin": "IMMEDIATE", "sqlite_foreign_keys": "OFF"}
        with self._engine.execution_options(**options).begin() as connection:
            self._config.attributes["connection"] = connection
            if target == "base":
                command.downgrade(self._config, target)
            else:
                command.upgrade(self._config, target)

    def _copy(self, suffix: str) -> Path | None:
        file = self._engine.url.database
        if self._engine.dialect.name != "sqlite" or not file or file == ":memory:":
            return None
        backup = Path(f"{file}.before-{self.newest}-{suffix}")
        part = Path(f"{backup}.{os.getpid()}")  # two processes may copy at once
        with self._engine.execution_options(sqlite_begin=None).connect() as connection:  # not within a transaction
            connection.exec_driver_sql("VACUUM INTO ?", (str(part),))
        try:
            os.replace(part, backup)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise StoreError(f"{backup}: the copy cannot be kept ({error.strerror}); nothing was migrated") from error
        return backup
