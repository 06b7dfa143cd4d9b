"""What terms weigh, and what a paper is read together with."""

from math import log, sqrt

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.papers import Paper
from digest.relevance.company import NEIGHBOURS, STRONGEST
from digest.relevance.latent import DIMENSIONS, Rows
from digest.relevance.model import Model
from digest.relevance.scoring import Day
from digest.relevance.space import (
    IDF_POWER,
    LATENT_SHARE,
    OWN_LENGTH,
    PAIR_WEIGHT,
    SAMPLE,
    SHARED,
    SMALL,
    Space,
)
from digest.relevance.text import TermCounts, count_paper, count_words, is_pair, is_stem, stem_id, word_id
from tests.fakes import paper
from tests.relevance.builders import FIRST, about, archive, archive_space, counted, listing, model_of, papers, space_of

CLOSE = 1e-6
Matrix = npt.NDArray[np.float64]


def dense(rows: Rows) -> Matrix:
    return np.asarray(rows.todense(), dtype=np.float64)


def weights(space: Space, document: TermCounts) -> dict[int, float]:
    """A paper's weights by the id of the term."""
    (row,) = dense(space.rows([document]))
    return {number: float(weight) for number, weight in zip(space.model.vocabulary.ids.tolist(), row, strict=True)}


def in_the_open(space: Space, documents: list[TermCounts]) -> Matrix:
    """The rows of documents by the formula, term by term, before they are divided by anything."""
    model, rows = space.model, np.zeros((len(documents), len(space.model.vocabulary)))
    columns = {number: column for column, number in enumerate(model.vocabulary.ids.tolist())}
    for row, document in enumerate(documents):
        for number, times in zip(document.ids, document.times.tolist(), strict=True):
            if (column := columns.get(int(number))) is not None and model.frequencies[column]:
                idf = log((1 + len(model)) / (1 + int(model.frequencies[column]))) + 1
                share = PAIR_WEIGHT if is_pair(np.array([number]))[0] else 1.0
                rows[row, column] = (1 + log(times)) * idf**IDF_POWER * share
    return rows


def unit(rows: Matrix) -> Matrix:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Matrix = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return scaled


def shared_stems(space: Space) -> npt.NDArray[np.bool_]:
    return is_stem(space.model.vocabulary.ids) & (space.model.frequencies >= SHARED)


# ------------------------------------------------------------ weights


def test_a_term_weighs_as_computed_by_hand() -> None:
    """Three papers; `graph` stands in two of them, `lattice` and the pair in one. Both views weigh the same."""
    background = ["graph", "graph lattice", "spin"]
    space = space_of(paper(title, number=number, abstract="") for number, title in enumerate(background))
    common, rare = (log(4 / 3) + 1) ** 1.5, (log(4 / 2) + 1) ** 1.5
    twice = 1 + log(2)  # what stands in a title counts as two
    lengths = [
        twice * common * sqrt(2),
        twice * sqrt(2 * common**2 + 2 * rare**2 + 2 * (0.7 * rare) ** 2),
        twice * rare * sqrt(2),
    ]
    length = sqrt(2 * common**2 + 2 * rare**2 + 2 * (0.7 * rare) ** 2)
    divisor = 0.7 * length + 0.3 * sum(lengths) / 3
    found = weights(space, count_words("graph lattice"))
    for word, weight in (("graph", common), ("lattice", rare)):
        assert found[word_id(word)] == pytest.approx(weight / divisor, abs=CLOSE)
        assert found[stem_id(word)] == pytest.approx(weight / divisor, abs=CLOSE)
    ids = count_words("graph lattice").ids
    assert [found[number] for number in ids[is_pair(ids)].tolist()] == pytest.approx(
        [0.7 * rare / divisor] * 2, abs=CLOSE
    )
    assert found[word_id("spin")] == 0


