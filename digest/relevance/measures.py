"""How good a ranking and its probabilities are: hits in ranked order, or scores and labels, to one figure each.

The measures of order take one list, best first, as booleans: True where the paper is relevant. The whole list is
given, never its top alone, so that what was ranked low still counts. The figures of many lists are averaged by
reader first (`by_user`); intervals draw readers again, because the lists of one reader are not independent.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]
Vector = npt.NDArray[np.float64]

BINS = 15  # of a reliability table; Guo et al. (2017), section 3
DRAWS = 1_000  # of a bootstrap; enough for two digits of a 95 % interval
LEVEL = 0.95  # share of the draws inside an interval
_DRAWN_AT_ONCE = 2**18  # numbers of readers: 4 MiB with their values


def in_order(scores: npt.ArrayLike, labels: npt.ArrayLike) -> Flags:
    """The labels of one list, highest score first; equal scores keep the order they came in."""
    ranked, relevant = _pair(scores, labels)
    return relevant[np.argsort(-ranked, kind="stable")]


def ndcg_at(hits: npt.ArrayLike, k: int) -> float:
    """Normalised discounted cumulative gain of the first `k`, 0 to 1 (Järvelin and Kekäläinen, 2002).

    Binary gain, discount 1 / log2(1 + rank): the sum over the relevant among the first `k`, by that of an order
    with all relevant papers on top. ValueError where nothing is relevant.
    """
    relevant = _hits(hits)
    discount = 1 / np.log2(np.arange(2, len(relevant) + 2))
    ideal = discount[: min(_first(k), int(relevant.sum()))].sum()
    return float(discount[:k][relevant[:k]].sum() / ideal)


def precision_at(hits: npt.ArrayLike, k: int) -> float:
    """Relevant papers among the first `k`, by `k`; a list shorter than `k` is filled with misses."""
    return float(_flags(hits)[: _first(k)].sum()) / k


def recall_at(hits: npt.ArrayLike, k: int) -> float:
    """Relevant papers among the first `k`, by all relevant papers. ValueError where nothing is relevant."""
    relevant = _hits(hits)
    return float(relevant[: _first(k)].sum() / relevant.sum())


def average_precision(hits: npt.ArrayLike) -> float:
    """Mean over the relevant papers of the precision at their ranks, 0 to 1 (Buckley and Voorhees, 2000).

    With ranks r_1 < … < r_R: 1/R Σ j / r_j. ValueError where nothing is relevant.
    """
    ranks = np.flatnonzero(_hits(hits)) + 1
    return float(np.mean(np.arange(1, len(ranks) + 1) / ranks))


def reciprocal_rank(hits: npt.ArrayLike) -> float:
    """1 / rank of the first relevant paper; its mean over lists is MRR (Voorhees, 1999). ValueError as above."""
    return 1.0 / (int(np.argmax(_hits(hits))) + 1)


def auc(scores: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    """The chance that a relevant paper scores above one that is not, a tie counting half; .5 where one kind is missing.

    The Mann–Whitney statistic by that many pairs (Hanley and McNeil, 1982).
    """
    values, relevant = _pair(scores, labels)
    rest, wanted = np.sort(values[~relevant]), values[relevant]
    if not len(rest) or not len(wanted):
        return 0.5
    beaten = np.searchsorted(rest, wanted, "left") + np.searchsorted(rest, wanted, "right")
    return float(beaten.sum()) / 2 / len(rest) / len(wanted)


def brier_score(probabilities: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    """Mean squared difference between probability and outcome, 0 (best) to 1 (Brier, 1950)."""
    stated, relevant = _probabilities(probabilities, labels)
    return float(np.mean((stated - relevant) ** 2))


class Binning(StrEnum):
    """How probabilities are put into bins."""

    WIDTH = "equal width"  # of the range 0 to 1, as Guo et al. (2017): nearly all papers fall into the lowest
    MASS = "equal mass"  # as many papers in each, equal probabilities together (Nguyen and O'Connor, 2015)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """One row of a reliability table."""

    probability: float  # mean of what was said, 0 to 1
    observed: float  # share that was relevant, 0 to 1
    count: int  # papers, at least 1


def reliability(
    probabilities: npt.ArrayLike, labels: npt.ArrayLike, *, binning: Binning, bins: int = BINS
) -> tuple[Bin, ...]:
    """What was said beside what was so, lowest probability first; empty bins are left out (DeGroot and Fienberg, 1983).

    A probability on an edge between two equally wide bins is in the upper one, and 1 in the last.
    """
    stated, relevant = _probabilities(probabilities, labels)
    if binning is Binning.WIDTH:
        places = np.minimum((stated * bins).astype(np.int64), bins - 1)
    else:
        places = np.searchsorted(np.sort(stated), stated) * bins // len(stated)
    counts = np.bincount(places, minlength=bins)
    said, seen = (np.bincount(places, weights=values, minlength=bins) for values in (stated, relevant))
    return tuple(
        Bin(probability=float(said[n] / counts[n]), observed=float(seen[n] / counts[n]), count=int(counts[n]))
        for n in np.flatnonzero(counts)
    )


def calibration_error(
    probabilities: npt.ArrayLike, labels: npt.ArrayLike, *, binning: Binning, bins: int = BINS
) -> float:
    """Expected calibration error, 0 to 1: Σ count / n · |observed - probability| over the bins (Guo et al., 2017)."""
    table = reliability(probabilities, labels, binning=binning, bins=bins)
    gaps = (row.count * abs(row.observed - row.probability) for row in table)
    return sum(gaps) / sum(row.count for row in table)


def top_of_each(scores: npt.ArrayLike, lists: npt.ArrayLike, *, size: int) -> Flags:
    """Which papers are among the `size` best of their list; `lists` names the list of each score, in any order."""
    values, names = np.asarray(scores, dtype=np.float64), np.asarray(lists)
    order = np.lexsort((-values, names))
    _, begins, lengths = np.unique(names[order], return_index=True, return_counts=True)
    chosen = np.zeros(len(values), dtype=np.bool_)
    chosen[order] = np.arange(len(values)) - np.repeat(begins, lengths) < size
    return chosen


def by_user(values: npt.ArrayLike, users: npt.ArrayLike) -> Vector:
    """The mean of each reader's lists, shape (n_readers,), in the order of their sorted names."""
    _, places = np.unique(np.asarray(users), return_inverse=True)
    return np.bincount(places, weights=_finite(values)) / np.bincount(places)


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over readers and the percentile interval of its bootstrap."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Paired(Interval):
    """The mean difference between two methods on the same readers."""

    @property
    def sign(self) -> int:
        """1 or -1 where the interval is clear of zero, else 0."""
        return int(self.low > 0) - int(self.high < 0)

    @property
    def is_better(self) -> bool:
        """Whether the first method is better for certain: the whole interval is above zero."""
        return self.sign > 0


