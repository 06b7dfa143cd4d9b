"""The best papers of many readers, found block after block, are those of all blocks at once."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.relevance.best import Best

Scores = npt.NDArray[np.float32]
values = st.sampled_from([-np.inf, -3e38, -1.5, -0.0, 0.0, 1e-45, 0.25, 2.5, 3e38]) | st.floats(-9, 9, width=32)
shapes = st.tuples(st.integers(1, 4), st.lists(st.integers(1, 7), min_size=1, max_size=5))


def best_of(blocks: list[Scores], k: int) -> Best:
    best, first = Best(len(blocks[0]), k), 0
    for block in blocks:
        for line in range(len(block)):
            best.offer(slice(line, line + 1), block[line : line + 1], first)
        first += block.shape[1]
    return best


@st.composite
def blocks(draw: st.DrawFn) -> list[Scores]:
    lines, widths = draw(shapes)
    numbers = [draw(st.lists(values, min_size=lines * width, max_size=lines * width)) for width in widths]
    return [np.array(each, dtype=np.float32).reshape(lines, -1) for each in numbers]


@given(scored=blocks(), k=st.integers(0, 40))
@settings(deadline=None)
def test_they_are_the_first_k_of_a_stable_sort_of_all(scored: list[Scores], k: int) -> None:
    rows, scores = best_of(scored, k).found()
    for line, everything in enumerate(np.hstack(scored)):
        order = [int(row) for row in np.argsort(-everything, kind="stable") if np.isfinite(everything[row])][:k]
        assert rows[line].tolist() == order + [-1] * (k - len(order))
        assert scores[line].tolist() == everything[order].tolist() + [-np.inf] * (k - len(order))


@given(scored=blocks(), k=st.integers(1, 9))
@settings(deadline=None)
def test_readers_offered_together_get_what_each_gets_alone(scored: list[Scores], k: int) -> None:
    together, first = Best(len(scored[0]), k), 0
    for block in scored:
        together.offer(slice(0, len(block)), block, first)
        first += block.shape[1]
    alone = best_of(scored, k)
    assert all(np.array_equal(one, other) for one, other in zip(together.found(), alone.found(), strict=True))


@pytest.mark.parametrize("k", [1, 3])
def test_of_papers_that_tie_the_earlier_ones_stay(k: int) -> None:
    tied = np.zeros((1, 4), dtype=np.float32)
    assert best_of([tied, tied], k).found()[0].tolist() == [list(range(k))]


def test_many_lines_are_sorted_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = np.random.default_rng(0).random((9, 40)).astype(np.float32)
    whole = [each.tolist() for each in best_of([scores], 6).found()]
    monkeypatch.setattr("digest.relevance.best._SORTED", 2)
    assert [each.tolist() for each in best_of([scores], 6).found()] == whole
    assert whole[1] == np.sort(scores)[:, :-7:-1].tolist()
