"""Mistyped words in, those that were meant out: near by, and frequent in the papers that are kept.

Near is the distance of Damerau and Levenshtein with adjacent letters swapped as one mistake (optimal string alignment).
"""

from collections.abc import Iterable

from digest.store import Transaction

_SHORT, _LONG = 4, 8  # letters: a shorter word is taken as typed; a word may have one mistake, a long one two


def corrections(tx: Transaction, typed: Iterable[str]) -> dict[str, str]:
    """What was probably meant by each of the words that no paper has as they are typed, where anything comes near."""
    once = list(dict.fromkeys(typed))
    known = tx.search.known(once)
    return {word: meant for word in once if word not in known and (meant := _meant(tx, word))}


def _meant(tx: Transaction, word: str) -> str:
    """The nearest word, of several the one in most papers; "" where there is none."""
    letters = _letters(word)
    for most in range(1, mistakes_in(word) + 1):
        found = tx.search.words_like(word, longer=most)
        # One mistake changes at most two of the letters that a word has.
        likely = (each for each in found if (_letters(each) ^ letters).bit_count() <= 2 * most)
        near = [(-found[each], each) for each in likely if distance(word, each) <= most]
        if near:
            return min(near)[1]
    return ""


def mistakes_in(word: str) -> int:
    """How many mistakes a word of that length may have."""
    return 0 if len(word) < _SHORT else 1 if len(word) < _LONG else 2


def distance(one: str, other: str) -> int:
    """Letters added, left out, replaced, or swapped with their neighbours, at least."""
    before: list[int] = []
    line = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        last, before, line = before, line, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, line[-1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 < j and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, last[j - 2] + 1)
            line.append(cost)
    return line[-1]


def _letters(word: str) -> int:
    """A bit for each letter that occurs, several letters sharing one beyond the alphabet."""
    found = 0
    for letter in word:
        found |= 1 << (ord(letter) & 31)
    return found
