"""Which of the ranked papers enter an edition."""

from collections.abc import Iterable, Set
from dataclasses import dataclass
from itertools import islice

from digest.identity import PaperId
from digest.relevance.ranking import Ranked


@dataclass(frozen=True, slots=True, kw_only=True)
class RelevanceSettings:
    """What is good enough, and what it is measured against."""

    threshold: float = 0.03         # the least raw score of a paper that is sent to somebody with a profile
    background_papers: int = 20000  # the newest so many papers are the background


def select(ranked: Iterable[Ranked], *, size: int, seen: Set[PaperId], threshold: float | None) -> tuple[Ranked, ...]:
    """The best unseen papers that reach the threshold (None: all do), at most `size`, best first."""
    fresh = (item for item in ranked if item.candidate.paper.id not in seen and not item.candidate.paper.withdrawn)
    good = (item for item in fresh if threshold is None or item.score >= threshold)
    return tuple(islice(good, size))
