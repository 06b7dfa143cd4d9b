"""What examples and papers share is exactly what the two matrices have in common."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.relevance.latent import Rows, in_rows
from digest.relevance.parting import Compact, Parted, ranges, spans
from digest.relevance.sums import Meeting, Shown
from digest.relevance.wording import UNWRITTEN
from tests.relevance.builders import thrown

CLOSE = 1e-12


@st.composite
def matrices(draw: st.DrawFn) -> tuple[Rows, Rows, np.random.Generator]:
    """Examples and papers in the columns of one table, some of them without anything."""
    dice = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    examples, papers, columns = draw(st.integers(1, 6)), draw(st.integers(1, 5)), draw(st.integers(1, 12))
    density = draw(st.sampled_from([0.0, 0.3, 1.0]))

    return thrown(dice, examples, columns, density), thrown(dice, papers, columns, density), dice


@given(drawn=matrices())
@settings(deadline=None)
def test_products_are_those_of_the_matrices_and_the_words_add_up_to_them(
    drawn: tuple[Rows, Rows, np.random.Generator],
) -> None:
    examples, papers, dice = drawn
    some, few = np.arange(examples.shape[0]), np.arange(papers.shape[0])
    cells = Parted(Compact.of(examples[:, :1]), examples[:, 1:]).cells(some.tolist())
    shown = Shown.of(papers, few)
    shared = Meeting(papers.shape[1]).of(cells, shown, papers.data[shown.cells])
    expected = examples.astype(np.float64) @ papers.T.astype(np.float64)
    assert np.abs(shared.products() - expected.toarray()).max(initial=0) < CLOSE

    words = dice.integers(UNWRITTEN, 4, size=len(shown.cells)).astype(np.int32)
    weights = dice.integers(0, 2, size=expected.shape).astype(np.float64)
    given_by = shared.by_word(weights, words)
    written = papers.copy()
    written.data = np.where(words == UNWRITTEN, 0, papers.data).astype(np.float32)
    sums = (weights * (examples.astype(np.float64) @ written.T.astype(np.float64)).toarray()).sum(axis=0)
    assert np.abs(given_by.sum(axis=1) - sums).max(initial=0) < CLOSE


def test_ranges_follow_one_another_and_an_empty_one_is_nothing() -> None:
    numbers, sizes = ranges(np.array([3, 7, 0]), np.array([5, 7, 1]))
    assert (numbers.tolist(), sizes.tolist()) == ([3, 4, 0], [2, 0, 1])


def test_the_cells_of_rows_come_in_the_order_in_which_the_rows_are_asked_for() -> None:
    rows = in_rows(np.arange(4, dtype=np.float32), np.array([0, 1, 0, 1]), np.array([0, 2, 2, 4]), 2)
    cells, sizes = spans(rows, np.array([2, 1, 0]))
    assert (rows.data[cells].tolist(), sizes.tolist()) == ([2, 3, 0, 1], [2, 0, 2])
