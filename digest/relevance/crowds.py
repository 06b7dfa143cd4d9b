"""The tastes of many readers at once: votes in columns in, and out the same arrays that single tastes would make.

Everything is added up in the order in which it is for one reader alone, so that the numbers are equal to the last bit.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import pow
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from digest.identity import PaperId
from digest.relevance.parting import Numbers, parts, ranges
from digest.relevance.tastes import Tastes, Weights
from digest.votes import Vote, Votes

UNHELD = -1  # in place of an example: the paper is not at hand
_FAINTEST = 1e-9  # the least weight of a vote: who has voted only long ago still cares for something
_AGED = 1 << 16  # votes weighed at once: as numbers of Python they take four times the memory
_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Narrow = npt.NDArray[np.int32]
Shelf = TypeVar("Shelf", bound=Mapping[PaperId, Any])


@dataclass(frozen=True, slots=True)
class Ages:
    """How much votes count: after each half-life half as much, and never quite nothing."""

    now: datetime
    half_life: timedelta

    def weight(self, given_at: datetime) -> float:
        """Of one vote, above 0; 1 for one that was given now, or is said to be given later."""
        return max(pow(0.5, max((self.now - given_at) // _MICROSECOND, 0) / self._half_life), _FAINTEST)

    def weights(self, given_at: Numbers) -> Weights:
        """Of many, given so many microseconds after 1970, UTC."""
        found, now = np.empty(len(given_at)), (self.now - _EPOCH) // _MICROSECOND
        for part in parts(len(given_at), _AGED):
            ages = np.maximum(now - given_at[part], 0) / self._half_life
            found[part] = [pow(0.5, age) for age in ages.tolist()]  # numpy's own power differs in the last bit
        return np.maximum(found, _FAINTEST, out=found)

    @property
    def _half_life(self) -> float:
        return float(self.half_life // _MICROSECOND)


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """The votes of some lines on papers that are at hand, one line after the other."""

    line: Narrow  # ascending
    place: Narrow  # of an example
    time: Numbers  # microseconds since 1970, UTC


def given(asked: Sequence[tuple[Sequence[Vote], Shelf]], example: Callable[[Shelf, PaperId], int]) -> Given:
    """Votes by line; `example` gives the place of a paper by what is at hand for that line, or UNHELD."""
    together = defaultdict[tuple[int, int], list[tuple[int, Votes, Shelf]]](list)
    alone: list[tuple[int, int, Vote]] = []
    for line, (votes, shelf) in enumerate(asked):
        if isinstance(votes, Votes):
            together[id(votes.ballots), id(shelf)].append((line, votes, shelf))
        else:
            alone += [(line, example(shelf, vote.paper), vote) for vote in votes]
    pieces = [_of_ballots(some, example) for some in together.values()]
    if alone or not pieces:
        pieces.append(_one_by_one(alone))
    if len(pieces) == 1 and (pieces[0].place != UNHELD).all():
        return pieces[0]
    return _joined(pieces)


def _joined(pieces: Sequence[Given]) -> Given:
    """One line after the other, without what is not at hand; a line's votes are all of one piece."""
    line, place, time = (np.concatenate([getattr(piece, name) for piece in pieces]) for name in Given.__slots__)
    held = np.flatnonzero(place != UNHELD)
    order = held[np.argsort(line[held], kind="stable")]
    return Given(line[order], place[order], time[order])


def _one_by_one(votes: Sequence[tuple[int, int, Vote]]) -> Given:
    return Given(
        np.array([line for line, *_ in votes], dtype=np.int32),
        np.array([place for _, place, _ in votes], dtype=np.int32),
        np.array([(vote.given_at - _EPOCH) // _MICROSECOND for *_, vote in votes], dtype=np.int64),
    )


def _of_ballots(some: Sequence[tuple[int, Votes, Shelf]], example: Callable[[Shelf, PaperId], int]) -> Given:
    """Of lines that have their votes in the same columns, and the same papers at hand."""
    ballots, shelf = some[0][1].ballots, some[0][2]
    lines, starts, ends = (
        np.array(column) for column in zip(*((at, v.start, v.end) for at, v, _ in some), strict=True)
    )
    votes, sizes = ranges(starts, ends)
    papers = np.asarray(ballots.papers)[votes]
    judged = np.flatnonzero(np.bincount(papers, minlength=len(ballots.keys)))
    places = np.full(len(ballots.keys), UNHELD, dtype=np.int32)
    places[judged] = [example(shelf, ballots.keys[paper]) for paper in judged.tolist()]
    return Given(np.repeat(lines.astype(np.int32), sizes), places[papers], np.asarray(ballots.times)[votes])


def tastes(liked: Given, written: Sequence[Sequence[int]], disliked: Given, ages: Ages) -> Tastes:
    """Of each line what was liked, then what was written, by places, each text as a new vote; and what was disliked."""
    votes = np.bincount(liked.line, minlength=len(written))
    texts = np.array([len(places) for places in written], dtype=np.int64)
    ends = _ends(votes + texts)
    of_texts, _ = ranges(ends[:-1] + votes, ends[1:])
    is_vote = np.ones(ends[-1], dtype=bool)
    is_vote[of_texts] = False
    wanted, weights = np.empty(ends[-1], dtype=np.int32), np.ones(ends[-1])
    wanted[is_vote], weights[is_vote] = liked.place, ages.weights(liked.time)
    wanted[of_texts] = [place for places in written for place in places]
    line = np.repeat(np.arange(len(written), dtype=np.int32), votes + texts)
    weights /= np.bincount(line, weights=weights)[line]  # which adds up one after the other
    return Tastes(
        wanted=wanted,
        weights=weights,
        wanted_ends=ends,
        unwanted=disliked.place,
        unwanted_ends=_ends(np.bincount(disliked.line, minlength=len(written))),
    )


def _ends(sizes: Numbers) -> Numbers:
    return np.concatenate([[0], np.cumsum(sizes)])
