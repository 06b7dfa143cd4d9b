"""Products of a reader's examples with the few papers of an edition, all at once and in float64."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.relevance.latent import Rows
from digest.relevance.parting import Cells, Exact, Numbers, Places, ranges, spans
from digest.relevance.wording import UNWRITTEN, Words

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """Some papers of a day, cell by cell."""

    cells: Places  # shape (n_cells,): of the day's rows
    columns: Numbers  # the same shape: of the day's table
    paper: Places  # the same shape, ascending: 0 to papers - 1
    papers: int

    @classmethod
    def of(cls, rows: Rows, places: Places) -> "Shown":
        """Rows of the day."""
        cells, sizes = spans(rows, places)
        return cls(cells, rows.indices[cells].astype(np.int64), np.repeat(np.arange(len(places)), sizes), len(places))


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """The cells of examples whose columns any of the shown papers has too, and the cells of the papers in these."""

    values: Exact  # shape (n,), of one example after the other
    line: Places  # the same shape: of `dense`
    ends: Places  # shape (n_examples + 1,), beginning with 0
    dense: Exact  # shape (n_lines, n_papers): what each paper has in a column
    met: Places  # the shown cells that `dense` is made of
    met_line: Places  # the same shape: where each of them stands
    met_paper: Places  # the same shape

    def products(self) -> Exact:
        """Dot products, shape (n_examples, n_papers)."""
        rows = sparse.csr_array((self.values, self.line, self.ends), shape=(len(self.ends) - 1, len(self.dense)))
        return np.asarray(rows @ self.dense)

    def by_word(self, weights: Exact, words: Words) -> Exact:
        """What each word gives to a weighted sum of products, shape (n_papers, n_words).

        `weights` has shape (n_examples, n_papers), of which those that are zero cost nothing; `words` is of the shown
        cells.
        """
        example, paper = np.nonzero(weights)
        cell, sizes = ranges(self.ends[example], self.ends[example + 1])
        weight, paper = np.repeat(weights[example, paper], sizes), np.repeat(paper, sizes)
        word_at = np.full(self.dense.shape, UNWRITTEN, dtype=np.int32)
        word_at[self.met_line, self.met_paper] = words[self.met]
        word = word_at[self.line[cell], paper]
        written = np.flatnonzero(word != UNWRITTEN)
        cell, paper, word, weight = cell[written], paper[written], word[written], weight[written]
        shares = self.values[cell] * self.dense[self.line[cell], paper] * weight
        papers, width = self.dense.shape[1], int(words.max(initial=0)) + 1
        found = np.bincount(paper * width + word, weights=shares, minlength=papers * width)
        return np.asarray(found, dtype=np.float64).reshape(papers, width)


class Meeting:
    """Finds what examples and papers share; one buffer for all readers of a day."""

    def __init__(self, columns: int) -> None:
        """`columns`: how many the day's table has."""
        self._line = np.full(columns, -1, dtype=np.int32)

    def of(self, cells: Cells, shown: Shown, values: Vector) -> Shared:
        """The cells in the columns of what is shown; `values`, shape (n_cells,), are those of the shown cells."""
        line, count = self._line, len(shown.columns)
        line[shown.columns] = np.arange(count, dtype=np.int32)  # of the cells of a column one stands for all
        theirs, own = line[cells.columns], line[shown.columns]
        line[shown.columns] = -1
        kept = np.flatnonzero(theirs >= 0)
        is_met = np.zeros(count, dtype=bool)
        is_met[theirs[kept]] = True
        number = np.cumsum(is_met) - 1
        met = np.flatnonzero(is_met[own])
        met_line, met_paper = number[own[met]], shown.paper[met]
        dense = np.zeros((int(is_met.sum()), shown.papers))
        dense[met_line, met_paper] = values[met]
        ends = np.searchsorted(kept, cells.ends)
        return Shared(cells.values[kept], number[theirs[kept]], ends, dense, met, met_line, met_paper)
