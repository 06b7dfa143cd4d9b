"""All readers against a day's papers at once: one kernel, exact, in blocks of papers.

Two papers are as alike as k(a, c) = a · (c + n / 2) + 5 s · l(a) · l(c), where a and c are their rows in the vector
space, n is the mean of c's nearest papers of the background, l a paper's place in the latent basis, and s the standard
deviation of a · b over papers of the background. A raw score of c is

    Σ w · k(a, c) over what is wanted  -  m · (c + n / 2)  -  0.25 · max d · c over what is unwanted,

with weights w that sum to 1 and the background's mean row m (Rocchio 1971, with a background for its negatives), from
which c is left out where it is one of the background. With an embedding, k has one more product of unit vectors
(embedding.py). It is a plain sum over papers and terms: what is shown as reasons is the score itself.

A reader whose learner is WORDS is scored by the same sum with k(a, c) = a · c and m · c for all readers alike.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.relevance.embedding import Key
from digest.relevance.latent import Dense, Rows, only
from digest.relevance.space import Space
from digest.relevance.text import TermCounts
from digest.subscribers import Learner

Scores = npt.NDArray[np.float32]

COMPANY_WEIGHT = 0.5  # of a paper's neighbours, against its own text
DISLIKE_WEIGHT = 0.25  # of the most alike of the unwanted papers
_AT_ONCE = 256  # papers scored in one block
_COMMON = 24  # papers from which on a term's column is multiplied faster as a dense one


@dataclass(frozen=True, slots=True, eq=False)
class Taste:
    """What one interest is made of, as places in a list of examples."""

    wanted: tuple[int, ...] = ()
    weights: tuple[float, ...] = ()  # of the wanted, summing to 1
    unwanted: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Top:
    """The best papers of each taste."""

    rows: npt.NDArray[np.int32]  # shape (n_tastes, k), best first; -1 where there are no more
    scores: Scores  # the same shape, -inf where there are no more
    mean: Scores  # shape (n_tastes,), of the scores of a sample of the background
    spread: Scores  # shape (n_tastes,), their standard deviation, above 0


class Vectors:
    """Some documents in the space, ready for the kernel; for WORDS without what that learner does not look at."""

    def __init__(
        self,
        space: Space,
        documents: Sequence[TermCounts],
        keys: Sequence[Key] = (),
        learner: Learner = Learner.FULL,
    ) -> None:
        """`keys`: what each one's embedding is found by; not needed where the space has no embeddings."""
        self.own = space.rows(documents)
        self.placed = space.placed(self.own) if learner is Learner.FULL else None
        self.embedded = space.embedded(keys) if learner is Learner.FULL else None


class _Table:
    """Rows to be multiplied with many others: columns that many of them share are kept dense.

    Multiplying with a dense column costs each row the same, with a sparse one as much as rows have it.
    """

    def __init__(self, rows: Rows) -> None:
        held = np.bincount(rows.indices, minlength=rows.shape[1])
        self._common = np.flatnonzero(held >= _COMMON)
        self._rare = np.flatnonzero((held > 0) & (held < _COMMON))
        self._dense = np.ascontiguousarray(rows[:, self._common].toarray().T, dtype=np.float32)
        self._sparse = sparse.csr_array(rows[:, self._rare])

    def parted(self, others: Rows) -> tuple[Rows, Rows]:
        """Other rows by the columns that this table has, as `products` takes them."""
        return only(others, self._common), only(others, self._rare)

    def products(self, parted: tuple[Rows, Rows], block: slice) -> Scores:
        """Dot products of other rows with the rows of a block, shape (n_others, n_block)."""
        common, rare = parted
        found = np.asarray(common @ np.ascontiguousarray(self._dense[:, block]), dtype=np.float32)
        found += (rare @ self._sparse[block].T).toarray()
        return found


class View:
    """The papers of a day, and the sample, as one learner sees them; none of it depends on who reads."""

    def __init__(
        self, full: Rows, shared: npt.NDArray[np.float64], *, placed: Dense | None = None, embedded: Dense | None = None
    ) -> None:
        """`full` is what an example's row is multiplied with, `shared` what is subtracted for all readers alike."""
        self.full = full
        self.placed = placed
        self.embedded = embedded
        self.table = _Table(full)
        self.background = shared.astype(np.float32)
        self._shared = shared

    def shared(self, row: int) -> float:
        """What a paper has in common with every other one, in float64."""
        return float(self._shared[row])


