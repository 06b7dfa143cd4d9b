"""Latent semantic analysis: what words are used beside each other (Deerwester et al. 1990)."""

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.relevance.vocabulary import Columns

Rows = sparse.csr_array
Dense = npt.NDArray[np.float32]
Number = TypeVar("Number", bound=np.generic)

DIMENSIONS = 50
_ROUNDS = 4  # of power iteration; Halko, Martinsson & Tropp 2011
_SEED = 0  # the same papers give the same basis
_LOOKED_UP = 1 << 16  # places looked up at once


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
        return self.of(only(rows, self.terms))

    def of(self, known: Rows) -> Dense:
        """The same of rows that have no other columns than `terms`.

        Term by term: the components are gone through once and in order, whichever terms many rows have, while the rows
        that they are added to fit the cache. That takes half the time of row by row.
        """
        placed = np.asarray(known.tocsc() @ self.components, dtype=np.float32)
        placed -= self.mean * (np.diff(known.indptr) > 0)[:, None]
        length = np.linalg.norm(placed, axis=1, keepdims=True)
        unit: Dense = np.divide(placed, length, out=np.zeros_like(placed), where=length > 0)
        return unit


def fit_basis(rows: Rows, terms: Columns, *, newest: int) -> LatentBasis:
    """The basis of a background, rows of unit length, in the terms given, of which there are more than DIMENSIONS."""
    from sklearn.utils.extmath import randomized_svd  # takes longer to import than most commands run

    known = only(rows, terms)
    _, _, vectors = randomized_svd(known, DIMENSIONS, n_iter=_ROUNDS, random_state=_SEED)
    components = np.ascontiguousarray(vectors.T, dtype=np.float32)
    mean = np.asarray((known @ components).mean(axis=0), dtype=np.float32)
    return LatentBasis(terms=terms, components=components, mean=mean, newest=newest, papers=rows.shape[0])


def only(rows: Rows, terms: npt.NDArray[np.integer[Any]]) -> Rows:
    """Some columns of a matrix, in their order."""
    return taken(rows, places_of(terms, rows.shape[1]), len(terms))


def places_of(terms: npt.NDArray[np.integer[Any]], width: int) -> Columns:
    """Where each of `width` columns stands among some of them, -1 for the others; as `taken` needs it."""
    place = np.full(width, -1, dtype=np.int32)
    place[terms] = np.arange(len(terms), dtype=np.int32)
    return place


def taken(rows: Rows, place: Columns, width: int) -> Rows:
    """The columns of a matrix that have a place, in the order of the places, of which there are `width`."""
    columns = columns_by(rows, place)
    kept = np.flatnonzero(columns >= 0)
    cells = rows.data.take(kept, mode="clip"), columns.take(kept, mode="clip")
    return in_rows(*cells, among(kept, rows.indptr), width)


def columns_by(rows: Rows, place: Columns) -> Columns:
    """Where the column of each cell has its place, -1 for none."""
    if rows.shape[1] != len(place):
        raise ValueError(f"rows of {rows.shape[1]} columns, places for {len(place)}")
    return looked_up(place, rows.indices)


def looked_up(table: npt.NDArray[Number], places: npt.NDArray[np.integer[Any]]) -> npt.NDArray[Number]:
    """What a table has at some places, which are all within it; in parts that stay in the cache."""
    found = np.empty(len(places), table.dtype)
    for start in range(0, len(places), _LOOKED_UP):
        part = slice(start, start + _LOOKED_UP)
        table.take(places[part], out=found[part], mode="clip")  # another mode looks through all places first
    return found


def among(kept: npt.NDArray[np.intp], indptr: npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.int64]:
    """Where each row begins, and the last ends, when only some cells are kept, in order; the first row begins at 0."""
    return np.searchsorted(kept, indptr).astype(np.int64)


def in_rows(
    data: npt.NDArray[Any], columns: npt.NDArray[np.integer[Any]], indptr: npt.NDArray[np.integer[Any]], width: int
) -> Rows:
    """A sparse matrix of `width` columns, its indices as narrow as they may be: half the memory to go through."""
    narrow = np.int32 if max(width, len(data)) <= np.iinfo(np.int32).max else np.int64
    cells = data, columns.astype(narrow, copy=False), indptr.astype(narrow, copy=False)
    return sparse.csr_array(cells, shape=(len(indptr) - 1, width))
