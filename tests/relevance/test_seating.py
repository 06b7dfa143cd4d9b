"""Many readers seated at once get, to the last bit, what each of them gets alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import sparse

from digest.editions import Slot
from digest.identity import PaperId
from digest.relevance.likeness import Likeness
from digest.relevance.seating import BARRED, CAUSES, NOWHERE, Bounds, Lists, Seats, seat_all
from digest.relevance.selection import Chosen, Contender, LeftOut, LeftOutBecause, Limits, Selection, looked_at, select

PAPERS = 90  # of a day: more than an edition and its shadow can name
WORDS = 12


@dataclass(frozen=True)
class Asking:
    """A reader, the contenders in the order in which `select` would sort them, and what was seen of them."""

    contenders: Sequence[Contender]
    seen: frozenset[PaperId]
    limits: Limits
    seed: int


def alike(seed: int) -> Likeness:
    """Papers of few words: some are twins, some have nothing in common, one has no word at all."""
    dice = np.random.default_rng(seed)
    words = dice.random((PAPERS, WORDS)) * (dice.random((PAPERS, WORDS)) < 0.25)
    words[1::5] = words[::5]
    words[-1] = 0
    return Likeness(sparse.csr_array(words.astype(np.float32)))


def rank(each: Contender) -> tuple[float, float, str]:
    return -each.probability, -each.score, each.paper


chances = st.floats(0, 1) | st.sampled_from([0.0, 0.1, 0.1, 0.2, 0.2, 0.4, 0.5, 1.0])


@st.composite
def askings(draw: st.DrawFn) -> Asking:
    rows = draw(st.lists(st.integers(0, PAPERS - 1), unique=True, max_size=PAPERS))
    likely = draw(st.lists(chances, min_size=len(rows), max_size=len(rows)))
    everything, barred = draw(st.booleans()), draw(st.sets(st.sampled_from(rows)) if rows else st.just(set()))
    withdrawn = draw(st.sets(st.sampled_from(rows)) if rows else st.just(set()))
    found = [
        Contender(paper_of(row), row, "main", draw(st.sampled_from([each, 0.0])), each, everything=everything)
        for row, each in zip(rows, likely, strict=True)
    ]
    found = [each._replace(withdrawn=each.row in withdrawn) for each in found]
    return Asking(
        contenders=sorted(found, key=rank),
        seen=frozenset(paper_of(row) for row in barred),
        limits=Limits(
            size=draw(st.integers(0, 20)),
            threshold=draw(st.sampled_from([0.0, 0.05, 0.2, 0.5])),
            quotas={},
            weights=draw(st.sampled_from([{}, {"main": 3.0}])),
        ),
        seed=draw(st.integers(0, 2**64 - 1)),
    )


def paper_of(row: int) -> PaperId:
    """Later rows do not always have later ids."""
    return PaperId(f"arxiv:2601.{(row * 37) % 1000:05}")


def listed(readers: Sequence[Asking]) -> Lists:
    width = max((len(each.contenders) for each in readers), default=0) + 1
    rows = np.full((len(readers), width), NOWHERE)
    scores, probability = np.zeros(rows.shape), np.full(rows.shape, -1.0)
    barred, everything = np.zeros(rows.shape, dtype=bool), np.zeros(len(readers), dtype=bool)
    for at, reader in enumerate(readers):
        count = len(reader.contenders)
        rows[at, :count] = [each.row for each in reader.contenders]
        scores[at, :count] = [each.score for each in reader.contenders]
        probability[at, :count] = [each.probability for each in reader.contenders]
        barred[at, :count] = [each.withdrawn or each.paper in reader.seen for each in reader.contenders]
        everything[at] = any(each.everything for each in reader.contenders)
    return Lists(rows, scores, probability, barred, everything)


def bounds(readers: Sequence[Asking]) -> Bounds:
    return Bounds(
        sizes=np.array([each.limits.size for each in readers], dtype=np.int64),
        thresholds=np.array([each.limits.threshold for each in readers], dtype=np.float64),
        seeds=[each.seed for each in readers],
    )


def told(reader: Asking, found: Seats, at: int) -> Selection:
    """What the arrays say of one reader, in the words of `select`."""
    chosen, below, left_out = (
        [reader.contenders[place] for place in places[at].tolist() if place != NOWHERE]
        for places in (found.chosen, found.below, found.left_out)
    )
    slots = [Slot.EVERYTHING if each.everything else Slot.CHOSEN for each in chosen]
    if found.explored[at]:
        slots[-1] = Slot.EXPLORATION
    because = found.because[at].tolist()[: len(left_out)]
    return Selection(
        chosen=tuple(Chosen(*each) for each in zip(chosen, slots, strict=True)),
        also_new=tuple(below),
        left_out=tuple(LeftOut(each, cause_of(each, code)) for each, code in zip(left_out, because, strict=True)),
    )


def cause_of(contender: Contender, code: int) -> LeftOutBecause:
    if code == BARRED:
        return LeftOutBecause.WITHDRAWN if contender.withdrawn else LeftOutBecause.SEEN
    return CAUSES[code]


def alone(reader: Asking, likeness: Likeness) -> Selection:
    return select(reader.contenders, likeness, reader.limits, seen=reader.seen, explore=reader.seed)


def whole(first: int = 0, size: int = 15, count: int | None = None) -> Asking:
    """A reader with good papers, each a little worse than the one before: as many as are looked at, or `count`."""
    rows = [(first + row) % PAPERS for row in range(looked_at(size) if count is None else count)]
    found = [Contender(paper_of(row), row, "main", 0.0, 0.9 - at / 200) for at, row in enumerate(rows)]
    return Asking(found, frozenset(), Limits(size=size, threshold=0.05, quotas={}, weights={}), seed=first)


@settings(deadline=None)
@given(readers=st.lists(askings(), max_size=4), seed=st.integers(0, 20))
@example(readers=[whole(), whole(7), whole(40), whole(3, size=8)], seed=0)
@example(readers=[whole(first, size=8, count=PAPERS) for first in range(9)], seed=3)
def test_all_at_once_get_what_each_gets_alone(readers: list[Asking], seed: int) -> None:
    likeness = alike(seed)
    found = seat_all(listed(readers), likeness, bounds(readers))
    assert [told(each, found, at) for at, each in enumerate(readers)] == [alone(each, likeness) for each in readers]


def test_a_usual_edition_is_full_with_a_fold_a_shadow_and_an_exploration() -> None:
    """That the readers of the property above are not all odd ones."""
    readers = [whole(first) for first in range(40)]
    found = seat_all(listed(readers), alike(1), bounds(readers))
    assert (found.chosen != NOWHERE).all()
    assert (found.below != NOWHERE).all()
    assert found.explored.all()
    assert {CAUSES[code] for code in np.unique(found.because[found.because != NOWHERE])} == {
        LeftOutBecause.LIKE_ANOTHER,
        LeftOutBecause.SIZE,
    }


def test_nobody_at_all_is_seated_too() -> None:
    assert seat_all(listed([]), alike(0), bounds([])).chosen.shape == (0, 0)
