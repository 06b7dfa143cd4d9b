"""Measures agree with sums done by hand, and with scikit-learn where it has them."""

import math
from collections.abc import Callable, Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn import metrics

from digest.relevance import measures
from digest.relevance.measures import Binning, Paired

HITS = [True, False, True, False, False, True]  # ranks 1, 3 and 6
labelled = st.lists(st.booleans(), min_size=2, max_size=40)


@st.composite
def judged(draw: st.DrawFn, *, tied: bool) -> tuple[list[float], list[bool]]:
    """Scores with labels of both kinds; of few values, or each its own."""
    labels = draw(labelled.filter(lambda drawn: 0 < sum(drawn) < len(drawn)))
    values = st.sampled_from([0.0, 0.25, 0.5, 1.0]) if tied else st.integers(-1000, 1000).map(lambda n: n / 7)
    scores = draw(st.lists(values, min_size=len(labels), max_size=len(labels), unique=not tied))
    return scores, labels


def test_labels_stand_in_the_order_of_their_scores_and_ties_as_they_came() -> None:
    ranked = measures.in_order([0.1, 0.9, 0.5, 0.5], [True, False, True, False])
    assert ranked.tolist() == [False, True, False, True]


def test_ndcg_is_the_discounted_gain_by_that_of_the_ideal_order() -> None:
    ideal = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert measures.ndcg_at(HITS, 6) == pytest.approx((1 + 1 / 2 + 1 / math.log2(7)) / ideal)
    assert measures.ndcg_at(HITS, 3) == pytest.approx((1 + 1 / 2) / ideal)
    assert measures.ndcg_at(HITS, 1) == 1.0
    assert measures.ndcg_at(HITS, 100) == measures.ndcg_at(HITS, 6)


def test_precision_counts_a_short_list_as_filled_with_misses() -> None:
    assert measures.precision_at(HITS, 3) == pytest.approx(2 / 3)
    assert measures.precision_at(HITS, 10) == pytest.approx(3 / 10)
    assert measures.precision_at([False], 1) == 0.0


def test_recall_is_the_share_of_the_relevant_that_was_found() -> None:
    assert [measures.recall_at(HITS, k) for k in (1, 3, 5, 6)] == pytest.approx([1 / 3, 2 / 3, 2 / 3, 1])


def test_average_precision_is_the_mean_of_the_precisions_at_the_hits() -> None:
    assert measures.average_precision(HITS) == pytest.approx((1 / 1 + 2 / 3 + 3 / 6) / 3)


def test_the_reciprocal_rank_is_that_of_the_first_hit() -> None:
    assert measures.reciprocal_rank(HITS) == 1.0
    assert measures.reciprocal_rank([False, False, True, True]) == pytest.approx(1 / 3)


@given(judgement=judged(tied=False), k=st.integers(1, 50))
@settings(deadline=None)
def test_order_is_judged_as_scikit_learn_judges_it(judgement: tuple[list[float], list[bool]], k: int) -> None:
    scores, labels = judgement
    hits = measures.in_order(scores, labels)
    assert measures.ndcg_at(hits, k) == pytest.approx(metrics.ndcg_score([labels], [scores], k=k))
    assert measures.average_precision(hits) == pytest.approx(metrics.average_precision_score(labels, scores))
    best = max(score for score, label in zip(scores, labels, strict=True) if label)
    alone = metrics.label_ranking_average_precision_score([[score == best for score in scores]], [scores])
    assert measures.reciprocal_rank(hits) == pytest.approx(alone)


@pytest.mark.parametrize(
    "measure",
    [
        lambda hits: measures.ndcg_at(hits, 10),
        lambda hits: measures.recall_at(hits, 10),
        measures.average_precision,
        measures.reciprocal_rank,
    ],
)
@pytest.mark.parametrize("hits", [[], [False, False]])
def test_a_list_without_anything_relevant_cannot_be_judged(
    measure: Callable[[Sequence[bool]], float], hits: list[bool]
) -> None:
    with pytest.raises(ValueError, match="nothing in the list is relevant"):
        measure(hits)


