"""Text to counted terms, for papers and for what readers write. Each paper passes here once; what comes out is kept.

A text becomes words: NFKD, without accents and marks, in lower case, LaTeX commands left out, English stop words left
out. Scripts that put no blanks between words give their pairs of characters. Terms are words and pairs of neighbours,
counted twice: as they are written, and by their Snowball stems (Porter2).
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Self

import numpy as np
import numpy.typing as npt
import Stemmer

from digest.relevance.stop_words import ENGLISH

TermId = int
Ids = npt.NDArray[np.uint64]
TITLE_WEIGHT = 2  # a word of the title counts as two
ANALYSER = 2  # the version of all that is decided here; what another one has counted is counted again
_MOST = 255  # times that a term is counted in one text
_PAIR, _STEM = np.uint64(1), np.uint64(2)  # the lowest bits of an id tell pairs from words, and stems from words

_ACCENT = re.compile(  # \"o \"{o} {\"o} \'{\i} \c{c}
    r"(\{)?\\(?:[`'^\"~=.]\s*(?:\{\\?([A-Za-z])\}|([A-Za-z]))|[Hckruv]\s*\{([A-Za-z])\})(?(1)\})"
)
_COMMAND = re.compile(r"\\(?:[A-Za-z]+\*?|.)", re.DOTALL)
_WORD = re.compile(r"\w*[^\W\d_]\w*")
_UNSPACED = re.compile(r"([\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+)")  # Thai, Lao, kana, Han, Hangul
_stemmer = Stemmer.Stemmer("english")


@dataclass(frozen=True, slots=True, eq=False)
class TermCounts:
    """How often each term occurs in one text, in both views."""

    ids: Ids  # shape (n,), ascending, each once
    times: npt.NDArray[np.uint8]  # shape (n,), 1 to 255

    def to_bytes(self) -> bytes:
        """The analyser's version, all ids, then all counts, little-endian: nine bytes a term, and never nothing."""
        return bytes([ANALYSER]) + self.ids.astype("<u8").tobytes() + self.times.tobytes()

    @classmethod
    def from_bytes(cls, blob: bytes) -> Self:
        """The inverse; nothing stands for a text that is still to be counted, and gives no terms."""
        size = max(len(blob) - 1, 0) // 9
        ids = np.frombuffer(blob, "<u8", count=size, offset=min(len(blob), 1)).astype(np.uint64, copy=False)
        return cls(ids, np.frombuffer(blob, np.uint8, count=size, offset=min(len(blob), 1) + 8 * size))


def words(text: str) -> list[str]:
    """The words of a text in order, stop words left out."""
    plain = _plain(text)
    found = _WORD.findall(plain)
    if not plain.isascii():
        found = [part for word in found for part in _parted(word)]
    return [word for word in found if word not in ENGLISH]


def _plain(text: str) -> str:
    if "\\" in text:
        text = _COMMAND.sub(" ", _ACCENT.sub(r"\2\3\4", text))
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        unmarked = "".join(sign for sign in decomposed if unicodedata.category(sign)[0] != "M")
        text = unicodedata.normalize("NFC", unmarked)  # Hangul syllables, which NFKD takes apart, made whole again
    return text.lower()


def _parted(word: str) -> list[str]:
    """A word, or its parts in order, of which those of a script without blanks are pairs of characters."""
    parts = _UNSPACED.split(word)  # every other one is of such a script
    found = [piece for at, part in enumerate(parts) for piece in (_character_pairs(part) if at % 2 else [part])]
    return [piece for piece in found if _WORD.fullmatch(piece)]


def _character_pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(max(len(run) - 1, 1))]


def terms(text: str) -> list[str]:
    """The words and the pairs of neighbouring words of a text."""
    found = words(text)
    return [*found, *map(" ".join, pairwise(found))]


def count_paper(title: str, abstract: str) -> TermCounts:
    """The terms of a paper; pairs do not cross from title to abstract."""
    in_title, in_abstract = words(title), words(abstract)
    return _counted([*[in_title] * TITLE_WEIGHT, in_abstract])


def count_words(text: str) -> TermCounts:
    """The terms of what a reader wrote."""
    return _counted([words(text)])


def spelled(ids: Iterable[TermId], texts: Sequence[str]) -> dict[TermId, str]:
    """The words behind term ids, as they are written in the texts where they first occur."""
    wanted = set(ids)
    found: dict[TermId, str] = {}
    for text in texts:
        written = words(text)
        shown = [*written, *map(" ".join, pairwise(written))]
        for view in _VIEWS:
            numbers = with_pairs([view(word) for word in written]).tolist()
            for number, term in zip(numbers, shown, strict=True):
                if number in wanted:
                    found.setdefault(number, term)
    return found


def occurrences(text: str) -> tuple[Ids, Ids, list[str]]:
    """Every word of a text in order, then every pair of neighbours: its id, that of its stem or stems, and itself."""
    written = words(text)
    own, stemmed = (with_pairs([view(word) for word in written]) for view in _VIEWS)
    return own, stemmed, [*written, *map(" ".join, pairwise(written))]


def is_pair(ids: Ids) -> npt.NDArray[np.bool_]:
    """Which of the ids, shape (n,), stand for two neighbouring words."""
    return (ids & _PAIR).astype(bool)


def is_stem(ids: Ids) -> npt.NDArray[np.bool_]:
    """Which of the ids, shape (n,), stand for stems and pairs of stems."""
    return (ids & _STEM).astype(bool)


@lru_cache(maxsize=1 << 18)
def word_id(word: str) -> TermId:
    """A stable 64-bit id of a word, so that ids never move and no list of words must be shared.

    Two of ten million distinct terms share an id with a probability below 2e-5.
    """
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little") & ~3


@lru_cache(maxsize=1 << 18)
def stem_id(word: str) -> TermId:
    """The id of a word's stem, which is never that of a word."""
    return word_id(_stemmer.stemWord(word)) | int(_STEM)


_VIEWS = (word_id, stem_id)


def _counted(texts: Sequence[Sequence[str]]) -> TermCounts:
    found = [with_pairs([view(word) for word in text]) for text in texts for view in _VIEWS]
    ids, times = np.unique(np.concatenate(found), return_counts=True)
    return TermCounts(ids, np.minimum(times, _MOST).astype(np.uint8))


def with_pairs(hashed: Sequence[TermId]) -> Ids:
    """The ids of words, and after them those of neighbours: both mixed by the finaliser of SplitMix64 (Steele 2014)."""
    ids = np.array(hashed, dtype=np.uint64)
    mixed = ids[:-1] * np.uint64(0x9E3779B97F4A7C15) + ids[1:]
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed = (mixed ^ (mixed >> np.uint64(31))) & ~(_PAIR | _STEM)
    return np.concatenate([ids, mixed | _PAIR | (ids[1:] & _STEM)])
