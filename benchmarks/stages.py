"""The stages of the day, each measured by the benchmark that knows it: what `python -m benchmarks all` runs.

A stage takes the folder of listings and how much to do, and gives rows; each runs in a process of its own.
"""

import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import day, delivery, features, feeds, handing_over, ingest, scoring
from benchmarks.figures import Row
from benchmarks.handing_over import Handed
from digest.mail import Envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much a run does."""

    records: int  # read and written
    archive: int | None  # papers before the day's; None for all there are
    subscribers: int  # scored
    composed: tuple[int, ...]  # subscribers for whom a day is composed
    mails: int
    peers: int  # mails and feeds that the peer writes


QUICK = Size(records=10_000, archive=10_000, subscribers=10_000, composed=(1_000,), mails=1_000, peers=50)
FULL = Size(
    records=100_000, archive=None, subscribers=100_000, composed=(1_000, 10_000, 100_000), mails=10_000, peers=200
)
PAPERS = 1_500  # of the day
Stage = Callable[[Path, Size], list[Row]]


def reading(data: Path, size: Size) -> list[Row]:
    (_, ours), (name, peer) = ingest.reading(list(ingest.papers(size.records)))
    unit = "records/s of CPU"
    return [Row(stage="read arXiv's Atom", unit=unit, ours=ours, peer=peer, peer_name=name, ratio_wanted=15)]


def writing(data: Path, size: Size) -> list[Row]:
    records = list(ingest.papers(size.records))
    with tempfile.TemporaryDirectory() as folder:
        found = ingest.writing(f"sqlite:///{folder}/papers.sqlite", records, orm_records=size.records // 10)
    (_, ours), (name, peer) = found
    return [Row(stage="write papers, SQLite", unit="rows/s", ours=ours, peer=peer, peer_name=name, ratio_wanted=15)]


def text(data: Path, size: Size) -> list[Row]:
    texts = list(scoring.listings(data))
    ours, peer = features.measured(texts[-PAPERS - size.archive :] if size.archive else texts, PAPERS)
    return [
        Row(
            stage=f"text of {PAPERS:,} papers",
            unit="s of CPU",
            ours=ours,
            peer=peer,
            peer_name="refit of everything",
            ratio_wanted=50,
            is_cost=True,
        )
    ]


def scores(data: Path, size: Size) -> list[Row]:
    texts = list(scoring.listings(data))
    ours, peer = scoring.measured(texts, [size.subscribers], papers=PAPERS, archive=size.archive)
    return [
        Row(
            stage=f"score {PAPERS:,} papers for {size.subscribers:,} subscribers",
            unit="µs of CPU a subscriber",
            ours=ours[size.subscribers] * 1e6,
            peer=peer * 1e6,
            peer_name="LinearSVC as arxiv-sanity-lite",
            ratio_wanted=10_000,
            is_cost=True,
        )
    ]


def mails(data: Path, size: Size) -> list[Row]:
    papers = delivery.newest_day(data)
    (cost, _), (other, _) = delivery.both(papers, size.mails, size.peers)
    return [
        Row(
            stage="write a mail of 15 papers",
            unit="mails/s of CPU",
            ours=1 / cost,
            peer=1 / other,
            peer_name="Jinja2, css-inline, EmailMessage",
            ratio_wanted=20,
        )
    ]


def handing(data: Path, size: Size) -> list[Row]:
    posted, write = list(delivery.posted(delivery.newest_day(data), size.mails)), delivery.ours()
    envelopes = [
        Envelope(
            mail_from=delivery.SITE.sender, rcpt_to=mail.reader.address, message_id=mail.message_id, content=write(mail)
        )
        for mail in posted
    ]
    peer = handing_over.peer(envelopes)
    limit = handing_over.limit(size.mails, sum(len(each.content) for each in envelopes) // size.mails)
    with handing_over.filled([mail.edition for mail in posted]) as settings:
        ours = handing_over.ours(settings, size.mails, processes=2)
        whole = handing_over.whole_of_a_copy(settings, size.mails, processes=2)
    return [
        _handed("hand over, acknowledged one by one", ours, peer, limit, ratio_wanted=2),
        _handed("deliver: read, write, hand over, keep", whole, peer, limit),
    ]


def _handed(stage: str, ours: Handed, peer: Handed, limit: Handed, ratio_wanted: float | None = None) -> Row:
    return Row(
        stage=stage,
        unit="mails/s",
        ours=ours.mails / ours.seconds,
        peer=peer.mails / peer.seconds,
        peer_name="one smtplib connection",
        limit=limit.mails / limit.seconds,
        limit_name="smtp-source",
        ratio_wanted=ratio_wanted,
    )


def personal_feeds(data: Path, size: Size) -> list[Row]:
    papers = delivery.newest_day(data)
    return [
        Row(
            stage=f"personal feed of {feeds.ENTRIES} entries",
            unit="feeds/s of CPU",
            ours=1 / feeds.measured(papers, feeds.ours(), size.mails),
            peer=1 / feeds.measured(papers, feeds.peer, size.peers),
            peer_name="feedgen",
            ratio_wanted=20,
        )
    ]


def starting(data: Path, size: Size) -> list[Row]:
    python = sys.executable
    stack = "import apscheduler, httpx, jinja2, feedgen.feed, sklearn.feature_extraction.text, sqlalchemy"
    peer = _cpu([python, "-c", stack])
    with tempfile.TemporaryDirectory() as folder:
        digest = [python, "-m", "digest", "--config", f"{folder}/config.toml"]
        subprocess.run(
            [*digest, "init", "--category", "cs.LG"], check=True, capture_output=True, stdin=subprocess.DEVNULL
        )
        listed = _cpu([*digest, "subscriber", "list"])
    helped = _cpu([python, "-m", "digest", "--help"])
    return [_start("digest --help", helped, 0.15, peer), _start("digest subscriber list", listed, 0.4, peer)]


def _start(stage: str, ours: float, most: float, peer: float) -> Row:
    return Row(
        stage=stage, unit="s of CPU", ours=ours, most=most, peer=peer, peer_name="the stack imported", is_cost=True
    )


def _cpu(command: Sequence[str]) -> float:
    """The least of five runs, user and system."""
    return min(_once(command) for _ in range(5))


def _once(command: Sequence[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def composing(data: Path, size: Size) -> list[Row]:
    """A day for each number of subscribers, each day in a database of its own."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        papers, archive = day.prepared(folder, data, PAPERS, size.archive)
        return [row for count in size.composed for row in _composed(folder, papers, count, archive)]


def _composed(folder: Path, papers: Path, count: int, archive: Sequence[int]) -> list[Row]:
    store, spent = day.one_day(folder, papers, count, archive)
    store.close()
    limit = day.LIMITS.get(count)
    stage = f"compose for {count:,} subscribers"
    return [
        Row(stage=stage, unit="s", ours=spent.wall, most=limit.wall if limit else None, is_cost=True),
        Row(stage=stage, unit="MiB", ours=spent.peak, most=limit.memory if limit else None, is_cost=True),
    ]


ALL: tuple[Stage, ...] = (reading, writing, text, scores, composing, mails, handing, personal_feeds, starting)
