"""Who has which seat of an edition, as it is explained and kept: selections of readers in, columns of each out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from digest.editions import Slot
from digest.relevance.parting import Places
from digest.relevance.ranking import Candidate
from digest.relevance.seating import BARRED, CAUSES, NOWHERE, Lists, Seats
from digest.relevance.selection import ALSO_NEW, LeftOutBecause, Selection

BELOW_THE_FOLD = "named below the fold"
IN_WORDS = {
    LeftOutBecause.WITHDRAWN: "withdrawn",
    LeftOutBecause.SEEN: "sent or voted on before",
    LeftOutBecause.THRESHOLD: "below the threshold",
    LeftOutBecause.LIKE_ANOTHER: "nearly repeats another paper",
    LeftOutBecause.QUOTA: "its interest had its quota",
    LeftOutBecause.SIZE: "the edition was full",
}
_WORDS = [*(IN_WORDS[each] for each in CAUSES), IN_WORDS[LeftOutBecause.SEEN], IN_WORDS[LeftOutBecause.WITHDRAWN]]
_WITHDRAWN = BARRED + 1
Number = TypeVar("Number", bound=np.generic)


@dataclass(frozen=True, slots=True, eq=False)
class Shadow:
    """What an edition left out: first what is named below its fold, then the others, both best first.

    The columns are of one length.
    """

    rows: Sequence[int]  # of the day
    interests: Sequence[str]  # that each paper ranked highest for
    scores: Sequence[float]  # raw, unbounded
    probabilities: Sequence[float]  # 0 to 1
    whys: Sequence[str]  # in plain words


NO_SHADOW = Shadow((), (), (), (), ())


@dataclass(frozen=True, slots=True, eq=False)
class Seated:
    """What became of a reader's contenders: of each seat, in reading order, the columns of one length."""

    rows: Sequence[int]  # of the day
    interests: Sequence[str]
    probabilities: Sequence[float]  # 0 to 1
    slots: Sequence[Slot]
    below: int  # papers named below the fold, the first of the shadow
    shadow: Shadow


NOTHING = Seated((), (), (), (), 0, NO_SHADOW)


def of_selection(found: Selection) -> Seated:
    """What was selected for one reader."""
    chosen = [each.contender for each in found.chosen]
    told = [*((each, BELOW_THE_FOLD) for each in found.also_new), *((e, IN_WORDS[why]) for e, why in found.left_out)]
    return Seated(
        rows=[each.row for each in chosen],
        interests=[each.interest for each in chosen],
        probabilities=[each.probability for each in chosen],
        slots=[each.slot for each in found.chosen],
        below=len(found.also_new),
        shadow=Shadow(
            rows=[each.row for each, _ in told],
            interests=[each.interest for each, _ in told],
            scores=[each.score for each, _ in told],
            probabilities=[each.probability for each, _ in told],
            whys=[why for _, why in told],
        ),
    )


def of_seats(lists: Lists, found: Seats, interests: Sequence[str], candidates: Sequence[Candidate]) -> list[Seated]:
    """The same of many readers, each of one interest."""
    rows, chances = (_told(values, found.chosen) for values in (lists.rows, lists.probability))
    seats = np.count_nonzero(found.chosen != NOWHERE, axis=1).tolist()
    slots = [Slot.EVERYTHING if everything else Slot.CHOSEN for everything in lists.everything.tolist()]
    below = np.count_nonzero(found.below != NOWHERE, axis=1).tolist()
    shadows = _shadows(lists, found, interests, below, candidates)
    explored = found.explored.tolist()
    return [
        Seated(
            rows=rows[at][:count],
            interests=[interests[at]] * count,
            probabilities=chances[at][:count],
            slots=[*[slots[at]] * (count - 1), Slot.EXPLORATION] if explored[at] else [slots[at]] * count,
            below=below[at],
            shadow=shadows[at],
        )
        for at, count in enumerate(seats)
    ]


def _shadows(
    lists: Lists, found: Seats, interests: Sequence[str], below: Sequence[int], candidates: Sequence[Candidate]
) -> list[Shadow]:
    places = np.concatenate([found.below, found.left_out], axis=1)
    rows, scores, chances = (_told(values, places) for values in (lists.rows, lists.scores, lists.probability))
    whys = [[_WORDS[code] for code in line] for line in _because(lists, found, candidates)]
    rest = np.count_nonzero(found.left_out != NOWHERE, axis=1).tolist()
    return [
        Shadow(
            rows=rows[at][:first] + rows[at][ALSO_NEW : ALSO_NEW + others],
            interests=[interests[at]] * (first + others),
            scores=scores[at][:first] + scores[at][ALSO_NEW : ALSO_NEW + others],
            probabilities=chances[at][:first] + chances[at][ALSO_NEW : ALSO_NEW + others],
            whys=[BELOW_THE_FOLD] * first + whys[at][:others],
        )
        for at, (first, others) in enumerate(zip(below, rest, strict=True))
    ]


def _because(lists: Lists, found: Seats, candidates: Sequence[Candidate]) -> list[list[int]]:
    """Places among the words, for each left out paper."""
    because = found.because.copy()
    for reader, at in zip(*np.nonzero(because == BARRED), strict=True):
        if candidates[lists.rows[reader, found.left_out[reader, at]]].paper.withdrawn:
            because[reader, at] = _WITHDRAWN
    told: list[list[int]] = because.tolist()
    return told


def _told(values: npt.NDArray[Number], places: Places) -> list[list[Any]]:
    """What stands at some places of each line; after the last, whatever stands last."""
    told: list[list[Any]] = np.take_along_axis(values, places, axis=1).tolist()
    return told
