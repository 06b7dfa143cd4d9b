"""Tastes have the same in common with a day's papers whichever way it is worked out, and the cheaper one is gone."""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from digest.relevance import mixing as blending
from digest.relevance import mixtures, tables
from digest.relevance.latent import Rows
from digest.relevance.mixtures import Tile, cost_of_meeting, cost_of_mixing, met_once, mixed_first, tiles
from digest.relevance.parting import Parted
from digest.relevance.tables import Table

CLOSE = 1e-6
Way = Callable[..., Iterator[Tile]]
WAYS = mixed_first, met_once


def rows(count: int, *, columns: int = 60, seed: int = 0, filled: float = 0.3) -> Rows:
    """Made-up rows of unit length at most; many of them share some columns, few the others."""
    dice = np.random.default_rng(seed)
    odds = filled * np.linspace(1, 0, columns)
    cells = dice.random((count, columns)) * (dice.random((count, columns)) < odds)
    lengths = np.maximum(np.linalg.norm(cells, axis=1, keepdims=True), 1)
    return sparse.csr_array((cells / lengths).astype(np.float32))


def mixing(tastes: int, examples: int, *, seed: int = 0) -> Rows:
    """Weights that sum to 1, or to 0 for who likes nothing."""
    dice = np.random.default_rng(seed)
    liked = dice.random((tastes, examples)) * (dice.random((tastes, examples)) < 3 / max(examples, 1))
    return sparse.csr_array((liked / np.maximum(liked.sum(axis=1, keepdims=True), 1e-9)).astype(np.float32))


def put_together(way: Way, table: Table, parted: Parted, weights: Rows, day: int) -> npt.NDArray[np.float32]:
    """All tiles in one matrix, each cell of which is told once."""
    found = np.full((weights.shape[0], len(table)), np.nan, dtype=np.float32)
    for tile in way(table, parted, weights, day=day):
        assert np.isnan(found[tile.lines, tile.papers]).all()
        found[tile.lines, tile.papers] = tile.scores
    return found


@pytest.fixture
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few tastes, papers and examples at once, so that little ones come in several parts."""
    for name, size in (("_LINES", 2), ("_GROUP", 5), ("_TILE", 2), ("_HELD", 20), ("_NARROWEST", 3), ("_WIDEST", 7)):
        monkeypatch.setattr(mixtures, name, size)
    for name, size in (("_EXAMPLES", 3), ("_COMMON", 4)):
        monkeypatch.setattr(tables, name, size)
    for name, size in (("TOGETHER", 1), ("STREAMED_FROM", 3)):
        monkeypatch.setattr(blending, name, size)


@pytest.mark.usefixtures("_small_parts")
@pytest.mark.parametrize("examples", [0, 1, 2, 40])
@pytest.mark.parametrize("tastes", [0, 1, 13])
@pytest.mark.parametrize(("papers", "day"), [(0, 0), (9, 0), (9, 9), (30, 19)])
def test_both_ways_give_the_same_sums_in_whatever_parts(examples: int, tastes: int, papers: int, day: int) -> None:
    of_day, liked, weights = rows(papers), rows(examples, seed=1), mixing(tastes, examples)
    table = Table(of_day)
    expected = weights.toarray().astype(np.float64) @ liked.toarray() @ of_day.toarray().T
    for way in WAYS:
        found = put_together(way, table, table.parted(liked), weights, day)
        assert np.abs(found - expected).max(initial=0) < CLOSE


@given(
    seed=st.integers(0, 2**32 - 1),
    sizes=st.tuples(*[st.integers(0, 70)] * 3),
    filled=st.sampled_from((0.0, 0.05, 0.5, 1.0)),
    day=st.integers(0, 70),
)
@settings(deadline=None, max_examples=60)
def test_both_ways_agree(seed: int, sizes: tuple[int, int, int], filled: float, day: int) -> None:
    papers, examples, tastes = sizes
    table = Table(rows(papers, seed=seed, filled=filled))
    parted, weights = table.parted(rows(examples, seed=seed + 1)), mixing(tastes, examples, seed=seed)
    one, other = (put_together(way, table, parted, weights, min(day, papers)) for way in WAYS)
    assert np.abs(one - other).max(initial=0) < CLOSE


@pytest.mark.usefixtures("_small_parts")
@pytest.mark.parametrize("way", WAYS)
def test_a_taste_s_papers_come_in_order_and_the_rest_of_the_rows_in_one(way: Way) -> None:
    table = Table(rows(30))
    begun = np.zeros(13, dtype=int)
    for tile in way(table, table.parted(rows(20, seed=1)), mixing(13, 20), day=19):
        assert (begun[tile.lines] == tile.papers.start).all()
        assert tile.papers.stop <= 19 or (tile.papers.start, tile.papers.stop) == (19, 30)
        begun[tile.lines] = tile.papers.stop
    assert (begun == 30).all()


@pytest.mark.parametrize("way", WAYS)
def test_a_table_that_has_rested_gives_the_same_again_to_the_last_bit(way: Way) -> None:
    table, weights, liked = Table(rows(30)), mixing(13, 20), rows(20, seed=1)
    before = put_together(way, table, table.parted(liked), weights, 19)

    table.rest()

    assert (put_together(way, table, table.parted(liked), weights, 19) == before).all()


def test_of_few_tastes_none_depends_on_the_others_to_the_last_bit() -> None:
    table, weights = Table(rows(300)), mixing(100, 40)
    parted = table.parted(rows(40, seed=1))
    together = put_together(mixed_first, table, parted, weights, 250)
    for lines in (slice(0, 1), slice(3, 40), slice(31, 100)):
        assert (put_together(mixed_first, table, parted, weights[lines], 250) == together[lines]).all()


def way_taken(tastes: int, examples: int) -> str:
    table = Table(rows(40))
    found = tiles(table, table.parted(rows(examples, seed=1)), mixing(tastes, examples), day=30)
    return str(getattr(found, "__name__"))  # noqa: B009 - what an iterator is made by is no part of its type


def test_few_readers_are_mixed_first_and_what_many_like_meets_the_papers_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert way_taken(900, 3) == "mixed_first"  # though it costs more: a few are scored as each of them alone
    monkeypatch.setattr(mixtures, "_MANY", 3)
    assert way_taken(900, 3) == "met_once"
    assert way_taken(3, 900) == "mixed_first"


def test_the_ways_cost_what_they_multiply() -> None:
    """Ten papers that share two columns of four rows and more, and a third one of two; the third one is not liked."""
    of_day = sparse.csr_array(np.array([[1, 1, 0]] * 28 + [[1, 1, 1]] * 2, dtype=np.float32))
    liked = sparse.csr_array(np.array([[1, 0, 0], [1, 1, 1]], dtype=np.float32))
    table, weights = Table(of_day), sparse.csr_array(np.full((5, 2), 0.5, dtype=np.float32))
    parted = table.parted(liked)
    assert table.scattered(parted) == 2  # the second's third cell meets two papers
    assert table.mixer.streamed == 60  # the two columns of all papers
    assert cost_of_meeting(table, parted, weights) == pytest.approx(0.28 * 30 * (3 + 10) + 12 * (2 + 1))
    assert cost_of_mixing(table, parted, weights) == pytest.approx(0.16 * 5 * 60 + 14 * 10 * (3 + 1) / 2)
