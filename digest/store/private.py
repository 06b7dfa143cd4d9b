"""A new file of a database is its owner's alone: it will hold addresses, votes and the key of every link."""

import contextlib
import os
from pathlib import Path

import sqlalchemy as sa

_OWNERS_ALONE = 0o600


def keep_private(file: Path) -> None:
    """Make a file that is not there yet, empty, so that whoever opens it next cannot make it open to others."""
    with contextlib.suppress(OSError):  # it is there, or cannot be: SQLite says which
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNERS_ALONE))


def have_new_files_private(engine: sa.Engine) -> None:
    """Do so before an engine of SQLite first connects; its log is then made with the same rights."""
    file = engine.url.database
    if file and file != ":memory:" and not file.startswith("file:"):
        sa.event.listen(engine, "do_connect", lambda *_: keep_private(Path(file)))
