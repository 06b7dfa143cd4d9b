"""A paper's score from 0 to 100, as named parts that add up to it.

What is known of many papers goes in, for most parts are a place among others; their merits come out in the same order.
No part is required. The formula, with a worked example, is in docs/scores.md.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from textwrap import shorten

import numpy as np

from digest import identity, signals
from digest.papers import Paper
from digest.relevance.novelty import Vector, percentile_within
from digest.signals import Signal, Value


class PartName(StrEnum):
    """What a score is made of."""

    CITATIONS = "citations"
    UPVOTES = "upvotes"
    CODE = "code"
    VENUE = "venue"
    NOVELTY = "novelty"
    PRIOR = "prior"


MIDDLE = 50.0  # the score of a paper of which nothing is known
PRESENT = 100.0  # the value of code or venue; a paper without is not known to have none, and loses nothing
WEIGHTS: Mapping[PartName, float] = {
    PartName.CITATIONS: 3.0,  # others have built on it: the dearest sign, and the hardest to make oneself
    PartName.UPVOTES: 2.0,  # many readers, soon, but of one crowd
    PartName.CODE: 1.0,  # yes or no, said by the authors
    PartName.VENUE: 1.0,  # yes or no, said by a journal
    PartName.NOVELTY: 1.0,  # of words, which is not yet of worth
    PartName.PRIOR: 2.0,  # as much as upvotes: one lesser part alone moves a score by a sixth of the scale at most
}
GIVEN = frozenset({"score", "novelty"})  # names of signals by which a source tells its own figure
MONTH_DAYS = 365.25 / 12
AGE_BANDS = (3.0, 12.0, 36.0)  # months between which papers are of one age: citations come late, then fast, then slow
_VENUE_WIDTH = 80  # characters of a venue that are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of one paper besides its words; None where it is not known."""

    day: date  # announced
    category: str = ""  # primary
    upvotes: float | None = None  # 0 or more
    citations: float | None = None  # 0 or more
    months: float | None = None  # from its first day to when its citations were counted, at least 1
    has_code: bool = False
    venue: str = ""  # a journal reference or a journal's DOI
    novelty: float | None = None  # 0 to 100, as novelty.novelty tells
    given: tuple[Signal, ...] = ()  # what sources call its score or novelty, on their own scales

    @property
    def velocity(self) -> float | None:
        """Citations a month; None where it is not known."""
        return self.citations / self.months if self.citations is not None and self.months else None

    @property
    def age(self) -> int | None:
        """In which of the AGE_BANDS its citations were counted."""
        return bisect_right(AGE_BANDS, self.months) if self.months is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One term of a score."""

    name: PartName
    value: float  # 0 to 100
    weight: float  # above 0; the weights of a score's parts add up to 1
    words: str  # for the reader: what is known, and its place

    @property
    def points(self) -> float:
        """What it brings to the score."""
        return self.value * self.weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Merit:
    """A paper's score, and what it is made of."""

    score: float  # 0 to 100: exactly math.fsum of the parts' points
    parts: tuple[Part, ...]  # in the order of PartName; the prior is always there
    given: tuple[Signal, ...] = ()  # the sources' own figures, to be shown as theirs; no part of the score


def known_of(paper: Paper, said: Iterable[Signal], *, day: date, novelty: float | None = None) -> Known:
    """What is known of a paper announced on `day` of which these signals were told.

    Of several sources the highest count is believed, as each sees only a part of the world. What is no finite number of
    0 or more is not known.
    """
    told = tuple(said)
    upvotes, cited = _highest(signals.UPVOTES, told), _highest(signals.CITATIONS, told)
    began = paper.submitted_at.date() if paper.submitted_at else day
    return Known(
        day=day,
        category=next(iter(paper.categories), ""),
        upvotes=_number(upvotes.value) if upvotes else None,
        citations=_number(cited.value) if cited else None,
        months=max((cited.observed_at.date() - began).days / MONTH_DAYS, 1.0) if cited else None,
        has_code=any(signal.name == signals.CODE and signal.value for signal in told),
        venue=paper.journal_ref or ("" if identity.is_preprint(paper.doi) else paper.doi),
        novelty=novelty,
        given=tuple(s for s in told if s.name in GIVEN and _number(s.value, least=-math.inf) is not None),
    )


