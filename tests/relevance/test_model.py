"""The background model is scikit-learn's TF-IDF, to the last digits."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from sklearn.base import clone
from sklearn.feature_extraction.text import TfidfVectorizer

from digest.papers import Paper
from digest.relevance.model import SMALL, BackgroundModel
from digest.relevance.text import term_id, terms
from tests.fakes import paper
from tests.relevance.builders import WORDS, counted, fitted, papers

_plain = TfidfVectorizer(ngram_range=(1, 2), stop_words="english").build_analyzer()


def vectorizer(min_df: int) -> TfidfVectorizer:
    """Plain scikit-learn; each title is analysed twice by itself, so that no pair of words crosses its end."""
    return TfidfVectorizer(
        analyzer=lambda item: _plain(item.title) * 2 + _plain(item.abstract), min_df=min_df, sublinear_tf=True
    )


def corpus(size: int) -> list[Paper]:
    """Papers of common and of rare words."""
    random = np.random.default_rng(size)
    rare = [f"rare{n}" for n in range(max(size, 1))]
    words = [*WORDS, *rare]

    def text(length: int) -> str:
        return " ".join(random.choice(words, size=length))

    return [paper(f"graph {text(4)}", number=n, abstract=text(40)) for n in range(size)]


def dense(model: BackgroundModel, listing: Sequence[Paper]) -> npt.NDArray[np.float64]:
    return np.asarray(model.transform([counted(item) for item in listing]).todense())


def agrees(listing: Sequence[Paper], others: Sequence[Paper], min_df: int) -> None:
    """Ours and scikit-learn's rows are the same, term by term."""
    ours, theirs = fitted(listing), vectorizer(min_df).fit(listing)
    columns = [int(np.searchsorted(ours.term_ids_, term_id(word))) for word in theirs.get_feature_names_out()]
    assert sorted(columns) == list(range(len(ours.term_ids_)))
    assert np.abs(ours.idf_[columns] - theirs.idf_).max() < 1e-12
    expected = theirs.transform(listing)
    assert np.abs(ours.mean_[columns] - np.asarray(expected.mean(axis=0)).ravel()).max() < 1e-12
    assert np.abs(dense(ours, listing)[:, columns] - expected.todense()).max() < 1e-12
    assert np.abs(dense(ours, others)[:, columns] - theirs.transform(others).todense()).max() < 1e-12


def test_it_is_scikit_learn_s_tfidf_on_a_background_of_usual_size() -> None:
    listing = corpus(SMALL)
    agrees(listing, [*corpus(7), paper("Unheard words", abstract="")], min_df=2)


def test_a_small_background_counts_words_that_were_seen_once() -> None:
    agrees(corpus(40), corpus(7), min_df=1)


@given(listing=papers(at_least=1))
@settings(deadline=None)
def test_it_is_scikit_learn_s_tfidf_on_any_small_background(listing: list[Paper]) -> None:
    if any(terms(item.title) or terms(item.abstract) for item in listing):
        agrees(listing, listing, min_df=1)
    else:
        assert fitted(listing).transform([counted(item) for item in listing]).shape == (len(listing), 0)


def test_a_title_weighs_as_if_it_stood_there_twice() -> None:
    background = corpus(30)
    once, twice = paper("graph", abstract="lattice"), paper("", abstract="graph. the lattice graph")
    model = fitted(background)
    unigrams = [int(np.searchsorted(model.term_ids_, term_id(word))) for word in ("graph", "lattice")]
    ratio = dense(model, [once, twice])[:, unigrams]
    assert ratio[0, 0] / ratio[0, 1] == pytest.approx(ratio[1, 0] / ratio[1, 1], rel=1e-12)


def test_rows_have_unit_length_or_are_empty() -> None:
    rows = dense(fitted(corpus(30)), [*corpus(5), paper("", abstract=""), paper("unheard", abstract="")])
    assert np.allclose(np.linalg.norm(rows, axis=1), [1, 1, 1, 1, 1, 0, 0], atol=1e-12)


@pytest.mark.parametrize("background", [[], [paper("", abstract="")], [paper("the", abstract="of")] * 3])
def test_a_background_without_words_knows_no_terms(background: list[Paper]) -> None:
    model = fitted(background)
    assert model.term_ids_.shape == model.idf_.shape == model.mean_.shape == (0,)
    assert model.transform([counted(paper("graph"))]).shape == (1, 0)
    assert model.transform([]).shape == (0, 0)


def test_a_background_of_one_paper_knows_its_words() -> None:
    only = paper("graph", abstract="")
    assert dense(fitted([only]), [only]) == pytest.approx(np.array([[1.0]]))


def test_no_documents_make_no_rows() -> None:
    model = fitted(corpus(5))
    assert model.transform([]).shape == (0, len(model.term_ids_))


def test_fitting_again_forgets_what_was_learned() -> None:
    model = fitted(corpus(20)).fit([])
    assert (model.n_documents_, len(model.term_ids_)) == (0, 0)
    assert model.transform([counted(paper("graph"))]).shape == (1, 0)


def test_it_follows_the_conventions_of_scikit_learn() -> None:
    model = fitted(corpus(5))
    assert model.get_params() == {"min_df": 2}
    fresh = clone(model.set_params(min_df=3))
    assert fresh.get_params() == {"min_df": 3}
    assert not hasattr(fresh, "term_ids_")
    documents = [counted(item) for item in corpus(5)]
    assert model.fit(documents) is model
    assert (fresh.fit_transform(documents) != model.transform(documents)).nnz == 0
