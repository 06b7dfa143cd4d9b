"""The web door under load, beside nginx giving the same bytes from files.

    python -m benchmarks.web --data DIR [--database FILE] [--seconds N] [--queries N]

DIR holds listings as `benchmarks.search` reads them; their papers are kept in a new SQLite database, or in FILE, which
must be empty, or filled by a run of `benchmarks.search` or of this before. Made-up readers with editions of the newest
papers are added, each with a feed address. `digest serve --no-scheduler` runs on one core and Debian's wrk on another,
both on loopback and for a few seconds each; whatever was started is ended by its number.

What counts is answers in a second of the server's processor, as others may use the machine. Exit 1 where one is fewer
than was aimed at.
"""

import argparse
import gzip
import random
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlencode

from benchmarks import search
from benchmarks.search import NOW
from benchmarks.web_load import Load, Rate, Server, bare, configured, loaded, nginx, ours
from digest import browse, tokens
from digest.editions import Reason, ReasonKind, Recommendation, Slate
from digest.membership import feeds
from digest.papers import Paper
from digest.rendering.feed import MOST_ENTRIES
from digest.store import DatabaseSettings, Store
from digest.subscribers import EditionKind, Schedule

PAPERS = 20  # in an edition; the aim is set for a feed of so many
MONTH = 30  # days, after which a feed has all that it may have: 200 papers
_OF_A_DAY = 300  # papers that its editions are made of, as in a few large categories: readers share them
_LIKED = 12  # papers of each reader
_NAMED = 5  # of them are named with a paper (`digest.relevance.reasons`), and how many more there are
_WORDS = 6  # that a paper shares with the one it is most like
_SEED = 20260501
_PACKED = {"Accept-Encoding": "gzip"}
UNCACHED = 2000.0  # personal feeds of PAPERS in a second of processor
SEARCH_MS = 50.0  # of the 95th percentile


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table."""

    what: str
    ours: Rate
    aim: float = 0.0  # answers in a second of processor; 0 where there is none
    nginx: Rate | None = None

    @property
    def is_missed(self) -> bool:
        return self.ours.errors > 0 or self.ours.per_core < self.aim


# ------------------------------------------------------------ papers and readers


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """Some made-up ones."""

    count: int
    editions: int  # that each has
    aim: float  # of their feeds

    @property
    def papers(self) -> int:
        """In the feed of each."""
        return min(self.editions * PAPERS, MOST_ENTRIES)


NEW, OF_A_MONTH = Readers(count=2000, editions=1, aim=UNCACHED), Readers(count=300, editions=MONTH, aim=0.0)


def prepared(file: Path, data: Path) -> dict[Readers, list[str]]:
    """Fill a database where it is empty; new readers' feed addresses, without their ends."""
    store = Store(DatabaseSettings(url=f"sqlite:///{file}"))
    try:
        store.upgrade(now=NOW)
        with store.read() as tx:
            is_empty = not tx.papers.counted(after=0, limit=1)
        if is_empty:
            print(f"kept {search.fill(store, data):,} papers", flush=True)
        browse.index(store)
        with store.begin() as tx:
            tx.secrets.get_or_make(tokens.KEY)  # as the first mail does: from then on entries have links to vote
        newest = _newest(data, _OF_A_DAY * MONTH)
        return {readers: list(_subscribed(store, newest, readers)) for readers in (NEW, OF_A_MONTH)}
    finally:
        store.close()


def _newest(data: Path, count: int) -> list[tuple[Paper, date]]:
    """The newest first."""
    return sorted(search.papers(data), key=lambda each: (each[1], each[0].id), reverse=True)[:count]


def _subscribed(store: Store, newest: Sequence[tuple[Paper, date]], readers: Readers) -> Iterator[str]:
    chance = random.Random(_SEED)
    for _ in range(readers.count):
        liked = [paper.title for paper, _ in chance.sample(newest, _LIKED)]
        with store.begin() as tx:
            reader = tx.subscribers.add(
                f"{secrets.token_hex(8)}@example.org",
                schedule=Schedule(),
                size=PAPERS,
                next_due_at=NOW,
                feed_uri=f"tag:example.org,2026:web/{secrets.token_hex(8)}",
                now=NOW,
            )
            assert reader is not None
            for age in range(readers.editions):
                listed = chance.sample(newest[age * _OF_A_DAY :][:_OF_A_DAY], PAPERS)
                chosen = [_recommended(*each, chance.sample(liked, _NAMED)) for each in listed]
                tx.editions.keep(_slate(reader.id, NOW.date() - timedelta(days=1 + age), chosen), now=NOW)
        yield f"/feed/{feeds.make(store, reader, now=NOW)}"


