"""What can be said of one paper: its two sentences, how new its words are, its score, and what is like it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from digest.errors import InvalidInput
from digest.identity import PaperId
from digest.merits.listed import WEEK, Listed, listed
from digest.merits.rows import likeness
from digest.papers import Paper
from digest.relevance.merit import Merit, PartName, merits
from digest.relevance.model import Model
from digest.relevance.novelty import LEAST_GROUP
from digest.relevance.space import Space
from digest.relevance.summary import summary
from digest.relevance.text import TermCounts, word_id, words
from digest.signals import Signal
from digest.store import Store, Transaction
from digest.store.papers import KeptPaper

SIMILAR = 5  # papers shown at most


@dataclass(frozen=True, slots=True, kw_only=True)
class NoveltyPlace:
    """How new a paper's words are, and where that stands."""

    value: float  # 0 to 100, as relevance.novelty tells
    percentile: float  # above 0, below 100
    among: int  # papers whose novelty is known, itself one of them
    category: str  # their primary category; "" where too few are of the paper's own, and it is compared with all


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """A paper of the background that is like another one."""

    paper: Paper
    likeness: float  # the cosine of their words, 0 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Appraisal:
    """What can be said of one paper beside others."""

    summary: str  # two sentences of its abstract; "" without one
    novelty: NoveltyPlace | None  # None while it is not measured
    merit: Merit
    first: date  # the days whose papers it was weighed among
    last: date
    among: int  # how many they are, itself one of them
    similar: tuple[Similar, ...]  # nearest first, at most SIMILAR


def appraise(store: Store, space: Space, key: PaperId, said: Sequence[Signal], *, now: datetime) -> Appraisal:
    """Weigh a kept paper, of which `said` was told, among those of the week from its listing on.

    While that week is not over, they are those of the seven days up to the newest listing. InvalidInput where the
    paper is not kept.
    """
    with store.read() as tx:
        kept = tx.papers.get([key]).get(key)
        if kept is None:
            raise InvalidInput(f"paper {key.removeprefix('arxiv:')} is not kept here")
        days, last = _days(tx, kept, now)
        group = [replace(each, said=tuple(said)) if each.kept.row == kept.row else each for each in listed(tx, days)]
    place = next(at for at, each in enumerate(group) if each.kept.row == kept.row)
    merit = merits([each.known for each in group])[place]
    return Appraisal(
        summary=summary(kept.paper.title, kept.paper.abstract, idf=_rarity(space.model), terms=words),
        novelty=_place(group, place, merit),
        merit=merit,
        first=last - WEEK + timedelta(days=1),
        last=last,
        among=len(group),
        similar=_similar(store, space, kept),
    )


def _days(tx: Transaction, kept: KeptPaper, now: datetime) -> tuple[dict[int, date], date]:
    """The papers that one is weighed among, by row number and day, and the last of these days."""
    days = tx.history.listed_on()
    own = days.get(kept.row) or min((day for *_, day in tx.announcements.of(kept.row)), default=now.date())
    newest = max(days.values(), default=own)
    last = max(own, min(own + WEEK - timedelta(days=1), newest))
    return {row: day for row, day in days.items() if last - WEEK < day <= last} | {kept.row: own}, last


def _place(group: Sequence[Listed], place: int, merit: Merit) -> NoveltyPlace | None:
    """The place that relevance.novelty.percentile_within gave it, and among how many."""
    part = next((part for part in merit.parts if part.name is PartName.NOVELTY), None)
    value = group[place].novelty
    if part is None or value is None:
        return None
    told = [each.known.category for each in group if each.novelty is not None]
    category = group[place].known.category
    if told.count(category) < LEAST_GROUP:
        return NoveltyPlace(value=value, percentile=part.value, among=len(told), category="")
    return NoveltyPlace(value=value, percentile=part.value, among=told.count(category), category=category)


def _rarity(model: Model) -> Callable[[str], float]:
    """The idf of a word in the background, at least 0."""

    def idf(word: str) -> float:
        column = int(model.vocabulary.columns(np.array([word_id(word)], np.uint64))[0])
        papers = int(model.frequencies[column]) if column >= 0 else 0
        return math.log((1 + len(model)) / (1 + papers)) + 1

    return idf


def _similar(store: Store, space: Space, kept: KeptPaper) -> tuple[Similar, ...]:
    if not len(space.model):
        return ()
    cosines = np.where(space.model.numbers == kept.row, 0.0, likeness(space, TermCounts.from_bytes(kept.terms)))
    order = [int(at) for at in np.argsort(-cosines, kind="stable")[:SIMILAR] if cosines[at] > 0]
    numbers = [int(space.model.numbers[at]) for at in order]
    with store.read() as tx:
        papers = tx.papers.by_row(numbers)
    found = zip(numbers, order, strict=True)
    return tuple(Similar(paper=papers[row].paper, likeness=float(cosines[at])) for row, at in found if row in papers)
