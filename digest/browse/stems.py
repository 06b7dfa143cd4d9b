"""Texts and names in, the tokens out by which the full-text index finds them: the same for papers and for queries."""

from collections.abc import Iterable, Sequence

import Stemmer

from digest.authors import folded
from digest.relevance.text import words
from digest.store.search import LONGEST_WORD

CODE_TAG = "_code"
_stemmer = Stemmer.Stemmer("english")  # to make one takes as long as to stem a hundred abstracts


def stems(written: Sequence[str]) -> list[str]:
    """The Snowball stems (Porter2) of words as `relevance.text` reads them, in their order."""
    made: list[str] = _stemmer.stemWords([cut(word) for word in written])
    return made


def cut(word: str) -> str:
    """A word as the index takes it."""
    return word[:LONGEST_WORD]


def name_spellings(name: str) -> list[list[str]]:
    """The ways in which a printed name is written, in tokens: with its particles, and without them and its accents."""
    surname, *given = folded(name).split(" ")
    plain = [cut(token) for token in (*given, surname) if token]
    written = list(map(cut, words(name)))
    whole = written if len(written) >= len(plain) else []  # "He" is no word that `words` lets through
    return [spelling for spelling in ([whole] if whole == plain else [whole, plain]) if spelling]


def authors_tokens(names: Iterable[str]) -> list[str]:
    """The tokens of all names of a paper: "Luca B. Zancato" is found as such, and as "Luca Zancato"."""
    tokens: list[str] = []
    for name in names:
        spellings = name_spellings(name)
        tokens += [token for spelling in spellings for token in spelling]
        if spellings and len(spellings[-1]) > 2:
            tokens += [spellings[-1][0], spellings[-1][-1]]
    return tokens


def category_tag(category: str) -> str:
    """The mark of a category, in which every sign but letters and digits is one: `_c_cs_lg`."""
    plain = "".join(sign if sign.isalnum() else "_" for sign in category.strip().lower())
    return cut(f"_c_{plain}")


def category_tags(categories: Iterable[str]) -> list[str]:
    """The marks of categories and of their archives: `cs.LG` is found by `cs` too."""
    named = [part for category in categories for part in (category, category.partition(".")[0])]
    return list(dict.fromkeys(map(category_tag, named)))