def _slate(reader: int, day: date, chosen: Sequence[Recommendation]) -> Slate:
    return Slate(
        subscriber_id=reader,
        kind=EditionKind.DAILY,
        slot_date=day,
        recommendations=tuple(chosen),
        considered=(("cs.LG", PAPERS),),
        papers_read=PAPERS,
        read_through=0,
        next_due_at=NOW,
    )


def _recommended(paper: Paper, listed: date, liked: Sequence[str]) -> Recommendation:
    """For as many reasons as an edition keeps; the strongest has words."""
    terms = tuple((word, 0.1) for word in paper.title.lower().split()[:_WORDS])
    nearest, *others = liked
    reasons = (
        Reason(ReasonKind.LIKED, nearest, 0.4, terms),
        *(Reason(ReasonKind.LIKED, title, 0.05) for title in others),
        Reason(ReasonKind.LIKED, f"{_LIKED - len(liked)} more", 0.02),
        Reason(ReasonKind.BACKGROUND, "what it shares with every paper", -0.1),
    )
    return Recommendation(paper=paper, score=0.52, reasons=reasons, announced=listed, probability=0.42)


# ------------------------------------------------------------ what everybody gets


class Loads:
    """The rows that are measured with wrk."""

    def __init__(self, server: Server, folder: Path, seconds: float) -> None:
        self._server = server
        self._folder = folder
        self._seconds = seconds

    def rows(self, personal: Mapping[Readers, Sequence[str]]) -> Iterator[Row]:
        """In the order of the table."""
        with bare() as nothing:
            yield Row(what="uvicorn alone: 304 to everything", ours=self._rate(nothing, Load(paths=["/"])))
        page, feed, own = "/", "/feed.atom", f"{personal[NEW][0]}.atom"
        for readers, addresses in personal.items():
            yield self._uncached(readers, addresses)
        files = {"page.html": self._bytes(page), "feed.atom": self._bytes(feed), "own.atom": self._bytes(own)}
        with nginx(self._folder / "nginx", files) as beside:
            yield self._known("304 of the daily page", 15_000, page, beside, "page.html")
            yield self._known("304 of a public feed", 15_000, feed, beside, "feed.atom")
            yield self._known("304 of the daily page, behind routing", 8000, page, beside, "page.html", varied=True)
            yield self._known("304 of a public feed, behind routing", 8000, feed, beside, "feed.atom", varied=True)
            yield self._whole("public feed", 8000, feed, beside, "feed.atom")
            yield self._known("304 of a personal feed", 8000, own, beside, "own.atom")
            yield self._whole("personal feed, asked for before", 8000, own, beside, "own.atom")
            yield self._whole("daily page", 1000, page, beside, "page.html")

    def _uncached(self, readers: Readers, addresses: Sequence[str]) -> Row:
        """Each asked for the first time, so that no answer is at hand and all that is personal is read, written and
        packed; the blocks of papers that readers share were written for the first third of them.
        """
        paths = [f"{each}.{form}" for each in addresses for form in feeds.FORMS]
        known = len(paths) // 3
        for path in paths[:known]:
            self._server.get(path, _PACKED)
        what = f"personal feed of {readers.papers} papers, never asked for"
        return self._row(what, readers.aim, Load(paths=paths[known:], headers=_PACKED, once=True))

    def _bytes(self, path: str) -> tuple[bytes, bytes]:
        status, _, plain = self._server.get(path)
        if status != 200:
            raise SystemExit(f"{path} was answered with {status}")
        return plain, gzip.compress(plain)

    def _whole(self, what: str, aim: float, path: str, beside: Server, name: str) -> Row:
        size = len(self._server.get(path, _PACKED)[2])
        load = Load(paths=[path], headers=_PACKED)
        other = self._rate(beside, Load(paths=[f"/{name}"], headers=_PACKED))
        return self._row(f"{what} ({size / 1024:,.0f} kB packed)", aim, load, other)

    def _known(self, what: str, aim: float, path: str, beside: Server, name: str, *, varied: bool = False) -> Row:
        """Who asks has it, by its tag."""
        load, other = (
            Load(
                paths=[each],
                headers=_PACKED | {"If-None-Match": _tag(server, each)},
                varied=varied and server is self._server,
            )
            for server, each in ((self._server, path), (beside, f"/{name}"))
        )
        return self._row(what, aim, load, self._rate(beside, other))

    def _row(self, what: str, aim: float, load: Load, beside: Rate | None = None) -> Row:
        return Row(what=what, aim=aim, ours=self._rate(self._server, load), nginx=beside)

    def _rate(self, server: Server, load: Load) -> Rate:
        return loaded(server, load, seconds=self._seconds, folder=self._folder)


