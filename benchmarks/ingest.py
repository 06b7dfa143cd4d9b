"""Reading arXiv's Atom, writing papers, and the memory of a long harvest, each beside what people use today.

    python -m benchmarks.ingest [--records N] [--postgres URL]

Ratios are of CPU time for reading and of wall time for writing, in one run on one machine. Papers are made up, of the
length of real ones. Without --postgres only SQLite is written. The database at URL must be empty, and is left so.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from html import escape
from pathlib import Path

import feedparser

from benchmarks.orm import OrmWriter
from digest.batches import Announces
from digest.identity import paper_id
from digest.ingest import ingest
from digest.papers import Announcement, AnnouncementKind, Cursor, Page, Paper, Version
from digest.sources import arxiv_query
from digest.store import DatabaseSettings, Store

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
TERMS = bytes(760)  # what counted words take on average
_WORDS = "we study sparse graph networks that learn from noisy labels and show a bound on their error".split()
_PAGE = 1000
_TURNS = 10  # in which the two writers alternate


def papers(count: int) -> Iterator[Paper]:
    """Made-up papers with ids of their own, and with titles and abstracts as long as real ones."""
    for number in range(count):
        words = [_WORDS[(number * 7 + place * 3) % len(_WORDS)] for place in range(210)]
        month = 1 + number // 90_000
        yield Paper(
            id=paper_id(f"26{month:02}.{number % 90_000 + 1:05}"),
            title=f"Number {number}: {' '.join(words[:9])}",
            abstract=" ".join(words).capitalize(),
            authors=tuple(f"Given{(number + n) % 977} Surname{(number * n) % 1999}" for n in range(1, 6)),
            categories=("cs.LG", "stat.ML", "cs.AI"),
            versions=(Version(number=1, submitted_at=NOW - timedelta(days=1)),),
            comment="12 pages, 4 figures",
            doi=f"10.1000/{number}" if number % 9 == 0 else "",
        )


# ------------------------------------------------------------ reading


def atom(records: Sequence[Paper]) -> bytes:
    """The papers as arXiv's query API writes them."""
    names = 'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom"'
    entries = "\n".join(map(_entry, records))
    return f"<?xml version='1.0' encoding='UTF-8'?>\n<feed {names}>\n{entries}\n</feed>".encode()


def _entry(paper: Paper) -> str:
    name, submitted = f"{paper.arxiv_id}v1", f"{paper.submitted_at:%Y-%m-%dT%H:%M:%SZ}"
    lines = [
        f"<id>http://arxiv.org/abs/{name}</id>",
        f"<title>{escape(paper.title)}</title>",
        f"<updated>{submitted}</updated>",
        f'<link href="https://arxiv.org/abs/{name}" rel="alternate" type="text/html"/>',
        f'<link href="https://arxiv.org/pdf/{name}" rel="related" type="application/pdf" title="pdf"/>',
        f"<summary>{escape(paper.abstract)}</summary>",
        *(f'<category term="{c}" scheme="http://arxiv.org/schemas/atom"/>' for c in paper.categories),
        f"<published>{submitted}</published>",
        f"<arxiv:comment>{paper.comment}</arxiv:comment>",
        f'<arxiv:primary_category term="{paper.categories[0]}"/>',
        *(f"<author>\n      <name>{escape(author)}</name>\n    </author>" for author in paper.authors),
    ]
    return "  <entry>\n" + "".join(f"    {line}\n" for line in lines) + "  </entry>"


def reading(records: Sequence[Paper]) -> list[tuple[str, float]]:
    """Records a second of CPU time: ours, feedparser's."""
    body = atom(records)
    ours, peer = zip(*(_both(body) for _ in range(5)), strict=True)
    return [("read Atom", len(records) / min(ours)), ("feedparser", len(records) / min(peer))]


def _both(body: bytes) -> tuple[float, float]:
    """Seconds of CPU, one after the other, so that what else the machine does meets both."""
    ours = min(_taken(lambda: arxiv_query.parse(body, source="benchmark")) for _ in range(3))
    return ours, _taken(lambda: feedparser.parse(body))


