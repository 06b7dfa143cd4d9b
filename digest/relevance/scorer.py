"""A profile as a linear scorer whose every term can be named."""

from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator

from digest.relevance.model import Rows

Vector = npt.NDArray[np.float64]

# The weight of what a reader did not want against what they liked; Rocchio (1971) with gamma below beta.
DISLIKE_WEIGHT = 0.25


class RocchioScorer(BaseEstimator):
    """Mean of the wanted rows, minus `dislike_weight` × mean of the unwanted, minus the background's mean.

    Learned: `coef_` (n_terms,). Rows are those of BackgroundModel.
    """

    def __init__(self, background: Vector, dislike_weight: float = DISLIKE_WEIGHT) -> None:
        self.background = background
        self.dislike_weight = dislike_weight

    def fit(self, wanted: Rows, unwanted: Rows | None = None) -> Self:
        """Learn from the rows of what is wanted, shape (n, n_terms), and what is not; either may have no row."""
        self.coef_ = -self.background
        if wanted.shape[0]:
            self.coef_ = self.coef_ + _mean(wanted)
        if unwanted is not None and unwanted.shape[0]:
            self.coef_ = self.coef_ - self.dislike_weight * _mean(unwanted)
        return self

    def decision_function(self, rows: Rows) -> Vector:
        """One raw score a row, in [-1 - dislike_weight, 1] for unit rows."""
        return np.asarray(rows @ self.coef_, dtype=np.float64)


def _mean(rows: Rows) -> Vector:
    return np.asarray(rows.mean(axis=0), dtype=np.float64).ravel()