class Day:
    """The day's papers, and a sample of the background beside them."""

    def __init__(self, space: Space, documents: Sequence[TermCounts], numbers: Sequence[int]) -> None:
        """`numbers` are those of the store, shape (n,)."""
        self._space = space
        self.size = len(documents)
        picked = space.sample
        own = sparse.csr_array(sparse.vstack([space.rows(documents), space.background[picked]], format="csr"))
        self.own = own
        self._numbers = [*numbers, *space.model.numbers[picked].tolist()]
        self._full = self._in_full()
        self._cosines: dict[int, npt.NDArray[np.float64]] = {}
        self._sampled = {int(number): self.size + at for at, number in enumerate(space.model.numbers[picked])}

    def view(self, learner: Learner) -> View:
        """The day as a learner sees it."""
        return self._words if learner is Learner.WORDS else self._full

    @cached_property
    def _words(self) -> View:
        """Made when somebody asks for it."""
        return View(self.own, self._shared(self.own))

    def _in_full(self) -> View:
        company = self._space.company(self.own, self._numbers)
        full = sparse.csr_array(self.own + COMPANY_WEIGHT * company) if company is not None else self.own
        placed, embedded = self._space.placed(self.own), self._space.embedded(self._numbers)
        return View(full, self._shared(full), placed=placed, embedded=embedded)

    def _shared(self, rows: Rows) -> npt.NDArray[np.float64]:
        """m · row of each paper, where one that is itself of the background is left out of the mean m."""
        exact, papers = rows.astype(np.float64), len(self._space.model)
        found = np.asarray(exact @ self._space.mean.astype(np.float64))
        held = np.isin(self._numbers, self._space.model.numbers)
        itself = np.asarray(self.own.astype(np.float64).multiply(exact).sum(axis=1)).ravel()
        if papers > 1:
            found = np.where(held, (papers * found - itself) / (papers - 1), found)
        return found

    def likeness(self, row: int, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        """Cosines of one of the day's papers with others, by their texts; kept, as many readers ask for the same."""
        if row not in self._cosines:
            dots = np.asarray((self._unit @ self._unit[[row]].T).toarray(), dtype=np.float64).ravel()
            self._cosines[row] = dots
        return self._cosines[row][rows]

    @cached_property
    def _unit(self) -> Rows:
        """The day's own rows, of unit length."""
        own = self.own[: self.size]
        lengths = np.sqrt(np.asarray(own.power(2).sum(axis=1)).ravel())
        factors = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
        return sparse.csr_array(sparse.diags_array(factors) @ own)

    def top(
        self,
        examples: Vectors,
        tastes: Sequence[Taste],
        adjust: "Adjust",
        numbers: Sequence[int],
        *,
        k: int,
        learner: Learner = Learner.FULL,
    ) -> Top:
        """The `k` best papers of each taste; `numbers` are those of the examples in the store, -1 for what has none."""
        view, weights = self.view(learner), _weights(tastes, examples.own.shape[0])
        asked = _Asked(view, examples, view.table.parted(examples.own), tastes, weights)
        mean, spread = self._judged(asked, numbers)
        best = np.full((len(tastes), 0), -np.inf, dtype=np.float32)
        rows = np.zeros((len(tastes), 0), dtype=np.int32)
        for start in range(0, self.size, _AT_ONCE):
            block = slice(start, min(start + _AT_ONCE, self.size))
            scores = adjust(self._scores(asked, block), block)
            here = np.broadcast_to(np.arange(block.start, block.stop, dtype=np.int32), scores.shape)
            best, rows = _merged(np.hstack([best, scores]), np.hstack([rows, here]), k)
        order = np.argsort(-best, axis=1, kind="stable")
        best, rows = np.take_along_axis(best, order, axis=1), np.take_along_axis(rows, order, axis=1)
        return Top(np.where(np.isfinite(best), rows, -1), best, mean, spread)

    def _scores(self, asked: "_Asked", block: slice) -> Scores:
        """Raw scores, shape (n_tastes, papers of the block)."""
        view, examples = asked.view, asked.examples
        kernel = view.table.products(asked.parted, block)
        if view.placed is not None and examples.placed is not None:
            kernel += self._space.latent_weight * (examples.placed @ view.placed[block].T)
        if view.embedded is not None and examples.embedded is not None:
            kernel += self._space.embedded_weight * (examples.embedded @ view.embedded[block].T)
        scores: Scores = np.asarray(asked.weights @ kernel, dtype=np.float32) - view.background[block]
        for at, unlike in self._disliked(asked, block):
            scores[at] -= DISLIKE_WEIGHT * unlike
        return scores

    def _disliked(self, asked: "_Asked", block: slice) -> Iterator[tuple[int, Scores]]:
        """For each taste that has any: how alike each paper is to the one of its unwanted papers most like it."""
        using = [(at, taste.unwanted) for at, taste in enumerate(asked.tastes) if taste.unwanted]
        used = sorted({number for _, unwanted in using for number in unwanted})
        place = {number: at for at, number in enumerate(used)}
        alike = np.asarray((asked.examples.own[used] @ self.own[block].T).toarray(), dtype=np.float32)
        for at, unwanted in using:
            yield at, alike[[place[number] for number in unwanted]].max(axis=0)

    def _judged(self, asked: "_Asked", numbers: Sequence[int]) -> tuple[Scores, Scores]:
        """Mean and spread of each taste's scores over the sample, without the papers that it is made of."""
        tastes = asked.tastes
        if not self._sampled:
            return np.zeros(len(tastes), np.float32), np.ones(len(tastes), np.float32)
        scores = self._scores(asked, slice(self.size, self.own.shape[0])).astype(np.float64)
        own = [
            (at, self._sampled[numbers[n]] - self.size)
            for at, taste in enumerate(tastes)
            for n in (*taste.wanted, *taste.unwanted)
            if numbers[n] in self._sampled
        ]
        counted = np.ones_like(scores)
        if own:
            counted[tuple(np.array(own).T)] = 0
        held = np.maximum(counted.sum(axis=1), 1)
        mean = (scores * counted).sum(axis=1) / held
        variance = (((scores - mean[:, None]) * counted) ** 2).sum(axis=1)
        spread = np.sqrt((variance + _PRIOR_PAPERS * _PRIOR_SPREAD**2) / (held + _PRIOR_PAPERS))
        return mean.astype(np.float32), spread.astype(np.float32)


_PRIOR_SPREAD = 0.02  # the spread of a usual profile's scores in an archive of tens of papers
_PRIOR_PAPERS = 3  # that the usual spread stands for beside those of a small sample


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """Tastes, the examples that they are made of, and the day as their learner sees it."""

    view: View
    examples: Vectors
    parted: tuple[Rows, Rows]
    tastes: Sequence[Taste]
    weights: Rows  # shape (n_tastes, n_examples)


class Adjust:
    """What rules add to the scores of some papers, and which papers they keep out."""

    def __init__(
        self, allowed: npt.NDArray[np.bool_], mask_of: Sequence[int], bonus: Sequence[Sequence[tuple[int, float]]]
    ) -> None:
        """`allowed`, shape (n_masks, n_papers), `mask_of` each taste, and (row, what is added) of each taste."""
        self._allowed = allowed
        self._mask_of = np.asarray(mask_of, dtype=np.int64)
        self._bonus = bonus

    def __call__(self, scores: Scores, block: slice) -> Scores:
        for at, added in enumerate(self._bonus):
            for row, share in added:
                if block.start <= row < block.stop:
                    scores[at, row - block.start] += share
        return np.where(self._allowed[self._mask_of, block], scores, np.float32(-np.inf))


def _weights(tastes: Sequence[Taste], examples: int) -> Rows:
    indptr = np.cumsum([0, *(len(taste.wanted) for taste in tastes)])
    columns = np.array([number for taste in tastes for number in taste.wanted], dtype=np.int32)
    data = np.array([weight for taste in tastes for weight in taste.weights], dtype=np.float32)
    return sparse.csr_array((data, columns, indptr), shape=(len(tastes), examples))


def _merged(scores: Scores, rows: npt.NDArray[np.int32], k: int) -> tuple[Scores, npt.NDArray[np.int32]]:
    """The k best of each line, in the order of their rows."""
    if scores.shape[1] <= k:
        return scores, rows
    kept = np.sort(np.argpartition(-scores, k - 1, axis=1)[:, :k], axis=1)
    return np.take_along_axis(scores, kept, axis=1), np.take_along_axis(rows, kept, axis=1)
