"""A day's rows by the columns that its table has dense and by the others: where the cells of papers are looked up."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import sparse

from digest.relevance.latent import Rows


@dataclass(frozen=True, slots=True, eq=False)
class Halves:
    """A day's rows by the columns that its table has dense, and the others; numbers of cells stand for their values."""

    common: sparse.csr_array  # shape (n_rows, n_common)
    rare: sparse.csr_array  # shape (n_rows, n_rare)
    holders: sparse.csc_array  # the same, column by column

    @classmethod
    def of(cls, rows: Rows, common: int) -> Self:
        """Rows whose first columns, so many, are the dense ones."""
        cells = np.arange(rows.nnz, dtype=np.int32)
        numbered = sparse.csr_array((cells, rows.indices, rows.indptr), shape=rows.shape)
        rare = sparse.csr_array(numbered[:, common:])
        return cls(sparse.csr_array(numbered[:, :common]), rare, sparse.csc_array(rare.tocsc()))
