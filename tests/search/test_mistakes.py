"""Mistyped words are read as those that were meant."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest import browse
from digest.browse.spelling import distances, letters
from digest.store import Store
from tests.fakes import paper
from tests.search.shelf import NOW
from tests.store.builders import keep


@pytest.fixture
def well_spelled(library: Store) -> Store:
    """Words must be in some papers to be believed."""
    again = [paper(f"Transformers with attention, part {part}", abstract="Convolutional layers.") for part in "xyz"]
    keep(library, *again)
    browse.index(library)
    return library


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tranformers", "transformers"),
        ("Trasnformers", "transformers"),
        ("convolutoinal transfomers", "convolutional transformers"),
        ('"transformers with atention"', '"transformers with attention"'),
        ("xonvolutional", "convolutional"),
    ],
)
def test_a_mistyped_word_is_read_as_the_one_that_was_meant(well_spelled: Store, typed: str, meant: str) -> None:
    answer = browse.search(well_spelled, typed, now=NOW)
    assert (answer.corrected, answer.count, answer.by_meaning) == (meant, 3, False)


@pytest.mark.parametrize("typed", ["transformers", "minima", "zancato", "xyz"])
def test_a_word_that_some_paper_has_is_left_as_it_is(well_spelled: Store, typed: str) -> None:
    assert browse.search(well_spelled, typed, now=NOW).corrected == ""


def distance(one: str, other: str, most: int = 9) -> int:
    return int(distances(letters(one), letters(other).reshape(1, -1), most)[0])


def recursive(one: str, other: str) -> int:
    """The same by its definition (https://en.wikipedia.org/wiki/Damerau-Levenshtein_distance)."""
    if not one or not other:
        return len(one) + len(other)
    ways = [recursive(one[1:], other) + 1, recursive(one, other[1:]) + 1]
    ways.append(recursive(one[1:], other[1:]) + (one[0] != other[0]))
    if one[:2] == other[:2][::-1]:
        ways.append(recursive(one[2:], other[2:]) + 1)
    return min(ways)


WORDS = st.text(alphabet="abcd", max_size=7)


@settings(deadline=None)
@given(WORDS, WORDS, st.integers(0, 7), st.sampled_from("abcd"))
def test_the_distance_counts_mistakes(one: str, other: str, place: int, letter: str) -> None:
    assert (distance(one, other) == 0) == (one == other)
    assert distance(one, other) == distance(other, one) <= max(len(one), len(other))
    assert distance(one, one[:place] + letter + one[place:]) == 1
    swapped = one[:place] + one[place : place + 2][::-1] + one[place + 2 :]
    assert distance(one, swapped) <= 1


@settings(deadline=None)
@given(
    WORDS.filter(lambda word: len(word) < 6),
    st.lists(st.text(alphabet="abcd", min_size=4, max_size=4)),
    st.integers(0, 3),
)
def test_the_distances_of_many_words_are_those_of_each_one_up_to_a_limit(
    one: str, others: list[str], most: int
) -> None:
    rows = np.array([letters(each) for each in others], np.uint32).reshape(-1, 4)
    assert distances(letters(one), rows, most).tolist() == [min(recursive(one, each), most + 1) for each in others]
