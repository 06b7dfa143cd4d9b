"""The vector space of a model: how much each term of a paper weighs, and what a paper is read together with."""

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.relevance.blends import Blend, Row, stacked
from digest.relevance.embedding import Embeddings, Key
from digest.relevance.latent import Dense, LatentBasis, Rows, among, fit_basis, in_rows, looked_up, places_of, taken
from digest.relevance.model import Model, Tallies, tallies
from digest.relevance.tables import parts
from digest.relevance.text import TermCounts, is_pair, is_stem
from digest.relevance.vocabulary import Columns

Vector = npt.NDArray[np.float32]

IDF_POWER = 1.5  # rare terms count for more than plain idf has it
PAIR_WEIGHT = 0.7  # of two neighbouring words, against one
OWN_LENGTH = 0.7  # of a paper's length, the rest being the mean length: pivoted normalisation (Singhal et al. 1996)
NEIGHBOURS = 30  # papers of the background that a paper is read together with
STRONGEST = 200  # terms of them that are kept
SHARED = 2  # papers that a term must stand in to be compared by
SMALL = 500  # papers; a smaller background has no neighbours worth the name, and no latent basis
STALE = 0.2  # of the background that may be newer than its latent basis
SAMPLE = 256  # papers that stand for the background, spread evenly over it
LATENT_SHARE = 5.0  # of the latent likeness (0 to 1), in standard deviations of the likeness of any two papers
EMBEDDED_SHARE = 30.0  # of the likeness of two embeddings (-1 to 1), in the same standard deviations
_AT_ONCE = 32  # papers compared with the background: each with all of it, in some megabytes
_MEASURED = 4_096  # rows whose cells are squared at once
_LOGS = (1 + np.log(np.maximum(np.arange(256), 1))).astype(np.float32)  # 1 + ln tf, Salton & Buckley 1988


