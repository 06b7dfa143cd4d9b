"""How the papers of a day write their terms: the words of papers by the cells of their rows in the day's table."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from sys import intern
from typing import Self, cast

import numpy as np
import numpy.typing as npt

from digest.papers import Paper
from digest.relevance.halves import Halves
from digest.relevance.latent import Rows
from digest.relevance.parting import Places, parts, ranges, some_rows
from digest.relevance.text import Ids, stem_id, with_pairs, word_id, words

UNWRITTEN = -1  # the word of a cell that the paper's own text does not have, but its company
_AT_ONCE = 512  # papers read at once: each distinct word of them is looked at once

Words = npt.NDArray[np.int32]


class Wording:
    """The words of the papers, each paper's read when it is asked for first.

    A word and its other forms, and its stem, count as one: that which the paper writes first.
    """

    def __init__(self, papers: Sequence[Paper], rows: Rows, ids: Ids) -> None:
        """`rows`, shape (at least n_papers, n_columns), has a row for each paper; `ids` a term for each column."""
        self._papers = papers
        self._rows = some_rows(rows, slice(0, len(papers)))
        self._ids = ids
        self._flat: list[str] = []  # the texts, word by word, one paper's after the other's
        # Where among these each word or pair stands that may be told, one paper's after the other's; of a pair the
        # first word's place, inverted: written out, the pairs would take ten kilobytes a paper.
        self._told = np.zeros(0, dtype=np.int32)
        self._first = np.full(len(papers), UNWRITTEN, dtype=np.int64)  # among what may be told, by paper
        self._halves: Halves | None = None
        self.by_cell: Words = np.full(self._rows.nnz, UNWRITTEN, dtype=np.int32)
        """Which of its paper's words each cell is, shape (n_cells,), UNWRITTEN for none and for papers not yet read."""

    def halves(self, common: int) -> Halves:
        """The rows of the papers, whose first columns, always as many, are those that the day's table has dense."""
        if self._halves is None:
            self._halves = Halves.of(self._rows, common)
        return self._halves

    def read(self, rows: Places) -> None:
        """Have the words of some papers at hand."""
        unread = np.unique(rows[self._first[rows] == UNWRITTEN])
        for part in parts(len(unread), _AT_ONCE):
            some = unread[part].tolist()
            written = _Written.of([(self._papers[row].title, self._papers[row].abstract) for row in some])
            told = [
                self._note(row, written, slice(first, end))
                for row, (first, end) in zip(some, pairwise(written.ends), strict=True)
            ]
            self._first[some] = len(self._told) + np.cumsum([0, *map(len, told[:-1])])
            self._told = np.concatenate([self._told, *told])
            self._flat += written.flat

    def spelled(self, rows: Places, numbers: npt.NDArray[np.integer]) -> list[str]:
        """Some words of papers that were read, by row and the number of the word, as the papers write them."""
        flat, places = self._flat, self._told[self._first[rows] + numbers].tolist()
        return [flat[place] if place >= 0 else f"{flat[~place]} {flat[~place + 1]}" for place in places]

    def _note(self, row: int, written: "_Written", here: slice) -> npt.NDArray[np.int32]:
        """Number a paper's words, and tell its cells; where each word is, as it is kept."""
        cells = slice(self._rows.indptr[row], self._rows.indptr[row + 1])
        at, known = _found(written.ids[here], self._ids[self._rows.indices[cells]])
        first, which = _firsts(written.stems[here][known], known)
        order = np.argsort(first)  # of the words, as they come in the text
        number = np.empty(len(first), dtype=np.int32)
        number[order] = np.arange(len(first))
        self.by_cell[cells][at[known]] = number[which]
        places, words, before = written.places[here][first[order]], len(written.flat), len(self._flat)
        return np.where(places < words, before + places, ~(before + places - words)).astype(np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class _Written:
    """Every word and pair of neighbouring words of some papers, and then the stems of them, text by text."""

    ids: Ids  # shape (n,)
    stems: Ids  # the same shape: what the forms of a word have in common
    places: Places  # the same shape: among the words, or, behind these, that of the first word of a pair
    flat: list[str]  # the words, one after the other
    ends: list[int]  # where each paper's end, beginning with 0

    @classmethod
    def of(cls, papers: Sequence[tuple[str, str]]) -> Self:
        """Title and abstract of each; pairs do not cross from one to the other."""
        texts = [words(text) for paper in papers for text in paper]
        flat = list(map(intern, chain.from_iterable(texts)))  # of the words of a day nine in ten have come before
        own, stems = _as_ids(flat)
        places, sizes = _in_turn(np.cumsum([0, *map(len, texts)]))
        is_stem = np.repeat(np.tile([False, False, True, True], len(texts)), sizes)
        of_paper = sizes.reshape(len(papers), -1).sum(axis=1)
        return cls(
            ids=np.where(is_stem, stems[places], own[places]),
            stems=stems[places],
            places=places,
            flat=flat,
            ends=np.cumsum([0, *of_paper]).tolist(),
        )


def _as_ids(written: Sequence[str]) -> tuple[Ids, Ids]:
    """The ids of words and then of neighbours, and those of their stems; each distinct word is looked at once."""
    number = {word: at for at, word in enumerate(dict.fromkeys(written))}
    at = np.fromiter(map(number.__getitem__, written), dtype=np.intp, count=len(written))
    own, stems = (
        with_pairs(cast(Sequence[int], np.array([view(word) for word in number], dtype=np.uint64)[at]))
        for view in (word_id, stem_id)
    )
    return own, stems


def _in_turn(ends: Places) -> tuple[Places, Places]:
    """For texts that end there: the places of the words of each, of its pairs, and both again, text after text.

    Pairs stand behind all words. How many are in each turn comes beside.
    """
    first, last, pairs = ends[:-1], ends[1:], np.maximum(ends[1:] - 1, ends[:-1])
    begins = np.stack([first, ends[-1] + first] * 2, axis=1)
    return ranges(begins.ravel(), np.stack([last, ends[-1] + pairs] * 2, axis=1).ravel())


def _found(ids: Ids, among: Ids) -> tuple[Places, Places]:
    """Where each id stands among others, and the places of those that do."""
    if not len(among):
        return np.zeros(len(ids), np.intp), np.zeros(0, np.intp)
    order = np.argsort(among)
    at = order[np.minimum(np.searchsorted(among[order], ids), len(among) - 1)]
    return at, np.flatnonzero(among[at] == ids)


def _firsts(values: Ids, places: Places) -> tuple[Places, Places]:
    """The first of the places of each distinct value, and for each of the values which of these it belongs to."""
    if not len(values):
        return places, places
    order = np.argsort(values)
    ranked = values[order]
    is_new = np.concatenate([[True], ranked[1:] != ranked[:-1]])
    which = np.empty(len(values), dtype=np.intp)
    which[order] = np.cumsum(is_new) - 1
    return np.minimum.reduceat(places[order], np.flatnonzero(is_new)), which
