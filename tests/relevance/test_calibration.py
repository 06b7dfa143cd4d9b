"""Probabilities keep the order of the scores, mean what they say, and outlive a file."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit

from digest.relevance.calibration import Calibration, Curve, Votes, fit_calibration, recentred
from digest.relevance.measures import Binning, calibration_error, top_of_each

PLAIN = Calibration(curve=Curve.LINEAR, intercept=-1.0, slope=2.0)
FULL = Calibration(
    curve=Curve.COMPRESSED,
    intercept=-5.0,
    slope=1.5,
    slope_by_likes=0.25,
    shift_by_likes=-0.5,
    shift_by_candidates=-0.125,
    fewest_likes=2,
    most_likes=50,
    fewest_candidates=100,
    most_candidates=500,
)
EXAMPLES = st.builds(
    Calibration,
    curve=st.sampled_from(Curve),
    intercept=st.floats(-20, 20),
    slope=st.floats(0, 10),
    slope_by_likes=st.floats(0, 2),
    shift_by_likes=st.floats(-2, 2),
    shift_by_candidates=st.floats(-2, 2),
    most_likes=st.integers(1, 5_000),
    most_candidates=st.integers(1, 5_000),
)
READERS, LISTED = 50, 300  # papers a reader


def readers(truth: Calibration, *, seed: int, likes: tuple[int, ...] = (5, 40), count: int = READERS) -> Votes:
    """Readers whose wishes are drawn from the probabilities of `truth`, some on days of 100 papers and some of 400."""
    random = np.random.default_rng(seed)
    users = np.repeat(np.arange(count), LISTED)
    liked = np.array(likes)[users % len(likes)]
    candidates = np.where(users // 2 % 2, 100, 400)
    scores = 2 * random.standard_normal(len(users))
    labels = random.random(len(users)) < truth.probability(scores, likes=liked, candidates=candidates)
    return Votes(scores=scores, labels=labels, users=users, likes=liked, candidates=candidates)


def stated(calibration: Calibration, votes: Votes) -> np.ndarray:
    return calibration.probability(votes.scores, likes=votes.likes, candidates=votes.candidates)


def test_the_log_odds_of_a_plain_calibration_are_a_straight_line() -> None:
    found = PLAIN.probability([-1.0, 0.5, 1.0], likes=5, candidates=100)
    assert found == pytest.approx([1 / (1 + math.exp(3)), 0.5, 1 / (1 + math.exp(-1))])


def test_what_is_known_of_reader_and_day_moves_the_line_and_turns_it() -> None:
    odds = FULL.log_odds([3.0], likes=10, candidates=200)
    shift = -5.0 - 0.5 * math.log(10) - 0.125 * math.log(200)
    assert odds == pytest.approx([shift + (1.5 + 0.25 * math.log(10)) * math.asinh(3.0)])
    assert FULL.probability([3.0], likes=10, candidates=200) == pytest.approx(expit(odds))


def test_likes_and_candidates_beyond_those_it_was_fitted_on_count_as_the_nearest() -> None:
    assert FULL.probability([1.0], likes=0, candidates=1) == FULL.probability([1.0], likes=2, candidates=100)
    assert FULL.probability([1.0], likes=5_000, candidates=9_999) == FULL.probability([1.0], likes=50, candidates=500)


def test_many_readers_are_served_at_once() -> None:
    scores, likes = np.array([[1.0, 2.0], [1.0, 2.0]]), np.array([[5], [40]])
    together = FULL.probability(scores, likes=likes, candidates=200)
    alone = [FULL.probability(row, likes=int(n[0]), candidates=200) for row, n in zip(scores, likes, strict=True)]
    assert together == pytest.approx(np.array(alone))


@given(
    calibration=EXAMPLES, scores=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), likes=st.integers(0, 10_000)
)
@settings(deadline=None)
def test_a_higher_score_is_never_less_likely(calibration: Calibration, scores: list[float], likes: int) -> None:
    found = calibration.probability(np.sort(scores), likes=likes, candidates=300)
    assert ((found >= 0) & (found <= 1)).all()
    assert (np.diff(found) >= -1e-12).all()


@pytest.mark.parametrize("curve", Curve)
def test_scores_of_a_million_are_safe_and_log_odds_still_tell_them_apart(curve: Curve) -> None:
    calibration = replace(FULL, curve=curve)
    scores = [-1e6, -1e5, 0.0, 1e5, 1e6]
    found = calibration.probability(scores, likes=10, candidates=200)
    assert found[0] < 1e-9 < found[2] < 1 - 1e-6 < found[-1]
    assert (np.diff(calibration.log_odds(scores, likes=10, candidates=200)) > 1).all()


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_refused(wrong: float) -> None:
    for scores, likes, candidates in (([0.0, wrong], 5, 5), ([0.0], wrong, 5), ([0.0], 5, wrong)):
        with pytest.raises(ValueError, match="finite"):
            PLAIN.probability(scores, likes=likes, candidates=candidates)


def test_no_scores_have_no_probabilities() -> None:
    assert FULL.probability([], likes=3, candidates=0).shape == (0,)


@given(calibration=EXAMPLES)
@settings(deadline=None)
def test_a_calibration_survives_being_written_as_json(calibration: Calibration) -> None:
    assert Calibration.from_parameters(json.loads(json.dumps(calibration.parameters()))) == calibration


@pytest.mark.parametrize(
    "change",
    [
        {"slope": None},
        {"slope": "2"},
        {"slope": True},
        {"slope": -0.2},
        {"slope": math.nan},
        {"intercept": math.inf},
        {"slope": 1.0, "slope_by_likes": -0.5},
        {"fewest_likes": 0.0},
        {"fewest_candidates": 501.0},
        {"curve": "cubic"},
        {"another": 1.0},
    ],
)
def test_parameters_that_make_no_calibration_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"calibration|expected|valid Curve"):
        Calibration.from_parameters(FULL.parameters() | change)


def test_a_missing_parameter_is_refused() -> None:
    with pytest.raises(ValueError, match="expected the parameters"):
        Calibration.from_parameters({"curve": "linear", "intercept": 0.0, "slope": 1.0})


def test_what_the_readers_were_drawn_from_is_found_again() -> None:
    truth = Calibration(curve=Curve.COMPRESSED, intercept=-3.0, slope=1.5)
    found = fit_calibration(readers(truth, seed=1), seed=1)
    assert found.curve is Curve.COMPRESSED
    assert found.intercept == pytest.approx(-3.0, abs=0.15)
    assert found.slope == pytest.approx(1.5, abs=0.1)
    assert (found.slope_by_likes, found.shift_by_likes, found.shift_by_candidates) == (0, 0, 0)


def test_a_straight_line_is_told_from_a_curve() -> None:
    truth = Calibration(curve=Curve.LINEAR, intercept=-4.0, slope=0.8)
    found = fit_calibration(readers(truth, seed=2), seed=1)
    assert found.curve is Curve.LINEAR
    assert found.slope == pytest.approx(0.8, abs=0.06)


def test_likes_and_candidates_are_used_where_they_matter() -> None:
    truth = Calibration(
        curve=Curve.LINEAR,
        intercept=1.0,
        slope=0.4,
        slope_by_likes=0.3,
        shift_by_likes=-0.3,
        shift_by_candidates=-1.0,
        most_likes=40,
        most_candidates=400,
    )
    found = fit_calibration(readers(truth, seed=3), seed=1)
    assert found.slope_by_likes == pytest.approx(0.3, abs=0.08)
    assert found.shift_by_candidates == pytest.approx(-1.0, abs=0.15)
    assert (found.fewest_likes, found.most_likes, found.fewest_candidates, found.most_candidates) == (5, 40, 100, 400)


@pytest.mark.parametrize("truth", [replace(FULL, intercept=-2.0), PLAIN])
def test_readers_who_were_not_fitted_on_get_what_they_are_told(truth: Calibration) -> None:
    found = fit_calibration(readers(truth, seed=4, count=2 * READERS), seed=1)
    others = readers(truth, seed=5, count=2 * READERS)
    probabilities = stated(found, others)
    best = top_of_each(others.scores, others.users, size=20)
    for chosen in (np.ones(len(best), dtype=np.bool_), best):
        for binning in Binning:
            assert calibration_error(probabilities[chosen], others.labels[chosen], binning=binning) < 0.05


def test_fitting_twice_gives_the_same_and_the_order_of_the_papers_does_not_matter() -> None:
    votes = readers(FULL, seed=6)
    order = np.random.default_rng(1).permutation(len(votes.scores))
    first, again, shuffled = (fit_calibration(given, seed=1) for given in (votes, votes, votes.where(order)))
    assert first == again
    assert stated(first, votes) == pytest.approx(stated(shuffled, votes), abs=1e-4)


def test_scores_that_say_the_opposite_are_given_no_weight() -> None:
    votes = readers(PLAIN, seed=7)
    found = fit_calibration(replace(votes, scores=-votes.scores), seed=1)
    assert (found.slope, found.slope_by_likes) == (0, 0)
    assert stated(found, votes).mean() == pytest.approx(votes.labels.mean(), abs=0.01)


def test_scores_that_separate_perfectly_give_no_certainty() -> None:
    votes = readers(PLAIN, seed=8)
    found = fit_calibration(replace(votes, labels=votes.scores > 2), seed=1)
    assert np.isfinite(list(found.parameters().values())[1:]).all()
    probabilities = stated(found, votes)
    assert probabilities[votes.scores > 3].min() > 0.99
    assert probabilities[votes.scores < 1].max() < 0.01


def test_one_score_of_a_million_does_not_break_the_fit() -> None:
    votes = readers(Calibration(curve=Curve.COMPRESSED, intercept=-3.0, slope=1.5), seed=9)
    scores = votes.scores.copy()
    scores[0] = 1e6
    found = fit_calibration(replace(votes, scores=scores), seed=1)
    assert calibration_error(stated(found, votes), votes.labels, binning=Binning.MASS) < 0.02


def test_who_liked_nothing_yet_counts_as_having_liked_one_paper() -> None:
    found = fit_calibration(readers(PLAIN, seed=10, likes=(0, 3)), seed=1)
    assert (found.fewest_likes, found.most_likes) == (1, 3)


def test_where_every_day_and_reader_is_alike_the_score_alone_counts() -> None:
    votes = readers(PLAIN, seed=16, likes=(7,))
    found = fit_calibration(replace(votes, candidates=np.full(len(votes.scores), 482)), seed=1)
    assert (found.slope_by_likes, found.shift_by_likes, found.shift_by_candidates) == (0, 0, 0)
    assert found.slope == pytest.approx(PLAIN.slope, abs=0.15)


@pytest.mark.parametrize("everything", [True, False])
def test_without_both_kinds_there_is_nothing_to_fit(everything: bool) -> None:
    votes = readers(PLAIN, seed=11)
    with pytest.raises(ValueError, match="wanted and papers that were not"):
        fit_calibration(replace(votes, labels=np.full(len(votes.scores), everything)), seed=1)


def test_a_few_readers_are_not_enough() -> None:
    with pytest.raises(ValueError, match="at least 5 readers, found 4"):
        fit_calibration(readers(PLAIN, seed=12, count=4), seed=1)


@pytest.mark.parametrize(
    "change",
    [
        {"scores": np.array([0.0, math.nan])},
        {"scores": np.array([0.0])},
        {"likes": np.array([1.0, math.inf])},
        {"candidates": np.array([[1, 2]])},
        {"labels": np.array([0.0, 2.0])},
    ],
)
def test_votes_that_do_not_fit_together_are_refused(change: dict[str, np.ndarray]) -> None:
    right = {"scores": np.zeros(2), "labels": np.array([True, False])}
    right |= {name: np.ones(2, dtype=np.int64) for name in ("users", "likes", "candidates")}
    assert len(Votes(**right).scores) == 2
    with pytest.raises(ValueError, match="expected"):
        Votes(**right | change)


def test_votes_of_nobody_are_refused() -> None:
    none = np.zeros(0)
    with pytest.raises(ValueError, match="at least one"):
        Votes(scores=none, labels=none.astype(np.bool_), users=none, likes=none, candidates=none)


def test_where_more_or_less_is_wanted_the_intercept_alone_moves() -> None:
    votes = readers(replace(FULL, intercept=FULL.intercept + 3), seed=13)
    found = recentred(FULL, votes)
    assert replace(found, intercept=FULL.intercept) == FULL
    assert found.intercept == pytest.approx(FULL.intercept + 3, abs=0.25)
    assert stated(found, votes).sum() == pytest.approx(votes.labels.sum() + 1, abs=1.0)


@pytest.mark.parametrize(("everything", "rate"), [(False, 1 / 302), (True, 301 / 302)])
def test_where_nothing_or_everything_was_wanted_nothing_becomes_certain(everything: bool, rate: float) -> None:
    votes = readers(FULL, seed=14, count=1)
    found = recentred(FULL, replace(votes, labels=np.full(LISTED, everything)))
    assert stated(found, votes).mean() == pytest.approx(rate, rel=1e-6)


def test_a_single_list_of_equal_scores_is_recentred_to_its_rate() -> None:
    votes = readers(PLAIN, seed=15, count=1)
    equal = replace(votes, scores=np.zeros(LISTED), labels=np.arange(LISTED) < 7)
    assert logit(stated(recentred(PLAIN, equal), equal)) == pytest.approx(np.full(LISTED, logit(8 / 302)))