def _tag(server: Server, path: str) -> str:
    """With which the server says that nothing is new."""
    tag = server.get(path, _PACKED)[1]["etag"]
    status, _, _ = server.get(path, _PACKED | {"If-None-Match": tag})
    if status != 304:
        raise SystemExit(f"{path} was answered with {status} to its own tag")
    return tag


# ------------------------------------------------------------ search


def searched(server: Server, data: Path, count: int) -> list[search.Taken]:
    """How long queries took that were asked one after another over HTTP, each with its page."""
    chance = random.Random(_SEED)
    asked = search.questions([paper for paper, _ in search.papers(data)], count, chance)
    chance.shuffle(asked)
    taken = []
    for question in asked:
        given = {
            "q": question.text,
            **{_FIELDS.get(name, name): _written(value) for name, value in question.asked.items()},
        }
        before, began = server.cpu, time.perf_counter()
        status, _, _ = server.get(f"/search?{urlencode(given)}")
        if status >= 400:
            raise SystemExit(f"search for {given} was answered with {status}")
        wall, cpu = time.perf_counter() - began, server.cpu - before
        taken.append(search.Taken(kind=question.kind, cpu=1000 * cpu, wall=1000 * wall))
    return taken


_FIELDS = {"has_code": "code", "by_meaning": "meaning"}


def _written(value: object) -> object:
    """As a field of an address has it."""
    return int(value) if isinstance(value, bool) else value


# ------------------------------------------------------------ the table


def report(row: Row) -> None:
    beside = f"{row.nginx.per_core:>10,.0f}" if row.nginx else " " * 10
    aim = f"{row.aim:>9,.0f}" if row.aim else " " * 9
    told = "  too few" if row.is_missed else ""
    errors = f"  {row.ours.errors} errors" if row.ours.errors else ""
    rates = f"{row.ours.per_core:>9,.0f}{aim}{beside}{row.ours.per_second:>10,.0f}{row.ours.p95:>9.1f}"
    print(f"{row.what:50}{rates}{told}{errors}", flush=True)


def measure(file: Path, data: Path, folder: Path, *, seconds: float, queries: int) -> bool:
    """Print the table; whether every aim is met."""
    personal = prepared(file, data)
    config = configured(folder, file)
    print(f"{'answers a second of processor':50}{'ours':>9}{'aim':>9}{'nginx':>10}{'by clock':>10}{'p95 ms':>9}")
    print(f"(of personal feeds that were never asked for, the aim is set for {PAPERS} papers)")
    is_met = True
    with ours(config) as server:
        for row in Loads(server, folder, seconds).rows(personal):
            report(row)
            is_met &= not row.is_missed
        taken = searched(server, data, queries)
    print("search over HTTP, one query after another:")
    search.report(taken)
    p95 = statistics.quantiles([each.cpu for each in taken], n=20)[-1]
    if p95 >= SEARCH_MS:
        print(f"search: p95 {p95:.0f} ms of processor, {SEARCH_MS:.0f} were aimed at")
    return is_met and p95 < SEARCH_MS


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True, help="the folder of listings")
    options.add_argument("--database", type=Path, help="a file that is empty or filled by an earlier run")
    options.add_argument("--seconds", type=float, default=5.0, help="for which each row is measured")
    options.add_argument("--queries", type=int, default=220, help="of search, about")
    given = options.parse_args()
    if not any(given.data.glob("*-20*.jsonl.gz")):
        options.exit(2, f"{given.data}: there are no listings (*-20*.jsonl.gz) here\n")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = (given.database or folder / "papers.db").resolve()
        sys.exit(not measure(file, given.data, folder, seconds=given.seconds, queries=given.queries))


if __name__ == "__main__":
    main()
