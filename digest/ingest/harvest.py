"""One source's streams, page by page. A page and the cursor after it are kept together: nothing is lost between two."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime

from digest import identity
from digest.errors import SourceError, SourceHangs, SourceResting
from digest.identity import PaperId
from digest.papers import Announcement, AnnouncementKind, Page, Paper, Skipped, merged
from digest.relevance.text import count_paper
from digest.sources import Source
from digest.store import Store, Transaction
from digest.store.works import Known

log = logging.getLogger(__name__)
Progress = Callable[[str, int], None]  # stream, papers read so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """What came of asking one source for one stream."""

    source: str
    stream: str
    papers: int = 0  # records read
    announcements: int = 0  # of them not known before
    skipped: tuple[Skipped, ...] = ()  # records that could not be read; the log names each
    silent: bool = False  # the source answered, and had nothing at all
    problem: SourceError | None = None


def harvest_all(store: Store, source: Source, now: datetime, progress: Progress) -> list[Harvest]:
    """Every stream of one source; one that wants rest or does not answer in time is not asked for the others."""
    harvests: list[Harvest] = []
    for stream in source.streams:
        harvests.append(harvest(store, source, stream, now, progress))
        if is_enough(store, source, harvests[-1].problem):
            break
    return harvests


def is_enough(store: Store, source: Source, problem: SourceError | None) -> bool:
    """Whether a source is not to be asked for more now; a rest that it wants is noted."""
    if isinstance(problem, SourceResting):
        with store.begin() as tx:
            tx.harvests.note_rest(source.gate, problem.until, problem.problem)
    return isinstance(problem, (SourceResting, SourceHangs))


def harvest(store: Store, source: Source, stream: str, now: datetime, progress: Progress) -> Harvest:
    """One stream to its end; what went wrong is in the result."""
    came = Harvest(source=source.name, stream=stream)
    try:
        for page, announcements in _pages(store, source, stream, now):
            came = _grown(came, page, announcements)
            progress(stream, came.papers)
    except SourceError as error:
        log.warning("harvest failed source=%s stream=%s problem=%s", source.name, stream, error.problem)
        error.source, error.stream = source.name, stream
        came = replace(came, problem=error)
    log.info(
        "harvest source=%s stream=%s papers=%d announcements=%d skipped=%d",
        source.name,
        stream,
        came.papers,
        came.announcements,
        len(came.skipped),
    )
    return came


def _pages(store: Store, source: Source, stream: str, now: datetime) -> Iterator[tuple[Page, int]]:
    """Each page of a stream once it is kept, with the number of its announcements that were new."""
    with store.read() as tx:
        cursor = tx.harvests.cursor(source.name, stream)
    while True:
        page = source.page(stream, cursor, now=now)
        yield page, _keep(store, source, stream, page, now)
        if page.is_last:
            return
        cursor = page.cursor


def _grown(came: Harvest, page: Page, announcements: int) -> Harvest:
    papers, skipped = came.papers + len(page.announcements), (*came.skipped, *page.skipped)
    return replace(
        came,
        papers=papers,
        announcements=came.announcements + announcements,
        skipped=skipped,
        silent=page.is_last and not (papers or skipped or page.unchanged),
    )


def _keep(store: Store, source: Source, stream: str, page: Page, now: datetime) -> int:
    """Keep a page and its cursor as one, and return how many announcements were new."""
    for skipped in page.skipped:
        log.warning("record skipped source=%s stream=%s reason=%s", source.name, stream, skipped)
    told = {item.paper.id: item.paper for item in page.announcements}
    with store.read() as tx:
        known = tx.works.known(told.values())
        papers = _as_kept(told.values(), known)
        to_count = tx.papers.unlike(papers.values())
    terms = {key: count_paper(papers[key].title, papers[key].abstract).to_bytes() for key in to_count}
    listed = [replace(item, paper=papers[known.kept_as[item.paper.id]]) for item in page.announcements]
    with store.begin() as tx:
        published = tx.papers.keep(papers.values(), terms, now=now)
        published |= _merge(tx, known, now)
        leads = {paper: into for paper, into, _ in known.to_merge}
        news = _published(listed, published, leads)
        fresh = tx.announcements.note([*listed, *news], ledger=source.ledger, now=now)
        tx.signals.keep(replace(s, subject=_read_as(s.subject, known, leads)) for s in page.signals)
        tx.harvests.move(source.name, stream, page.cursor)
    return fresh


def _as_kept(told: Iterable[Paper], known: Known) -> dict[PaperId, Paper]:
    """The papers under the ids they are kept under; what is told under another name adds, and replaces nothing."""
    papers: dict[PaperId, Paper] = {}
    for paper in told:
        key = known.kept_as[paper.id]
        if key != paper.id:
            doi = paper.doi or identity.doi_of(paper.id)
            paper = replace(paper, id=key, also=(paper.id, *paper.also), doi=doi, versions=(), partial=True)
        papers[key] = merged(papers[key], paper) if key in papers else paper
    return papers


def _merge(tx: Transaction, known: Known, now: datetime) -> set[PaperId]:
    """Have kept papers that are one work read as one; the ids of those that are known to be published by that."""
    published: set[PaperId] = set()
    for loser, winner, rule in known.to_merge:
        kept = tx.papers.get([loser, winner])
        if tx.works.merge(kept[loser].row, kept[winner].row, rule, now=now):
            log.info("merged paper=%s into=%s rule=%s", loser, winner, rule)
            added = _as_kept([kept[loser].paper], Known({loser: winner}, ()))
            published |= tx.papers.keep(added.values(), {}, now=now)
    return published


def _read_as(subject: str, known: Known, leads: Mapping[PaperId, PaperId]) -> str:
    kept = known.kept_as.get(PaperId(subject), PaperId(subject))
    return leads.get(kept, kept)


def _published(
    listed: Sequence[Announcement], published: Set[PaperId], leads: Mapping[PaperId, PaperId]
) -> list[Announcement]:
    """An announcement for each paper that this page has told the DOI of, by itself or by one merged into it."""
    first = {leads.get(item.paper.id, item.paper.id): item for item in reversed(listed)}
    return [
        replace(item, paper=replace(item.paper, id=key), kind=AnnouncementKind.PUBLISHED)
        for key in sorted(published)
        if (item := first.get(key)) is not None
    ]
