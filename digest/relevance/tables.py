"""Rows laid out for many products: a day's papers as a table, and examples in the columns of that table alone."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from digest.relevance.best import Scores
from digest.relevance.latent import Rows, among, columns_by, in_rows, places_of, taken
from digest.relevance.mixing import Mixer
from digest.relevance.parting import Compact, Parted, Places, parts
from digest.relevance.vocabulary import Columns

_EXAMPLES = 1024  # multiplied at once: the cells that their sparse ones meet take some megabytes
_COMMON = 24  # papers from which on a term's column is multiplied faster as a dense one


class Table:
    """Rows to be multiplied with many others: columns that many of them share come first, and may be kept dense.

    Multiplying with a dense column costs each row the same, with a sparse one as much as rows have it.
    """

    def __init__(self, rows: Rows) -> None:
        held = np.bincount(rows.indices, minlength=rows.shape[1])
        common, rare = np.flatnonzero(held >= _COMMON), np.flatnonzero((held > 0) & (held < _COMMON))
        rare = rare[np.argsort(-held[rare], kind="stable")]
        self.columns = np.concatenate([common, rare]).astype(np.int32)  # of the space, as they are named here
        self._width = len(common)  # of them the first are the common ones
        self._of_space = rows.shape[1]
        self.whole = self.rows(rows)  # in the columns of this table
        self._blocks: dict[tuple[int, int], Block] = {}

    def __len__(self) -> int:
        return int(self.whole.shape[0])

    def rows(self, others: Rows) -> Rows:
        """Other rows in the columns of this table alone."""
        return taken(others, self._place, len(self.columns))

    def parted(self, others: Rows) -> Parted:
        """Other rows by the columns that are common here and those that are rare, as a block takes them."""
        columns = columns_by(others, self._place)
        common, rare = (columns >= 0) & (columns < self._width), columns >= self._width
        return Parted(
            common=Compact.of(_cells(others, columns, np.flatnonzero(common), 0, self._width)),
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

    def rest(self) -> None:
        """Forget what is made of the rows for products: some tens of megabytes, made again where they are needed."""
        for made in ("_place", "mixer", "_dense", "_sparse"):
            self.__dict__.pop(made, None)
        self._blocks.clear()

    @cached_property
    def _place(self) -> Columns:
        """Where each column of the space stands here, -1 for nowhere."""
        return places_of(self.columns, self._of_space)

    @cached_property
    def mixer(self) -> Mixer:
        """All rows, ready for mixtures of others."""
        return Mixer(self.whole, self._width)

    @cached_property
    def _dense(self) -> Scores:
        """The common columns, shape (n_common, n_rows)."""
        return np.ascontiguousarray(self.whole[:, : self._width].toarray().T, dtype=np.float32)

    @cached_property
    def _sparse(self) -> Rows:
        """The rare columns."""
        return sparse.csr_array(self.whole[:, self._width :])

    def scattered(self, parted: Parted) -> int:
        """How often a rare cell of other rows meets one of the rows'."""
        held = np.bincount(self._sparse.indices, minlength=self._sparse.shape[1])
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
            np.add(some.common.rows() @ self.dense, self._rare_products(some.rare), out=found[part])
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