def _highest(name: str, told: Iterable[Signal]) -> Signal | None:
    counts = ((_number(signal.value), signal) for signal in told if signal.name == name)
    found = [(count, signal.observed_at, signal) for count, signal in counts if count is not None]
    return max(found, key=lambda item: item[:2])[2] if found else None


def _number(value: Value, *, least: float = 0.0) -> float | None:
    """A finite number that is not below `least`; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:  # JSON knows whole numbers of any length
        return None
    return number if math.isfinite(number) and number >= least else None


def merits(papers: Sequence[Known]) -> tuple[Merit, ...]:
    """The merit of each paper among all of these, in their order.

    Percentiles are those of novelty.percentile_within: upvotes among the papers of the day, of the week, or all;
    citations a month among those of the primary category and age, of the age, or all; novelty within the primary
    category, or among all. So a page's papers are no population: give those of weeks.
    """
    days = [paper.day for paper in papers]
    weeks = [day.isocalendar()[:2] for day in days]
    categories = [paper.category for paper in papers]
    ages = [paper.age for paper in papers]
    upvotes = percentile_within(_column(papers, lambda paper: paper.upvotes), days, weeks)
    fields = list(zip(categories, ages, strict=True))
    citations = percentile_within(_column(papers, lambda paper: paper.velocity), fields, ages)
    novelties = percentile_within(_column(papers, lambda paper: paper.novelty), categories)
    places = zip(papers, citations, upvotes, novelties, strict=True)
    return tuple(
        _merit(paper, list(_found(paper, float(cited), float(liked), float(new))))
        for paper, cited, liked, new in places
    )


def _column(papers: Sequence[Known], told: Callable[[Known], float | None]) -> Vector:
    values = (told(paper) for paper in papers)
    return np.array([math.nan if value is None else value for value in values], dtype=np.float64)


def _found(paper: Known, cited: float, liked: float, new: float) -> Iterator[tuple[PartName, float, str]]:
    """The name, value and words of each part that is known; percentiles are NaN where they are not."""
    if not math.isnan(cited):
        count = f"citations: {_shown(paper.citations)}, {_shown(paper.velocity)} a month"
        yield PartName.CITATIONS, cited, f"{count}, percentile {_place(cited)} among papers of its field and age"
    if not math.isnan(liked):
        yield PartName.UPVOTES, liked, f"upvotes: {_shown(paper.upvotes)}, percentile {_place(liked)} in its days"
    if paper.has_code:
        yield PartName.CODE, PRESENT, "its code is linked"
    if paper.venue:
        yield PartName.VENUE, PRESENT, f"published: {shorten(paper.venue, _VENUE_WIDTH, placeholder=' …').strip()}"
    if not math.isnan(new):
        yield PartName.NOVELTY, new, f"novelty: {_shown(paper.novelty)}, percentile {_place(new)} in its field"


def _place(percentile: float) -> int:
    """A percentile as it is shown: nobody stands at 0 or 100."""
    return min(max(round(percentile), 1), 99)


def _shown(number: float | None) -> str:
    """A number in few characters, however large; "" where there is none."""
    return "" if number is None else f"{round(number, 1):,.9g}"


def _merit(paper: Known, found: Sequence[tuple[PartName, float, str]]) -> Merit:
    named = (*found, (PartName.PRIOR, MIDDLE, "where every paper begins"))
    whole = math.fsum(WEIGHTS[name] for name, _, _ in named)
    parts = tuple(
        Part(name=name, value=value, weight=WEIGHTS[name] / whole, words=words) for name, value, words in named
    )
    return Merit(score=math.fsum(part.points for part in parts), parts=parts, given=paper.given)