@given(background=papers(), asked=papers(first=1))
@settings(deadline=None)
def test_rows_and_their_mean_follow_the_formula(background: list[Paper], asked: list[Paper]) -> None:
    space, documents = space_of(background), [counted(item) for item in asked]
    known = in_the_open(space, [counted(item) for item in background])
    rows = in_the_open(space, documents)
    mean_length = np.linalg.norm(known, axis=1).mean() if known.any() else 1.0

    def pivoted(matrix: Matrix) -> Matrix:
        lengths = np.linalg.norm(matrix, axis=1, keepdims=True)
        scaled: Matrix = matrix / (OWN_LENGTH * lengths + (1 - OWN_LENGTH) * mean_length)
        return scaled

    assert dense(space.rows(documents)) == pytest.approx(pivoted(rows), abs=CLOSE)
    assert dense(space.background) == pytest.approx(pivoted(known), abs=CLOSE)
    assert space.mean == pytest.approx(pivoted(known).sum(axis=0) / max(len(known), 1), abs=CLOSE)


def test_a_paper_of_unknown_terms_is_a_row_of_zeros() -> None:
    space = space_of(listing(5))
    rows = space.rows([count_paper("never heard", "of this"), count_paper("", "")])
    assert rows.shape == (2, len(space.model.vocabulary))
    assert rows.nnz == 0


@pytest.mark.parametrize("background", [[], [paper("", abstract="")], [paper("the", abstract="of")] * 3])
def test_a_background_without_words_knows_no_terms(background: list[Paper]) -> None:
    space = space_of(background)
    assert space.rows([count_words("graph")]).shape == (1, 0)
    assert space.rows([]).shape == (0, 0)
    assert space.mean.shape == (0,)
    assert space.latent_weight == 0


def test_a_long_paper_is_longer_than_a_short_one_but_less_so() -> None:
    space = archive_space()
    short, long = (counted(about(1, number=7_000, words=words)) for words in (8, 80))
    ratio = np.divide(*np.linalg.norm(in_the_open(space, [long, short]), axis=1))
    lengths = np.linalg.norm(dense(space.rows([short, long])), axis=1)
    assert 1 < lengths[1] / lengths[0] < ratio


# ------------------------------------------------------------ sample and latent likeness


@pytest.mark.parametrize("size", [0, 1, 2, SAMPLE, SAMPLE + 1, 600])
def test_the_sample_is_spread_over_the_whole_background(size: int) -> None:
    places = space_of(archive()[:size]).sample.tolist()
    assert len(places) == len(set(places)) == min(size, SAMPLE)
    if size:
        assert (places[0], places[-1]) == (0, size - 1)
        assert max(np.diff(places), default=1) <= 1 + (size - 1) / SAMPLE * 1.01


def test_latent_likeness_weighs_five_standard_deviations_of_plain_likeness() -> None:
    space = archive_space()
    some = dense(space.background)[space.sample]
    apart = (some @ some.T)[~np.eye(len(some), dtype=bool)]
    assert space.latent_weight == pytest.approx(LATENT_SHARE * apart.std(), rel=1e-4)


def test_papers_of_one_topic_lie_together_in_the_latent_basis() -> None:
    space = archive_space()
    new = listing(40)
    placed = space.placed(space.rows([counted(item) for item in new]))
    assert placed is not None
    assert placed.shape == (40, DIMENSIONS)
    assert np.linalg.norm(placed, axis=1) == pytest.approx(np.ones(40), abs=1e-5)
    same = np.equal.outer(np.arange(40) % 10, np.arange(40) % 10)
    likeness = placed @ placed.T
    assert likeness[same].min() > likeness[~same].max()


def test_a_place_is_the_centred_projection_of_the_shared_stems() -> None:
    space, documents = archive_space(), [counted(item) for item in listing(5)]
    basis = space.model.basis
    assert basis is not None
    stems = np.where(shared_stems(space), in_the_open(space, documents), 0)
    expected = unit(unit(stems)[:, basis.terms] @ basis.components.astype(np.float64) - basis.mean)
    assert space.placed(space.rows(documents)) == pytest.approx(expected, abs=1e-5)


