"""The words and stems of the full-text index as arrays: what a question looks up by the thousand.

A process keeps one of each for every engine, 5 MB for 115,000 papers, and reads them again, in 0.1 s, when the index
has grown by a hundredth: until then a word that is new there is not believed, and a count is that much too small.
"""

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Self, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from digest.store import search_tables as s

Numbers = npt.NDArray[np.int64]
Letters = npt.NDArray[np.uint32]  # code points
_GROWN = 1.01  # times as many papers as there were


@dataclass(frozen=True, slots=True, eq=False)
class Spelt:
    """Words of one length."""

    words: npt.NDArray[np.str_]  # (n,)
    papers: Numbers  # (n,), how many have each

    @property
    def letters(self) -> Letters:
        """Shape (n, length)."""
        return self.words.view(np.uint32).reshape(len(self.words), -1)


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """Those that enough papers have to be believed."""

    papers: int  # in the index when they were read
    spelt: Mapping[int, Spelt]  # by length

    @classmethod
    def read(cls, connection: sa.Connection, papers: int) -> Self:
        """As the index has them now."""
        c = s.word.c
        # `+`: in the order of the table; by the index over what is believed it takes four times as long.
        believed = sa.select(_joined(c.word), _joined(c.papers)).where(sa.text(f"+{s.BELIEVED}"))
        told, counted = connection.execute(believed).one()
        words, counts = np.array((told or "").split(), np.str_), _numbers(counted)
        lengths = np.char.str_len(words)
        by_length = {size: lengths == size for size in np.unique(lengths).tolist()}
        return cls(papers, {size: Spelt(words[of].astype(f"U{size}"), counts[of]) for size, of in by_length.items()})


@dataclass(frozen=True, slots=True, eq=False)
class Stems:
    """All of them, by their numbers."""

    papers: int  # in the index when they were read
    numbers: Numbers  # (n,), ascending
    counts: Numbers  # (n,), papers that have each

    @classmethod
    def read(cls, connection: sa.Connection, papers: int) -> Self:
        """As the index has them now."""
        c = s.term.c
        told = connection.execute(sa.select(_joined(c.id), _joined(c.papers))).one()
        numbers, counts = map(_numbers, told)
        order = np.argsort(numbers)
        return cls(papers, numbers[order], counts[order])

    def of(self, stems: Numbers) -> Numbers:
        """How many papers have each of some stems, shape (n,); 0 for those that are not here."""
        if not len(self.numbers):
            return np.zeros(len(stems), np.int64)
        at = np.minimum(np.searchsorted(self.numbers, stems), len(self.numbers) - 1)
        return np.where(self.numbers[at] == stems, self.counts[at], 0)


def words(connection: sa.Connection) -> Words:
    """The words, as they are or were not long ago."""
    return _recent(_words, connection, Words.read)


def stems(connection: sa.Connection) -> Stems:
    """The stems, likewise."""
    return _recent(_stems, connection, Stems.read)


_Kept = TypeVar("_Kept", Words, Stems)
_words: MutableMapping[sa.Engine, Words] = WeakKeyDictionary()
_stems: MutableMapping[sa.Engine, Stems] = WeakKeyDictionary()


def _recent(
    kept: MutableMapping[sa.Engine, _Kept], connection: sa.Connection, read: Callable[[sa.Connection, int], _Kept]
) -> _Kept:
    counted = sa.select(s.term.c.papers).where(s.term.c.id == s.ALL_PAPERS)
    papers = connection.execute(counted).scalar() or 0
    known = kept.get(connection.engine)
    if known is None or not known.papers <= papers <= known.papers * _GROWN:
        known = kept[connection.engine] = read(connection, papers)
    return known


def _joined(column: sa.ColumnElement[str] | sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    """All values in one text with blanks between: a quarter of what they take as rows."""
    return sa.func.aggregate_strings(sa.cast(column, sa.Text), " ")


def _numbers(text: str | None) -> Numbers:
    return np.fromstring(text or "", np.int64, sep=" ")
