"""Ingest: sources → store. A page and the cursor after it are kept together, so nothing is lost between two runs."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from digest import processes
from digest.errors import SourceError, SourceResting
from digest.papers import Cursor, Page
from digest.relevance.text import count_paper
from digest.sources import Source
from digest.store import Store

log = logging.getLogger(__name__)
LONGEST_HARVEST = timedelta(hours=6)  # after which a run on another machine is taken to have ended
Progress = Callable[[str, int], None]  # stream, papers read so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """What came of asking one source for one stream."""

    source: str
    stream: str
    papers: int = 0  # records read
    announcements: int = 0  # of them not known before
    skipped: int = 0  # records that could not be read; the log names each
    problem: SourceError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """What came of asking the sources."""

    harvests: tuple[Harvest, ...]

    @property
    def papers(self) -> int:
        return sum(harvest.papers for harvest in self.harvests)

    @property
    def announcements(self) -> int:
        return sum(harvest.announcements for harvest in self.harvests)

    @property
    def problems(self) -> tuple[SourceError, ...]:
        return tuple(harvest.problem for harvest in self.harvests if harvest.problem)

    @property
    def is_whole(self) -> bool:
        """Whether the last source asked for each stream, the reference, was read to its end."""
        last = {harvest.stream: harvest for harvest in self.harvests}
        return all(harvest.problem is None for harvest in last.values())


def ingest(store: Store, *sources: Source, now: datetime, progress: Progress = lambda stream, papers: None) -> Ingested:
    """Read every stream of each source to its end. A stream that fails costs itself alone; where rest is wanted, it
    is given by all sources behind the same gate.

    Raises SourceResting, without asking, while rest is wanted from an earlier run or another process is asking.
    """
    gates, holder = list(dict.fromkeys(source.gate for source in sources)), processes.this_process()
    with store.begin() as tx:
        for gate in gates:
            tx.harvests.refuse_while_resting(gate, now=now)
            tx.harvests.take(gate, holder, now=now, until=now + LONGEST_HARVEST, is_gone=processes.is_gone)
    try:
        return _ingest(store, sources, now, progress)
    finally:
        with store.begin() as tx:
            for gate in gates:
                tx.harvests.release(gate, holder)


def _ingest(store: Store, sources: Sequence[Source], now: datetime, progress: Progress) -> Ingested:
    harvests: list[Harvest] = []
    resting: set[str] = set()
    for source, stream in [(each, stream) for each in sources for stream in each.streams]:
        if source.gate in resting:
            continue
        harvests.append(_harvest(store, source, stream, now, progress))
        problem = harvests[-1].problem
        if isinstance(problem, SourceResting):
            resting.add(source.gate)
            with store.begin() as tx:
                tx.harvests.note_rest(source.gate, problem.until, problem.problem)
    return Ingested(harvests=tuple(harvests))


def _harvest(store: Store, source: Source, stream: str, now: datetime, progress: Progress) -> Harvest:
    papers = announcements = skipped = 0
    problem: SourceError | None = None
    with store.read() as tx:
        cursor = tx.harvests.cursor(source.name, stream)
    try:
        while True:
            page = source.page(stream, cursor, now=now)
            _refuse_sudden_silence(source, stream, cursor, page, now)
            announcements += _keep(store, source, stream, page, now)
            papers += len(page.announcements)
            skipped += len(page.skipped)
            progress(stream, papers)
            cursor = page.cursor
            if page.is_last:
                break
    except SourceError as error:
        log.warning("harvest failed source=%s stream=%s problem=%s", source.name, stream, error.problem)
        error.source, error.stream = source.name, stream
        problem = error
        with store.begin() as tx:
            tx.harvests.note_request(source.gate, source.last_request_at)
    log.info(
        "harvest source=%s stream=%s papers=%d announcements=%d skipped=%d",
        source.name,
        stream,
        papers,
        announcements,
        skipped,
    )
    return Harvest(
        source=source.name,
        stream=stream,
        papers=papers,
        announcements=announcements,
        skipped=skipped,
        problem=problem,
    )


def _refuse_sudden_silence(source: Source, stream: str, cursor: Cursor | None, page: Page, now: datetime) -> None:
    """An empty answer on a day with a listing is a fault of the source, never "no papers"."""
    if page.announcements or page.skipped:
        return
    if page.unchanged:
        log.info("unchanged source=%s stream=%s", source.name, stream)
        return
    if source.announcement_due(stream, cursor, now=now):
        raise SourceError(
            source.name, "the listing is empty although one was due; nothing was changed, run again later"
        )
    log.info("quiet source=%s stream=%s: no listing was due since the last harvest", source.name, stream)


def _keep(store: Store, source: Source, stream: str, page: Page, now: datetime) -> int:
    """Keep a page and its cursor as one, and return how many announcements were new."""
    for reason in page.skipped:
        log.warning("record skipped source=%s stream=%s reason=%s", source.name, stream, reason)
    papers = {item.paper.id: item.paper for item in page.announcements}
    with store.read() as tx:
        to_count = tx.papers.unlike(papers.values())
    terms = {key: count_paper(papers[key].title, papers[key].abstract).to_bytes() for key in to_count}
    with store.begin() as tx:
        tx.papers.keep(papers.values(), terms, now=now)
        fresh = tx.papers.announce(page.announcements, now=now)
        tx.harvests.move(source.name, stream, page.cursor)
        tx.harvests.note_request(source.gate, source.last_request_at)
    return fresh
