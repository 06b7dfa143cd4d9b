"""The editions of many readers at once: of one interest each, the very seats that `select` gives one after the other.

In: the readers' contenders as arrays, best first, and what each edition may hold. Out: arrays again, of places among
the contenders. A step gives one seat to every reader who has one left, so that what a call of numpy costs is shared.
Must-reads, what was reclaimed, quotas and several interests are left to `select`, which says what the seats mean.
"""

from dataclasses import dataclass
from random import Random

import numpy as np
import numpy.typing as npt

from digest.relevance.likeness import Likeness
from digest.relevance.parting import Exact, Numbers, Places
from digest.relevance.selection import (
    ALSO_NEW,
    DRAWS,
    EXPLORES_FROM,
    FOLD,
    LAMBDA,
    NEAR_DUPLICATE,
    SHADOW,
    LeftOutBecause,
    looked_at,
)

Flags = npt.NDArray[np.bool_]

NOWHERE = -1  # in place of a place, a row or a cause where there are no more
# By what `because` holds; what was seen or withdrawn is told by the caller, who knows why it is barred.
CAUSES = (LeftOutBecause.THRESHOLD, LeftOutBecause.LIKE_ANOTHER, LeftOutBecause.SIZE)
BARRED = len(CAUSES)
_NAMED = 2.0  # in place of a likeness: more than any, so that what is named, or may not be, is near


@dataclass(frozen=True, slots=True, eq=False)
class Lists:
    """The contenders of readers who have one interest each; best first as `select` sorts them.

    Arrays have shape (n_readers, n) where no other is told; n is 1 at least.
    """

    rows: Places  # of the day; NOWHERE after the last
    scores: Exact  # raw, unbounded
    probability: Exact  # 0 to 1; below 0 after the last
    barred: Flags  # seen or withdrawn
    everything: Flags  # shape (n_readers,): the interest wants all that is let in


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """What each reader's edition may hold, shape (n_readers,)."""

    sizes: Numbers  # papers at most
    thresholds: Exact  # least probability of a chosen paper, 0 to 1
    seeds: list[int]  # of the explorations


@dataclass(frozen=True, slots=True, eq=False)
class Seats:
    """What became of the contenders, as places in each reader's list: NOWHERE after the last."""

    chosen: Places  # shape (n_readers, the most seats), in reading order
    explored: Flags  # shape (n_readers,): the last of them is an exploration
    below: Places  # shape (n_readers, ALSO_NEW), best first
    left_out: Places  # shape (n_readers, SHADOW), best first
    because: Places  # the same shape, a place in CAUSES, or BARRED


def seat_all(lists: Lists, likeness: Likeness, bounds: Bounds) -> Seats:
    """Give all readers their seats; nobody's depend on who else is served."""
    table = _Tables(lists, likeness, bounds)
    table.deal(bounds.sizes - 1)
    explored = table.explore(bounds.seeds)
    table.deal(bounds.sizes)
    below = table.named_below_the_fold()
    return table.seats(explored, below)


