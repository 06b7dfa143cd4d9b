"""How the papers of a day write their terms: the words of a paper by the cells of its row in the day's table."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from digest.papers import Paper
from digest.relevance.latent import Rows
from digest.relevance.tables import Places
from digest.relevance.text import Ids, spelled, stem_id

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
        terms = self._ids[self._rows.indices[cells]].tolist()
        written = spelled(terms, (self._papers[row].title, self._papers[row].abstract))
        stems = {term: tuple(map(stem_id, word.split())) for term, word in written.items()}
        first: dict[tuple[int, ...], str] = {}
        for term, word in written.items():
            first.setdefault(stems[term], word)
        number = {each: at for at, each in enumerate(first)}
        self._word[cells] = [number[stems[term]] if term in stems else UNWRITTEN for term in terms]
        return list(first.values())
