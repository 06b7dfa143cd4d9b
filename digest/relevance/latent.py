"""Latent semantic analysis: what words are used beside each other (Deerwester et al. 1990)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.utils.extmath import randomized_svd

from digest.relevance.vocabulary import Columns

Rows = sparse.csr_array
Dense = npt.NDArray[np.float32]

DIMENSIONS = 50
_ROUNDS = 4  # of power iteration; Halko, Martinsson & Tropp 2011
_SEED = 0  # the same papers give the same basis


@dataclass(frozen=True, slots=True, eq=False)
class LatentBasis:
    """The first right singular vectors of the background, and the mean of what it maps to."""

    terms: Columns  # shape (n,), ascending: the columns of the vector space that it reads
    components: Dense  # shape (n, dimensions)
    mean: Dense  # shape (dimensions,)
    newest: int  # number of the newest paper that it was fitted on
    papers: int  # that it was fitted on

    def placed(self, rows: Rows) -> Dense:
        """Rows, shape (n, n_terms), as vectors of unit length (zero where nothing is known), shape (n, dimensions)."""
        known = only(rows, self.terms)
        placed = np.asarray(known @ self.components, dtype=np.float32)
        placed -= self.mean * (np.diff(known.indptr) > 0)[:, None]
        length = np.linalg.norm(placed, axis=1, keepdims=True)
        unit: Dense = np.divide(placed, length, out=np.zeros_like(placed), where=length > 0)
        return unit


def fit_basis(rows: Rows, terms: Columns, *, newest: int) -> LatentBasis:
    """The basis of a background, rows of unit length, in the terms given, of which there are more than DIMENSIONS."""
    known = only(rows, terms)
    _, _, vectors = randomized_svd(known, DIMENSIONS, n_iter=_ROUNDS, random_state=_SEED)
    components = np.ascontiguousarray(vectors.T, dtype=np.float32)
    mean = np.asarray((known @ components).mean(axis=0), dtype=np.float32)
    return LatentBasis(terms=terms, components=components, mean=mean, newest=newest, papers=rows.shape[0])


def only(rows: Rows, terms: npt.NDArray[np.integer[Any]]) -> Rows:
    """Some columns of a matrix, in their order."""
    place = np.full(rows.shape[1], -1, dtype=np.int32)
    place[terms] = np.arange(len(terms), dtype=np.int32)
    columns = place[rows.indices]
    kept = columns >= 0
    indptr = np.concatenate([[0], np.cumsum(kept)])[rows.indptr]
    return sparse.csr_array((rows.data[kept], columns[kept], indptr), shape=(rows.shape[0], len(terms)))
