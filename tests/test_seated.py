"""An edition's seats are told alike, whether a reader was seated alone or with many."""

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from digest.compose.seated import BELOW_THE_FOLD, IN_WORDS, Seated, of_seats, of_selection
from digest.editions import Slot
from digest.relevance.ranking import DayRanking
from digest.relevance.readers import Reader
from digest.relevance.seating import Bounds, seat_all
from digest.relevance.selection import LeftOutBecause, Limits, looked_at, select
from tests.relevance.builders import about, day, question, wants

SIZE = 8
ARCHIVE = [about(topic, number=100 + topic) for topic in range(10)]
LISTING = [about(n % 10, number=6_000 + n) for n in range(60)]
GONE = tuple(replace(each, withdrawn=True) for each in LISTING[0].versions)
SEEN = (10, 20)  # by row


@pytest.fixture(scope="module")
def ranking() -> DayRanking:
    """Sixty papers, of which one is withdrawn."""
    return day([replace(LISTING[0], versions=GONE), *LISTING[1:]], ARCHIVE)


def together(ranking: DayRanking, crowd: list[Reader], threshold: float) -> list[Seated]:
    found = ranking.standings([question(ranking, who) for who in crowd], depth=looked_at(SIZE))
    lists = found.lists(range(len(crowd)), [SEEN] * len(crowd))
    bounds = Bounds(np.full(len(crowd), SIZE), np.full(len(crowd), threshold), list(range(len(crowd))))
    seats = seat_all(lists, ranking.day.likeness, bounds)
    return of_seats(lists, seats, ["main"] * len(crowd), ranking.candidates)


def alone(ranking: DayRanking, who: Reader, threshold: float, seed: int) -> Seated:
    (contenders,) = ranking.contenders([question(ranking, who)], depth=looked_at(SIZE))
    limits = Limits(size=SIZE, threshold=threshold, quotas={}, weights={})
    seen = {ranking.candidates[row].paper.id for row in SEEN}
    return of_selection(select(contenders, ranking.day.likeness, limits, seen=seen, explore=seed))


def columns(seated: Seated) -> dict[str, Any]:
    """All that is told, as lists."""
    shadow = {f"shadow {each.name}": list(getattr(seated.shadow, each.name)) for each in fields(seated.shadow)}
    rest = {each.name: getattr(seated, each.name) for each in fields(seated) if each.name != "shadow"}
    return {name: list(told) if name != "below" else told for name, told in rest.items()} | shadow


@pytest.mark.parametrize("threshold", [0.0, 0.05, 0.3])
def test_seats_given_to_many_are_told_as_those_of_one(ranking: DayRanking, threshold: float) -> None:
    crowd = [wants(liked=[paper]) for paper in ARCHIVE]
    crowd[3] = wants(liked=[ARCHIVE[3]], everything=True)
    found = together(ranking, crowd, threshold)
    for number, who in enumerate(crowd):
        assert columns(found[number]) == columns(alone(ranking, who, threshold, number))


def test_every_slot_and_cause_is_told(ranking: DayRanking) -> None:
    """That the readers above do not all get the same."""
    crowd = [*(wants(liked=[paper]) for paper in ARCHIVE[:4]), wants(liked=[ARCHIVE[4]], everything=True)]
    found = [each for threshold in (0.0, 0.05, 0.3) for each in together(ranking, crowd, threshold)]
    assert {slot for each in found for slot in each.slots} == {Slot.CHOSEN, Slot.EVERYTHING, Slot.EXPLORATION}
    told = {why for each in found for why in each.shadow.whys}
    assert told >= {BELOW_THE_FOLD} | {IN_WORDS[each] for each in LeftOutBecause} - {
        IN_WORDS[LeftOutBecause.QUOTA],
        IN_WORDS[LeftOutBecause.LIKE_ANOTHER],
    }
