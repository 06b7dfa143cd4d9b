"""The scorer is Rocchio's sum, and follows the conventions of scikit-learn."""

import numpy as np
import pytest
from hypothesis import given, settings
from scipy import sparse
from sklearn.base import clone

from digest.papers import Paper
from digest.relevance.model import Rows
from digest.relevance.scorer import DISLIKE_WEIGHT, RocchioScorer
from tests.fakes import paper
from tests.relevance.builders import counted, fitted, papers


def rows(*values: list[float]) -> Rows:
    return sparse.csr_array(np.array(values, dtype=np.float64).reshape(len(values), -1))


BACKGROUND = np.array([0.5, 0.25, 0.0])
WANTED, UNWANTED = rows([1, 0, 0], [0, 0.6, 0.8]), rows([0, 1, 0])
CANDIDATES = rows([1, 0, 0], [0, 0.8, 0.6], [0, 0, 0])
NONE: Rows = sparse.csr_array((0, 3))


def test_it_is_the_mean_of_the_wanted_less_the_unwanted_less_the_background() -> None:
    scorer = RocchioScorer(BACKGROUND).fit(WANTED, UNWANTED)
    expected = np.array([0.5, 0.3, 0.4]) - DISLIKE_WEIGHT * np.array([0, 1, 0]) - BACKGROUND
    assert scorer.coef_ == pytest.approx(expected, abs=1e-15)
    assert scorer.decision_function(CANDIDATES) == pytest.approx(CANDIDATES @ expected, abs=1e-15)


@pytest.mark.parametrize("unwanted", [None, NONE])
def test_whoever_dislikes_nothing_is_judged_by_likes_alone(unwanted: Rows | None) -> None:
    assert RocchioScorer(BACKGROUND).fit(WANTED, unwanted).coef_ == pytest.approx(np.array([0.0, 0.05, 0.4]))


def test_whoever_likes_nothing_has_the_background_alone() -> None:
    assert RocchioScorer(BACKGROUND).fit(NONE).coef_ == pytest.approx(-BACKGROUND)


def test_the_weight_of_what_is_not_wanted_can_be_chosen() -> None:
    scorer = RocchioScorer(BACKGROUND, dislike_weight=1.0).fit(NONE, UNWANTED)
    assert scorer.coef_ == pytest.approx(-BACKGROUND - np.array([0, 1, 0]))


def test_no_rows_have_no_scores() -> None:
    assert RocchioScorer(BACKGROUND).fit(WANTED).decision_function(NONE).shape == (0,)


def test_a_row_of_no_known_term_has_the_score_zero() -> None:
    scorer = RocchioScorer(BACKGROUND, intercept=0.1).fit(WANTED)
    assert scorer.decision_function(CANDIDATES)[2] == 0
    assert scorer.background_share(CANDIDATES)[2] == 0


@given(listing=papers(at_least=2))
@settings(deadline=None)
def test_a_paper_is_compared_with_the_other_papers_of_the_background(listing: list[Paper]) -> None:
    model = fitted(listing)
    matrix = model.transform([counted(item) for item in listing])
    dense = np.asarray(matrix.todense())
    scorer = RocchioScorer.against_others(model).fit(sparse.csr_array((0, matrix.shape[1])))
    for number, (row, score) in enumerate(zip(dense, scorer.decision_function(matrix), strict=True)):
        others = np.delete(dense, number, axis=0).mean(axis=0)
        assert score == pytest.approx(-row @ others, abs=1e-12)


@pytest.mark.parametrize("background", [[], [paper("graph")]])
def test_where_there_are_no_others_nothing_breaks(background: list[Paper]) -> None:
    model = fitted(background)
    scorer = RocchioScorer.against_others(model).fit(model.transform([counted(paper("graph"))]))
    assert np.isfinite(scorer.decision_function(model.transform([counted(paper("graph"))]))).all()


def test_it_follows_the_conventions_of_scikit_learn() -> None:
    scorer = RocchioScorer(BACKGROUND)
    assert scorer.fit(WANTED) is scorer
    assert scorer.get_params()["background"] is BACKGROUND
    fresh = clone(scorer.set_params(dislike_weight=0.5, intercept=0.1))
    assert (fresh.dislike_weight, fresh.intercept) == (0.5, 0.1)
    assert np.array_equal(fresh.background, BACKGROUND)
    assert not hasattr(fresh, "coef_")


def test_fitting_leaves_its_arguments_alone() -> None:
    background = BACKGROUND.copy()
    scorer = RocchioScorer(background).fit(WANTED, UNWANTED)
    scorer.coef_ += 1
    assert np.array_equal(background, BACKGROUND)
