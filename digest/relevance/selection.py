"""Which papers enter one reader's edition, which are named below the fold, and what kept the others out.

In: the day's contenders as scored for one reader, how alike their texts are, and the reader's limits. Out: a
Selection. Pure: the same contenders, in whatever order they come, and the same seed give the same selection.

Seats are given in this order; nothing seen or withdrawn ever gets one, and none but a reclaimed paper gets one beside
a paper it nearly repeats:

1. what the reader took back from an earlier day, whatever its score and whatever the quotas;
2. must-reads, best first: a rule the reader stated outright stands above the threshold, not below it;
3. the rest, dealt to the reader's interests by weight (Sainte-Laguë), seats already given counted in; an interest
   that has no good paper left, or whose quota is full, leaves its seats to the others. Within an interest the next
   paper is the one of highest marginal relevance; where everything is wanted, simply the best, however unlikely;
4. the last seat, in an edition of EXPLORES_FROM or more that is full without it, goes to an exploration.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from operator import gt
from random import Random
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from digest.editions import Slot
from digest.identity import PaperId

# Maximal marginal relevance, Carbonell & Goldstein (SIGIR 1998): LAMBDA × relevance - (1 - LAMBDA) × highest likeness
# to a paper that has a seat; the relevance is the probability over that of the interest's best paper. Measured with
# TF-IDF: .8 takes 5 to 6 % of the likeness out of an edition of ten for .001 to .003 of nDCG@10; .5 takes .005 to .015.
LAMBDA = 0.8
# Cosine of TF-IDF rows from which two papers tell a reader the same. Of 30,000 arXiv papers of 2026, three pairs of
# about the same day reach .7, twins by their abstracts or titles, and none reaches .9; sister papers of one group lie
# at .4 to .68. Where only titles are known, different works come up to .7 and above.
NEAR_DUPLICATE = 0.7
DEPTH = 4  # × size: so many of each interest's best papers are looked at
EXPLORES_FROM = 8  # seats; in a smaller edition one of them is too much to give away
DRAWS = 5  # papers drawn for the exploration, of which the one least like the edition is taken
FOLD = 0.5  # × threshold: the least probability of what is explored or named below the fold
ALSO_NEW = 5  # papers named below the fold at most
SHADOW = 50  # left out papers kept at most


# The slots of an edition as they follow each other on the page; best first within each.
READING_ORDER = (Slot.RECLAIMED, Slot.MUST_READ, Slot.CHOSEN, Slot.EVERYTHING, Slot.EXPLORATION)


class LeftOutBecause(StrEnum):
    """What kept a paper out of an edition: the first of these that holds."""

    WITHDRAWN = "withdrawn"
    SEEN = "seen"  # the reader has had it before
    THRESHOLD = "threshold"  # not good enough
    LIKE_ANOTHER = "like another"  # it nearly repeats a paper that is in the edition or below its fold
    QUOTA = "quota"  # its interest had as many papers as the reader allows it
    SIZE = "size"  # the edition was full


_CAUSES = (LeftOutBecause.THRESHOLD, LeftOutBecause.LIKE_ANOTHER, LeftOutBecause.QUOTA, LeftOutBecause.SIZE)


class Contender(NamedTuple):  # and no dataclass, which takes four times as long to make: a reader has seventy a day
    """A paper of the day as one reader's profile sees it."""

    paper: PaperId
    row: int  # of the day's likeness
    interest: str  # the interest it scores best for
    score: float  # raw, unbounded, finite
    probability: float  # 0 to 1
    must_read: bool = False
    everything: bool = False
    withdrawn: bool = False
    reclaimed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one reader's edition may hold."""

    size: int  # papers at most
    threshold: float  # least probability of a chosen paper, 0 to 1
    quotas: Mapping[str, int]  # papers at most, by interest; absent: no limit
    weights: Mapping[str, float]  # above 0, by interest: its share of the seats against the others; absent: 1


class Chosen(NamedTuple):
    """A paper that has a seat."""

    contender: Contender
    slot: Slot


class LeftOut(NamedTuple):
    """A paper that came close."""

    contender: Contender
    because: LeftOutBecause


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What became of a reader's contenders; each is named once at most."""

    chosen: tuple[Chosen, ...]  # in READING_ORDER
    also_new: tuple[Contender, ...]  # best first, at most ALSO_NEW
    left_out: tuple[LeftOut, ...]  # best first, at most SHADOW


Flags = npt.NDArray[np.bool_]


class Likeness(Protocol):
    """How alike the texts of one day's papers are."""

    def __call__(self, row: int, rows: npt.NDArray[np.intp], /) -> npt.NDArray[np.floating[Any]]:
        """The cosine, 0 to 1, of one paper with others, shape (len(rows),)."""