def test_what_has_no_shared_stem_has_no_place() -> None:
    space = archive_space()
    placed = space.placed(space.rows([count_words("never heard of this")]))
    assert placed is not None
    assert not placed.any()


def test_a_basis_says_what_it_was_fitted_on_and_is_the_same_again() -> None:
    space = archive_space()
    one, other = space.basis(), space.basis()
    assert (one.newest, one.papers) == (len(archive()) - 1, len(archive()))
    assert one.components.tobytes() == other.components.tobytes()
    assert one.terms.tolist() == np.flatnonzero(shared_stems(space)).tolist()


def test_a_basis_stays_good_while_the_model_grows() -> None:
    space, documents = archive_space(), [counted(item) for item in listing(4)]
    grown = space.model.grown({9_000: count_paper("words never heard", "before")}, window=len(archive()) + 1)
    before, after = (each.placed(each.rows(documents)) for each in (space, Space(grown)))
    assert before is not None
    assert after == pytest.approx(before, abs=0.01)


def test_without_a_basis_nothing_has_a_place() -> None:
    space = space_of(archive())
    assert space.placed(space.rows([count_words("graph")])) is None


# ------------------------------------------------------------ company


def neighbours(space: Space, items: list[Paper], numbers: list[int]) -> Matrix:
    """What company must be before its weak terms are dropped: all of it by the formula, in float64."""
    stems = shared_stems(space)
    known = in_the_open(space, [counted(item) for item in archive()])
    asked = in_the_open(space, [counted(item) for item in items])
    likeness = unit(np.where(stems, asked, 0)) @ unit(np.where(stems, known, 0)).T
    likeness[np.equal.outer(np.array(numbers), space.model.numbers)] = 0
    company = np.zeros((len(items), known.shape[1]))
    for row, line in enumerate(likeness):
        nearest = np.argsort(-line, kind="stable")[:NEIGHBOURS]
        shares = line[nearest] ** 2
        company[row] = shares / shares.sum() @ dense(space.background[nearest])
    return company


def test_company_is_the_mean_of_the_nearest_papers_by_squared_cosine() -> None:
    space, items = archive_space(), [*listing(12), *archive()[:8]]
    numbers = [*range(5_000, 5_012), *range(8)]
    found = space.company(space.rows([counted(item) for item in items]), numbers)
    assert found is not None
    for kept, whole in zip(dense(found), neighbours(space, items, numbers), strict=True):
        held = kept > 0
        assert held.sum() == min(STRONGEST, (whole > 0).sum())
        assert kept[held] == pytest.approx(whole[held], abs=1e-5)
        assert whole[~held].max() <= whole[held].min() + CLOSE  # what was dropped is the weakest


def test_a_paper_is_not_in_its_own_company() -> None:
    odd = paper("abba", number=len(archive()), abstract="unheard abba unheard " * 3)
    space = space_of([*archive(), odd])
    rows = space.rows([counted(odd), counted(odd)])
    found = space.company(rows, [len(archive()), 9_999])  # in the background, and a twin from elsewhere
    assert found is not None
    heard = dense(found)[:, space.model.vocabulary.ids.tolist().index(word_id("unheard"))]
    assert heard[0] == 0
    assert heard[1] > 0


def test_company_is_the_same_for_many_papers_as_for_each_alone() -> None:
    space, items = archive_space(), listing(520)
    numbers = list(range(5_000, 5_520))
    rows = space.rows([counted(item) for item in items])
    together = space.company(rows, numbers)
    assert together is not None
    for row in (0, 511, 512, 519):
        alone = space.company(rows[[row]], [numbers[row]])
        assert alone is not None
        assert dense(together[[row]]) == pytest.approx(dense(alone), abs=CLOSE)


def same_cells(one: Rows | None, other: Rows | None) -> bool:
    """Whether two matrices are the same to the last bit, cell by cell."""
    assert one is not None
    assert other is not None
    parts = zip(*((rows.indptr, rows.indices, rows.data) for rows in (one, other)), strict=True)
    return one.shape == other.shape and all(np.array_equal(*each) for each in parts)