@pytest.mark.parametrize("k", [0, -3])
def test_a_depth_is_at_least_one(k: int) -> None:
    for measure in (measures.ndcg_at, measures.precision_at, measures.recall_at):
        with pytest.raises(ValueError, match="at least 1"):
            measure(HITS, k)


def test_a_tie_is_half_a_win() -> None:
    assert measures.auc([3, 2, 2, 1], [True, True, False, False]) == pytest.approx(3.5 / 4)
    assert measures.auc([1, 1, 1], [True, False, False]) == 0.5


def test_where_one_kind_is_missing_order_says_nothing() -> None:
    assert measures.auc([1, 2], [True, True]) == measures.auc([1, 2], [False, False]) == 0.5


@given(judgement=judged(tied=True))
@settings(deadline=None)
def test_the_area_and_the_squared_error_are_those_of_scikit_learn(judgement: tuple[list[float], list[bool]]) -> None:
    scores, labels = judgement
    assert measures.auc(scores, labels) == pytest.approx(metrics.roc_auc_score(labels, scores))
    assert measures.brier_score(scores, labels) == pytest.approx(metrics.brier_score_loss(labels, scores))


STATED = [0.05, 0.1, 0.45, 0.5, 0.95, 1.0]
TRUE = [False, False, True, False, True, True]


def test_equally_wide_bins_leave_out_those_that_are_empty() -> None:
    table = measures.reliability(STATED, TRUE, binning=Binning.WIDTH, bins=4)
    assert [row.count for row in table] == [2, 1, 1, 2]
    assert [row.probability for row in table] == pytest.approx([0.075, 0.45, 0.5, 0.975])
    assert [row.observed for row in table] == [0, 1, 0, 1]


def test_bins_of_equal_mass_hold_as_many_papers_each() -> None:
    table = measures.reliability(STATED, TRUE, binning=Binning.MASS, bins=3)
    assert [row.count for row in table] == [2, 2, 2]
    assert [row.probability for row in table] == pytest.approx([0.075, 0.475, 0.975])
    assert [row.observed for row in table] == [0, 0.5, 1]


def test_equal_probabilities_share_a_bin() -> None:
    table = measures.reliability([0.2] * 9 + [0.8], [True] * 3 + [False] * 6 + [True], binning=Binning.MASS, bins=5)
    assert [row.count for row in table] == [9, 1]
    assert [row.observed for row in table] == pytest.approx([1 / 3, 1])


def test_the_calibration_error_weighs_each_gap_by_its_bin() -> None:
    error = measures.calibration_error(STATED, TRUE, binning=Binning.WIDTH, bins=4)
    assert error == pytest.approx((2 * 0.075 + 0.55 + 0.5 + 2 * 0.025) / 6)
    error = measures.calibration_error(STATED, TRUE, binning=Binning.MASS, bins=3)
    assert error == pytest.approx((0.075 + 0.025 + 0.025) / 3)


@pytest.mark.parametrize("binning", Binning)
@given(judgement=judged(tied=True), order=st.randoms())
@settings(deadline=None)
def test_the_calibration_error_does_not_depend_on_the_order_of_the_papers(
    binning: Binning, judgement: tuple[list[float], list[bool]], order: Random
) -> None:
    pairs = list(zip(*judgement, strict=True))
    order.shuffle(pairs)
    shuffled = [list(column) for column in zip(*pairs, strict=True)]
    error = measures.calibration_error(*judgement, binning=binning)
    assert 0 <= error <= 1
    assert measures.calibration_error(*shuffled, binning=binning) == pytest.approx(error, abs=1e-12)


