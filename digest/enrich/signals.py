"""Signals: links read out of texts, and what others know of papers and authors. All of it is optional."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from digest.enrich.people import find_people
from digest.errors import SourceError
from digest.papers import Paper
from digest.signals import Signal
from digest.sources.code_links import code_links
from digest.sources.enriching import AuthorEnricher, Enricher, Enrichment
from digest.sources.settings import EnrichmentSettings
from digest.store import Store, Transaction
from digest.store.gates import held
from digest.store.papers import KeptPaper
from digest.store.upsert import chunks

log = logging.getLogger(__name__)
TEXT = "text"  # the source of what is read out of papers themselves
_AT_ONCE = 500
_EVER = timedelta(days=36_500)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enriched:
    """What came of it."""

    papers: int = 0  # that somebody was asked about
    signals: int = 0  # that said something new
    people: int = 0  # authors found in papers that had not been looked at
    problems: tuple[SourceError, ...] = ()


def enrich(
    store: Store,
    enrichers: Sequence[Enricher],
    settings: EnrichmentSettings,
    *,
    now: datetime,
    progress: Callable[[str, int], None] = lambda source, papers: None,
) -> Enriched:
    """Read links out of new papers, ask every enricher about what is new or has grown old, and find authors."""
    papers, signals = _read_texts(store, now, progress)
    problems: list[SourceError] = []
    for enricher in enrichers:
        try:
            with held(store, enricher.gate, now):
                asked, news = _ask(store, enricher, settings, now, progress)
            papers, signals = papers + asked, signals + news
        except SourceError as error:
            log.warning("enrichment failed source=%s problem=%s", enricher.name, error.problem)
            problems.append(error)
    return Enriched(papers=papers, signals=signals, people=find_people(store, progress), problems=tuple(problems))


def _read_texts(store: Store, now: datetime, progress: Callable[[str, int], None]) -> tuple[int, int]:
    read = news = 0
    while True:
        with store.read() as tx:
            rows = tx.signals.to_ask(TEXT, since=now - _EVER, before=now - _EVER, limit=_AT_ONCE)
            kept = tx.papers.by_row(rows)
        if not rows:
            return read, news
        found = [signal for each in kept.values() for signal in code_links(each.paper, now=now)]
        with store.begin() as tx:
            news += tx.signals.keep(found)
            tx.signals.note_asked(TEXT, rows, now=now)
        read += len(rows)
        progress(TEXT, read)


def _ask(
    store: Store,
    enricher: Enricher,
    settings: EnrichmentSettings,
    now: datetime,
    progress: Callable[[str, int], None],
) -> tuple[int, int]:
    """Ask about the papers of the last days that were never asked about, or so long ago that much has changed."""
    asked = news = 0
    since, before = now - timedelta(days=settings.days), now - timedelta(days=settings.again_days)
    while asked < settings.papers_per_run:
        with store.read() as tx:
            rows = tx.signals.to_ask(enricher.name, since=since, before=before, limit=enricher.batch_size)
            kept = tx.papers.by_row(rows)
        if not rows:
            break
        told = enricher.signals([each.paper for each in kept.values()], now=now)
        of_authors = _authors(store, enricher, told, before, now)
        with store.begin() as tx:
            news += tx.signals.keep([*told.signals, *of_authors])
            _keep_more(tx, kept, told, now)
            tx.signals.note_asked(enricher.name, rows, now=now)
        asked += len(rows)
        progress(enricher.name, asked)
    return asked, news


def _authors(store: Store, enricher: Enricher, told: Enrichment, before: datetime, now: datetime) -> list[Signal]:
    """What the enricher knows of the authors of some papers, of whom it has not told since `before`."""
    if not isinstance(enricher, AuthorEnricher):
        return []
    named = dict.fromkeys(key for bylines in told.bylines.values() for each in bylines for key in each.keys)
    with store.read() as tx:
        known = tx.signals.newest(named)
    old = [key for key in named if not any(signal.observed_at >= before for signal in known.get(key, ()))]
    theirs = [key for key in old if key.startswith(f"{enricher.name}:")]
    parts = chunks(theirs, enricher.batch_size)
    return [signal for part in parts for signal in enricher.author_signals(part, now=now)]


def _keep_more(tx: Transaction, kept: dict[int, KeptPaper], told: Enrichment, now: datetime) -> None:
    """Other names of the works, and what is told of their authors."""
    papers = [each.paper for each in kept.values()]
    richer = [_enriched(paper, told) for paper in papers if paper.id in told.also or paper.id in told.bylines]
    tx.papers.keep(richer, {}, now=now)


def _enriched(paper: Paper, told: Enrichment) -> Paper:
    bylines = told.bylines.get(paper.id, ())
    same = len(bylines) == len(paper.authors)
    return replace(paper, also=told.also.get(paper.id, ()), bylines=bylines if same else (), partial=True)
