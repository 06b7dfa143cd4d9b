"""The vector space of a model: how much each term of a paper weighs, and what a paper is read together with."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.relevance.arrays import let_go, return_what_is_free
from digest.relevance.company import KeptCompany, Neighbourhood, no_company, prints_of
from digest.relevance.derived import Derived
from digest.relevance.embedding import Embeddings, Key
from digest.relevance.latent import Dense, LatentBasis, Rows, among, fit_basis, in_rows, looked_up, places_of, taken
from digest.relevance.model import Model, Tallies, tallies
from digest.relevance.parting import parts, some_rows
from digest.relevance.text import TermCounts, is_pair, is_stem
from digest.relevance.vocabulary import Columns

Vector = npt.NDArray[np.float32]

IDF_POWER = 1.5  # rare terms count for more than plain idf has it
PAIR_WEIGHT = 0.7  # of two neighbouring words, against one
OWN_LENGTH = 0.7  # of a paper's length, the rest being the mean length: pivoted normalisation (Singhal et al. 1996)
SHARED = 2  # papers that a term must stand in to be compared by
SMALL = 500  # papers; a smaller background has no neighbours worth the name, and no latent basis
STALE = 0.2  # of the background that may be newer than its latent basis
SAMPLE = 256  # papers that stand for the background, spread evenly over it
LATENT_SHARE = 5.0  # of the latent likeness (0 to 1), in standard deviations of the likeness of any two papers
EMBEDDED_SHARE = 30.0  # of the likeness of two embeddings (-1 to 1), in the same standard deviations
_AT_ONCE = 256  # papers read at once: what is made on the way stays in the cache
_PLACED = 4_096  # papers placed at once: their places fit into the cache
_MEASURED = 4_096  # rows whose cells are squared at once
_LOGS = (1 + np.log(np.maximum(np.arange(256), 1))).astype(np.float32)  # 1 + ln tf, Salton & Buckley 1988


class Space:
    """TF-IDF in the terms of one model; all rows have its columns.

    A term's weight is (1 + ln tf) · idf^1.5, with idf = ln((1 + n) / (1 + df)) + 1; pairs weigh 0.7 of it. A row is
    divided by 0.7 of its length + 0.3 of the background's mean length.
    """

    def __init__(
        self,
        model: Model,
        embeddings: Embeddings | None = None,
        derived: Derived | None = None,
        *,
        stamp: int | None = None,
    ) -> None:
        """`derived`: what was read out of that model before; else it is when it is asked for.

        `stamp` is that of the model, where it is kept.
        """
        self.model = model
        self.stamp = stamp
        self._embeddings = embeddings
        self._derived = derived
        self._company = derived.company if derived else no_company(len(model.vocabulary))
        if derived:  # what is cached looks here first
            self.__dict__ |= {
                "mean": derived.mean,
                "sample_rows": derived.sample,
                "_spread": derived.spread,
                "_weight": derived.weight,
                "_compared": derived.compared,
                "_mean_length": derived.mean_length,
                "_latent_place": derived.latent,
            }

    @cached_property
    def background(self) -> Rows:
        """The papers of the model as rows, shape (n_papers, n_terms)."""
        weighed, lengths = self._measured
        return self._normalised(weighed, lengths)

    def rows(self, documents: Sequence[TermCounts]) -> Rows:
        """Documents as rows, shape (n, n_terms), float32; all zero where no term is known."""
        found = [self._rows(documents[part]) for part in parts(len(documents), _AT_ONCE)] or [self._rows([])]
        self.rest()
        return found[0] if len(found) == 1 else sparse.csr_array(sparse.vstack(found, format="csr"))

    def _rows(self, documents: Sequence[TermCounts]) -> Rows:
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
    def sample_rows(self) -> Rows:
        """The rows of the sample."""
        return self.background[self.sample]

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
        likeness = (self.sample_rows @ self.sample_rows.T).toarray()
        apart = likeness[~np.eye(len(likeness), dtype=bool)]
        return float(apart.std()) if len(apart) else 0.0

    def company(self, rows: Rows, numbers: Sequence[int]) -> Rows | None:
        """The mean of each row's nearest papers of the background, weighted by cosine², its strongest terms.

        `numbers` are the rows' own, which are not their own neighbours. None where the background is SMALL.
        """
        if len(self.model) < SMALL or not rows.shape[0]:
            return None
        each, prints = np.asarray(numbers, np.int64), prints_of(rows)
        missing = np.flatnonzero(self._company.places(each, prints) < 0)
        if len(missing):
            around = Neighbourhood(self.background, self._comparable(self.background), self.model.numbers)
            made = around.company(self._comparable(rows[missing]), each[missing])
            self._company = self._company.followed_by(KeptCompany(each[missing], prints[missing], made))
        return self._company.rows[self._company.places(each, prints)]

    def meet(self, documents: Sequence[TermCounts], numbers: Sequence[int]) -> None:
        """Find the company of papers, and of the sample, beside which they will stand."""
        rows = sparse.csr_array(sparse.vstack([self.rows(documents), self.sample_rows], format="csr"))
        self.company(rows, [*numbers, *self.model.numbers[self.sample].tolist()])

    def derived(self) -> Derived:
        """What was read out of the model, with the company of all papers that were asked for."""
        return Derived(
            weight=self._weight,
            compared=self._compared,
            latent=self._latent_place,
            mean_length=self._mean_length,
            mean=self.mean,
            spread=self._spread,
            sample=self.sample_rows,
            company=self._company,
        )

    @property
    def is_news(self) -> bool:
        """Whether more than what was at hand has been read out of the model."""
        return self._derived is None or self._company is not self._derived.company

    def placed(self, rows: Rows) -> Dense | None:
        """The rows in the model's latent basis, shape (n, dimensions); None while it has none."""
        if (basis := self.model.basis) is None:
            return None
        found = np.empty((rows.shape[0], basis.components.shape[1]), np.float32)
        for part in parts(len(found), _PLACED):
            known = taken(self._comparable(some_rows(rows, part)), self._latent_place, len(basis.terms))
            found[part] = basis.of(known)
        self.rest()
        return found

    @cached_property
    def _latent_place(self) -> Columns:
        """Where each term stands in the latent basis; nowhere while there is none."""
        basis = self.model.basis
        terms = np.zeros(0, np.int32) if basis is None else basis.terms
        return places_of(terms, len(self.model.vocabulary))

    def embedded(self, keys: Sequence[Key]) -> Dense | None:
        """The embeddings of papers and words, shape (n, dimensions); None where there is no model for them."""
        return self._embeddings.rows(keys) if self._embeddings else None

    def rest(self) -> None:
        """Give back the memory of what was looked at in kept files, which is mapped again where it is looked at next,
        and of what was made on the way."""
        if (derived := self._derived) is None:
            return  # no files
        model = self.model
        let_go([model.vocabulary.ids, *model.vocabulary.index, model.frequencies, *model.counted.arrays])
        let_go([model.basis.components] if model.basis else [])
        let_go([derived.weight, derived.compared, derived.latent, derived.mean])
        return_what_is_free()

    def basis(self) -> LatentBasis:
        """A new latent basis of the background."""
        terms = np.flatnonzero(self._compared).astype(np.int32)
        return fit_basis(self._comparable(self.background), terms, newest=int(self.model.numbers[-1]))

    # ------------------------------------------------------------ pieces

    @cached_property
    def _weight(self) -> Vector:
        """Of each term, shape (n_terms,)."""
        papers, frequencies = len(self.model), self.model.frequencies
        idf = np.log((1 + papers) / (1 + np.arange(papers + 1))) + 1  # by how many papers have a term
        idf[0] = 0  # a term of papers that have left
        word, pair = ((share * idf**IDF_POWER).astype(np.float32) for share in (1.0, PAIR_WEIGHT))
        return np.where(is_pair(self.model.vocabulary.ids), pair.take(frequencies), word.take(frequencies))

    @cached_property
    def _compared(self) -> npt.NDArray[np.bool_]:
        """Which terms papers are compared by: the stems that at least two papers share."""
        return is_stem(self.model.vocabulary.ids) & (self.model.frequencies >= SHARED)

    @cached_property
    def _mean_length(self) -> np.float32:
        lengths = self._measured[1]
        return np.float32(lengths.mean() if lengths.any() else 1.0)

    @property
    def _measured(self) -> tuple[Rows, Vector]:
        """The background before it is normalised, and the lengths of its rows."""
        weighed = self._weighed(self.model.counted)
        return weighed, _lengths(weighed)

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
