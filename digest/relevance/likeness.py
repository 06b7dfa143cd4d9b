"""How alike the texts of a day's papers are: rows of the vector space in, cosines out, each row of them made once."""

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.relevance.latent import Rows, only
from digest.relevance.parting import Places, parts

Cosines = npt.NDArray[np.float32]

_HELD = 1 << 24  # cosines kept, 64 MiB: all of a day of 4,096 papers
_NEARLY = 7 / 8  # of the papers: when so many were asked for the others are made too, and the texts can go
_TOGETHER = 256  # papers multiplied at once: what they have in common takes some megabytes on the way


class Likeness:
    """The cosines of a day's papers with each other, by their own texts; a paper is asked for by many readers."""

    def __init__(self, own: Rows) -> None:
        """`own` are the rows of the papers, of any length, shape (n_papers, n_terms)."""
        lengths = np.sqrt(np.asarray(own.power(2).sum(axis=1)).ravel())
        factors = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
        unit = sparse.csr_array(sparse.diags_array(factors) @ own)
        self._itself = np.asarray(unit.astype(np.float64).power(2).sum(axis=1)).ravel().astype(np.float32)
        terms, papers = np.unique(own.indices, return_counts=True)
        self._unit = only(unit, terms[papers > 1]).astype(np.float64)  # most terms are of one paper alone
        self._by_term = sparse.csr_array(self._unit.T.tocsr())
        self._place = np.full(own.shape[0], -1, dtype=np.intp)  # of each paper's cosines among those that are kept
        self._kept: Cosines = np.empty((0, own.shape[0]), dtype=np.float32)
        self._count = 0  # of those that are kept

    def __call__(self, row: int, rows: Places, /) -> Cosines:
        """The cosine, 0 to 1, of one paper with others, shape (len(rows),)."""
        if self._place[row] < 0:
            self._make(np.array([row]))
        found: Cosines = self._kept[self._place[row]].take(rows)
        return found

    def of_each(self, rows: Places, others: Places) -> Cosines:
        """Those of many papers, shape (n,), with others of each, shape (n, m)."""
        missing = np.unique(rows[self._place[rows] < 0])
        if len(missing):
            self._make(missing if self._count + len(missing) <= self._most() else np.unique(rows))
        return self._kept[self._place[rows][:, None], others]

    def _most(self) -> int:
        """How many papers' cosines are kept at most."""
        papers = len(self._place)
        return min(papers, max(_HELD // max(papers, 1), 1))

    def _make(self, rows: Places) -> None:
        """Work out the cosines of papers with all of the day; where there is no room beside the others, these go."""
        if self._count + len(rows) > len(self._kept):
            self._place[:] = -1
            self._count = 0
            self._kept = np.empty((max(self._most(), len(rows)), len(self._place)), dtype=np.float32)
        for part in parts(len(rows), _TOGETHER):
            first = self._count
            self._count += part.stop - part.start
            self._kept[first : self._count] = (self._unit[rows[part]] @ self._by_term).toarray()
            self._place[rows[part]] = places = np.arange(first, self._count)
            self._kept[places, rows[part]] = self._itself[rows[part]]
        if self._count >= _NEARLY * len(self._place) and self._most() == len(self._place):
            self._finish()

    def _finish(self) -> None:
        """Work out what is missing, and forget the texts that it is made of."""
        missing = np.flatnonzero(self._place < 0)
        if len(missing):
            self._make(missing)
        else:
            self._unit = self._by_term = sparse.csr_array((0, 0))
