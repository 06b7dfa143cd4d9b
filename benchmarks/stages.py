"""The stages of the day, each measured by the benchmark that knows it: what `python -m benchmarks all` runs.

A stage takes the folder of listings and how much to do, and gives rows; each runs in a process of its own.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from benchmarks import day, delivery, end_to_end, features, feeds, handing_over, ingest, limits, over_http, scoring
from benchmarks.apart import apart
from benchmarks.figures import Row
from benchmarks.growth import Case
from benchmarks.handing_over import Handed
from digest.mail import Envelope
from tests import postgres


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much a run does."""

    records: int  # read and written
    archive: int | None  # papers before the day's; None for all there are
    subscribers: tuple[int, ...]  # scored
    composed: tuple[int, ...]  # subscribers who have a whole day
    mails: int
    peers: int  # mails and feeds that the peer writes
    seconds: float  # for which each server is asked
    growing: Case  # of which the table of growth has ten times each


QUICK = Size(
    records=4_000,
    archive=10_000,
    subscribers=(10_000,),
    composed=(1_000,),
    mails=1_000,
    peers=50,
    seconds=2,
    growing=Case(subscribers=200, papers=150, archive=11_000),
)
FULL = Size(
    records=100_000,
    archive=None,
    subscribers=(10_000, 100_000),
    composed=(1_000, 10_000, 100_000),
    mails=10_000,
    peers=200,
    seconds=10,
    growing=Case(subscribers=10_000, papers=150, archive=11_000),
)
PAPERS = 1_500  # of the day
_READ = 4_000  # records of one answer, twice what arXiv gives at once
_FIRST_FEEDS = 10  # personal feeds for which nearly every paper of a day is new
_COPIED = 1_000  # mails, which is more than caches hold
Stage = Callable[[Path, Size], list[Row]]


def reading(data: Path, size: Size) -> list[Row]:
    records = list(ingest.papers(min(size.records, _READ)))
    (_, ours), (name, peer) = ingest.reading(records)
    return [
        Row(
            stage="read arXiv's Atom",
            unit="records/s of CPU",
            ours=ours,
            peer=peer,
            peer_name=name,
            limit=len(records) / limits.parsing(ingest.atom(records)),
            limit_name="expat alone",
            ratio_wanted=15,
        )
    ]


def writing(data: Path, size: Size) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "papers.sqlite"
        row = _written("SQLite", f"sqlite:///{file}", size)
        return [replace(row, limit=limits.rows_sqlite(file), limit_name="sqlite3 alone")]


def writing_postgresql(data: Path, size: Size) -> list[Row]:
    """On a server of its own."""
    with postgres.server(next(postgres.binaries()), ()) as server:
        with postgres.maintenance(server) as connection:
            connection.execute("CREATE DATABASE papers")
        url = server.replace("/?", "/papers?")
        row = _written("PostgreSQL", url, size)
        return [replace(row, limit=limits.rows_postgresql(url), limit_name="COPY")]


