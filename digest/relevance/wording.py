"""How the papers of a day write their terms: the words of a paper by the cells of its row in the day's table."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from digest.papers import Paper
from digest.relevance.latent import Rows
from digest.relevance.tables import Places
from digest.relevance.text import Ids, occurrences

UNWRITTEN = -1  # the word of a cell that the paper's own text does not have, but its company

Words = npt.NDArray[np.int16]


class Wording:
    """The words of the papers, each paper's read when it is asked for first.

    A word and its other forms, and its stem, count as one: that which the paper writes first.
    """

    def __init__(self, papers: Sequence[Paper], rows: Rows, ids: Ids) -> None:
        """`rows`, shape (at least n_papers, n_columns), has a row for each paper; `ids` a term for each column."""
        self._papers = papers
        self._rows = rows
        self._ids = ids
        self._word = np.full(rows.nnz, UNWRITTEN, dtype=np.int16)
        self._words: dict[int, list[str]] = {}

    def words(self, row: int) -> list[str]:
        """What a paper writes, as far as its row has it, each once."""
        if row not in self._words:
            self._words[row] = self._read(row)
        return self._words[row]

    def of_cells(self, cells: Places) -> Words:
        """For cells of rows whose words were read: which of the row's words each is, UNWRITTEN for none."""
        return self._word[cells]

    def _read(self, row: int) -> list[str]:
        cells = slice(self._rows.indptr[row], self._rows.indptr[row + 1])
        ids, stems, places, shown = _written((self._papers[row].title, self._papers[row].abstract))
        at, known = _found(ids, self._ids[self._rows.indices[cells]])
        first, which = np.unique(stems[known], return_index=True, return_inverse=True)[1:]
        order = np.argsort(first)  # of the words, as they come in the text
        number = np.empty(len(first), dtype=np.int16)
        number[order] = np.arange(len(first))
        self._word[cells][at[known]] = number[which]
        return [shown[place] for place in places[known][first[order]].tolist()]


def _written(texts: Sequence[str]) -> tuple[Ids, Ids, Places, list[str]]:
    """What the texts write, word by word and then stem by stem: ids, ids of the stems, and where each stands in a list.

    A pair of words and the pair of their stems have one stem, which is the id of the latter.
    """
    ids, stems, places, shown = list[Ids](), list[Ids](), list[Places](), list[str]()
    for text in texts:
        own, stemmed, words = occurrences(text)
        ids += [own, stemmed]
        stems += [stemmed, stemmed]
        places += 2 * [len(shown) + np.arange(len(words))]
        shown += words
    return np.concatenate(ids), np.concatenate(stems), np.concatenate(places), shown


def _found(ids: Ids, among: Ids) -> tuple[Places, npt.NDArray[np.intp]]:
    """Where each id stands among others, and the places of those that do."""
    if not len(among):
        return np.zeros(len(ids), np.intp), np.zeros(0, np.intp)
    order = np.argsort(among)
    at = order[np.minimum(np.searchsorted(among, ids, sorter=order), len(among) - 1)]
    return at, np.flatnonzero(among[at] == ids)
