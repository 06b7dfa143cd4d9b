"""Mistyped words in, those that were meant out: near by, and frequent in the papers that are kept.

Near is the distance of Damerau and Levenshtein with adjacent letters swapped as one mistake (optimal string alignment).
"""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from digest.store import Transaction
from digest.store.search_lexicon import Letters, Words

_SHORT, _LONG = 4, 8  # letters: a shorter word is taken as typed; a word may have one mistake, a long one two
Distances = npt.NDArray[np.uint8]


def corrections(tx: Transaction, typed: Iterable[str]) -> dict[str, str]:
    """What was probably meant by each of the words that no paper has as they are typed, where anything comes near."""
    once = list(dict.fromkeys(typed))
    known = tx.search.known(once)
    unknown = [word for word in once if word not in known and mistakes_in(word)]
    words = tx.search.words() if unknown else None
    return {word: meant for word in unknown if words and (meant := _meant(words, word))}


def _meant(words: Words, word: str) -> str:
    """The nearest word, of several the one in most papers; "" where there is none."""
    for most in range(1, mistakes_in(word) + 1):
        near = [(-papers, each) for papers, each in _near(words, word, most)]
        if near:
            return min(near)[1]
    return ""


def _near(words: Words, word: str, most: int) -> Iterator[tuple[int, str]]:
    """Words with at most so many mistakes and the same first or last letter, and how many papers have them."""
    typed = letters(word)
    for size in range(len(word) - most, len(word) + most + 1):
        if (spelt := words.spelt.get(size)) is None:
            continue
        likely = np.flatnonzero((spelt.letters[:, 0] == typed[0]) | (spelt.letters[:, -1] == typed[-1]))
        near = likely[distances(typed, spelt.letters[likely], most) <= most]
        yield from zip(spelt.papers[near].tolist(), spelt.words[near].tolist(), strict=True)


def mistakes_in(word: str) -> int:
    """How many mistakes a word of that length may have."""
    return 0 if len(word) < _SHORT else 1 if len(word) < _LONG else 2


def letters(word: str) -> Letters:
    """Its code points, shape (letters,)."""
    return np.array([*map(ord, word)], np.uint32)


def distances(typed: Letters, others: Letters, most: int) -> Distances:
    """From one word, shape (m,), to others of one length, shape (n, k): letters added, left out, replaced, or swapped
    with their neighbours, at least; `most + 1` (below 256) for all that are farther. Shape (n,).
    """
    columns = np.ascontiguousarray(others.T)
    size, far = len(columns), np.full(len(others), most + 1, np.uint8)
    line = [np.full_like(far, min(place, most + 1)) for place in range(size + 1)]
    before, unlike_before = line, columns == columns
    for i, letter in enumerate(typed.tolist(), 1):
        last, before, line = before, line, [np.full_like(far, min(i, most + 1)), *[far] * size]
        unlike = columns != letter
        for j in range(max(1, i - most), min(size, i + most) + 1):  # farther from the diagonal it is too far
            cost = np.minimum(np.minimum(before[j], line[j - 1]) + 1, before[j - 1] + unlike[j - 1])
            if i > 1 < j:
                is_swapped = ~(unlike[j - 2] | unlike_before[j - 1])
                cost = np.where(is_swapped, np.minimum(cost, last[j - 2] + 1), cost)
            line[j] = np.minimum(cost, far)
        unlike_before = unlike
    return line[size]
