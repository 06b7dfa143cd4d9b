"""Rows that are kept in little room are the same rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from digest.relevance.latent import Rows
from digest.relevance.parting import Compact, Parted
from tests.relevance.builders import thrown


@st.composite
def several(draw: st.DrawFn) -> list[Rows]:
    """Matrices of one width, some of no rows and some without anything in them."""
    dice = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    columns, density = draw(st.integers(1, 9)), draw(st.sampled_from([0.0, 0.4, 1.0]))
    sizes = draw(st.lists(st.integers(0, 5), min_size=1, max_size=4))
    return [thrown(dice, rows, columns, density) for rows in sizes]


def same(found: Rows, expected: Rows) -> bool:
    """Cell by cell, to the last bit."""
    one, other = found, sparse.csr_array(expected)
    cells = zip((one.data, one.indices, one.indptr), (other.data, other.indices, other.indptr), strict=True)
    return one.shape == other.shape and one.dtype == other.dtype and all(np.array_equal(*each) for each in cells)


def stacked(parts: list[Rows]) -> Rows:
    return sparse.csr_array(sparse.vstack(parts, format="csr"))


@given(parts=several(), data=st.data())
@settings(deadline=None)
def test_compact_rows_are_the_rows_whole_in_parts_and_in_any_order(parts: list[Rows], data: st.DataObject) -> None:
    rows = stacked(parts)
    compact = Compact.of(rows)
    start = data.draw(st.integers(0, rows.shape[0]))
    stop = data.draw(st.integers(start, rows.shape[0]))
    wanted = data.draw(st.lists(st.integers(0, rows.shape[0] - 1), max_size=6)) if rows.shape[0] else []

    assert (compact.shape, compact.nnz) == (rows.shape, rows.nnz)
    assert same(compact.rows(), rows)
    assert same(compact.part(slice(start, stop)).rows(), rows[start:stop])
    assert same(compact[np.array(wanted, dtype=np.intp)], rows[np.array(wanted, dtype=np.intp)])


@given(parts=several())
@settings(deadline=None)
def test_parts_are_joined_one_below_the_other_and_taken_out_of_their_list(parts: list[Rows]) -> None:
    rows, given_parts = stacked(parts), [Parted(Compact.of(part), part) for part in parts]

    found = Parted.joined(given_parts)

    assert same(found.common.rows(), rows)
    assert same(found.rare, rows)
    assert len(found) == rows.shape[0]
    assert not given_parts


@pytest.mark.parametrize(("columns", "bytes_each"), [(65_536, 2), (65_537, 4)])
def test_a_column_takes_two_bytes_where_these_tell_all_of_them_apart(columns: int, bytes_each: int) -> None:
    last = sparse.csr_array(([np.float32(0.5)], ([0], [columns - 1])), shape=(1, columns))

    compact = Compact.of(last)

    assert compact.indices.itemsize == bytes_each
    assert same(compact.rows(), last)


def test_some_rows_after_one_another_are_not_copied() -> None:
    compact = Compact.of(thrown(np.random.default_rng(1), 6, 4, 1.0))

    part = compact.part(slice(2, 5))

    assert np.shares_memory(part.data, compact.data)
    assert np.shares_memory(part.indices, compact.indices)