def select(
    contenders: Iterable[Contender], likeness: Likeness, limits: Limits, *, seen: Set[PaperId], explore: int
) -> Selection:
    """The edition of one reader and day; `contenders` names each paper once, `explore` is the seed of the exploration.

    Nothing changes where the caller hands over only the `looked_at(size)` best of each interest that are neither seen
    nor withdrawn, besides all must-reads and all reclaimed papers; only what was seen or withdrawn is then not told.
    """
    fit, barred = _parted(list(contenders), seen)
    seating = _Seating(_short_list(fit, looked_at(limits.size)), likeness, limits)
    seating.seat_the_privileged()
    seating.deal(limits.size - 1)
    seating.explore(explore)
    seating.deal(limits.size)
    seating.name_below_the_fold()
    left_out = seating.left_out()
    if barred:
        left_out = sorted([*left_out, *map(_barred, barred)], key=lambda item: _rank(item.contender))
    return Selection(chosen=seating.chosen(), also_new=seating.also_new(), left_out=tuple(left_out[:SHADOW]))


def _parted(contenders: list[Contender], seen: Set[PaperId]) -> tuple[list[Contender], list[Contender]]:
    """Those that may have a seat, and the others."""
    barred = [contender for contender in contenders if contender.withdrawn or contender.paper in seen]
    if not barred:
        return contenders, barred
    return [contender for contender in contenders if not (contender.withdrawn or contender.paper in seen)], barred


def looked_at(size: int) -> int:
    """How many papers of each interest can matter to an edition of this size and its shadow."""
    return max(DEPTH * size, size + ALSO_NEW + SHADOW)


def _rank(contender: Contender) -> tuple[bool, bool, float, float, PaperId]:
    """Sorts best first: reclaimed, then must-reads, then by probability; the paper's id settles a tie."""
    return not contender.reclaimed, not contender.must_read, -contender.probability, -contender.score, contender.paper


def _short_list(contenders: Sequence[Contender], depth: int) -> list[Contender]:
    """Best first: the privileged, and the `depth` best of each interest."""
    if len(contenders) <= depth:
        return list(contenders) if _in_order(contenders) else sorted(contenders, key=_rank)
    kept: list[Contender] = []
    others = defaultdict[str, list[Contender]](list)
    for contender in contenders:
        (kept if contender.must_read or contender.reclaimed else others[contender.interest]).append(contender)
    for group in others.values():
        kept += _best(group, depth)
    return sorted(kept, key=_rank)


def _in_order(contenders: Sequence[Contender]) -> bool:
    """Whether each stands above the next by its probability alone, as they come from one interest without rules."""
    if any(contender.must_read or contender.reclaimed for contender in contenders):
        return False
    probabilities = [contender.probability for contender in contenders]
    return all(map(gt, probabilities, probabilities[1:]))


def _best(contenders: list[Contender], count: int) -> list[Contender]:
    """The `count` best, in no order; only those are compared in full that tie with the last."""
    if len(contenders) <= count:
        return contenders
    probabilities = np.array([contender.probability for contender in contenders])
    bar = np.partition(probabilities, -count)[-count]
    likely = [contenders[n] for n in np.flatnonzero(probabilities >= bar).tolist()]
    return likely if len(likely) == count else sorted(likely, key=_rank)[:count]


def _barred(contender: Contender) -> LeftOut:
    because = LeftOutBecause.WITHDRAWN if contender.withdrawn else LeftOutBecause.SEEN
    return LeftOut(contender=contender, because=because)


