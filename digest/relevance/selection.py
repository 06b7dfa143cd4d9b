"""Which of the ranked papers enter an edition."""

from collections.abc import Iterable, Set
from itertools import islice

from digest.identity import PaperId
from digest.relevance.ranking import Ranked


def select(ranked: Iterable[Ranked], *, size: int, seen: Set[PaperId], threshold: float | None) -> tuple[Ranked, ...]:
    """The best unseen papers that reach the threshold (None: all do), at most `size`, best first."""
    fresh = (item for item in ranked if item.candidate.paper.id not in seen and not item.candidate.paper.withdrawn)
    good = (item for item in fresh if threshold is None or item.score >= threshold)
    return tuple(islice(good, size))