class Space:
    """TF-IDF in the terms of one model; all rows have its columns.

    A term's weight is (1 + ln tf) · idf^1.5, with idf = ln((1 + n) / (1 + df)) + 1; pairs weigh 0.7 of it. A row is
    divided by 0.7 of its length + 0.3 of the background's mean length.
    """

    def __init__(self, model: Model, embeddings: Embeddings | None = None) -> None:
        self.model = model
        self._embeddings = embeddings
        idf = np.log((1 + len(model)) / (1 + np.arange(len(model) + 1))) + 1  # by how many papers have a term
        idf[0] = 0  # a term of papers that have left
        word, pair = ((share * idf**IDF_POWER).astype(np.float32) for share in (1.0, PAIR_WEIGHT))
        is_one = is_pair(model.vocabulary.ids)
        self._weight = np.where(is_one, pair.take(model.frequencies), word.take(model.frequencies))
        self._compared = is_stem(model.vocabulary.ids) & (model.frequencies >= SHARED)
        weighed = self._weighed(model.counted)
        lengths = _lengths(weighed)
        self._mean_length = np.float32(lengths.mean() if lengths.any() else 1.0)
        self.background = self._normalised(weighed, lengths)

    def rows(self, documents: Sequence[TermCounts]) -> Rows:
        """Documents as rows, shape (n, n_terms), float32; all zero where no term is known."""
        weighed = self._weighed(tallies(documents, self.model.vocabulary))
        return self._normalised(weighed, _lengths(weighed))

    @cached_property
    def mean(self) -> Vector:
        """The mean row of the background, shape (n_terms,): what every paper is like."""
        papers = max(self.background.shape[0], 1)
        return (np.asarray(self.background.sum(axis=0)).ravel() / papers).astype(np.float32)

    @cached_property
    def sample(self) -> npt.NDArray[np.int64]:
        """Places of some papers of the background, shape (n,), n at most SAMPLE."""
        size = min(SAMPLE, len(self.model))
        return np.unique(np.linspace(0, len(self.model) - 1, size).astype(np.int64)) if size else np.zeros(0, np.int64)

    @cached_property
    def latent_weight(self) -> float:
        """What a likeness of 1 in the latent basis adds to the likeness of two papers."""
        return LATENT_SHARE * self._spread

    @cached_property
    def embedded_weight(self) -> float:
        """What a likeness of 1 of two embeddings adds to the likeness of two papers."""
        return EMBEDDED_SHARE * self._spread

    @cached_property
    def _spread(self) -> float:
        """The standard deviation of the likeness of two papers of the background."""
        some = self.background[self.sample]
        likeness = (some @ some.T).toarray()
        apart = likeness[~np.eye(len(likeness), dtype=bool)]
        return float(apart.std()) if len(apart) else 0.0

    def company(self, rows: Rows, numbers: Sequence[int]) -> Rows | None:
        """The mean of each row's nearest papers of the background, weighted by cosine², its strongest terms.

        `numbers` are the rows' own, which are not their own neighbours. None where the background is SMALL.
        """
        if len(self.model) < SMALL or not rows.shape[0]:
            return None
        blend, found = Blend(self.background), list[Row]()
        for at in range(0, rows.shape[0], _AT_ONCE):
            part = slice(at, at + _AT_ONCE)
            found += self._company(rows[part], numbers[part], blend)
        return stacked(found, rows.shape[1])

    def placed(self, rows: Rows) -> Dense | None:
        """The rows in the model's latent basis, shape (n, dimensions); None while it has none."""
        basis = self.model.basis
        return None if basis is None else basis.of(taken(self._comparable(rows), self._latent_place, len(basis.terms)))

    @cached_property
    def _latent_place(self) -> Columns:
        """Where each term stands in the latent basis, which there must be."""
        basis = self.model.basis
        terms = np.zeros(0, np.int32) if basis is None else basis.terms
        return places_of(terms, len(self.model.vocabulary))

    def embedded(self, keys: Sequence[Key]) -> Dense | None:
        """The embeddings of papers and words, shape (n, dimensions); None where there is no model for them."""
        return self._embeddings.rows(keys) if self._embeddings else None

    def basis(self) -> LatentBasis:
        """A new latent basis of the background."""
        terms = np.flatnonzero(self._compared).astype(np.int32)
        return fit_basis(self._comparable(self.background), terms, newest=int(self.model.numbers[-1]))

    # ------------------------------------------------------------ pieces

    def _weighed(self, counted: Tallies) -> Rows:
        data = looked_up(_LOGS, counted.times)
        data *= looked_up(self._weight, counted.columns)
        return in_rows(data, counted.columns, counted.indptr, len(self.model.vocabulary))

    def _normalised(self, rows: Rows, lengths: Vector) -> Rows:
        pivoted = OWN_LENGTH * lengths + (1 - OWN_LENGTH) * self._mean_length
        return _scaled(rows, np.reciprocal(pivoted))

    def _comparable(self, rows: Rows) -> Rows:
        """The stems that at least two papers share, unit length."""
        kept = np.flatnonzero(looked_up(self._compared, rows.indices))
        cells = rows.data.take(kept, mode="clip"), rows.indices.take(kept, mode="clip")
        shared = in_rows(*cells, among(kept, rows.indptr), rows.shape[1])
        lengths = _lengths(shared)
        return _scaled(shared, np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0))

    @cached_property
    def _by_term(self) -> sparse.csr_array:
        return sparse.csr_array(self._comparable(self.background).T.tocsr())

    def _company(self, rows: Rows, numbers: Sequence[int], blend: Blend) -> list[Row]:
        likeness = self._likeness(self._comparable(rows))
        likeness[np.asarray(numbers)[:, None] == self.model.numbers[None, :]] = 0
        nearest = np.argpartition(-likeness, NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS]
        weights = np.take_along_axis(likeness, nearest, axis=1) ** 2
        total = weights.sum(axis=1, keepdims=True)
        weights = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
        return [blend.strongest(*each, STRONGEST) for each in zip(nearest, weights, strict=True)]

    def _likeness(self, rows: Rows) -> Dense:
        """Cosines of comparable rows with the background, shape (n, n_papers).

        The cells of a row's terms are added up where they belong; a sparse product would list what is not zero first,
        which is nearly everything, and takes three times as long.
        """
        found = np.empty((rows.shape[0], len(self.model)), dtype=np.float32)
        for row, (start, end) in enumerate(pairwise(rows.indptr)):
            found[row] = self._by_term[rows.indices[start:end]].T @ rows.data[start:end]
        return found


def needs_basis(model: Model) -> bool:
    """Whether a latent basis is to be fitted: there is none, or too much of the background is newer."""
    if len(model) < SMALL:
        return False
    return model.basis is None or float((model.numbers > model.basis.newest).mean()) > STALE


def _lengths(rows: Rows) -> Vector:
    """Of each row, by itself: the same whatever rows stand beside it."""
    lengths, filled = np.zeros(rows.shape[0], np.float32), np.flatnonzero(np.diff(rows.indptr))
    for part in parts(len(filled), _MEASURED):
        some = filled[part]
        begin, end = rows.indptr[some[0]], rows.indptr[some[-1] + 1]
        squares = np.square(rows.data[begin:end], dtype=np.float64)
        lengths[some] = np.sqrt(np.add.reduceat(squares, rows.indptr[some] - begin))
    return lengths


def _scaled(rows: Rows, factors: Vector) -> Rows:
    """The same rows, whose cells are changed: nobody else has them."""
    rows.data *= np.repeat(factors.astype(np.float32), np.diff(rows.indptr))
    return rows
