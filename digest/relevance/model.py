"""What recent papers have in common: which terms exist, how rare each is, and the average paper."""

from collections.abc import Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfTransformer

from digest.relevance.text import TermCounts

Rows = sparse.csr_array


SMALL = 500  # papers; a first week of one small category


class BackgroundModel(TransformerMixin, BaseEstimator):
    """TF-IDF weights fitted on a background of recent papers.

    Parameters: `min_df`, the number of background papers a term must occur in; one in a background below SMALL,
    where most words of a field have been seen only once.

    Learned: `n_documents_`; `term_ids_` (n_terms,) ascending; `idf_` (n_terms,), ln((1 + n) / (1 + df)) + 1;
    `mean_` (n_terms,), the mean of the background's unit rows.
    """

    def __init__(self, min_df: int = 2) -> None:
        self.min_df = min_df

    def fit(self, documents: Sequence[TermCounts], y: object = None) -> Self:
        """Learn from the background; an empty one gives an empty vocabulary."""
        self.n_documents_ = len(documents)
        flat = _flat([document.ids for document in documents], np.uint64)
        ids, df = np.unique(flat, return_counts=True)
        enough = self.min_df if len(documents) >= SMALL else 1
        self.term_ids_ = ids[df >= enough]
        self._weights = TfidfTransformer(norm="l2", use_idf=True, smooth_idf=True, sublinear_tf=True)
        if len(self.term_ids_) == 0:
            self.idf_ = self.mean_ = np.zeros(0)
            return self
        counted = self._counted(documents)
        self._weights.fit(counted)
        self.idf_ = np.asarray(self._weights.idf_, dtype=np.float64)
        rows = self._weighted(counted)
        self.mean_ = np.asarray(rows.mean(axis=0), dtype=np.float64).ravel()
        return self

    def transform(self, documents: Sequence[TermCounts]) -> Rows:
        """Rows of unit length (all zero where no term is known), shape (n_documents, n_terms), float64."""
        if len(self.term_ids_) == 0 or not documents:
            return sparse.csr_array((len(documents), len(self.term_ids_)), dtype=np.float64)
        return self._weighted(self._counted(documents))

    def _weighted(self, counted: Rows) -> Rows:
        return sparse.csr_array(self._weights.transform(counted))

    def _counted(self, documents: Sequence[TermCounts]) -> Rows:
        """Counts by row and known term, shape (n_documents, n_terms)."""
        flat = _flat([document.ids for document in documents], np.uint64)
        counts = _flat([document.counts for document in documents], np.uint16)
        rows = np.repeat(np.arange(len(documents), dtype=np.int32), [len(document.ids) for document in documents])
        columns = np.searchsorted(self.term_ids_, flat).astype(np.int32)  # scikit-learn takes no 64-bit indices
        columns[columns == len(self.term_ids_)] = 0
        known = self.term_ids_[columns] == flat
        shape = (len(documents), len(self.term_ids_))
        cells = (counts[known].astype(np.float64), (rows[known], columns[known]))
        return sparse.csr_array(cells, shape=shape)


def _flat(arrays: Sequence[npt.NDArray[np.generic]], dtype: type[np.generic]) -> npt.NDArray[np.generic]:
    return np.concatenate(arrays) if arrays else np.zeros(0, dtype=dtype)
