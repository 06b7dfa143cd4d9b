"""A whole day on the embedded default: real papers, made-up subscribers, one SQLite file, the product's own `compose`.

    python -m benchmarks.day --data DIR [--subscribers 1000,10000,100000] [--papers 1500] [--archive N] [--compose-only]

DIR holds listings as `*.jsonl.gz` with id, title and abstract a line. The newest papers are the day's, the others the
archive; a subscriber likes 5 to 55 of it, 30 on average, and gets 15 papers a mail. As on every day but the first, the
model of the background is the one that the day before has left; what it takes to bring it up to date when the day's
papers have come, before any mail is due, is the "text of the day", for all subscribers together. Printed are seconds,
CPU and peak memory over all processes; what misses its limit is marked, and the exit status is 1.
"""

import argparse
import gzip
import json
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measuring import Spent, measured
from digest.app import App
from digest.compose.background import background, prepare
from digest.config import Settings
from digest.identity import PaperId
from digest.logs import LogLevel, LogSettings
from digest.membership.settings import LetterSettings
from digest.papers import Announcement, AnnouncementKind, Paper, Version
from digest.relevance.settings import RelevanceSettings
from digest.relevance.text import count_paper
from digest.store import DatabaseSettings, Store

NOW = datetime(2026, 5, 4, 7, 30, tzinfo=UTC)  # a Monday, half an hour after everybody's hour
SIZE = 15  # papers in a mail
LIKES = (5, 55)  # papers liked by one subscriber, evenly between
SPREAD = 400  # papers of the archive on either side of what a subscriber cares for, out of which the liked are drawn
OLDEST_VOTE = timedelta(days=360)
_SEED = 5
_BEFORE, _MODEL = "model-of-the-day-before", "model-of-the-day"
_TOLD = "text-of-the-day.txt"  # what making the latter out of the former has taken
_AT_ONCE = 1000  # papers or subscribers written in one transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What composing for so many subscribers may take."""

    wall: float | None = None  # seconds
    cpu: float | None = None  # seconds over all processes
    memory: int  # MiB over all processes


LIMITS = {
    1_000: Limit(wall=5, memory=300),
    100_000: Limit(wall=15, memory=1024),
    1_000_000: Limit(cpu=240, memory=3072),
}


# ------------------------------------------------------------ what the day begins with