class _Tables:
    """All editions while their seats are given; arrays are over the contenders, shape (n_readers, n)."""

    def __init__(self, lists: Lists, likeness: Likeness, bounds: Bounds) -> None:
        self._lists = lists
        self._likeness = likeness
        self._bounds = bounds
        self._all = np.arange(len(lists.rows))
        self._others = np.maximum(lists.rows, 0)  # any paper does after the last, which is named already
        fit = (lists.rows != NOWHERE) & ~lists.barred
        depths = np.array([looked_at(size) for size in bounds.sizes.tolist()])
        fit &= np.cumsum(fit, axis=1) <= depths[:, None]
        self._fit = fit
        self._closest = np.where(fit, 0.0, _NAMED)  # highest likeness to what is named; free is what is not near
        self._relevance = self._weighed()
        self._spread = np.where(lists.everything, 0.0, 1 - LAMBDA)[:, None]
        self._value = np.empty_like(self._relevance)
        self._chosen = np.full((len(fit), int(bounds.sizes.max(initial=0))), NOWHERE)
        self._taken = np.zeros(len(fit), dtype=np.int64)

    def deal(self, most: Numbers) -> None:
        """Go on until each reader has so many seats taken, or no paper left that may have one."""
        while True:
            place, found = self._next()
            who = np.flatnonzero(found & (self._taken < most))
            if not len(who):
                return
            self._seat(who, place[who])

    def explore(self, seeds: list[int]) -> Flags:
        """Give last seats to papers that would get none, if others could fill them; who has one now."""
        following, found = self._next()
        sizes = self._bounds.sizes
        pool = self._free() & self._reach(FOLD, alone=True)
        pool[self._all, following] = False
        pool[~(found & (sizes >= EXPLORES_FROM) & (self._taken == sizes - 1))] = False
        who = np.flatnonzero(pool.any(axis=1))
        if len(who):
            drawn = _drawn(pool[who], [seeds[reader] for reader in who.tolist()])
            nearness = np.where(drawn == NOWHERE, np.inf, self._closest[who[:, None], drawn])
            self._seat(who, drawn[np.arange(len(who)), nearness.argmin(axis=1)])
        explored = np.zeros(len(pool), dtype=bool)
        explored[who] = True
        return explored

    def named_below_the_fold(self) -> Places:
        """The best that have no seat, reach the fold and repeat nothing."""
        good = self._reach(FOLD)
        below = np.full((len(good), ALSO_NEW), NOWHERE)
        for at in range(ALSO_NEW):
            waiting = good & self._free()
            place = waiting.argmax(axis=1)
            who = np.flatnonzero(waiting[self._all, place])
            below[who, at] = place[who]
            self._bring_near(who, place[who])
        return below

    def seats(self, explored: Flags, below: Places) -> Seats:
        """Everything that became of the contenders, once all are seated."""
        chosen = self._in_reading_order(explored)
        left_out = self._left_out(chosen, below)
        near = self._closest[self._all[:, None], left_out] >= NEAR_DUPLICATE
        because = np.where(near, CAUSES.index(LeftOutBecause.LIKE_ANOTHER), CAUSES.index(LeftOutBecause.SIZE))
        reached = self._reach(1.0)[self._all[:, None], left_out]
        because[~reached] = CAUSES.index(LeftOutBecause.THRESHOLD)
        because[self._lists.barred[self._all[:, None], left_out]] = BARRED
        return Seats(chosen, explored, below, left_out, np.where(left_out == NOWHERE, NOWHERE, because))

    def _in_reading_order(self, explored: Flags) -> Places:
        """Best first, an exploration last."""
        width = self._fit.shape[1]
        order = np.where(self._chosen == NOWHERE, 2 * width, self._chosen)
        who = np.flatnonzero(explored)
        order[who, self._taken[who] - 1] += width
        order.sort(axis=1)
        return np.where(order == 2 * width, NOWHERE, order % width)

    def _left_out(self, chosen: Places, below: Places) -> Places:
        """The rest of what was looked at, and what is barred, at most SHADOW."""
        rest = self._fit | (self._lists.barred & (self._lists.rows != NOWHERE))
        for named in (chosen, below):
            reader, at = np.nonzero(named != NOWHERE)
            rest[reader, named[reader, at]] = False
        number = np.cumsum(rest, axis=1)
        reader, place = np.nonzero(rest & (number <= SHADOW))
        found = np.full((len(rest), SHADOW), NOWHERE)
        found[reader, number[reader, place] - 1] = place
        return found

    def _reach(self, share: float, *, alone: bool = False) -> Flags:
        """Which reach a share of the threshold; where everything is wanted all of them do, or, `alone`, none."""
        reached = self._lists.probability >= (share * self._bounds.thresholds)[:, None]
        reached[self._lists.everything] = not alone
        return reached

    def _free(self) -> Flags:
        return self._closest < NEAR_DUPLICATE

    def _weighed(self) -> Exact:
        """LAMBDA × each paper's probability over the highest of its list; -inf where it is not good enough."""
        good = self._fit & self._reach(1.0)
        relevance = np.where(good, LAMBDA * self._lists.probability, -np.inf)
        best = np.where(self._fit, self._lists.probability, 0.0).max(axis=1, initial=0.0)
        return np.asarray(relevance / np.where(best > 0, best, 1.0)[:, None])

    def _next(self) -> tuple[Places, Flags]:
        """The paper whose turn it is for each reader, and whether there is one."""
        np.multiply(self._spread, self._closest, out=self._value)
        np.subtract(self._relevance, self._value, out=self._value)
        place = self._value.argmax(axis=1)
        return place, self._value[self._all, place] > -np.inf

    def _seat(self, who: Places, place: Places) -> None:
        self._chosen[who, self._taken[who]] = place
        self._taken[who] += 1
        self._bring_near(who, place)

    def _bring_near(self, who: Places, place: Places) -> None:
        """Note how close the others are to papers that are named now; neither these nor what repeats them may be."""
        others = self._others[who]
        closest = np.maximum(self._closest[who], self._likeness.of_each(others[np.arange(len(who)), place], others))
        closest[np.arange(len(who)), place] = _NAMED
        self._closest[who] = closest
        self._relevance[who] = np.where(closest < NEAR_DUPLICATE, self._relevance[who], -np.inf)


def _drawn(pool: Flags, seeds: list[int]) -> Places:
    """DRAWS places of each line, ascending, as `Random(seed)` draws them; NOWHERE after the last."""
    dice = Random()  # noqa: S311 - nothing secret
    reader, place = np.nonzero(pool)
    ends, places = np.searchsorted(reader, np.arange(len(pool) + 1)).tolist(), place.tolist()
    drawn = np.full((len(pool), DRAWS), len(pool[0]))
    for at, seed in enumerate(seeds):
        dice.seed(seed)
        some = places[ends[at] : ends[at + 1]]
        count = min(DRAWS, len(some))
        drawn[at, :count] = dice.sample(some, count)
    drawn.sort(axis=1)
    return np.where(drawn == len(pool[0]), NOWHERE, drawn)
