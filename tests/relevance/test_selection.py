"""What one reader gets of a day: the seats, who they go to, and what is said of the rest."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.editions import Slot
from digest.identity import PaperId
from digest.relevance.selection import (
    ALSO_NEW,
    EXPLORES_FROM,
    FOLD,
    NEAR_DUPLICATE,
    SHADOW,
    Contender,
    LeftOutBecause,
    Likeness,
    Limits,
    Selection,
    looked_at,
    select,
)

MANY = 40  # papers, more than any edition here holds
TWIN = NEAR_DUPLICATE + 0.01  # likeness


class Alike:
    """The papers of a day, given by row, are as alike as the pairs say; all others have nothing in common."""

    def __init__(self, pairs: Mapping[tuple[int, int], float] | None = None) -> None:
        self._pairs = pairs or {}

    def __call__(self, row: int, rows: npt.NDArray[np.intp], /) -> npt.NDArray[np.floating[Any]]:
        return np.array([self.of(row, int(other)) for other in rows], dtype=np.float32)

    def of(self, row: int, other: int) -> float:
        return 1.0 if row == other else self._pairs.get((row, other), self._pairs.get((other, row), 0.0))


UNLIKE = Alike()


def contender(row: int, probability: float = 0.5, *, interest: str = "main", **flags: bool) -> Contender:
    """A paper that is called by its row."""
    return Contender(
        paper=PaperId(f"arxiv:2601.{row:05}"),
        row=row,
        interest=interest,
        score=probability,
        probability=probability,
        **flags,
    )


def day(*probabilities: float, interest: str = "main", first: int = 0) -> list[Contender]:
    return [contender(row, each, interest=interest) for row, each in enumerate(probabilities, start=first)]


def falling(count: int, *, interest: str = "main", first: int = 0) -> list[Contender]:
    """Good papers, each a little worse than the one before."""
    return day(*(0.9 - n / 200 for n in range(count)), interest=interest, first=first)


def limits(
    size: int = 5,
    threshold: float = 0.2,
    quotas: Mapping[str, int] | None = None,
    weights: Mapping[str, float] | None = None,
) -> Limits:
    return Limits(size=size, threshold=threshold, quotas=quotas or {}, weights=weights or {})


def choose(
    contenders: Sequence[Contender],
    within: Limits | None = None,
    *,
    likeness: Likeness = UNLIKE,
    seen: Set[PaperId] = frozenset(),
    explore: int = 0,
) -> Selection:
    return select(contenders, likeness, within or limits(), seen=seen, explore=explore)


def rows(selection: Selection) -> list[int]:
    return [item.contender.row for item in selection.chosen]


def slots(selection: Selection) -> dict[int, Slot]:
    return {item.contender.row: item.slot for item in selection.chosen}


def why(selection: Selection) -> dict[int, LeftOutBecause]:
    return {item.contender.row: item.because for item in selection.left_out}


def test_the_best_come_first_and_no_more_than_asked_for() -> None:
    assert rows(choose(day(0.3, 0.9, 0.5), limits(size=2))) == [1, 2]


@pytest.mark.parametrize(("threshold", "expected"), [(0.0, [0, 1, 2]), (0.5, [0, 1]), (0.51, [0]), (1.0, [])])
def test_what_does_not_reach_the_threshold_stays_out(threshold: float, expected: list[int]) -> None:
    assert rows(choose(day(0.9, 0.5, 0.1), limits(threshold=threshold))) == expected


def test_what_was_seen_or_stands_withdrawn_makes_room_and_is_told() -> None:
    papers = [contender(0, 0.9), contender(1, 0.8, withdrawn=True), contender(2, 0.7)]

    selection = choose(papers, limits(size=2), seen={papers[0].paper})

    assert rows(selection) == [2]
    assert why(selection) == {0: LeftOutBecause.SEEN, 1: LeftOutBecause.WITHDRAWN}


def test_nothing_is_chosen_from_nothing_and_nothing_fits_in_no_seat() -> None:
    assert choose([]) == Selection(chosen=(), also_new=(), left_out=())
    assert rows(choose(day(0.9), limits(size=0))) == []


def test_a_must_read_comes_first_although_its_text_would_not_bring_it() -> None:
    selection = choose([*falling(100), contender(200, 0.01, must_read=True)], limits(size=3))
    assert rows(selection) == [200, 0, 1]
    assert slots(selection)[200] is Slot.MUST_READ


def test_of_too_many_must_reads_the_best_are_taken() -> None:
    papers = [contender(row, row / 10, must_read=True) for row in range(5)]
    assert rows(choose(papers, limits(size=2))) == [4, 3]


def test_of_two_must_reads_that_say_the_same_the_better_is_kept() -> None:
    papers = [contender(0, 0.1, must_read=True), contender(1, 0.3, must_read=True)]
    assert rows(choose(papers, likeness=Alike({(0, 1): TWIN}))) == [1]


def test_what_the_reader_took_back_comes_before_all_whatever_its_score_quota_and_likeness() -> None:
    papers = [contender(0, 0.9, must_read=True), contender(1, 0.0, reclaimed=True), contender(2, 0.0, reclaimed=True)]

    selection = choose(papers, limits(quotas={"main": 0}), likeness=Alike({(1, 2): 1.0}))

    assert slots(selection) == {1: Slot.RECLAIMED, 2: Slot.RECLAIMED}


def test_where_everything_is_wanted_all_papers_come_best_first_after_the_others_without_a_threshold() -> None:
    rare = [contender(row, each, interest="rare", everything=True) for row, each in ((7, 0.01), (8, 0.02), (9, 0.95))]
    selection = choose([*rare, *day(0.9, 0.1)])
    assert rows(selection) == [0, 9, 8, 7]
    assert slots(selection)[7] is Slot.EVERYTHING


def test_where_everything_is_wanted_kin_are_welcome_but_the_same_is_not_told_twice() -> None:
    papers = [contender(row, 0.9 - row / 100, everything=True) for row in range(4)]
    assert rows(choose(papers, limits(size=2), likeness=Alike({(0, 1): TWIN, (0, 2): 0.5}))) == [0, 2]


def test_of_nearly_equal_papers_the_one_unlike_what_is_chosen_gets_the_seat() -> None:
    selection = choose(day(0.9, 0.89, 0.88), limits(size=2), likeness=Alike({(0, 1): 0.5}))
    assert rows(selection) == [0, 2]


@pytest.mark.parametrize("likely", [1.0, 0.01])
def test_a_much_better_paper_is_chosen_although_it_is_like_another(likely: float) -> None:
    papers = day(0.9 * likely, 0.89 * likely, 0.3 * likely)
    assert rows(choose(papers, limits(size=2, threshold=0.0), likeness=Alike({(0, 1): 0.5}))) == [0, 1]


def test_a_near_duplicate_is_left_out_even_where_there_is_room() -> None:
    selection = choose(day(0.9, 0.8, 0.7), likeness=Alike({(0, 1): TWIN, (0, 2): NEAR_DUPLICATE - 0.01}))
    assert rows(selection) == [0, 2]
    assert why(selection) == {1: LeftOutBecause.LIKE_ANOTHER}


def test_a_quota_ends_an_interest_and_is_told() -> None:
    selection = choose([*falling(4), *falling(4, interest="side", first=10)], limits(quotas={"main": 1}))
    assert rows(selection) == [0, 10, 11, 12, 13]
    assert set(why(selection).values()) == {LeftOutBecause.QUOTA}


def test_an_interest_with_a_quota_of_nothing_is_not_named_at_all() -> None:
    selection = choose(falling(3), limits(quotas={"main": 0}))
    assert (selection.chosen, selection.also_new) == ((), ())


def test_a_small_interest_is_served_beside_a_great_one() -> None:
    papers = [*falling(MANY), *day(0.3, 0.29, 0.28, interest="small", first=MANY)]
    assert rows(choose(papers, limits(size=6))) == [0, 1, 2, MANY, MANY + 1, MANY + 2]


def test_an_interest_without_good_papers_leaves_its_seats_to_the_others() -> None:
    papers = [*falling(MANY), *day(0.3, 0.01, interest="small", first=MANY)]
    assert rows(choose(papers, limits(size=6))) == [0, 1, 2, 3, 4, MANY]


def test_seats_go_by_weight() -> None:
    papers = [*falling(MANY), *falling(MANY, interest="side", first=MANY)]
    selection = choose(papers, limits(size=4, weights={"main": 3.0, "side": 1.0}))
    assert Counter(item.contender.interest for item in selection.chosen) == {"main": 3, "side": 1}


def test_must_reads_take_the_seats_of_their_own_interest() -> None:
    must = [contender(row, 0.1, interest="side", must_read=True) for row in (90, 91)]
    papers = [*falling(MANY), *falling(MANY, interest="side", first=MANY), *must]
    assert rows(choose(papers, limits(size=4))) == [90, 91, 0, 1]


def explored(selection: Selection) -> list[int]:
    return [row for row, slot in slots(selection).items() if slot is Slot.EXPLORATION]


def test_a_full_edition_ends_with_one_paper_drawn_from_those_that_would_get_no_seat() -> None:
    selection = choose(falling(MANY), limits(size=EXPLORES_FROM))
    assert rows(selection)[:-1] == list(range(EXPLORES_FROM - 1))
    assert explored(selection) == rows(selection)[-1:]
    assert explored(selection)[0] >= EXPLORES_FROM


def test_another_seed_explores_elsewhere() -> None:
    found = {explored(choose(falling(MANY), limits(size=EXPLORES_FROM), explore=seed))[0] for seed in range(20)}
    assert len(found) > 1


def test_an_exploration_may_lie_below_the_threshold_but_not_below_the_fold() -> None:
    papers = [*falling(EXPLORES_FROM), contender(50, 0.2 * FOLD), contender(51, 0.19 * FOLD)]
    within, kin = limits(size=EXPLORES_FROM, threshold=0.2), Alike({(0, 50): 0.4})
    assert explored(choose(papers, within, likeness=kin)) == [50]


def test_of_the_papers_drawn_the_one_least_like_the_edition_is_explored() -> None:
    spare = range(20, 24)
    papers = [*falling(EXPLORES_FROM), *(contender(row, 0.15) for row in spare)]
    likeness = Alike({(0, row): 0.0 if row == 22 else 0.4 for row in spare})
    assert explored(choose(papers, limits(size=EXPLORES_FROM), likeness=likeness)) == [22]


@pytest.mark.parametrize(("size", "good"), [(EXPLORES_FROM - 1, MANY), (EXPLORES_FROM, EXPLORES_FROM - 1)])
def test_nothing_is_explored_in_a_small_edition_nor_where_good_papers_are_few(size: int, good: int) -> None:
    papers = [*falling(good), *day(0.15, 0.15, first=50)]
    assert explored(choose(papers, limits(size=size))) == []


@pytest.mark.parametrize("marks", [{"must_read": True}, {"everything": True}])
def test_nothing_is_explored_where_all_is_wanted_anyway(marks: dict[str, bool]) -> None:
    papers = [contender(row, interest="main", **marks) for row in range(MANY)]
    assert explored(choose(papers, limits(size=EXPLORES_FROM))) == []


def test_the_next_best_stand_below_the_fold_and_the_rest_is_told_best_first() -> None:
    selection = choose(falling(MANY), limits(size=5))
    assert [item.row for item in selection.also_new] == list(range(5, 5 + ALSO_NEW))
    assert list(why(selection).items()) == [(row, LeftOutBecause.SIZE) for row in range(5 + ALSO_NEW, MANY)]


def test_below_the_fold_half_the_threshold_is_enough() -> None:
    selection = choose(day(0.9, 0.2 * FOLD, 0.19 * FOLD), limits(threshold=0.2))
    assert [item.row for item in selection.also_new] == [1]
    assert why(selection) == {2: LeftOutBecause.THRESHOLD}


def test_below_the_fold_nothing_repeats_the_edition_or_the_list_itself() -> None:
    same = Alike({(0, 1): TWIN, (2, 3): TWIN})
    selection = choose(day(0.9, 0.15, 0.14, 0.13), likeness=same)
    assert [item.row for item in selection.also_new] == [2]


def test_a_must_read_that_found_no_seat_leads_below_the_fold() -> None:
    papers = [*(contender(row, 0.05, must_read=True) for row in range(3)), *day(0.9, first=10)]
    assert [item.row for item in choose(papers, limits(size=2)).also_new] == [2, 10]


def test_the_shadow_keeps_the_best_of_what_was_left_out_seen_papers_in_their_place() -> None:
    papers = falling(100)
    selection = choose(papers, limits(size=5), seen={papers[20].paper})
    assert [item.contender.row for item in selection.left_out] == list(range(10, 10 + SHADOW))
    assert why(selection)[20] is LeftOutBecause.SEEN


INTERESTS = ("main", "side", "rare")
ROWS = 24  # papers a day at most
MARKS = ("must_read", "everything", "withdrawn", "reclaimed")
flags = st.fixed_dictionaries({}, optional=dict.fromkeys(MARKS, st.just(True)))
chances = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.1, 0.2, 0.5, 1.0]))


@st.composite
def days(draw: st.DrawFn) -> list[Contender]:
    interests = st.sampled_from(INTERESTS[: draw(st.integers(1, 3))])
    count = draw(st.integers(0, ROWS))
    return [contender(row, draw(chances), interest=draw(interests), **draw(flags)) for row in range(count)]


def by_story(stories: Sequence[int]) -> Alike:
    """Papers of one story are twins, those of stories next to each other are kin."""
    apart = {(one, other): abs(stories[one] - stories[other]) for one, other in combinations(range(ROWS), 2)}
    return Alike({pair: 0.4 if stories_apart else TWIN for pair, stories_apart in apart.items() if stories_apart < 2})


likenesses = st.lists(st.integers(0, 20), min_size=ROWS, max_size=ROWS).map(by_story)
bounds = st.builds(
    limits,
    size=st.integers(0, 15),
    threshold=st.sampled_from([0.05, 0.2, 0.5]),
    quotas=st.dictionaries(st.sampled_from(INTERESTS), st.integers(0, 3)),
    weights=st.dictionaries(st.sampled_from(INTERESTS), st.floats(0.1, 10)),
)
seen_rows = st.sets(st.integers(0, ROWS - 1), max_size=5)
seeds = st.integers(0, 5)


def ids(which: Set[int]) -> set[PaperId]:
    return {contender(row).paper for row in which}


@settings(deadline=None)
@given(papers=days(), likeness=likenesses, within=bounds, old=seen_rows, seed=seeds)
def test_every_rule_holds_on_any_day(
    papers: list[Contender], likeness: Alike, within: Limits, old: set[int], seed: int
) -> None:
    selection = choose(papers, within, likeness=likeness, seen=ids(old), explore=seed)
    chosen = [item.contender for item in selection.chosen]
    told = [*chosen, *selection.also_new, *(item.contender for item in selection.left_out)]

    assert len(chosen) <= within.size
    assert len({each.paper for each in told}) == len(told)
    assert not any(each.withdrawn or each.row in old for each in (*chosen, *selection.also_new))
    assert len(selection.also_new) <= ALSO_NEW
    assert len(selection.left_out) <= SHADOW
    assert sum(item.slot is Slot.EXPLORATION for item in selection.chosen) <= 1
    for item in selection.chosen:
        assert item.slot is not Slot.CHOSEN or item.contender.probability >= within.threshold
    for interest, quota in within.quotas.items():
        own = [each for each in chosen if each.interest == interest]
        assert len(own) <= max(quota, sum(each.reclaimed for each in own))
    for one, other in combinations((*chosen, *selection.also_new), 2):
        assert likeness.of(one.row, other.row) < NEAR_DUPLICATE or (one.reclaimed and other.reclaimed)


@settings(deadline=None)
@given(papers=days(), likeness=likenesses, within=bounds, old=seen_rows, seed=seeds, data=st.data())
def test_the_order_in_which_contenders_come_changes_nothing(
    papers: list[Contender], likeness: Alike, within: Limits, old: set[int], seed: int, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(papers))
    first = choose(papers, within, likeness=likeness, seen=ids(old), explore=seed)
    assert choose(shuffled, within, likeness=likeness, seen=ids(old), explore=seed) == first


@settings(deadline=None)
@given(papers=days(), likeness=likenesses, within=bounds, seed=seeds, interest=st.sampled_from(INTERESTS))
def test_a_hopeless_paper_unlike_all_others_changes_no_choice(
    papers: list[Contender], likeness: Alike, within: Limits, seed: int, interest: str
) -> None:
    more = [contender(99, 0.0, interest=interest), *papers]
    before = choose(papers, within, likeness=likeness, explore=seed)
    assert choose(more, within, likeness=likeness, explore=seed).chosen == before.chosen


@settings(deadline=None)
@given(within=bounds, seed=seeds)
def test_where_all_interests_have_good_papers_the_seats_are_shared_by_weight(within: Limits, seed: int) -> None:
    papers = [each for n, name in enumerate(INTERESTS) for each in falling(MANY, interest=name, first=n * MANY)]

    selection = choose(papers, replace(within, quotas={}), explore=seed)

    dealt = Counter(item.contender.interest for item in selection.chosen if item.slot is Slot.CHOSEN)
    weight = {name: within.weights.get(name, 1.0) for name in INTERESTS}
    for one in dealt:  # Webster: nobody's last seat was owed to another
        assert all(weight[one] / (2 * dealt[one] - 1) >= weight[other] / (2 * dealt[other] + 1) for other in INTERESTS)


@settings(deadline=None)
@given(
    probabilities=st.lists(chances, min_size=60, max_size=150),
    cycle=st.integers(1, 3),
    size=st.integers(1, 15),
    seed=seeds,
)
@example(probabilities=[0.5] * 150, cycle=1, size=15, seed=0)
def test_a_caller_that_hands_over_only_the_best_of_each_interest_gets_the_same(
    probabilities: list[float], cycle: int, size: int, seed: int
) -> None:
    papers = [contender(row, each, interest=INTERESTS[row % cycle]) for row, each in enumerate(probabilities)]
    best = sorted(papers, key=lambda each: (-each.probability, each.paper))
    cut = [each for name in INTERESTS for each in [own for own in best if own.interest == name][: looked_at(size)]]
    assert choose(cut, limits(size=size), explore=seed) == choose(papers, limits(size=size), explore=seed)
