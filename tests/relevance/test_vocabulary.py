"""A term that has a column keeps it."""

from itertools import accumulate, pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.relevance.vocabulary import Index, Vocabulary

batches = st.lists(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 9), max_size=12), max_size=6)


def ids(*numbers: int) -> npt.NDArray[np.uint64]:
    return np.array(numbers, dtype=np.uint64)


def test_new_terms_come_after_the_known_in_ascending_order() -> None:
    vocabulary = Vocabulary().grown(ids(7, 3, 7)).grown(ids(5, 3, 1))
    assert vocabulary.ids.tolist() == [3, 7, 1, 5]
    assert vocabulary.columns(ids(1, 3, 5, 7)).tolist() == [2, 0, 3, 1]


def test_what_is_not_known_has_no_column() -> None:
    assert Vocabulary(ids(4, 2)).columns(ids(1, 2, 3, 4, 2**64 - 1)).tolist() == [-1, 1, -1, 0, -1]
    assert Vocabulary().columns(ids(1, 2)).tolist() == [-1, -1]
    assert Vocabulary(ids(4)).columns(ids()).tolist() == []


def test_a_vocabulary_that_learns_nothing_new_stays_the_same() -> None:
    vocabulary = Vocabulary(ids(4, 2))
    assert vocabulary.grown(ids(2, 4, 2)) is vocabulary
    assert vocabulary.grown(ids()) is vocabulary


def test_growing_leaves_the_old_one_as_it_is() -> None:
    old = Vocabulary(ids(4, 2))
    old.grown(ids(1, 3))
    assert (old.ids.tolist(), len(old)) == ([4, 2], 2)


@given(batches=batches)
def test_no_column_ever_moves(batches: list[list[int]]) -> None:
    steps = list(accumulate(batches, lambda grown, batch: grown.grown(ids(*batch)), initial=Vocabulary()))
    for before, after in pairwise(steps):
        assert after.ids[: len(before)].tolist() == before.ids.tolist()
    last = steps[-1]
    everything = sorted({number for batch in batches for number in batch})
    assert sorted(last.ids.tolist()) == everything
    assert last.columns(last.ids).tolist() == list(range(len(everything)))
    assert last.columns(last.ids).dtype == np.int32


@given(batches=batches)
def test_an_index_that_grew_is_that_of_the_same_terms_at_once(batches: list[list[int]]) -> None:
    grown = Vocabulary()
    for batch in batches:
        grown = grown.grown(ids(*batch))
    at_once = Vocabulary(grown.ids)
    for part in Index._fields:
        ours, theirs = getattr(grown.index, part), getattr(at_once.index, part)
        assert (ours.dtype, ours.tolist()) == (theirs.dtype, theirs.tolist())


def test_an_index_of_other_terms_is_refused() -> None:
    with pytest.raises(ValueError, match="other terms"):
        Vocabulary(ids(4, 2), Vocabulary(ids(4)).index)
