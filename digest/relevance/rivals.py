"""What other products rank with, re-stated in a few lines on our own rows, to be measured against.

In come the papers of one listing and what the reader had said before it; out comes a score a paper, higher is better,
shape (n_papers,). Papers come newest first, so that a rival that cannot tell two apart shows the newer one first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.relevance.latent import Rows
from digest.relevance.text import TermCounts, is_pair, is_stem

Scores = npt.NDArray[np.float64]

NEGATIVES = 2_000  # papers of the background that one machine learns from, spread evenly over it
_COST, _PASSES, _TOLERANCE, _SEED = 0.01, 10_000, 1e-6, 1  # as arxiv-sanity-lite sets its LinearSVC


class Rival(StrEnum):
    """Another way to rank, by the name that people know it by."""

    NEWEST = "newest first"
    KEYWORDS = "keyword match"
    CENTROID = "centroid"
    SVM = "LinearSVC per user"


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What a rival may look at; rows are of one vector space."""

    papers: Sequence[TermCounts]  # of the listing, newest first
    rows: Rows  # of the same papers, shape (n_papers, n_terms)
    wanted: Rows  # of what the reader liked and wrote, shape (n, n_terms), n may be 0
    unwanted: Rows  # of what the reader disliked
    background: Rows  # of papers that were known before the listing and not voted on; see `spread`
    words: Sequence[TermCounts]  # what the reader wrote, terms to include among them


def spread(places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """At most NEGATIVES of some places, shape (n,), evenly spread over them."""
    at = np.linspace(0, len(places) - 1, min(len(places), NEGATIVES)).astype(np.int64)
    return places[at]


def newest_first(material: Material) -> Scores:
    """What a list of today's papers is."""
    return -np.arange(len(material.papers), dtype=np.float64)


def keyword_match(material: Material) -> Scores:
    """How many of the reader's words, by their stems, stand in each paper: what a keyword alert counts."""
    if not material.words:
        return np.zeros(len(material.papers))
    asked = np.unique(np.concatenate([written.ids for written in material.words]))
    stems = asked[is_stem(asked) & ~is_pair(asked)]
    return np.array([len(np.intersect1d(stems, paper.ids)) for paper in material.papers], dtype=np.float64)


def centroid(material: Material) -> Scores:
    """The likeness to the mean of what is wanted (Rocchio 1971, without negatives)."""
    if not material.wanted.shape[0]:
        return np.zeros(len(material.papers))
    return np.asarray(material.rows @ np.asarray(material.wanted.mean(axis=0)).ravel(), dtype=np.float64)


def linear_svc(material: Material) -> Scores:
    """One support vector machine a reader and day: wanted against unwanted and the background (arxiv-sanity-lite).

    Where there is nothing to tell apart, the centroid.
    """
    from sklearn.svm import LinearSVC  # takes long to import, and only who measures needs it

    wanted = material.wanted
    others = sparse.vstack([material.background, material.unwanted], format="csr")
    if not (material.papers and wanted.shape[0] and others.shape[0]):
        return centroid(material)
    labels = np.repeat([1, 0], [wanted.shape[0], others.shape[0]])
    machine = LinearSVC(class_weight="balanced", C=_COST, max_iter=_PASSES, tol=_TOLERANCE, random_state=_SEED)
    machine.fit(_narrow(sparse.vstack([wanted, others], format="csr")), labels)
    return np.asarray(machine.decision_function(_narrow(material.rows)), dtype=np.float64)


RIVALS: Mapping[Rival, Callable[[Material], Scores]] = {
    Rival.NEWEST: newest_first,
    Rival.KEYWORDS: keyword_match,
    Rival.CENTROID: centroid,
    Rival.SVM: linear_svc,
}


def _narrow(rows: Rows) -> Rows:
    """The same rows with the 32-bit indices that liblinear asks for."""
    parts = rows.data, rows.indices.astype(np.int32), rows.indptr.astype(np.int32)
    return sparse.csr_array(parts, shape=rows.shape)
