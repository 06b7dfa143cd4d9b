"""A profile as a linear scorer whose every term can be named."""

from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator

from digest.relevance.model import BackgroundModel, Rows

Vector = npt.NDArray[np.float64]

# The weight of what a reader did not want against what they liked; Rocchio (1971) with gamma below beta.
DISLIKE_WEIGHT = 0.25


class RocchioScorer(BaseEstimator):
    """Mean of the wanted rows, minus `dislike_weight` × mean of the unwanted, minus `background`, plus `intercept`.

    Learned: `coef_` (n_terms,). Rows are those of BackgroundModel.
    """

    def __init__(self, background: Vector, intercept: float = 0.0, dislike_weight: float = DISLIKE_WEIGHT) -> None:
        self.background = background
        self.intercept = intercept
        self.dislike_weight = dislike_weight

    @classmethod
    def against_others(cls, model: BackgroundModel) -> Self:
        """A scorer for rows that are themselves in the background, each compared with the mean of the others.

        For a unit row x among n rows with mean m the others' mean gives (n m·x - 1) / (n - 1).
        """
        others = max(model.n_documents_ - 1, 1)
        return cls(model.mean_ * (model.n_documents_ / others), 1.0 / others if model.n_documents_ > 1 else 0.0)

    def fit(self, wanted: Rows, unwanted: Rows | None = None) -> Self:
        """Learn from the rows of what is wanted, shape (n, n_terms), and what is not; either may have no row."""
        self.coef_ = -self.background
        if wanted.shape[0]:
            self.coef_ = self.coef_ + _mean(wanted)
        if unwanted is not None and unwanted.shape[0]:
            self.coef_ = self.coef_ - self.dislike_weight * _mean(unwanted)
        return self

    def decision_function(self, rows: Rows) -> Vector:
        """One raw score a row; a row of no known term has the score 0."""
        return np.asarray(rows @ self.coef_, dtype=np.float64) + self.intercept * _has_terms(rows)

    def background_share(self, rows: Rows) -> Vector:
        """The part of each row's score that comes from the background."""
        return self.intercept * _has_terms(rows) - np.asarray(rows @ self.background, dtype=np.float64)


def _has_terms(rows: Rows) -> Vector:
    return (np.diff(rows.indptr) > 0).astype(np.float64)


def _mean(rows: Rows) -> Vector:
    return np.asarray(rows.mean(axis=0), dtype=np.float64).ravel()
