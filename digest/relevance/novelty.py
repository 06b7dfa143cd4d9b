"""How far a paper's words are from all that came before, and where such a figure stands among others.

Unit rows with each paper's number and day go in; novelty and percentiles from 0 to 100 come out, NaN where nothing is
known. The formulas, with worked examples, are in docs/scores.md.
"""

import math
import statistics
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

Rows = sparse.csr_array
Vector = npt.NDArray[np.float64]

WINDOW_DAYS = 365  # how far back a paper is compared; an idea that comes back after a year is news again
LEAST_GROUP = 20  # known values; in a smaller group one place is more than five percentiles


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DatedRows:
    """Papers as TF-IDF rows, each with its number and its day."""

    rows: Rows  # (n, n_terms), not negative, of unit length, or empty where no term is known
    numbers: npt.NDArray[np.int64]  # (n,), which paper it is: the same everywhere
    days: npt.NDArray[np.datetime64]  # (n,), when it was announced, to the day

    def part(self, chosen: slice) -> "DatedRows":
        return DatedRows(rows=self.rows[chosen], numbers=self.numbers[chosen], days=self.days[chosen])


def novelty(papers: DatedRows, archive: DatedRows, *, block: int) -> Vector:
    """100 × (1 − the highest cosine to another paper of the archive of the WINDOW_DAYS before), shape (n,), 0 to 100.

    NaN where the row is empty or the window holds no other paper. Exact; at most `block` × `block` cosines and `block`
    rows of the archive are held at once beside the arguments, so the archive's order and size do not matter to memory.
    An archive in order of days is fastest. ValueError where `block` is below 1 or the rows have different columns.
    """
    if block < 1:
        raise ValueError(f"a block of {block} rows")
    highest = np.full(papers.rows.shape[0], -np.inf)
    for chosen in _slices(archive.rows.shape[0], block):
        before = archive.part(chosen)
        by_term = sparse.csr_array(before.rows.T)
        for some in _slices(len(highest), block):
            highest[some] = np.maximum(highest[some], _highest(papers.part(some), before, by_term))
    highest[np.diff(papers.rows.indptr) == 0] = -np.inf
    return np.where(np.isfinite(highest), 100 * (1 - np.clip(highest, 0, 1)), np.nan)


def _slices(size: int, block: int) -> Iterator[slice]:
    return (slice(start, min(start + block, size)) for start in range(0, size, block))


def _highest(papers: DatedRows, before: DatedRows, by_term: Rows) -> Vector:
    """The highest cosine of each paper to those it may be compared with; -inf where there are none."""
    first = papers.days - np.timedelta64(WINDOW_DAYS, "D")
    may = (before.days < papers.days[:, None]) & (before.days >= first[:, None])
    may &= before.numbers != papers.numbers[:, None]
    if not may.any():
        return np.full(len(papers.days), -np.inf)
    cosines = (papers.rows @ by_term).toarray()
    return np.asarray(np.max(cosines, axis=1, initial=-np.inf, where=may), dtype=np.float64)


def percentile_within(values: Vector, *groupings: Sequence[Hashable]) -> Vector:
    """The percentile of each value among the known values of its group, above 0 and below 100, shape (n,).

    100 × (those below + half of those equal, itself among them) / all: ties share one place, and the median has 50. Of
    several groupings, each with one label a value, the first counts in which the value's group has LEAST_GROUP known
    values; where none has, the value is compared with all. NaN stays NaN.
    """
    found = _percentile(values)
    for labels in reversed(groupings):
        for members in _groups(labels):
            if np.count_nonzero(~np.isnan(values[members])) >= LEAST_GROUP:
                found[members] = _percentile(values[members])
    return found


def _groups(labels: Sequence[Hashable]) -> Iterable[list[int]]:
    found = defaultdict[Hashable, list[int]](list)
    for place, label in enumerate(labels):
        found[label].append(place)
    return found.values()


def _percentile(values: Vector) -> Vector:
    known = np.sort(values[~np.isnan(values)])
    if not len(known):
        return np.full(len(values), np.nan)
    twice = np.searchsorted(known, values, "left") + np.searchsorted(known, values, "right")
    return np.where(np.isnan(values), np.nan, 50 * twice / len(known))


def known(values: Iterable[float]) -> tuple[float | None, ...]:
    """The same figures, with None for NaN: not known."""
    return tuple(None if math.isnan(value) else float(value) for value in values)


def median_known(values: Iterable[float | None]) -> float | None:
    """An author's figure from those of their papers: the median of what is known, None where nothing is."""
    told = [value for value in values if value is not None and not math.isnan(value)]
    return statistics.median(told) if told else None