@pytest.mark.parametrize("probability", [-0.01, 1.01, math.nan, math.inf])
def test_what_is_no_probability_is_refused(probability: float) -> None:
    with pytest.raises(ValueError, match="expected"):
        measures.brier_score([0.5, probability], [True, False])


@pytest.mark.parametrize(
    ("scores", "labels"),
    [([math.nan, 1], [True, False]), ([1, 2], [True]), ([], []), ([1, 2], [1, math.nan]), ([1, 2], [1, 2])],
)
def test_what_cannot_be_judged_is_refused(scores: list[float], labels: list[float]) -> None:
    with pytest.raises(ValueError, match="expected"):
        measures.auc(scores, labels)


def test_the_top_of_each_list_is_found_wherever_its_papers_stand() -> None:
    scores, lists = [1, 9, 5, 7, 3, 2], ["b", "a", "b", "a", "a", "c"]
    assert measures.top_of_each(scores, lists, size=2).tolist() == [True, True, True, True, False, True]
    assert measures.top_of_each(scores, lists, size=1).tolist() == [False, True, True, False, False, True]


def test_a_reader_of_many_lists_counts_once() -> None:
    assert measures.by_user([1.0, 0.0, 0.5, 0.2], ["b", "b", "a", "b"]) == pytest.approx([0.5, 0.4])


def test_an_interval_holds_what_its_draws_of_readers_say() -> None:
    values = np.array([0.0, 0.2, 0.9, 0.4, 0.7])
    drawn = np.random.default_rng(1).integers(0, 5, (1000, 5))
    low, high = np.percentile(values[drawn].mean(axis=1), [2.5, 97.5])
    found = measures.bootstrap(values, seed=1)
    assert [found.mean, found.low, found.high] == pytest.approx([values.mean(), low, high])


def test_the_same_seed_draws_the_same_interval_and_another_one_another() -> None:
    values = np.random.default_rng(3).random(30)
    first, again, other = (measures.bootstrap(values, seed=seed) for seed in (4, 4, 5))
    assert first == again != other


def test_a_lower_level_gives_a_narrower_interval() -> None:
    values = np.random.default_rng(3).random(30)
    wide, narrow = (measures.bootstrap(values, seed=4, level=level) for level in (0.95, 0.5))
    assert wide.low < narrow.low < narrow.mean < narrow.high < wide.high


def test_a_method_is_better_only_where_the_whole_interval_is_above_zero() -> None:
    base = np.random.default_rng(3).random(40)
    gain = np.random.default_rng(4).normal(0.05, 0.02, 40)
    better = measures.paired_bootstrap(base + gain, base, seed=1)
    worse = measures.paired_bootstrap(base, base + gain, seed=1)
    unsure = measures.paired_bootstrap(base + gain - gain.mean(), base, seed=1)
    assert [(found.sign, found.is_better) for found in (better, worse, unsure)] == [(1, True), (-1, False), (0, False)]
    assert better.mean == pytest.approx(gain.mean())


def test_an_interval_that_touches_zero_decides_nothing() -> None:
    assert [Paired(0.1, low, 0.2).is_better for low in (-0.01, 0.0, 0.01)] == [False, False, True]


def test_readers_are_compared_one_by_one() -> None:
    with pytest.raises(ValueError, match="as many on both sides"):
        measures.paired_bootstrap([1.0, 2.0], [1.0], seed=1)


@given(judgement=judged(tied=False))
@settings(deadline=None)
def test_a_better_place_for_a_relevant_paper_never_lowers_a_measure(judgement: tuple[list[float], list[bool]]) -> None:
    before = measures.in_order(*judgement)
    swaps = np.flatnonzero(~before[:-1] & before[1:])
    assume(len(swaps))
    after = before.copy()
    after[[swaps[0], swaps[0] + 1]] = [True, False]
    for measure in (measures.average_precision, measures.reciprocal_rank, lambda hits: measures.ndcg_at(hits, 5)):
        assert measure(after) >= measure(before) - 1e-12
