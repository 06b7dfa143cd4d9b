"""Rows laid out for many products: a day's papers as a table, and examples in the columns of that table alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.relevance.best import Scores
from digest.relevance.latent import Rows, among, columns_by, in_rows, places_of, taken
from digest.relevance.vocabulary import Columns

Exact = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
Places = npt.NDArray[np.intp]

_EXAMPLES = 1024  # multiplied at once: the cells that their sparse ones meet take some megabytes
_MIXTURES = 32  # the same; a mixture has thirty times as many cells
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

    def __len__(self) -> int:
        return int(self.common.shape[0])

    def part(self, rows: slice) -> "Parted":
        """Some rows after one another, whose cells are not copied."""
        return Parted(some_rows(self.common, rows), some_rows(self.rare, rows))

    def of(self, places: npt.NDArray[np.integer[Any]]) -> "Parted":
        """Some of the rows."""
        return Parted(self.common[places], self.rare[places])

    def cells(self, places: Sequence[int]) -> "Cells":
        """All of some rows."""
        wanted = np.array(places, dtype=np.intp)
        common, many = spans(self.common, wanted)
        rare, few = spans(self.rare, wanted)
        ends = np.concatenate([[0], np.cumsum(many + few)])
        columns, values = np.empty(ends[-1], np.int64), np.empty(ends[-1])
        for cells, rows, at, first in (
            (common, self.common, np.arange(len(common)) + np.repeat(np.cumsum(few) - few, many), 0),
            (rare, self.rare, np.arange(len(rare)) + np.repeat(np.cumsum(many), few), self.common.shape[1]),
        ):
            columns[at], values[at] = rows.indices[cells].astype(np.int64) + first, rows.data[cells]
        return Cells(columns, values, ends)


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Rows in the columns of a day's table, one after the other, in float64."""

    columns: Numbers
    values: Exact
    ends: Numbers  # shape (n_rows + 1,), beginning with 0


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
        self._blocks: dict[tuple[int, int], Block] = {}

    def __len__(self) -> int:
        return int(self._sparse.shape[0])

    def rows(self, others: Rows) -> Rows:
        """Other rows in the columns of this table alone."""
        return taken(others, self._place, len(self.columns))

    def parted(self, others: Rows) -> Parted:
        """Other rows by the columns that are dense here and those that are sparse, as a block takes them."""
        columns = columns_by(others, self._place)
        common, rare = (columns >= 0) & (columns < self._width), columns >= self._width
        return Parted(
            common=_cells(others, columns, np.flatnonzero(common), 0, self._width),
            rare=_cells(others, columns, np.flatnonzero(rare), self._width, len(self.columns) - self._width),
        )

    def block(self, rows: slice) -> "Block":
        """Some of the rows, ready for products; the last two are kept."""
        key = rows.start, rows.stop
        if key not in self._blocks:
            self._blocks = dict([*self._blocks.items()][-1:])
            rest = sparse.csr_array(self._sparse[rows].T.tocsr())
            self._blocks[key] = Block(dense=np.ascontiguousarray(self._dense[:, rows]), rest=rest)
        return self._blocks[key]

    @cached_property
    def whole(self) -> "Block":
        """All rows, ready for products."""
        return Block(dense=self._dense, rest=sparse.csr_array(self._sparse.T.tocsr()))

    def scattered(self, parted: Parted) -> int:
        """How often a sparse cell of other rows meets one of the rows'."""
        held = np.diff(self.whole.rest.indptr)
        found = (parted.part(part).rare.indices for part in parts(len(parted), _EXAMPLES))
        return sum(int(held.take(columns).sum()) for columns in found)


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some rows of a table, column by column."""

    dense: Scores  # shape (n_dense, n_rows)
    rest: Rows  # shape (n_sparse, n_rows)

    def products(self, parted: Parted) -> Scores:
        """Dot products of other rows with every row, shape (n_others, n_rows)."""
        found = np.empty((len(parted), self.dense.shape[1]), dtype=np.float32)
        for part in parts(len(parted), _EXAMPLES):
            some = parted.part(part)
            np.add(some.common @ self.dense, self._rare_products(some.rare), out=found[part])
        return found

    def mixtures(self, weights: Rows, parted: Parted) -> Scores:
        """Dot products of mixtures of other rows with every row, shape (n_mixtures, n_rows).

        `weights` has shape (n_mixtures, n_others). What costs most is one dense product, whose cost is the same
        however many other rows there are.
        """
        found: Scores = (weights @ parted.common).toarray() @ self.dense
        rare = weights @ parted.rare
        for part in parts(len(found), _MIXTURES):
            found[part] += self._rare_products(some_rows(rare, part))
        return found

    def _rare_products(self, rare: Rows) -> Scores:
        """The part of the sparse columns: each cell times the few cells of its column, added up.

        A sparse product would do the same with a list of what each row has already, in a third more time.
        """
        met = self.rest[rare.indices]
        values = met.data * np.repeat(rare.data, np.diff(met.indptr))
        return in_rows(values, met.indices, met.indptr[rare.indptr], self.rest.shape[1]).toarray()


def _cells(rows: Rows, columns: Columns, kept: Places, first: int, width: int) -> Rows:
    """Some cells of rows, in order, by columns that are counted from `first` on."""
    data, places = rows.data.take(kept, mode="clip"), columns.take(kept, mode="clip")
    return in_rows(data, places - np.int32(first), among(kept, rows.indptr), width)


def some_rows(rows: Rows, part: slice) -> Rows:
    """Some rows after one another, whose cells are not copied."""
    ends = rows.indptr[part.start : part.stop + 1]
    cells = slice(ends[0], ends[-1])
    return in_rows(rows.data[cells], rows.indices[cells], ends - ends[0], rows.shape[1])


def spans(rows: Rows, places: Places) -> tuple[Places, Places]:
    """The cells of some rows of a matrix, one row after the other, and how many each row has."""
    return ranges(rows.indptr[places], rows.indptr[places + 1])


def ranges(begins: npt.NDArray[np.integer[Any]], ends: npt.NDArray[np.integer[Any]]) -> tuple[Places, Places]:
    """The numbers from each beginning up to its end, one range after the other, and how many each has."""
    sizes = (ends - begins).astype(np.intp)
    before = np.concatenate([[0], np.cumsum(sizes)])
    return np.arange(before[-1]) + np.repeat(begins - before[:-1], sizes), sizes


def parts(count: int, size: int) -> list[slice]:
    """So many things in parts of a size, the last one smaller."""
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]
