"""What nobody can beat, measured beside each stage: the least that compiled code does of the same work."""

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from xml.parsers import expat

import numpy as np
import psycopg

from digest.store import DatabaseSettings, Store
from digest.store import tables as t

_TABLES = (t.paper, t.identifier, t.version)  # the rows of a paper
_RUNS = 3  # of which the fastest counts
_NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)


def parsing(body: bytes) -> float:
    """Seconds of CPU in which expat goes through XML and does nothing with it."""
    return min(_taken(lambda: expat.ParserCreate().Parse(body, True)) for _ in range(_RUNS))


def splitting(texts: Sequence[tuple[str, str]]) -> float:
    """Seconds of CPU in which titles and abstracts are cut at their blanks."""
    return min(_taken(lambda: [part.split() for text in texts for part in text]) for _ in range(_RUNS))


def writing_scores(subscribers: int, papers: int) -> float:
    """Seconds of CPU a subscriber in which one float32 a paper is written to memory."""
    some = np.empty((min(subscribers, 10_000), papers), dtype=np.float32)
    return min(_taken(lambda: some.fill(1.0)) for _ in range(_RUNS)) / len(some)


def copying(mails: Sequence[bytes]) -> float:
    """Mails in a second of CPU that memory copies."""
    return len(mails) / max(min(_taken(lambda: [bytearray(mail) for mail in mails]) for _ in range(_RUNS)), 1e-9)


def starting() -> list[str]:
    """The command that starts Python and ends it."""
    return [sys.executable, "-I", "-c", "pass"]


def rows_sqlite(file: Path) -> float:
    """Papers a second of the clock: the same rows into the same tables, in one transaction, by sqlite3 alone."""
    with closing(sqlite3.connect(file)) as read, _fresh() as other, closing(sqlite3.connect(other)) as written:
        written.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
        found = {table.name: read.execute(f"SELECT * FROM {table.name}").fetchall() for table in _TABLES}
        began = time.perf_counter()
        for name, rows in found.items():
            written.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})", rows)
        written.commit()
        return len(found[t.paper.name]) / (time.perf_counter() - began)


@contextmanager
def _fresh() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "limit.sqlite"
        store = Store(DatabaseSettings(url=f"sqlite:///{file}"))
        store.upgrade(now=_NOW)
        store.close()
        yield file


def rows_postgresql(url: str) -> float:
    """Papers a second of the clock: the same rows once more into the same tables by COPY, in one transaction."""
    with psycopg.connect(url) as connection:
        copies = {table.name: _read(connection, table.name) for table in _TABLES}
        (papers,) = connection.execute("SELECT count(*) FROM paper").fetchone() or (0,)
        names = ", ".join(copies)
        connection.execute(f"TRUNCATE {names} CASCADE".encode())
        connection.commit()
        began = time.perf_counter()
        for name, body in copies.items():
            with connection.cursor().copy(f"COPY {name} FROM STDIN".encode()) as copy:
                copy.write(body)
        connection.commit()
        return int(papers) / (time.perf_counter() - began)


def _read(connection: psycopg.Connection, table: str) -> bytes:
    with connection.cursor().copy(f"COPY {table} TO STDOUT".encode()) as copy:
        return b"".join(copy)


def _taken(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
