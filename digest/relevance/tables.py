"""Rows laid out for many products: a day's papers as a table, and examples in the columns of that table alone."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.relevance.best import Scores
from digest.relevance.latent import Rows, among, in_rows, places_of, taken

Exact = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

_EXAMPLES = 16_384  # multiplied at once: what is sparse of a product takes little memory
_COMMON = 24  # papers from which on a term's column is multiplied faster as a dense one


@dataclass(frozen=True, slots=True, eq=False)
class Parted:
    """Rows by the columns of a table."""

    common: Rows
    rare: Rows

    @classmethod
    def joined(cls, parts: Sequence["Parted"]) -> "Parted":
        """Parts one below the other; at least one."""
        if len(parts) == 1:
            return parts[0]
        common = sparse.csr_array(sparse.vstack([part.common for part in parts], format="csr"))
        return cls(common, sparse.csr_array(sparse.vstack([part.rare for part in parts], format="csr")))

    def cells(self, places: Sequence[int]) -> "Cells":
        """All of some rows."""
        common, rare = self.common[list(places)], self.rare[list(places)]
        ends = common.indptr.astype(np.int64) + rare.indptr
        columns, values = np.empty(ends[-1], np.int64), np.empty(ends[-1])
        for at in range(len(places)):
            begin, middle = ends[at], ends[at] + common.indptr[at + 1] - common.indptr[at]
            for part, rows, shift in (
                (slice(begin, middle), common, 0),
                (slice(middle, ends[at + 1]), rare, common.shape[1]),
            ):
                theirs = slice(rows.indptr[at], rows.indptr[at + 1])
                columns[part], values[part] = rows.indices[theirs].astype(np.int64) + shift, rows.data[theirs]
        return Cells(columns, values, ends)


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Rows in the columns of a day's table, one after the other, in float64."""

    columns: Numbers
    values: Exact
    ends: Numbers  # shape (n_rows + 1,), beginning with 0

    def sums(self, values: Exact) -> Exact:
        """What values of the cells add up to in each row, shape (n_rows,)."""
        return np.diff(np.concatenate([[0.0], np.cumsum(values)])[self.ends])


class Table:
    """Rows to be multiplied with many others: columns that many of them share are kept dense.

    Multiplying with a dense column costs each row the same, with a sparse one as much as rows have it.
    """

    def __init__(self, rows: Rows) -> None:
        held = np.bincount(rows.indices, minlength=rows.shape[1])
        common, rare = np.flatnonzero(held >= _COMMON), np.flatnonzero((held > 0) & (held < _COMMON))
        self.columns = np.concatenate([common, rare])  # of the space, in the order in which they are named here
        self._place = places_of(self.columns, rows.shape[1])
        self._width = len(common)  # of them the first are the dense ones
        whole = self.rows(rows)
        self._dense = np.ascontiguousarray(whole[:, : self._width].toarray().T, dtype=np.float32)
        self._sparse = sparse.csr_array(whole[:, self._width :])

    def rows(self, others: Rows) -> Rows:
        """Other rows in the columns of this table alone."""
        return taken(others, self._place, len(self.columns))

    def parted(self, others: Rows) -> Parted:
        """Other rows by the columns that are dense here and those that are sparse, as `products` takes them."""
        within = self.rows(others)
        dense, sparse_ones = within.indices < self._width, within.indices >= self._width
        return Parted(
            common=_cells(within, np.flatnonzero(dense), 0, self._width),
            rare=_cells(within, np.flatnonzero(sparse_ones), self._width, len(self.columns) - self._width),
        )

    def products(self, parted: Parted, block: slice) -> Scores:
        """Dot products of other rows with the rows of a block, shape (n_others, n_block)."""
        dense, rest = np.ascontiguousarray(self._dense[:, block]), self._sparse[block].T.tocsr()
        found = np.empty((parted.common.shape[0], dense.shape[1]), dtype=np.float32)
        for part in parts(len(found), _EXAMPLES):
            np.add(parted.common[part] @ dense, (parted.rare[part] @ rest).toarray(), out=found[part])
        return found


def _cells(rows: Rows, kept: npt.NDArray[np.intp], first: int, width: int) -> Rows:
    """Some cells of rows, in order, whose columns are counted from `first` on."""
    return in_rows(rows.data[kept], rows.indices[kept] - np.int32(first), among(kept, rows.indptr), width)


def parts(count: int, size: int) -> list[slice]:
    """So many things in parts of a size, the last one smaller."""
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]