def bootstrap(values: npt.ArrayLike, *, seed: int, draws: int = DRAWS, level: float = LEVEL) -> Interval:
    """The mean of one value a reader with its percentile interval (Efron and Tibshirani, 1993, chapter 13)."""
    return Interval(*_resampled(_finite(values), seed, draws, level))


def paired_bootstrap(
    ours: npt.ArrayLike, theirs: npt.ArrayLike, *, seed: int, draws: int = DRAWS, level: float = LEVEL
) -> Paired:
    """The mean of `ours - theirs` over readers, both given for the same readers in the same order."""
    first, second = _finite(ours), _finite(theirs)
    _same_length(first, second)
    return Paired(*_resampled(first - second, seed, draws, level))


def _resampled(sample: Vector, seed: int, draws: int, level: float) -> tuple[float, float, float]:
    random, size = np.random.default_rng(seed), len(sample)
    rows = max(1, _DRAWN_AT_ONCE // size)
    parts = (min(rows, draws - done) for done in range(0, draws, rows))
    means = np.concatenate([sample[random.integers(0, size, (part, size))].mean(axis=1) for part in parts])
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(sample.mean()), float(low), float(high)


def _hits(hits: npt.ArrayLike) -> Flags:
    relevant = _flags(hits)
    if not relevant.any():
        raise ValueError("nothing in the list is relevant, so its order cannot be judged")
    return relevant


def _first(k: int) -> int:
    if k < 1:
        raise ValueError(f"expected a depth of at least 1, found {k}")
    return k


def _finite(values: npt.ArrayLike) -> Vector:
    numbers = np.asarray(values, dtype=np.float64)
    if not len(numbers) or not np.isfinite(numbers).all():
        raise ValueError("expected finite numbers, and at least one")
    return numbers


def _flags(labels: npt.ArrayLike) -> Flags:
    flags = np.asarray(labels)
    if not np.isin(flags, (0, 1)).all():
        raise ValueError("expected labels that are true or false")
    return flags.astype(np.bool_)


def _same_length(one: npt.NDArray[np.generic], other: npt.NDArray[np.generic]) -> None:
    if one.shape != other.shape:
        raise ValueError(f"expected as many on both sides, found {one.shape} and {other.shape}")


def _pair(scores: npt.ArrayLike, labels: npt.ArrayLike) -> tuple[Vector, Flags]:
    values, relevant = _finite(scores), _flags(labels)
    _same_length(values, relevant)
    return values, relevant


def _probabilities(probabilities: npt.ArrayLike, labels: npt.ArrayLike) -> tuple[Vector, Flags]:
    stated, relevant = _pair(probabilities, labels)
    if stated.min() < 0 or stated.max() > 1:
        raise ValueError("expected probabilities from 0 to 1")
    return stated, relevant