@given(kept=st.sets(st.integers(0, 11)), asked=st.lists(st.integers(0, 11), min_size=1, max_size=12))
@settings(deadline=None)
def test_company_that_is_kept_is_what_would_be_found_to_the_last_bit(kept: set[int], asked: list[int]) -> None:
    model, items = archive_space().model, listing(12)
    anew, before = Space(model), Space(model)
    rows = anew.rows([counted(item) for item in items])
    numbers = list(range(FIRST, FIRST + 12))
    before.meet([counted(items[each]) for each in sorted(kept)], sorted(FIRST + each for each in kept))
    after = Space(model, derived=before.derived())
    found = after.company(rows[asked], [numbers[each] for each in asked])
    assert same_cells(found, anew.company(rows[asked], [numbers[each] for each in asked]))
    assert after.is_news is bool(set(asked) - kept)


def test_a_paper_whose_text_has_changed_or_that_has_another_number_is_compared_again() -> None:
    model, (item, other) = archive_space().model, listing(2)
    space = Space(model)
    space.meet([counted(item)], [7])
    kept = space.derived()
    for document, number in ((counted(other), 7), (counted(item), 8)):
        again, anew = Space(model, derived=kept), Space(model)
        rows = anew.rows([document])
        assert same_cells(again.company(rows, [number]), anew.company(rows, [number]))
        assert again.is_news


@pytest.mark.parametrize("has_basis", [True, False])
def test_a_space_with_what_was_derived_before_is_the_same_to_the_last_bit(has_basis: bool) -> None:
    model = archive_space().model if has_basis else space_of(archive()).model
    anew, documents = Space(model), [counted(item) for item in listing(30)]
    anew.meet(documents, range(FIRST, FIRST + 30))
    again = Space(model, derived=anew.derived())
    assert "background" not in vars(again)
    assert again.mean.tobytes() == anew.mean.tobytes()
    assert (again.latent_weight, again.embedded_weight) == (anew.latent_weight, anew.embedded_weight)
    assert same_cells(again.rows(documents), anew.rows(documents))
    assert same_cells(again.sample_rows, anew.background[anew.sample])
    assert same_cells(again.background, anew.background)
    ours, theirs = again.placed(again.rows(documents)), anew.placed(anew.rows(documents))
    assert (ours is None) is (theirs is None) is not has_basis
    assert ours is None or theirs is None or ours.tobytes() == theirs.tobytes()


def test_a_day_of_papers_met_before_looks_at_no_paper_of_the_background() -> None:
    model, items = archive_space().model, listing(30)
    before = Space(model)
    before.meet([counted(item) for item in items], range(FIRST, FIRST + 30))
    after = Space(model, derived=before.derived())
    Day(after, [counted(item) for item in items], range(FIRST, FIRST + 30))
    assert "background" not in vars(after)
    assert not after.is_news


def test_what_is_like_nothing_has_no_company() -> None:
    space = archive_space()
    found = space.company(space.rows([count_words("never heard of this")]), [9_999])
    assert found is not None
    assert not dense(found).any()


@pytest.mark.parametrize(("size", "has_company"), [(0, False), (1, False), (SMALL - 1, False), (SMALL, True)])
def test_only_a_background_of_some_size_has_neighbours(size: int, has_company: bool) -> None:
    space = space_of(archive()[:size])
    found = space.company(space.rows([count_words("abba")]), [9_999])
    assert (found is not None) is has_company


def test_no_papers_have_no_company() -> None:
    space = archive_space()
    assert space.company(space.rows([]), []) is None


def test_the_first_paper_ever_is_a_space_of_its_own() -> None:
    only = paper("graph", number=1, abstract="")
    space = Space(model_of([only]))
    length = (1 + log(2)) * sqrt(2)
    assert weights(space, counted(only))[word_id("graph")] == pytest.approx((1 + log(2)) / length, abs=CLOSE)
    assert len(Space(Model()).model) == 0