def _written(engine: str, url: str, size: Size) -> Row:
    (_, ours), (name, peer) = ingest.writing(url, list(ingest.papers(size.records)), orm_records=size.records // 10)
    stage = f"write {size.records:,} papers, {engine}"
    return Row(stage=stage, unit="papers/s", ours=ours, peer=peer, peer_name=name, ratio_wanted=15)


def text(data: Path, size: Size) -> list[Row]:
    texts = _texts(data, size)
    ours, peer = features.measured(texts, PAPERS)
    return [
        Row(
            stage=f"text of {PAPERS:,} papers",
            unit="s of CPU",
            ours=ours,
            peer=peer,
            peer_name="refit of everything",
            limit=limits.splitting(texts[-PAPERS:]),
            limit_name="split at blanks",
            ratio_wanted=50,
            is_cost=True,
        )
    ]


def _texts(data: Path, size: Size) -> list[tuple[str, str]]:
    """Titles and abstracts of the archive and of the day after it."""
    texts = list(scoring.listings(data))
    return texts[-PAPERS - size.archive :] if size.archive else texts


def scores(data: Path, size: Size) -> list[Row]:
    ours, peer = scoring.measured(_texts(data, size), size.subscribers, papers=PAPERS)
    return [
        Row(
            stage=f"score {PAPERS:,} papers for {count:,} subscribers",
            unit="µs of CPU a subscriber",
            ours=cost * 1e6,
            peer=peer * 1e6,
            peer_name="LinearSVC as arxiv-sanity-lite",
            limit=limits.writing_scores(count, PAPERS) * 1e6,
            limit_name="scores written to memory",
            ratio_wanted=10_000,
            is_cost=True,
        )
        for count, cost in ours.items()
    ]


def mails(data: Path, size: Size) -> list[Row]:
    papers = delivery.newest_day(data)
    (cost, _), (other, _) = delivery.both(papers, size.mails, size.peers)
    write = delivery.ours()
    written = [write(mail) for mail in delivery.posted(papers, min(size.mails, _COPIED))]
    return [
        Row(
            stage="write a mail of 15 papers",
            unit="mails/s of CPU",
            ours=1 / cost,
            peer=1 / other,
            peer_name="Jinja2, css-inline, EmailMessage",
            limit=limits.copying(written),
            limit_name="memory copied",
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
    later = feeds.measured(papers, feeds.ours(), size.mails)
    first = feeds.measured(papers, feeds.ours(), _FIRST_FEEDS, warming=0)
    peer = feeds.measured(papers, feeds.peer, size.peers, warming=0)
    row = Row(
        stage=f"personal feed of {feeds.ENTRIES} entries",
        unit="feeds/s of CPU",
        ours=1 / later,
        peer=1 / peer,
        peer_name="feedgen",
        ratio_wanted=feeds.AIM,
    )
    return [row, replace(row, stage=f"the first {_FIRST_FEEDS} of a day", ours=1 / first, ratio_wanted=None)]


def feed_over_http(data: Path, size: Size) -> list[Row]:
    found = over_http.measured(data, size.seconds)
    first = Row(
        stage="public feed over HTTP, unchanged (304)",
        unit="answers/s of a core",
        ours=found.unchanged,
        peer=found.peer,
        peer_name="uvicorn without extras",
        limit=found.limit_unchanged,
        limit_name="nginx",
        least=15_000,
    )
    whole = replace(first, stage="public feed over HTTP, whole", ours=found.whole, limit=found.limit_whole, least=None)
    return [first, whole]


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
    helped, least = _cpu([python, "-m", "digest", "--help"]), _cpu([python, "-I", "-c", "pass"])
    return [
        Row(
            stage=stage,
            unit="s of CPU",
            ours=ours,
            most=most,
            peer=peer,
            peer_name="the stack imported",
            limit=least,
            limit_name="Python",
            is_cost=True,
        )
        for stage, ours, most in (("digest --help", helped, 0.15), ("digest subscriber list", listed, 0.4))
    ]


def _cpu(command: Sequence[str]) -> float:
    """The least of five runs, user and system."""
    return min(_once(command) for _ in range(5))


def _once(command: Sequence[str]) -> float:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # as if installed
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True, env=kept)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def whole_day(data: Path, size: Size) -> list[Row]:
    """A day for each number of subscribers, each in a database of its own."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (papers, archive), _ = apart(partial(day.prepared, folder, data, PAPERS, size.archive))
        return [row for count in size.composed for row in end_to_end.measured(folder, papers, archive, count)]


ALL: tuple[Stage, ...] = (
    reading,
    writing,
    writing_postgresql,
    text,
    scores,
    mails,
    handing,
    personal_feeds,
    feed_over_http,
    starting,
    whole_day,
)
NEED_NO_DATA = (reading, writing, writing_postgresql, starting)
_PROGRAMS: dict[Stage, tuple[str, ...]] = {
    handing: ("smtp-sink", "smtp-source"),
    whole_day: ("smtp-sink",),
    feed_over_http: ("wrk", "nginx", "taskset"),
}


def lacking(stage: Stage) -> list[str]:
    """The programs that a stage needs and that this machine has not."""
    path = f"{os.environ.get('PATH', '')}:{handing_over.PATHS}"
    found = [program for program in _PROGRAMS.get(stage, ()) if not shutil.which(program, path=path)]
    return [*found, *(["postgres"] if stage is writing_postgresql and not any(postgres.binaries()) else [])]
