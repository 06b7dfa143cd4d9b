"""Mixtures of examples times all papers of a day, each column in the way that is cheapest for how many papers have it.

A column that several papers have is streamed: the mixtures stand side by side in the cache, and each cell of the papers
is added to all of them in one go. Of a column that a few papers have (most columns are of one paper's alone) the cells
lie in layers, the first paper of each column in the first, and each cell of a mixture looks up whom it meets.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.relevance.best import Scores
from digest.relevance.latent import Dense, Rows, among, in_rows
from digest.relevance.parting import Compact, Parted, parts, some_rows
from digest.relevance.vocabulary import Columns

TOGETHER = 32  # mixtures side by side: so many sums for each of some thousand papers stay in the cache
STREAMED_FROM = 5  # papers that have a column; a column of fewer is cheaper to look up, as few mixtures have it


@dataclass(frozen=True, slots=True, eq=False)
class _Layer:
    """One cell of each of the first columns, as many as have one more."""

    papers: Columns
    values: Dense


class Mixer:
    """Rows of a table, to be multiplied with mixtures of others."""

    def __init__(self, rows: Rows, common: int) -> None:
        """The columns after the first `common` ones stand in falling order of how many rows have them."""
        held = np.bincount(rows.indices, minlength=rows.shape[1])
        self._common = common
        self._streamed = common + int(np.count_nonzero(held[common:] >= STREAMED_FROM))
        self._stream = sparse.csc_array(rows[:, : self._streamed].tocsc())
        self._layers = _layers(sparse.csc_array(rows[:, self._streamed :].tocsc()))
        self.streamed = int(self._stream.nnz)  # cells

    def of(self, weights: Rows, parted: Parted) -> Scores:
        """Dot products of mixtures with every row, shape (n_mixtures, n_rows); `weights`: (n_mixtures, n_others).

        What comes of a mixture does not depend on which others stand beside it.
        """
        found = np.empty((weights.shape[0], self._stream.shape[0]), dtype=np.float32)
        for part in parts(len(found), TOGETHER):
            self._mix(some_rows(weights, part), parted, found[part])
        return found

    def _mix(self, weights: Rows, parted: Parted, found: Scores) -> None:
        """The same of a few, into an array for them."""
        rare = _mixed(weights, parted.rare)
        several = np.flatnonzero(rare.indices < self._streamed - self._common)
        beside = np.empty((self._streamed, len(found)), dtype=np.float32)
        beside[: self._common] = _mixed(weights, parted.common).toarray().T
        beside[self._common :] = _some_cells(rare, several, 0, self._streamed - self._common).toarray().T
        found[:] = (self._stream @ beside).T
        self._look_up(rare, found)

    def _look_up(self, rare: Rows, found: Scores) -> None:
        """Add what the columns of few papers give, layer by layer."""
        first = self._streamed - self._common
        few = np.flatnonzero(rare.indices >= first)
        left = _some_cells(rare, few, first, rare.shape[1] - first)
        for layer in self._layers:
            if len(layer.values) < left.shape[1]:
                left = _some_cells(left, np.flatnonzero(left.indices < len(layer.values)), 0, len(layer.values))
            values = left.data * layer.values.take(left.indices, mode="clip")
            papers = layer.papers.take(left.indices, mode="clip")
            found += in_rows(values, papers, left.indptr, found.shape[1]).toarray()


def _mixed(weights: Rows, others: Rows | Compact) -> Rows:
    """Mixtures of rows: the cells of all that each is made of, one after the other and not added up."""
    met = others[weights.indices]
    values = met.data * np.repeat(weights.data, np.diff(met.indptr))
    return in_rows(values, met.indices, met.indptr[weights.indptr], others.shape[1])


def _some_cells(rows: Rows, kept: npt.NDArray[np.intp], first: int, width: int) -> Rows:
    """Some cells of rows, in order, by columns that are counted from `first` on."""
    columns = rows.indices.take(kept, mode="clip") - np.int32(first)
    return in_rows(rows.data.take(kept, mode="clip"), columns, among(kept, rows.indptr), width)


def _layers(columns: sparse.csc_array) -> list[_Layer]:
    """The cells of columns that stand in falling order of their sizes; a column of none has none."""
    sizes, layers = np.diff(columns.indptr), []
    for depth in range(int(sizes.max(initial=0))):
        places = columns.indptr[: int(np.count_nonzero(sizes > depth))] + depth
        layers.append(_Layer(columns.indices[places].astype(np.int32), columns.data[places]))
    return layers
