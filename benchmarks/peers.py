"""What people use today, re-stated in a few lines on the same rows as ours."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from digest.relevance.model import Rows

Scores = npt.NDArray[np.float64]


def rankers() -> dict[str, Callable[[Rows, Rows, Rows], Scores]]:
    """The peers by name; each takes liked, candidate and background rows and gives a score a candidate."""
    return {"centroid": centroid, "linear-svc": linear_svc, "logistic-regression": logistic_regression}


def centroid(liked: Rows, candidates: Rows, background: Rows) -> Scores:
    """Rocchio without a background: the mean of the liked papers."""
    return np.asarray(candidates @ np.asarray(liked.mean(axis=0)).ravel())


def linear_svc(liked: Rows, candidates: Rows, background: Rows) -> Scores:
    """arxiv-sanity-lite: one LinearSVC a user, every other paper a negative (its settings: C 0.01, balanced)."""
    from scipy import sparse

    rows = sparse.vstack([liked, background])
    labels = np.r_[np.ones(liked.shape[0]), np.zeros(background.shape[0])]
    svm = LinearSVC(class_weight="balanced", max_iter=10000, tol=1e-6, C=0.01, random_state=1)
    return np.asarray(svm.fit(rows, labels).decision_function(candidates))


def logistic_regression(liked: Rows, candidates: Rows, background: Rows) -> Scores:
    """Scholar Inbox's way: logistic regression against random negatives from the background."""
    from scipy import sparse

    draw = np.random.default_rng(1).choice(background.shape[0], size=min(1000, background.shape[0]), replace=False)
    rows = sparse.vstack([liked, background[draw]])
    labels = np.r_[np.ones(liked.shape[0]), np.zeros(len(draw))]
    regression = LogisticRegression(C=1.0, class_weight="balanced", max_iter=1000)
    return np.asarray(regression.fit(rows, labels).decision_function(candidates))
