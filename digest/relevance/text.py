"""Text to counted terms. Each paper passes here once; what comes out is kept."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import CountVectorizer

TermId = int
TITLE_WEIGHT = 2  # a word of the title counts as two
_analyse = CountVectorizer(ngram_range=(1, 2), stop_words="english").build_analyzer()


@dataclass(frozen=True, slots=True, eq=False)
class TermCounts:
    """How often each term occurs in one text."""

    ids: npt.NDArray[np.uint64]  # shape (n,), ascending, each once
    counts: npt.NDArray[np.uint16]  # shape (n,), at least 1

    def to_bytes(self) -> bytes:
        """All ids, then all counts, little-endian: ten bytes a term."""
        return self.ids.astype("<u8").tobytes() + self.counts.astype("<u2").tobytes()

    @classmethod
    def from_bytes(cls, blob: bytes) -> Self:
        size = len(blob) // 10
        return cls(
            np.frombuffer(blob, "<u8", count=size).astype(np.uint64, copy=False),
            np.frombuffer(blob, "<u2", count=size, offset=8 * size).astype(np.uint16, copy=False),
        )


def terms(text: str) -> list[str]:
    """The unigrams and bigrams of a text in order, lower case, stop words left out."""
    return list(_analyse(text))


def count_paper(title: str, abstract: str) -> TermCounts:
    """The terms of a paper; bigrams do not cross from title to abstract."""
    counted: Counter[str] = Counter()
    for term in terms(title):
        counted[term] += TITLE_WEIGHT
    counted.update(terms(abstract))
    return _counted(counted)


def count_words(text: str) -> TermCounts:
    """The terms of what a reader wrote."""
    return _counted(Counter(terms(text)))


def spelled(ids: Iterable[TermId], texts: Sequence[str]) -> dict[TermId, str]:
    """The words behind term ids, as far as they occur in the texts."""
    wanted = set(ids)
    known = {term_id(term): term for text in texts for term in terms(text)}
    return {number: term for number, term in known.items() if number in wanted}


@lru_cache(maxsize=200_000)
def term_id(term: str) -> TermId:
    """A stable 64-bit id, so that no vocabulary must be kept.

    Two of ten million distinct terms share an id with a probability below 3e-6.
    """
    return int.from_bytes(hashlib.blake2b(term.encode(), digest_size=8).digest(), "little")


def _counted(counter: Counter[str]) -> TermCounts:
    numbered = Counter[TermId]()
    for term, times in counter.items():
        numbered[term_id(term)] += times
    ids = np.array(sorted(numbered), dtype=np.uint64)
    counts = np.array([min(numbered[int(number)], 65_535) for number in ids], dtype=np.uint16)
    return TermCounts(ids, counts)
