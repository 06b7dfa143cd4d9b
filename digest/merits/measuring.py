"""Measure the newest papers, and keep what comes of it as signals of our own: novelty once, a score as it changes."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from digest.merits.listed import Listed, listed
from digest.merits.rows import unit_rows
from digest.relevance.merit import WEIGHTS, Merit, merits
from digest.relevance.novelty import WINDOW_DAYS, DatedRows, known, novelty
from digest.relevance.space import Space
from digest.relevance.text import TermCounts
from digest.signals import NOVELTY, OURS, SCORE, SCORE_PARTS, Signal, Value
from digest.store import Store

log = logging.getLogger(__name__)
Progress = Callable[[int, int], None]  # papers of the past that were compared with, and how many there are
BLOCK = 1024  # papers compared at once with as many: 8 MB of cosines


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What came of it."""

    papers: int = 0  # of the listings looked at
    novelties: int = 0  # told for the first time
    scores: int = 0  # that are not what they were


def measure(
    store: Store, space: Space, *, now: datetime, days: int, progress: Progress = lambda done, of: None
) -> Measured:
    """Measure the papers of the newest listing and of the days before it, `days` in all.

    Novelty is measured once for each paper, so a day costs what its new papers cost; scores are places among all of
    these papers, and are kept as whole numbers.
    """
    with store.read() as tx:
        on = tx.history.listed_on()
        newest = max(on.values(), default=date.min)
        papers = listed(tx, {row: day for row, day in on.items() if (newest - day).days < days})
    new = _novelties(store, space, [each for each in papers if each.novelty is None], progress)
    told = {key: _ours(key, NOVELTY, round(value, 2), now) for key, value in new.items()}
    papers = [_with(each, told.get(each.kept.paper.id)) for each in papers]
    found = zip(papers, merits([each.known for each in papers]), strict=True)
    scores, parts = [], []
    for each, merit in found:
        scores.append(_ours(each.kept.paper.id, SCORE, float(round(merit.score)), now))
        parts.append(_ours(each.kept.paper.id, SCORE_PARTS, _parts(merit), now))
    with store.begin() as tx:
        came = Measured(papers=len(papers), novelties=tx.signals.keep(told.values()), scores=tx.signals.keep(scores))
        tx.signals.keep(parts)
    log.info("measured papers=%d novelties=%d scores=%d", came.papers, came.novelties, came.scores)
    return came


def _with(paper: Listed, signal: Signal | None) -> Listed:
    return paper if signal is None else replace(paper, said=(*paper.said, signal))


def _parts(merit: Merit) -> tuple[str, ...]:
    """What a score is made of, to be shown beside it; whole places, so that they do not change with every new paper."""
    return tuple(f"{part.name} {round(part.value)} {WEIGHTS[part.name]:g}" for part in merit.parts)


def _ours(subject: str, name: str, value: Value, now: datetime) -> Signal:
    return Signal(subject=subject, name=name, value=value, source=OURS, observed_at=now)


def _novelties(store: Store, space: Space, papers: Sequence[Listed], progress: Progress) -> dict[str, float]:
    """The novelty of papers by id, of those for which it is known: the lowest over all parts of the archive."""
    if not papers:
        return {}
    rows = unit_rows(space, [TermCounts.from_bytes(each.kept.terms) for each in papers])
    asked = DatedRows(
        rows=rows,
        numbers=np.array([each.kept.row for each in papers], np.int64),
        days=np.array([each.day for each in papers], "datetime64[D]"),
    )
    lowest = np.full(len(papers), np.nan)
    for part in _archive(store, space, papers[0].day, papers[-1].day, progress):
        lowest = np.fmin(lowest, novelty(asked, part, block=BLOCK))
    told = zip(papers, known(lowest), strict=True)
    return {each.kept.paper.id: value for each, value in told if value is not None}


def _archive(store: Store, space: Space, first: date, last: date, progress: Progress) -> Iterator[DatedRows]:
    """What was known in the window before the first of some days, or later but before the last, oldest first."""
    with store.read() as tx:
        since = first - timedelta(days=WINDOW_DAYS)
        days = {row: day for row, day in tx.history.known_from().items() if since <= day < last}
    order = sorted(days, key=lambda row: (days[row], row))
    for start in range(0, len(order), BLOCK):
        progress(start, len(order))
        yield _dated(store, space, {row: days[row] for row in order[start : start + BLOCK]})
    progress(len(order), len(order))


def _dated(store: Store, space: Space, days: Mapping[int, date]) -> DatedRows:
    with store.read() as tx:
        terms = tx.history.terms(days)
    return DatedRows(
        rows=unit_rows(space, [TermCounts.from_bytes(terms[row]) for row in days]),
        numbers=np.array(list(days), np.int64),
        days=np.array(list(days.values()), "datetime64[D]"),
    )
