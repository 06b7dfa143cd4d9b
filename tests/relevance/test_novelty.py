"""Novelty is the distance to the nearest earlier paper; percentiles and medians take what is known, and no more."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from digest.relevance.novelty import (
    LEAST_GROUP,
    WINDOW_DAYS,
    DatedRows,
    Vector,
    known,
    median_known,
    novelty,
    percentile_within,
)

TODAY = np.datetime64("2026-03-02", "D")
A, B, BETWEEN, EMPTY = [1.0, 0.0], [0.0, 1.0], [0.6, 0.8], [0.0, 0.0]
Shelf = list[tuple[int, int, list[float]]]  # number, days ago, row


def dated(*papers: tuple[int, int, list[float]], terms: int = 2) -> DatedRows:
    """Papers as (number, days ago, row)."""
    return DatedRows(
        rows=sparse.csr_array(np.array([row for _, _, row in papers], dtype=np.float64).reshape(len(papers), terms)),
        numbers=np.array([number for number, _, _ in papers], dtype=np.int64),
        days=TODAY - np.array([ago for _, ago, _ in papers], dtype="timedelta64[D]"),
    )


def of(row: list[float], *archive: tuple[int, int, list[float]]) -> float:
    """The novelty of paper 1, announced today."""
    return float(novelty(dated((1, 0, row)), dated(*archive), block=10)[0])


def test_it_is_what_the_nearest_earlier_paper_leaves() -> None:
    assert of(BETWEEN, (2, 1, A), (3, 5, B)) == pytest.approx(20)
    assert of(BETWEEN, (2, 1, A)) == pytest.approx(40)


def test_what_was_said_before_is_not_new_and_what_shares_no_word_is_wholly_new() -> None:
    assert of(A, (2, 1, A)) == 0
    assert of(A, (2, 1, B)) == 100


def test_a_paper_of_the_archive_is_not_compared_with_itself() -> None:
    assert of(A, (1, 3, A), (2, 1, BETWEEN)) == pytest.approx(40)


@pytest.mark.parametrize(
    ("days_ago", "expected"), [(-1, 100), (0, 100), (1, 0), (WINDOW_DAYS, 0), (WINDOW_DAYS + 1, 100)]
)
def test_only_the_earlier_papers_of_a_year_count(days_ago: int, expected: float) -> None:
    assert of(A, (2, days_ago, A), (3, 1, B)) == expected


@pytest.mark.parametrize("archive", [[], [(1, 3, A)], [(2, 0, A)], [(2, WINDOW_DAYS + 1, A)]])
def test_with_nothing_to_compare_it_is_not_known(archive: Shelf) -> None:
    assert math.isnan(of(A, *archive))


def test_of_a_paper_without_a_known_word_it_is_not_known() -> None:
    assert known(novelty(dated((1, 0, EMPTY), (2, 0, A)), dated((3, 1, B)), block=10)) == (None, 100.0)


def test_no_papers_have_no_novelty() -> None:
    assert novelty(dated(), dated((1, 1, A)), block=10).shape == (0,)


def test_a_block_without_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="block of 0"):
        novelty(dated((1, 0, A)), dated((2, 1, A)), block=0)


def test_rows_of_other_terms_are_refused() -> None:
    with pytest.raises(ValueError, match="dimension mismatch"):
        novelty(dated((1, 0, A)), dated((2, 1, [1.0, 0.0, 0.0]), terms=3), block=10)


rows = st.lists(st.integers(0, 3), min_size=4, max_size=4).map(
    lambda counts: [count / (math.hypot(*counts) or 1.0) for count in counts]
)
shelves = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 370), rows), max_size=9)


def plainly(papers: Shelf, archive: Shelf) -> list[float]:
    """The same, by the definition."""

    def one(number: int, ago: int, row: list[float]) -> float:
        cosines = [
            np.dot(row, other) for key, then, other in archive if key != number and 0 < then - ago <= WINDOW_DAYS
        ]
        return 100 * (1 - max(cosines)) if cosines and any(row) else math.nan

    return [one(*item) for item in papers]


@given(papers=shelves, archive=shelves, block=st.integers(1, 12))
@settings(deadline=None)
def test_blocks_of_every_size_give_what_the_definition_gives(papers: Shelf, archive: Shelf, block: int) -> None:
    found = novelty(dated(*papers, terms=4), dated(*archive, terms=4), block=block)
    assert found == pytest.approx(plainly(papers, archive), abs=1e-9, nan_ok=True)
    assert all(math.isnan(value) or 0 <= value <= 100 for value in found)


# ------------------------------------------------------------ percentiles


def vector(*values: float) -> Vector:
    return np.array(values, dtype=np.float64)


def test_a_percentile_counts_those_below_and_half_of_those_equal() -> None:
    assert percentile_within(vector(5, 1, 3, 3)) == pytest.approx([87.5, 12.5, 50, 50])


def test_a_value_alone_or_like_all_others_stands_in_the_middle() -> None:
    assert percentile_within(vector(7)) == pytest.approx([50])
    assert percentile_within(vector(7, 7, 7)) == pytest.approx([50, 50, 50])


def test_what_is_not_known_has_no_place_and_takes_none() -> None:
    assert percentile_within(vector(2, math.nan, 1)) == pytest.approx([75, math.nan, 25], nan_ok=True)
    assert np.isnan(percentile_within(vector(math.nan, math.nan))).all()
    assert percentile_within(vector()).shape == (0,)


def test_each_group_has_its_own_places() -> None:
    low, high = list(range(LEAST_GROUP)), list(range(100, 100 + LEAST_GROUP))
    found = percentile_within(vector(*low, *high), ["cs.LG"] * LEAST_GROUP + ["math.CO"] * LEAST_GROUP)
    assert found[:LEAST_GROUP] == pytest.approx(found[LEAST_GROUP:])
    assert found[0] == pytest.approx(2.5)


def test_a_small_group_is_compared_with_all_and_its_unknown_values_do_not_make_it_larger() -> None:
    small = [100.0] * (LEAST_GROUP - 1) + [math.nan] * 5
    values, groups = vector(*range(30), *small), ["cs.LG"] * 30 + ["math.CO"] * len(small)
    found = percentile_within(values, groups)
    assert found[30] == pytest.approx(100 * (30 + 9.5) / 49)
    assert found[0] == pytest.approx(100 * 0.5 / 30)


def test_a_small_group_is_compared_with_the_next_wider_one_before_all() -> None:
    values = vector(*range(LEAST_GROUP), *[1000.0] * 40)
    days = ["monday"] * 5 + ["tuesday"] * (LEAST_GROUP - 5) + ["later"] * 40
    weeks = ["first"] * LEAST_GROUP + ["second"] * 40
    assert percentile_within(values, days, weeks)[LEAST_GROUP - 1] == pytest.approx(97.5)


@given(values=st.lists(st.floats(allow_infinity=True), max_size=60), data=st.data())
@settings(deadline=None)
def test_percentiles_keep_the_order_of_a_group_and_stay_inside(values: list[float], data: st.DataObject) -> None:
    groups = data.draw(st.lists(st.sampled_from("ab"), min_size=len(values), max_size=len(values)))
    found = percentile_within(vector(*values), groups)
    pairs = [(v, p) for v, p, g in zip(values, found, groups, strict=True) if g == "a" and not math.isnan(v)]
    assert [math.isnan(p) for p in found] == [math.isnan(v) for v in values]
    assert all(0 < p < 100 for _, p in pairs)
    assert all((v < w) == (p < q) for v, p in pairs for w, q in pairs)


# ------------------------------------------------------------ an author's figure


@pytest.mark.parametrize(
    ("values", "expected"), [([3, 1, None, math.nan, 8], 3), ([1, 2], 1.5), ([None, math.nan], None), ([], None)]
)
def test_an_authors_figure_is_the_median_of_what_is_known(values: list[float | None], expected: float | None) -> None:
    assert median_known(values) == expected
