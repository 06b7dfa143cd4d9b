"""A paper's company: the nearest papers of the background, found by it alone, and kept."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.relevance.company import KeptCompany, _largest, no_company, prints_of
from digest.relevance.latent import in_rows
from tests.relevance.builders import archive_space, counted, listing

VALUES = st.lists(st.sampled_from([0.0, 0.25, 0.5]) | st.floats(0, 1, width=32), min_size=1, max_size=90)


@given(values=VALUES, data=st.data())
@settings(deadline=None)
def test_the_largest_are_those_of_sorting_all(values: list[float], data: st.DataObject) -> None:
    given_values, count = np.array(values, np.float32), data.draw(st.integers(1, len(values)))
    assert _largest(given_values, count).tolist() == np.argsort(-given_values, kind="stable")[:count].tolist()


def test_the_largest_of_many_values_are_found() -> None:
    values = np.random.default_rng(1).random(20_000).astype(np.float32)
    values[:19_000:3] = 0
    assert _largest(values, 30).tolist() == np.argsort(-values, kind="stable")[:30].tolist()


def test_company_is_the_same_to_the_last_bit_for_many_papers_as_for_each_alone() -> None:
    space, items = archive_space(), listing(70)
    rows = space.rows([counted(item) for item in items])
    numbers = np.arange(5_000, 5_070)
    around = type(space)(space.model).company(rows, numbers.tolist())
    assert around is not None
    for row in (0, 31, 32, 69):
        alone = type(space)(space.model).company(rows[[row]], [int(numbers[row])])
        assert alone is not None
        assert alone.indices.tolist() == around[[row]].indices.tolist()
        assert alone.data.tobytes() == around[[row]].data.tobytes()


def test_a_print_tells_rows_apart_by_their_columns_and_their_weights() -> None:
    def row(columns: list[int], data: list[float]) -> int:
        cells = np.array(data, np.float32), np.array(columns, np.int32), np.array([0, len(columns)])
        (found,) = prints_of(in_rows(*cells, 9)).tolist()
        return int(found)

    assert row([1, 2], [0.5, 1]) == row([1, 2], [0.5, 1])
    others = [row([1, 3], [0.5, 1]), row([1, 2], [0.5, 2]), row([1], [0.5]), row([], [])]
    assert len({row([1, 2], [0.5, 1]), *others}) == 5


def test_what_is_kept_is_found_by_number_and_print_together() -> None:
    rows = in_rows(np.array([1, 2], np.float32), np.array([0, 1]), np.array([0, 1, 2]), 3)
    kept = no_company(3).followed_by(KeptCompany(np.array([7, 8]), np.array([70, 80]), rows))
    assert kept.places(np.array([8, 7, 7, 9]), np.array([80, 70, 80, 70])).tolist() == [1, 0, -1, -1]
    more = kept.followed_by(KeptCompany(np.array([9]), np.array([70]), rows[[1]]))
    assert more.places(np.array([9, 8]), np.array([70, 80])).tolist() == [2, 1]
    assert more.rows.toarray().tolist() == [[1, 0, 0], [0, 2, 0], [0, 2, 0]]


def test_the_company_of_other_papers_than_numbers_is_refused() -> None:
    with pytest.raises(ValueError, match="other papers"):
        KeptCompany(np.array([7]), np.array([70, 80]), no_company(3).rows)
