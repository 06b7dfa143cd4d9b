"""Who wrote a paper: what a source tells of them, and their names in the form in which names are compared.

A printed name goes in; out come its folded form `surname given given` and the key under which namesakes are found.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import NewType

# The name of a person that no namesake shares: "orcid:0000-0002-1825-0097", "arxiv:smith_j_1", "s2:1741101",
# "openalex:A5023888391".
AuthorKey = NewType("AuthorKey", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Byline:
    """One author of one paper, as a source names them."""

    name: str  # as printed, in Unicode
    affiliations: tuple[str, ...] = ()
    keys: tuple[AuthorKey, ...] = ()  # the names by which the source, or an ORCID, knows this person


_LONGEST = 200  # characters of a name that are read
_TEX = re.compile(r"\\(?:(ss|[ao]e|aa|AE|OE|AA|[oOlLij])(?![A-Za-z])|[A-Za-z]+|.)\s*|[{}$]")  # \o, \v, \'
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "æ": "ae", "œ": "oe"})
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")  # kana, Han and Hangul
_SUFFIXES = frozenset("jr sr ii iii iv phd".split())
_PARTICLES = frozenset("van von der den de del della di da dos du la le ten ter zu al el bin ibn".split())
_BODIES = frozenset("collaboration collaborations consortium team group".split())


@lru_cache(maxsize=1 << 16)
def folded(name: str) -> str:
    """A printed name as `surname given given`: lower case, no accents, initials one by one; "" where it is no person's.

    `Last, First` is turned round, `Jr.` and particles are dropped, `Jian-Wei` is `jianwei`. A name in Chinese, Japanese
    or Korean script is one word.
    """
    plain = _TEX.sub(lambda found: found[1] or "", name[:_LONGEST])
    if _UNSPACED.search(plain):
        return _folded_word(plain)
    *front, last = _in_order(plain) or [""]
    pieces = [piece for word in front for piece in _parts(word, shouted=plain.isupper())]
    words = [word for word in map(_folded_word, [*pieces, last]) if word]
    while len(words) > 2 and words[-1] in _SUFFIXES:
        words.pop()
    if not words or not _BODIES.isdisjoint(words):
        return ""
    given = [word for place, word in enumerate(words[:-1]) if place == 0 or word not in _PARTICLES]
    return " ".join((words[-1], *given))


def name_key(name: str) -> str:
    """The block of a printed name, `surname|first initial`; two names of one person share it. "" as for `folded`."""
    return block_of(folded(name))


def block_of(known: str) -> str:
    """The block of a folded name."""
    surname, _, given = known.partition(" ")
    return f"{surname}|{given[:1]}" if surname else ""


def first_of(known: str) -> str:
    """The first given name in a folded name; "" where it is an initial or missing."""
    first = known.split(" ")[1] if " " in known else ""
    return first if len(first) > 1 else ""


def compatible(one: str, other: str) -> bool:
    """Whether two folded names may be one person's: the same surname, and no given name or initial against another."""
    (surname, *given), (same, *others) = one.split(" "), other.split(" ")
    return surname == same and all(a.startswith(b) or b.startswith(a) for a, b in _facing(given, others))


def _facing(given: list[str], others: list[str]) -> list[tuple[str, str]]:
    """The given names that stand in the same place; whole names are made to differ wherever they are not equal."""
    pairs = zip(given, others, strict=False)
    return [(a, b) if min(len(a), len(b)) == 1 else (f"{a} ", f"{b} ") for a, b in pairs]


def _in_order(name: str) -> list[str]:
    """The words of a name, given names first."""
    last, *rest = (part.strip() for part in name.split(","))
    rest = [part for part in rest if part and part.strip(".").casefold() not in _SUFFIXES]
    return " ".join((*rest[:1], last)).replace(".", ". ").split()


def _parts(word: str, *, shouted: bool) -> list[str]:
    """`J.-W.` and the `LK` of `Daniel LK Yamins` are initials; any other word is one name, with its hyphens.

    `shouted` says that the whole name is in capitals. `MD` is short for Mohammed.
    """
    pieces = [piece for piece in word.replace(".", "").split("-") if piece]
    if all(len(piece) == 1 for piece in pieces):
        return pieces
    initials = word.isalpha() and word.isupper() and len(word) <= 3 and not shouted and word != "MD"
    return list(word) if initials else [word]


def _folded_word(word: str) -> str:
    if word.isascii():
        return "".join(filter(str.isalnum, word.casefold()))
    lower = word.casefold().translate(_LETTERS)
    plain = unicodedata.normalize("NFKC" if _UNSPACED.search(word) else "NFKD", lower).casefold()
    return "".join(c for c in plain if unicodedata.category(c)[0] in "LMN" and not unicodedata.combining(c))