def listings(folder: Path) -> Iterator[Paper]:
    """Every paper of the listings, each once, oldest first."""
    known: set[str] = set()
    for file in sorted(folder.glob("listing-*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for told in map(json.loads, lines):
                if told["id"] not in known:
                    known.add(told["id"])
                    yield _paper(told)


def _paper(told: dict[str, Any]) -> Paper:
    return Paper(
        id=PaperId(f"arxiv:{told['id']}"),
        title=told["title"],
        abstract=told.get("abstract") or "",
        authors=tuple(told.get("authors") or ("A. Nonymous",)),
        categories=tuple(told.get("categories") or ("cs.LG",)),
        versions=(Version(number=1, submitted_at=NOW - timedelta(days=3)),),
    )


def fill(store: Store, papers: Sequence[Paper]) -> None:
    """Keep papers that are counted."""
    for start in range(0, len(papers), _AT_ONCE):
        part = papers[start : start + _AT_ONCE]
        terms = {paper.id: count_paper(paper.title, paper.abstract).to_bytes() for paper in part}
        with store.begin() as tx:
            tx.papers.keep(part, terms, now=NOW)


def announce(store: Store, papers: Sequence[Paper]) -> None:
    """Have the papers be the day's."""
    with store.begin() as tx:
        tx.announcements.note((_announced(paper, NOW.date()) for paper in papers), now=NOW)


def _announced(paper: Paper, day: date) -> Announcement:
    stream, kind = paper.categories[0], AnnouncementKind.NEW
    return Announcement(source="arxiv", stream=stream, paper=paper, kind=kind, day=day)


def subscribe(file: Path, subscribers: int, archive: Sequence[int]) -> None:
    """Write made-up subscribers and their votes on papers of the archive, by row number, into a database."""
    made = _votes(subscribers, np.asarray(archive))
    with sqlite3.connect(file) as database:
        while part := list(islice(made, _AT_ONCE)):
            database.executemany(_SUBSCRIBER, [_person(number) for number, _ in part])
            database.executemany(
                "INSERT INTO interest (id, subscriber_id, name, name_key) VALUES (?, ?, 'main', 'main')",
                [(number, number) for number, _ in part],
            )
            database.executemany(
                "INSERT INTO feedback (subscriber_id, paper_id, interest_id, verdict, given_at) "
                "VALUES (?, ?, ?, 'like', ?)",
                [(number, paper, number, given) for number, votes in part for paper, given in votes],
            )
            database.commit()
    database.close()


_SUBSCRIBER = """
INSERT INTO subscriber
    (id, address, address_key, state, timezone, send_at, days, size, next_due_at, feed_uri, created_at)
VALUES (?, ?, ?, 'active', 'UTC', '07:00:00.000000', '[0, 1, 2, 3, 4, 5, 6]', ?, ?, ?, ?)"""


def _person(number: int) -> tuple[Any, ...]:
    address, joined = f"reader{number}@example.org", _written(NOW - timedelta(days=400))
    due = _written(NOW - timedelta(minutes=30))
    return number, address, address, SIZE, due, f"tag:example.org,2026:{number}", joined


def _votes(subscribers: int, archive: np.ndarray[Any, Any]) -> Iterator[tuple[int, list[tuple[int, str]]]]:
    """By subscriber, the papers liked and when: of two neighbourhoods of the archive."""
    dice = np.random.default_rng(_SEED)
    days = [_written(NOW - timedelta(minutes=at)) for at in range(int(OLDEST_VOTE / timedelta(minutes=1)))]
    for number in range(1, subscribers + 1):
        near = dice.choice(dice.integers(0, len(archive), size=2), size=dice.integers(LIKES[0], LIKES[1] + 1))
        liked = np.unique((near + dice.integers(-SPREAD, SPREAD, size=len(near))) % len(archive))
        given = dice.integers(0, len(days), size=len(liked))
        yield number, [(int(archive[at]), days[when]) for at, when in zip(liked, given, strict=True)]


def _written(moment: datetime) -> str:
    """As SQLAlchemy has SQLite keep a time."""
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}"


# ------------------------------------------------------------ the day


def missed(spent: Spent, limit: Limit | None) -> list[str]:
    """What is over its limit, in words; nothing where no limit is known."""
    if limit is None:
        return []
    told = (("wall", spent.wall, limit.wall, "s"), ("CPU", spent.cpu, limit.cpu, "s"))
    found = [f"{name} {have:.1f} of {most:g} {unit}" for name, have, most, unit in told if most and have > most]
    return found + ([f"memory {spent.peak:,.0f} of {limit.memory:,} MiB"] if spent.peak > limit.memory else [])


def composed(store: Store, subscribers: int, *, model_folder: Path, processes: int = 1) -> Spent:
    """Compose for everybody; what is left behind is a store that is ready for `deliver`."""
    settings = Settings(
        database=DatabaseSettings(url=f"sqlite:///{store.file}"),
        relevance=RelevanceSettings(model_folder=str(model_folder), processes=processes),
        letters=LetterSettings(welcome=False),  # these readers are none of today's
        log=LogSettings(level=LogLevel.WARNING),
    )
    done, spent = measured(lambda: App(settings, now=NOW, store=store).compose())
    if done.kept + done.empty != subscribers:
        raise SystemExit(f"{done.kept + done.empty} editions of {subscribers} were kept")
    each = f"{spent.cpu / subscribers * 1e6:,.0f} µs of CPU each"
    print(
        f"{subscribers:>9,} composed {spent.wall:9.2f} s {spent.cpu:9.2f} s CPU {spent.peak:7,.0f} MiB  {each}",
        flush=True,
    )
    return spent


def prepared(folder: Path, data: Path, papers: int, archive: int | None) -> tuple[Path, list[int]]:
    """A database with the papers, and the row numbers of those that are not the day's; kept for the next time.

    Beside it stand the model of all but the day's, and the one that is ready when mails are due.
    """
    file = folder / "papers.sqlite"
    if not (folder / _BEFORE).exists():
        file.unlink(missing_ok=True)
        found = list(listings(data))
        found = found[-papers - archive :] if archive else found
        store = opened(file)
        fill(store, found[:-papers])
        background(store, RelevanceSettings(), folder / _BEFORE)
        fill(store, found[-papers:])
        announce(store, found[-papers:])
        store.close()
        shutil.rmtree(folder / _MODEL, ignore_errors=True)
    if not (folder / _MODEL).exists():
        _read_the_day(folder, file)
    print((folder / _TOLD).read_text(), end="", flush=True)
    with sqlite3.connect(file) as database:
        rows = [row for (row,) in database.execute("SELECT id FROM paper ORDER BY id")]
    database.close()
    return file, rows[:-papers]


def _read_the_day(folder: Path, file: Path) -> None:
    """Do what is done after an ingest, and note what it takes."""
    beside = folder / f"{_MODEL}.new"
    shutil.rmtree(beside, ignore_errors=True)
    shutil.copytree(folder / _BEFORE, beside)
    store = opened(file)
    _, spent = measured(lambda: prepare(store, RelevanceSettings(), beside))
    store.close()
    told = f"text of the day    {spent.wall:9.2f} s {spent.cpu:9.2f} s CPU {spent.peak:7,.0f} MiB\n"
    (folder / _TOLD).write_text(told)
    beside.rename(folder / _MODEL)


def opened(file: Path) -> Store:
    """A store with its schema."""
    store = Store(DatabaseSettings(url=f"sqlite:///{file}"))
    store.prepare(now=NOW)
    return store


def one_day(
    folder: Path, papers: Path, subscribers: int, archive: Sequence[int], *, processes: int = 1
) -> tuple[Store, Spent]:
    """A store whose editions are composed, and what that took."""
    file = folder / "day.sqlite"
    for old in folder.glob("day.sqlite*"):
        old.unlink()
    shutil.copy(papers, file)
    shutil.rmtree(folder / "model", ignore_errors=True)
    shutil.copytree(papers.parent / _MODEL, folder / "model")
    subscribe(file, subscribers, archive)
    store = opened(file)
    return store, composed(store, subscribers, model_folder=folder / "model", processes=processes)


def main(arguments: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--subscribers", default="1000,10000,100000")
    options.add_argument("--papers", type=int, default=1500)
    options.add_argument("--archive", type=int, help="use so many of the newest papers only")
    options.add_argument("--folder", type=Path, help="keep the databases here; papers that are kept are read again")
    options.add_argument("--processes", type=int, default=1, help="that compose at once, where readers are many")
    options.add_argument("--compose-only", action="store_true", help="end with the composed store")
    given = options.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        papers, archive = prepared(folder, given.data, given.papers, given.archive)
        over = []
        for subscribers in map(int, given.subscribers.split(",")):
            store, spent = one_day(folder, papers, subscribers, archive, processes=given.processes)
            over += [f"{subscribers:,}: {each}" for each in missed(spent, LIMITS.get(subscribers))]
            store.close()
    for each in over:
        print(f"over its limit: {each}")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
