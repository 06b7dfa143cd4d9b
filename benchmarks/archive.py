"""What a day costs on an archive as large as all of arXiv, beside one on a small archive, and what it takes on disk.

    python -m benchmarks.archive --data DIR [--papers 3000000] [--beside 100000] [--folder F]

DIR holds listings as `benchmarks.day` reads them: out of them the archive is made up (`benchmarks.invented`), a
thousand papers a day. It is written by what the product itself keeps papers and search entries with, but for the
reading of each text, which is done once for each sentence. As with `[retention] terms_days = 400`, what is older has no
counted terms. Then comes a day of 1,500 real papers: reading, searching, the background, editions for 1,000 readers
whose likes are among the newest 100,000 papers, lookups, and what an operator does. Each stage has a process of its
own; CPU and memory are of all its processes.

By what 100,000 papers take, 3,000,000 need 16 GB (see --folder), deleted at the end, and an hour of CPU.
Exit 1 where a stage of every day costs more than one and a half times what it does on the small archive.
"""

import argparse
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from shutil import disk_usage

from benchmarks import day, search, web_load
from benchmarks.apart import apart
from benchmarks.day import NOW
from benchmarks.growth import ALIKE
from benchmarks.invented import Archive, Invented
from benchmarks.measuring import Spent
from digest import browse, upkeep
from digest.batches import Announces
from digest.compose.background import background
from digest.ingest import ingest
from digest.papers import Announcement, AnnouncementKind, Cursor, Page, Paper
from digest.relevance.settings import RelevanceSettings
from digest.relevance.text import count_paper
from digest.store import DatabaseSettings, Store
from digest.store.aging import DROPPED
from digest.store.search import Entry
from digest.upkeep.retention_settings import YEAR_DAYS, RetentionSettings

PAPERS = 1_500  # of the day
READERS = 1_000
LIKED = 100_000  # the newest papers, out of which readers have liked some
REAL = 40_000  # papers out of whose sentences all others are made
QUESTIONS = 110  # of search, ten of each kind
LOOKED_UP = 20  # papers whose pages are asked for
SLACK = 0.3  # seconds: what a stage may differ by without having grown
_SEED = 20260504
_AT_ONCE = 10_000  # papers indexed in one transaction
_FILE, _MODEL = "archive.sqlite", "model"
Told = Mapping[str, float]  # milliseconds of CPU by what was asked for


# ------------------------------------------------------------ the archive