def _taken(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


# ------------------------------------------------------------ writing


def writing(url: str, records: Sequence[Paper], *, orm_records: int) -> list[tuple[str, float]]:
    """Papers a second of wall time: ours for all records, select-then-add by the ORM for a part of them.

    They take turns, so that both meet the same machine and tables of the same size.
    """
    store, writer = Store(DatabaseSettings(url=url)), OrmWriter(url)
    store.upgrade(now=NOW)
    taken = [0.0, 0.0]
    step = len(records) // _TURNS
    for turn in range(_TURNS):
        for who, (write, size) in enumerate(((_keeping(store), step), (_adding(writer), orm_records // _TURNS))):
            part = records[turn * step : turn * step + size]
            began = time.perf_counter()
            write(part)
            taken[who] += time.perf_counter() - began
    store.close()
    writer.close()
    ours, theirs = step * _TURNS / taken[0], orm_records // _TURNS * _TURNS / taken[1]
    return [("write papers", ours), ("select-then-add ORM", theirs)]


def _keeping(store: Store) -> Callable[[Sequence[Paper]], None]:
    def write(records: Sequence[Paper]) -> None:
        for start in range(0, len(records), _PAGE):
            part = records[start : start + _PAGE]
            with store.begin() as tx:
                tx.papers.keep(part, dict.fromkeys((paper.id for paper in part), TERMS), now=NOW)

    return write


def _adding(writer: OrmWriter) -> Callable[[Sequence[Paper]], None]:
    def write(records: Sequence[Paper]) -> None:
        for start in range(0, len(records), _PAGE):
            writer.write(records[start : start + _PAGE], TERMS, NOW)

    return write


# ------------------------------------------------------------ memory


class LongListing:
    """A source with one stream of as many pages as are asked for."""

    name = gate = ledger = "arxiv"
    is_reference = True
    streams = ("cs.LG",)

    def __init__(self, records: int) -> None:
        self._records = papers(records)
        self._left = records

    def page(self, stream: str, cursor: Cursor | None, *, now: datetime) -> Page:
        shown = [paper for _, paper in zip(range(_PAGE), self._records, strict=False)]
        self._left -= len(shown)
        told = (
            Announcement(source=self.name, stream=stream, paper=p, kind=AnnouncementKind.NEW, day=NOW.date())
            for p in shown
        )
        token = str(self._left) if self._left > 0 else None
        cursor = Cursor(since=NOW.date(), completed_at=now, token=token)
        return Page(announcements=tuple(told), cursor=cursor)

    def announces(self, day: date) -> Announces:
        return Announces.PERHAPS

    def shown_at(self, day: date) -> datetime:
        return datetime.combine(day, datetime.min.time(), UTC)


def memory(folder: Path, records: int) -> list[tuple[int, float]]:
    """MiB of the whole process at its peak, after harvests of growing length."""
    peaks = []
    for part in (records // 4, records // 2, records):
        store = Store(DatabaseSettings(url=f"sqlite:///{folder}/harvest{part}.db"))
        store.upgrade(now=NOW)
        ingest(store, LongListing(part), now=NOW)
        store.close()
        peaks.append((part, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
    return peaks


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--postgres", metavar="URL", default="")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        peaks = memory(folder, options.records)  # first, while nothing else has taken any
        _print("Atom, records/s of CPU", reading(list(papers(min(options.records, 4000)))))
        records = list(papers(options.records))
        few = max(min(options.records // 20, 5000), _TURNS)
        _print("SQLite, papers/s", writing(f"sqlite:///{folder}/written.db", records, orm_records=few))
        if options.postgres:
            _print("PostgreSQL, papers/s", writing(options.postgres, records, orm_records=few))
    for length, peak in peaks:
        print(f"harvest of {length:>9,} records: peak {peak:6.0f} MiB")


def _print(what: str, figures: list[tuple[str, float]]) -> None:
    (ours, rate), (peer, other) = figures
    print(f"{what:24} {ours} {rate:>10,.0f}   {peer} {other:>8,.0f}   ratio {rate / other:5.1f}")


if __name__ == "__main__":
    main()