class _Seating:
    """An edition while its seats are given; every array is over the short list, best first, shape (n,)."""

    def __init__(self, listed: Sequence[Contender], likeness: Likeness, limits: Limits) -> None:
        self._listed = listed
        self._likeness = likeness
        self._limits = limits
        self._slots: dict[int, Slot] = {}  # by place in the short list
        self._below: list[int] = []
        self._taken = Counter[str]()  # seats, by interest
        self._members = _members(listed)
        columns: list[tuple[Any, ...]] = list(zip(*listed, strict=True)) or [()] * len(Contender._fields)
        _, rows, _, _, probability, must_read, everything, _, reclaimed = columns
        self._rows = np.array(rows, dtype=np.intp)
        self._probability = np.array(probability, dtype=np.float64)
        self._everything = np.array(everything, dtype=bool)
        self._wanted = np.array([must_read, everything, reclaimed], dtype=bool).any(axis=0)
        self._closest = np.zeros(len(listed))  # highest likeness to what is in the edition or below its fold
        self._free = np.ones(len(listed), dtype=bool)  # may still be named: not in, no near-duplicate, quota not full
        self._relevance = self._weighed()
        self._spread = np.where(self._everything, 0.0, 1 - LAMBDA)
        for interest in self._members:
            self._keep_quota(interest)

    def seat_the_privileged(self) -> None:
        """Give seats to the reclaimed, then to the must-reads."""
        for n, contender in enumerate(self._listed):
            if len(self._slots) >= self._limits.size or not (contender.reclaimed or contender.must_read):
                break
            if contender.reclaimed:
                self._seat(n, Slot.RECLAIMED)
            elif self._free[n]:
                self._seat(n, Slot.MUST_READ)

    def deal(self, seats: int) -> None:
        """Go on until so many seats are taken, or no paper is left that may have one."""
        while len(self._slots) < seats and (n := self._next()) is not None:
            self._seat(n, Slot.EVERYTHING if self._everything[n] else Slot.CHOSEN)

    def explore(self, seed: int) -> None:
        """Give the last seat to a paper that would get none, if another could fill it."""
        size = self._limits.size
        if size < EXPLORES_FROM or len(self._slots) != size - 1 or (following := self._next()) is None:
            return
        good = self._probability >= FOLD * self._limits.threshold
        pool = np.flatnonzero(self._free & good & ~self._everything)
        pool = pool[pool != following]
        if len(pool):
            drawn = Random(seed).sample(pool.tolist(), min(DRAWS, len(pool)))  # noqa: S311 - nothing secret
            self._seat(min(drawn, key=lambda n: (self._closest[n], n)), Slot.EXPLORATION)

    def name_below_the_fold(self) -> None:
        """Note the best that have no seat, reach the fold and repeat nothing."""
        good = self._reach(FOLD * self._limits.threshold)
        while len(self._below) < ALSO_NEW and (good & self._free).any():
            n = int((good & self._free).argmax())
            self._below.append(n)
            self._bring_near(n)

    def chosen(self) -> tuple[Chosen, ...]:
        """What has a seat, in reading order."""
        order = sorted(self._slots, key=lambda n: (READING_ORDER.index(self._slots[n]), n))
        return tuple(Chosen(contender=self._listed[n], slot=self._slots[n]) for n in order)

    def also_new(self) -> tuple[Contender, ...]:
        """What stands below the fold, best first."""
        return tuple(self._listed[n] for n in self._below)

    def left_out(self) -> list[LeftOut]:
        """The rest of the short list, best first, at most SHADOW."""
        named = {*self._slots, *self._below}
        rest = islice((n for n in range(len(self._listed)) if n not in named), SHADOW)
        because = self._because().tolist()
        return [LeftOut(self._listed[n], _CAUSES[because[n]]) for n in rest]

    def _because(self) -> npt.NDArray[np.intp]:
        """What keeps each out that has no seat, as a place among the causes: the first that holds."""
        holds = [~self._reach(self._limits.threshold), self._closest >= NEAR_DUPLICATE, ~self._free]
        return np.asarray(np.argmax([*holds, np.ones(len(self._listed), dtype=bool)], axis=0))

    def _reach(self, bar: float) -> Flags:
        """Which are good enough, or wanted whatever their text says."""
        reached: Flags = (self._probability >= bar) | self._wanted
        return reached

    def _weighed(self) -> npt.NDArray[np.float64]:
        """LAMBDA × each paper's probability over the highest of its interest; -inf where it is not good enough."""
        relevance = np.where(self._reach(self._limits.threshold), LAMBDA * self._probability, -np.inf)
        for found in self._members.values():
            relevance[found] /= self._probability[found].max() or 1.0
        return relevance

    def _next(self) -> int | None:
        """Whose turn it is: the best paper of the interest with the strongest claim."""
        value = self._relevance - self._spread * self._closest
        value[~self._free] = -np.inf
        if len(self._members) == 1:
            n = int(value.argmax())
            return n if value[n] > -np.inf else None
        leaders = [int(found[value[found].argmax()]) for found in self._members.values()]
        waiting = [n for n in leaders if value[n] > -np.inf]
        return min(waiting, key=lambda n: (-self._claim(self._listed[n].interest), n), default=None)

    def _claim(self, interest: str) -> float:
        """Sainte-Laguë's quotient (Webster's method): the next seat goes to the highest."""
        return self._limits.weights.get(interest, 1.0) / (2 * self._taken[interest] + 1)

    def _seat(self, n: int, slot: Slot) -> None:
        self._slots[n] = slot
        self._taken[self._listed[n].interest] += 1
        self._keep_quota(self._listed[n].interest)
        self._bring_near(n)

    def _keep_quota(self, interest: str) -> None:
        quota = self._limits.quotas.get(interest)
        if quota is not None and self._taken[interest] >= quota:
            self._free[self._members[interest]] = False

    def _bring_near(self, n: int) -> None:
        """Note how close the others are to a paper that is named now; neither it nor what repeats it may be again."""
        np.maximum(self._closest, self._likeness(self._listed[n].row, self._rows), out=self._closest)
        self._free &= self._closest < NEAR_DUPLICATE
        self._free[n] = False


def _members(contenders: Sequence[Contender]) -> dict[str, npt.NDArray[np.intp]]:
    """The places of each interest's papers."""
    names = {contender.interest for contender in contenders}
    if len(names) == 1:
        return {names.pop(): np.arange(len(contenders))}
    members = defaultdict[str, list[int]](list)
    for n, contender in enumerate(contenders):
        members[contender.interest].append(n)
    return {interest: np.array(places, dtype=np.intp) for interest, places in members.items()}
