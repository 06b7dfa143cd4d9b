"""What a back-test comes to: one line for each ranking, how far probabilities can be trusted, and each reader alone."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from digest.evaluation.backtest import OURS, RANKINGS, WORDS_ALONE, Judged
from digest.relevance.measures import (
    Bin,
    Binning,
    Interval,
    Paired,
    auc,
    bootstrap,
    by_user,
    calibration_error,
    in_order,
    ndcg_at,
    paired_bootstrap,
    precision_at,
    reliability,
)
from digest.subscribers import Learner

Vector = npt.NDArray[np.float64]

DEPTH = 10  # of nDCG
ENOUGH_DAYS = 10  # listings, of all readers or of one, below which no ranking is called better
ENOUGH_READERS = 5  # below which days are drawn again, for want of readers
DRAWS = 10_000  # of the bootstrap for one reader, whose level is nearer to 1
ERROR = 0.05  # chance that a reader's rankings are called different although they are not, over all of them
_SEED = 0  # the same votes give the same report
_BINS = 10  # of the reliability table


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One ranking over all readers."""

    name: str
    auc: Interval
    ndcg: Interval  # at DEPTH
    precision: Interval  # at the size of the reader's edition
    behind: Paired | None  # nDCG of ours less that of this one; None for ours


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderLine:
    """One reader."""

    address: str
    days: int  # listings that count
    liked: int  # papers of them
    ndcg: dict[str, float]  # at DEPTH, by name of the ranking
    better: tuple[str, ...]  # rankings that are better for certain, best first; () where there are too few days
    learner: Learner  # that they have
    advised: Learner  # WORDS where it is better for certain, else FULL; what they have where there are too few days


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A back-test."""

    first: date
    last: date
    days: int  # listings that count, each reader's apart
    readers: tuple[ReaderLine, ...]  # by address
    lines: tuple[Line, ...] = ()  # ours first; () where there are too few days
    by_reader: bool = False  # whether the intervals are over readers; else over days
    calibration: float | None = None  # expected calibration error of the readers' probabilities, 0 to 1
    reliability: tuple[Bin, ...] = ()  # as many papers in each row

    @property
    def enough(self) -> bool:
        """Whether there are votes enough to tell anything."""
        return bool(self.lines)

    @property
    def changes(self) -> tuple[ReaderLine, ...]:
        """The readers whose learner is not the one that their votes advise."""
        return tuple(line for line in self.readers if line.advised is not line.learner)


def report(judged: Sequence[Judged], *, first: date, last: date) -> Report:
    """The back-test of some days, from what was ranked in them."""
    readers = _readers(judged)
    if len(judged) < ENOUGH_DAYS:
        return Report(first=first, last=last, days=len(judged), readers=readers)
    stated = np.concatenate([each.probabilities for each in judged])
    liked = np.concatenate([each.liked for each in judged])[np.isfinite(stated)]
    stated = stated[np.isfinite(stated)]
    return Report(
        first=first,
        last=last,
        days=len(judged),
        readers=readers,
        lines=tuple(_line(judged, name) for name in RANKINGS),
        by_reader=len(readers) >= ENOUGH_READERS,
        calibration=calibration_error(stated, liked, binning=Binning.MASS, bins=_BINS) if len(stated) else None,
        reliability=reliability(stated, liked, binning=Binning.MASS, bins=_BINS) if len(stated) else (),
    )


def _ndcg(each: Judged, name: str) -> float:
    return ndcg_at(in_order(each.scores[name], each.liked), DEPTH)


def _precision(each: Judged, name: str) -> float:
    return precision_at(in_order(each.scores[name], each.liked), each.subscriber.size)


def _auc(each: Judged, name: str) -> float:
    return auc(each.scores[name], each.liked)


def _line(judged: Sequence[Judged], name: str) -> Line:
    ndcg = _values(judged, name, _ndcg)
    behind = paired_bootstrap(_values(judged, OURS, _ndcg), ndcg, seed=_SEED) if name != OURS else None
    return Line(
        name=name,
        auc=bootstrap(_values(judged, name, _auc), seed=_SEED),
        ndcg=bootstrap(ndcg, seed=_SEED),
        precision=bootstrap(_values(judged, name, _precision), seed=_SEED),
        behind=behind,
    )


def _values(judged: Sequence[Judged], name: str, measure: Callable[[Judged, str], float]) -> Vector:
    """One value a reader; one a day where there are too few readers to draw from."""
    values = np.array([measure(each, name) for each in judged])
    readers = [each.subscriber.id for each in judged]
    return by_user(values, readers) if len(set(readers)) >= ENOUGH_READERS else values


def _readers(judged: Sequence[Judged]) -> tuple[ReaderLine, ...]:
    found: dict[str, list[Judged]] = defaultdict(list)
    for each in judged:
        found[each.subscriber.address].append(each)
    return tuple(_reader(address, found[address]) for address in sorted(found))


def _reader(address: str, days: Sequence[Judged]) -> ReaderLine:
    ndcg = {name: np.array([_ndcg(each, name) for each in days]) for name in days[0].scores}
    rivals = sorted((name for name in ndcg if name != OURS), key=lambda name: -float(ndcg[name].mean()))
    enough, learner = len(days) >= ENOUGH_DAYS, days[-1].subscriber.learner
    better = tuple(name for name in rivals if enough and _is_better(ndcg[name], ndcg[OURS]))
    return ReaderLine(
        address=address,
        days=len(days),
        liked=sum(int(each.liked.sum()) for each in days),
        ndcg={name: float(values.mean()) for name, values in ndcg.items()},
        better=better,
        learner=learner,
        advised=_advised(better) if enough else learner,
    )


def _advised(better: Sequence[str]) -> Learner:
    return Learner.WORDS if WORDS_ALONE in better else Learner.FULL


def _is_better(rival: Vector, ours: Vector) -> bool:
    """Whether a rival is better on a reader's days, at a level that allows for there being several (Bonferroni)."""
    rivals = len(RANKINGS) - 1
    return paired_bootstrap(rival, ours, seed=_SEED, draws=DRAWS, level=1 - ERROR / rivals).is_better
