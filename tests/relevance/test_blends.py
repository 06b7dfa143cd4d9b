"""A blend is the weighted sum of some rows, of which the strongest cells stay."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from digest.relevance.blends import Blend, Row, stacked

CLOSE = 1e-6
ROWS = sparse.csr_array(np.array([[1, 0, 2, 0], [0, 3, 1, 0], [0, 0, 0, 0], [1, 0, 2, 0]], dtype=np.float32))


def blended(places: list[int], weights: list[float], count: int) -> dict[int, float]:
    found = Blend(ROWS).strongest(np.array(places), np.array(weights, dtype=np.float32), count)
    return dict(zip(found.columns.tolist(), found.data.tolist(), strict=True))


def test_what_rows_share_is_added_up() -> None:
    assert blended([0, 1], [0.5, 0.25], 4) == {0: 0.5, 1: 0.75, 2: 1.25}


def test_of_more_cells_than_are_asked_for_the_largest_stay() -> None:
    assert blended([0, 1], [0.5, 0.25], 1) == {2: 1.25}
    assert blended([0, 1], [0.5, 0.25], 2) == {2: 1.25, 1: 0.75}


def test_what_weighs_nothing_leaves_no_cells() -> None:
    assert blended([0, 1], [1.0, 0.0], 4) == {0: 1.0, 2: 2.0}
    assert blended([2], [1.0], 4) == {}


def test_the_same_row_twice_counts_twice() -> None:
    assert blended([0, 3, 0], [0.5, 0.25, 0.25], 4) == {0: 1.0, 2: 2.0}


def test_one_blend_forgets_the_last() -> None:
    blend, once = Blend(ROWS), np.ones(1, dtype=np.float32)
    blend.strongest(np.array([1]), once, 4)
    assert blend.strongest(np.array([0]), once, 4).columns.tolist() == [2, 0]


def test_rows_are_stacked_in_order() -> None:
    rows = [
        Row(np.array([2, 0], np.int32), np.array([5, 1], np.float32)),
        Row(np.zeros(0, np.int32), np.zeros(0, np.float32)),
    ]
    assert stacked(rows, 3).toarray().tolist() == [[1, 0, 5], [0, 0, 0]]


@given(data=st.data(), seed=st.integers(0, 2**32 - 1), count=st.integers(1, 50))
@settings(deadline=None)
def test_a_blend_is_the_strongest_of_the_product(data: st.DataObject, seed: int, count: int) -> None:
    dice = np.random.default_rng(seed)
    dense = (dice.random((9, 40)) * (dice.random((9, 40)) < 0.3)).astype(np.float32)
    places = np.array(data.draw(st.lists(st.integers(0, 8), min_size=1, max_size=6)))
    weights = dice.random(len(places)).astype(np.float32)
    found = Blend(sparse.csr_array(dense)).strongest(places, weights, count)
    product = weights @ dense[places]
    assert found.data == pytest.approx(product[found.columns], abs=CLOSE)
    assert np.sort(found.data)[::-1] == pytest.approx(np.sort(product[product > 0])[::-1][:count], abs=CLOSE)
