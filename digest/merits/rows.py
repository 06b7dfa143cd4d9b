"""Papers as rows that can be compared by their cosine, and their nearest."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.relevance.space import Space
from digest.relevance.text import TermCounts

Rows = sparse.csr_array
Vector = npt.NDArray[np.float64]


def unit_rows(space: Space, documents: Sequence[TermCounts]) -> Rows:
    """Documents as rows of length 1, shape (n, n_terms); empty where the background knows no term of one."""
    rows = space.rows(documents)
    rows.eliminate_zeros()
    return _scaled(rows)


def likeness(space: Space, document: TermCounts) -> Vector:
    """The cosine of a document to each paper of the background, shape (n_papers,), 0 to 1."""
    products = (space.background @ unit_rows(space, [document]).T).toarray().ravel()
    lengths = _lengths(space.background)
    found: Vector = np.divide(products, lengths, out=np.zeros(len(lengths)), where=lengths > 0)
    return found


def _scaled(rows: Rows) -> Rows:
    lengths = np.repeat(_lengths(rows), np.diff(rows.indptr))
    return sparse.csr_array((rows.data / lengths, rows.indices, rows.indptr), shape=rows.shape)


def _lengths(rows: Rows) -> Vector:
    squares = np.concatenate([[0.0], np.cumsum(rows.data.astype(np.float64) ** 2)])
    return np.sqrt(np.diff(squares[rows.indptr]))
