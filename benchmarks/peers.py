"""What people use today, re-stated in a few lines, on the TF-IDF rows that serve it best.

Rows are scikit-learn's TfidfVectorizer: words and pairs, English stop words, sublinear tf, terms of two papers, and the
title twice. arxiv-sanity-lite's own setting (20,000 features, raw tf) measures lower for all of them.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

Rows = sparse.csr_array
Scores = npt.NDArray[np.float64]
Fitted = Callable[[Rows], Scores]  # rows of candidates -> a score each
Learner = Callable[[Sequence[int]], Fitted]  # places of one reader's papers among those that may be learned from

NAMES = ("recipe-1", "centroid", "linear-svc", "logistic-regression")
NEGATIVES = 1000  # drawn by the regression


def rows(texts: Sequence[tuple[str, str]], background: Sequence[int]) -> Rows:
    """Title and abstract of each paper as a row of unit length, in the terms of the background (places in `texts`)."""
    plain = [f"{title} \n {title} \n {abstract}" for title, abstract in texts]
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), stop_words="english", sublinear_tf=True, min_df=2)
    vectorizer.fit([plain[number] for number in background])
    return sparse.csr_array(vectorizer.transform(plain))


def learner(name: str, known: Rows) -> Learner:
    """The peer of that name, who may learn from the known papers; what is the same for all readers is done here."""
    if name == "recipe-1":
        return partial(rocchio, known, np.asarray(known.mean(axis=0)).ravel())
    learners = {"centroid": centroid, "linear-svc": linear_svc, "logistic-regression": logistic_regression}
    return partial(learners[name], known)


def rocchio(known: Rows, mean: Scores, liked: Sequence[int]) -> Fitted:
    """The floor: the mean of the liked papers minus the mean of all known ones (Rocchio 1971)."""
    profile = np.asarray(known[list(liked)].mean(axis=0)).ravel() - mean
    return lambda candidates: np.asarray(candidates @ profile)


def centroid(known: Rows, liked: Sequence[int]) -> Fitted:
    """Rocchio without a background: the mean of the liked papers."""
    profile = np.asarray(known[list(liked)].mean(axis=0)).ravel()
    return lambda candidates: np.asarray(candidates @ profile)


def linear_svc(known: Rows, liked: Sequence[int]) -> Fitted:
    """arxiv-sanity-lite: one LinearSVC a user, every other paper a negative (its settings: C 0.01, balanced)."""
    labels = np.zeros(known.shape[0])
    labels[list(liked)] = 1
    svm = LinearSVC(class_weight="balanced", max_iter=10000, tol=1e-6, C=0.01, random_state=1).fit(known, labels)
    return lambda candidates: np.asarray(svm.decision_function(candidates))


def logistic_regression(known: Rows, liked: Sequence[int]) -> Fitted:
    """Scholar Inbox's way: logistic regression against random negatives."""
    others = np.setdiff1d(np.arange(known.shape[0]), liked)
    drawn = np.random.default_rng(1).choice(others, size=min(NEGATIVES, len(others)), replace=False)
    labels = np.r_[np.ones(len(liked)), np.zeros(len(drawn))]
    regression = LogisticRegression(C=1.0, class_weight="balanced", max_iter=1000)
    regression.fit(known[np.r_[list(liked), drawn]], labels)
    return lambda candidates: np.asarray(regression.decision_function(candidates))