def written(data: Path, folder: Path, size: int) -> None:
    """Keep an archive of so many made-up papers, and the model of its newest, which the day before left."""
    real = list(day.listings(data))[:-PAPERS]
    made = Archive(iter(real[:: max(1, len(real) // REAL)]), seed=_SEED).papers(size, until=NOW.date())
    store = day.opened(folder / _FILE)
    began, done = time.monotonic(), 0
    while part := list(islice(made, _AT_ONCE)):
        _keep(store, part)
        done += len(part)
        if done % (10 * _AT_ONCE) == 0:
            print(f"{done:,} papers after {time.monotonic() - began:,.0f} s", file=sys.stderr, flush=True)
    background(store, RelevanceSettings(), folder / _MODEL)
    store.close()


def _keep(store: Store, papers: Sequence[Invented]) -> None:
    by_day = defaultdict[date, list[Invented]](list)
    for each in papers:
        by_day[each.day].append(each)
    for listed, some in by_day.items():
        now = datetime.combine(listed, NOW.timetz())
        with store.begin() as tx:
            tx.papers.keep((each.paper for each in some), {each.paper.id: _terms(each) for each in some}, now=now)
            tx.announcements.note((_announced(each.paper, listed) for each in some), now=now)
    with store.begin() as tx:
        rows = tx.papers.rows(each.paper.id for each in papers)
        tx.search.put([entry(each, rows[each.paper.id]) for each in papers])


def _terms(made: Invented) -> bytes:
    if made.day < NOW.date() - timedelta(days=YEAR_DAYS):
        return DROPPED
    return count_paper(made.paper.title, made.paper.abstract).to_bytes()


def entry(made: Invented, row: int) -> Entry:
    """What `browse.index` would make of it."""
    return Entry(row=row, day=made.day, parts=made.parts, words=made.words, terms=made.terms)


def _announced(paper: Paper, listed: date) -> Announcement:
    stream, kind = paper.categories[0], AnnouncementKind.NEW
    return Announcement(source="arxiv", stream=stream, paper=paper, kind=kind, day=listed)


# ------------------------------------------------------------ a day


class Listing:
    """A source that shows the day's papers, category by category."""

    name = gate = ledger = "arxiv"
    is_reference = True

    def __init__(self, papers: Iterable[Paper]) -> None:
        self._papers = defaultdict[str, list[Paper]](list)
        for paper in papers:
            self._papers[paper.categories[0]].append(paper)
        self.streams = tuple(self._papers)

    def page(self, stream: str, cursor: Cursor | None, *, now: datetime) -> Page:
        told = tuple(_announced(paper, now.date()) for paper in self._papers[stream])
        return Page(announcements=told, cursor=Cursor(since=now.date(), completed_at=now))

    def announces(self, day: date) -> Announces:
        return Announces.PERHAPS

    def shown_at(self, day: date) -> datetime:
        return datetime.combine(day, NOW.timetz().replace(hour=0))


def reading(folder: Path, papers: Sequence[Paper]) -> Told:
    with closing(_opened(folder)) as store:
        ingest(store, Listing(papers), now=NOW)
    return {}


def indexing(folder: Path, papers: Sequence[Paper]) -> Told:
    with closing(_opened(folder)) as store:
        browse.index(store)
    return {}


def growing(folder: Path, papers: Sequence[Paper]) -> Told:
    with closing(_opened(folder)) as store:
        background(store, RelevanceSettings(), folder / _MODEL)
    return {}


def composing(folder: Path, papers: Sequence[Paper]) -> Told:
    with closing(_opened(folder)) as store:
        day.composed(store, READERS, model_folder=folder / _MODEL)
    return {}


def searching(folder: Path, papers: Sequence[Paper]) -> Told:
    chance = random.Random(_SEED)
    asked = search.questions(papers, QUESTIONS, chance)
    taken = defaultdict[str, list[float]](list)
    with closing(_opened(folder)) as store:
        for place, each in enumerate([*asked[::10], *asked]):  # the first of each kind loads what all need
            began = time.process_time()
            browse.search(store, each.text, **{"now": NOW, **each.asked})
            if place >= len(asked[::10]):
                taken[each.kind].append(1000 * (time.process_time() - began))
    return {f"search: {kind}": sum(some) / len(some) for kind, some in taken.items()}


def looking_up(folder: Path, papers: Sequence[Paper]) -> Told:
    """By `digest serve`; the first answers are of a server that has just started."""
    told = dict[str, float]()
    paths = {"daily page": ["/"], "public feed": ["/feed.atom"], "figures": ["/metrics"]}
    paths["paper page"] = [f"/paper/{paper.id.partition(':')[2]}" for paper in papers[:LOOKED_UP]]
    with web_load.ours(_configured(folder)) as server:
        for what, asked in paths.items():
            before = server.cpu
            for path in asked:
                if (status := server.get(path)[0]) != 200:
                    raise SystemExit(f"{path} was answered with {status}")
            told[what] = 1000 * (server.cpu - before) / len(asked)
    return told


def opening(folder: Path, papers: Sequence[Paper]) -> Told:
    command = [sys.executable, "-m", "digest", "--config", str(_configured(folder)), "status"]
    subprocess.run(command, check=True, capture_output=True)
    return {}


def tidying(folder: Path, papers: Sequence[Paper]) -> Told:
    settings = RetentionSettings(terms_days=YEAR_DAYS)
    with closing(_opened(folder)) as store:
        upkeep.tidy(store, settings, now=NOW, newest=RelevanceSettings().background_papers)
    return {}


def examining(folder: Path, papers: Sequence[Paper]) -> Told:
    with closing(_opened(folder)) as store:
        if damage := store.damage():
            raise SystemExit(damage)
    return {}


def backing_up(folder: Path, papers: Sequence[Paper]) -> Told:
    copy = folder / "backup.sqlite"
    with closing(_opened(folder)) as store:
        upkeep.back_up(store, copy, now=NOW)
    copy.unlink()
    return {}


def _configured(folder: Path) -> Path:
    return web_load.configured(folder, folder / _FILE, model=folder / _MODEL)


def _opened(folder: Path) -> Store:
    return Store(DatabaseSettings(url=f"sqlite:///{folder / _FILE}"))


Stage = Callable[[Path, Sequence[Paper]], Told]
DAILY: dict[str, Stage] = {
    f"read and keep {PAPERS:,} papers": reading,
    "have search find them": indexing,
    "bring the background up to date": growing,
    f"compose for {READERS:,} readers": composing,
    "search": searching,
    "look up": looking_up,
    "digest status": opening,
    "delete what is old": tidying,
}
RARE: dict[str, Stage] = {"is the file whole (doctor)": examining, "backup": backing_up}  # which read all of it


# ------------------------------------------------------------ measuring


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one stage took, in seconds of CPU and, where it has a process of its own, MiB at its peak."""

    what: str
    cpu: float
    memory: float = 0.0
    is_daily: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An archive: what it takes on disk, and what a day on it costs."""

    papers: int
    bytes: Mapping[str, int]  # by table and index
    costs: tuple[Cost, ...]

    @property
    def bytes_a_paper(self) -> float:
        return sum(self.bytes.values()) / self.papers


def measured(data: Path, folder: Path, size: int) -> Found:
    """Write an archive into an empty folder, and do a day on it."""
    _, spent = apart(partial(written, data, folder, size))
    costs = [Cost(what=f"write {size:,} papers", cpu=spent.cpu, memory=spent.peak, is_daily=False)]
    sizes = _sizes(folder / _FILE)
    papers = list(day.listings(data))[-PAPERS:]
    for what, stage in (DAILY | RARE).items():
        if stage is composing:
            _subscribe(folder / _FILE)
        if stage is backing_up and disk_usage(folder).free < 2 * sum(sizes.values()):
            continue
        told, spent = apart(partial(stage, folder, papers))
        costs += _costs(what, told, spent, is_daily=what in DAILY)
        print(f"{size:,} papers, {what}: {spent.cpu:,.1f} s of CPU", file=sys.stderr, flush=True)
    return Found(papers=size, bytes=sizes, costs=tuple(costs))


def _costs(what: str, told: Told, spent: Spent, *, is_daily: bool) -> Iterator[Cost]:
    if not told:
        yield Cost(what=what, cpu=spent.cpu, memory=spent.peak, is_daily=is_daily)
    for each, milliseconds in told.items():
        yield Cost(what=each, cpu=milliseconds / 1000, is_daily=is_daily)


def _subscribe(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        query = "SELECT id FROM paper ORDER BY id DESC LIMIT ?"
        rows = [row for (row,) in database.execute(query, (PAPERS + LIKED,))]
    day.subscribe(file, READERS, sorted(rows[PAPERS:]))


def _sizes(file: Path) -> dict[str, int]:
    """Bytes of each table and index, the largest first."""
    with closing(sqlite3.connect(file)) as database:
        query = "SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC"
        return dict(database.execute(query).fetchall())


def grown(small: Found, large: Found) -> list[str]:
    """What is done every day and costs more on the large archive, in words."""
    before = {cost.what: cost for cost in small.costs}
    return [
        f"{cost.what}: {cost.cpu:.2f} s, {before[cost.what].cpu:.2f} s with {small.papers:,} papers"
        for cost in large.costs
        if cost.is_daily and cost.cpu > ALIKE * before[cost.what].cpu + SLACK
    ]


def table(small: Found, large: Found) -> str:
    """Both as Markdown: first the disk, then the day."""
    lines = [f"| bytes a paper | {small.papers:,} papers | {large.papers:,} papers |", "| --- | --- | --- |"]
    for name, taken in large.bytes.items():
        if taken / large.papers >= 1:
            lines.append(f"| {name} | {small.bytes.get(name, 0) / small.papers:,.0f} | {taken / large.papers:,.0f} |")
    whole = [f"{found.bytes_a_paper:,.0f} ({sum(found.bytes.values()) / 1e9:,.2f} GB)" for found in (small, large)]
    lines += [f"| all | {' | '.join(whole)} |", "", f"| CPU | {small.papers:,} | {large.papers:,} | times | MiB |"]
    lines.append("| --- | --- | --- | --- | --- |")
    before = {cost.what: cost for cost in small.costs}
    for cost in large.costs:
        first = before.get(cost.what)
        told = (
            f"{_time(first.cpu)} | {_time(cost.cpu)} | {cost.cpu / first.cpu:.1f}"
            if first
            else f" | {_time(cost.cpu)} | "
        )
        lines.append(f"| {cost.what} | {told} | {f'{cost.memory:,.0f}' if cost.memory else ''} |")
    return "\n".join(lines)


def _time(seconds: float) -> str:
    return f"{seconds:,.1f} s" if seconds >= 1 else f"{1000 * seconds:,.1f} ms"


def main(arguments: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--papers", type=int, default=3_000_000)
    options.add_argument("--beside", type=int, default=100_000, help="papers of the small archive")
    options.add_argument("--folder", type=Path, help="where there is room for the archive")
    given = options.parse_args(arguments)
    found = []
    for size in (given.beside, given.papers):
        if given.folder:
            given.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=given.folder) as folder:
            found.append(measured(given.data, Path(folder), size))
    print(table(found[0], found[1]))
    told = grown(found[0], found[1])
    print(*(f"grows with the archive: {each}" for each in told), sep="\n")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
