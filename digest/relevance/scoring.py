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

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.relevance.best import Best, Scores
from digest.relevance.embedding import Key
from digest.relevance.latent import Dense, Rows
from digest.relevance.likeness import Likeness
from digest.relevance.mixtures import tiles
from digest.relevance.parting import Cells, Exact, Numbers, Parted, parts
from digest.relevance.space import Space
from digest.relevance.sums import Meeting, Shared, Shown, Vector
from digest.relevance.tables import Table
from digest.relevance.tastes import Taste, Tastes
from digest.relevance.text import TermCounts
from digest.subscribers import Learner

COMPANY_WEIGHT = 0.5  # of a paper's neighbours, against its own text
DISLIKE_WEIGHT = 0.25  # of the most alike of the unwanted papers
_UNLIKED = 128  # tastes whose unwanted papers meet the day's at once


@dataclass(frozen=True, slots=True, eq=False)
class Top:
    """The best papers of each taste."""

    rows: npt.NDArray[np.int32]  # shape (n_tastes, k), best first; -1 where there are no more
    scores: Scores  # the same shape, -inf where there are no more
    mean: Scores  # shape (n_tastes,), of the scores of a sample of the background
    spread: Scores  # shape (n_tastes,), their standard deviation, above 0


NO_TOP = Top(np.zeros((0, 0), np.int32), *(np.zeros(shape, np.float32) for shape in ((0, 0), 0, 0)))


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


class View:
    """The papers of a day, and the sample, as one learner sees them; none of it depends on who reads."""

    def __init__(
        self, full: Rows, own: Rows, shared: Exact, *, placed: Dense | None = None, embedded: Dense | None = None
    ) -> None:
        """`full` is what an example's row is multiplied with, `shared` what is subtracted for all readers alike."""
        self.placed = placed
        self.embedded = embedded
        self.table = Table(full)
        self.background = shared.astype(np.float32)
        self._shared = shared
        self.full = self.table.whole
        self._own_rows = None if own is full else own

    def shared(self, cells: Cells, shown: Shown, *, own: bool = False) -> Shared:
        """What examples and papers share; with what these have by their own text, without company, if `own`."""
        return self._meeting.of(cells, shown, (self._own if own else self.full.data)[shown.cells])

    @cached_property
    def _meeting(self) -> Meeting:
        return Meeting(len(self.table.columns))

    @cached_property
    def _own(self) -> Vector:
        """What each cell is by the paper's own text; asked for where somebody does not want a paper."""
        return self.full.data if self._own_rows is None else _aligned(self.table.rows(self._own_rows), self.full)

    def shared_by_all(self, row: int) -> float:
        """What a paper has in common with every other one, in float64."""
        return float(self._shared[row])


def _aligned(some: Rows, whole: Rows) -> Vector:
    """The cells of a matrix at each cell of another one that has those columns and more; 0 where it has none."""
    row_of = [np.repeat(np.arange(rows.shape[0], dtype=np.int64), np.diff(rows.indptr)) for rows in (some, whole)]
    keys = [row * whole.shape[1] + rows.indices for row, rows in zip(row_of, (some, whole), strict=True)]
    order = np.argsort(keys[1])
    found = np.zeros(whole.nnz, np.float32)
    found[order[np.searchsorted(keys[1], keys[0], sorter=order)]] = some.data
    return found


class Day:
    """The day's papers, and a sample of the background beside them."""

    def __init__(self, space: Space, documents: Sequence[TermCounts], numbers: Sequence[int]) -> None:
        """`numbers` are those of the store, shape (n,)."""
        self._space = space
        self.size = len(documents)
        picked = space.sample
        own = sparse.csr_array(sparse.vstack([space.rows(documents), space.sample_rows], format="csr"))
        self.own = own
        self._numbers = [*numbers, *space.model.numbers[picked].tolist()]
        self._full = self._in_full()
        self._sampled = {number: at for at, number in enumerate(space.model.numbers[picked].tolist())}

    def view(self, learner: Learner) -> View:
        """The day as a learner sees it."""
        return self._words if learner is Learner.WORDS else self._full

    @cached_property
    def _words(self) -> View:
        """Made when somebody asks for it."""
        return View(self.own, self.own, self._shared(self.own))

    def _in_full(self) -> View:
        company = self._space.company(self.own, self._numbers)
        full = sparse.csr_array(self.own + COMPANY_WEIGHT * company) if company is not None else self.own
        placed, embedded = self._space.placed(self.own), self._space.embedded(self._numbers)
        return View(full, self.own, self._shared(full), placed=placed, embedded=embedded)

    def _shared(self, rows: Rows) -> npt.NDArray[np.float64]:
        """m · row of each paper, where one that is itself of the background is left out of the mean m."""
        exact, papers = rows.astype(np.float64), len(self._space.model)
        found = np.asarray(exact @ self._space.mean.astype(np.float64))
        held = np.isin(self._numbers, self._space.model.numbers)
        itself = np.asarray(self.own.astype(np.float64).multiply(exact).sum(axis=1)).ravel()
        if papers > 1:
            found = np.where(held, (papers * found - itself) / (papers - 1), found)
        return found

    @cached_property
    def likeness(self) -> Likeness:
        """Cosines of the day's papers with each other, by their texts."""
        return Likeness(self.own[: self.size])

    def top(
        self,
        examples: Vectors,
        tastes: Tastes | Sequence[Taste],
        adjust: "Adjust",
        numbers: Sequence[int],
        *,
        k: int,
        learner: Learner = Learner.FULL,
    ) -> Top:
        """The `k` best papers of each taste; `numbers` are those of the examples in the store, -1 for what has none."""
        asked = self.asked([examples], tastes if isinstance(tastes, Tastes) else Tastes.of(tastes), learner)
        return self.best(asked, adjust, numbers, k=k)

    def best(self, asked: "Asked", adjust: "Adjust", numbers: Sequence[int], *, k: int) -> Top:
        """The same for what is asked already."""
        tastes = len(asked.tastes)
        best = Best(tastes, min(k, self.size))
        mean, spread = np.zeros(tastes, np.float32), np.ones(tastes, np.float32)
        line, column = self._own_of_sample(asked.tastes, numbers)
        for lines, papers, scores in self._scores(asked):
            if papers.start < self.size:
                best.offer(lines, adjust(scores, lines, papers), papers.start)
            else:
                inside = slice(*np.searchsorted(line, (lines.start, lines.stop)))
                own = line[inside] - lines.start, column[inside]
                mean[lines], spread[lines] = _mean_and_spread(scores.astype(np.float64), own)
        for table in (asked.view.table, self._own_table) if asked.unliked else (asked.view.table,):
            table.rest()
        return Top(*best.found(), mean, spread)

    def asked(self, examples: Iterable[Vectors], tastes: Tastes, learner: Learner = Learner.FULL) -> "Asked":
        """Tastes and what they are made of, as the day has it: nothing else of the examples is looked at again.

        The examples come in parts, of which one is held at a time: whole, they take twice the memory.
        """
        view, unwanted = self.view(learner), np.unique(tastes.unwanted)
        parted, placed, embedded, unliked, first = [], [], [], [], 0
        for part in examples:
            parted.append(view.table.parted(part.own))
            placed.append(part.placed)
            embedded.append(part.embedded)
            here = slice(*np.searchsorted(unwanted, (first, first + part.own.shape[0])))
            unliked.append(part.own[unwanted[here] - first])
            first += part.own.shape[0]
            del part  # before the next one is made
        joined = Parted.joined(parted)
        view.table.rest()
        self._space.rest()
        return self._mixed(view, joined, tastes, _stacked(placed), _stacked(embedded), unliked)

    def _mixed(
        self,
        view: View,
        parted: Parted,
        tastes: Tastes,
        placed: Dense | None,
        embedded: Dense | None,
        unliked: list[Rows],
    ) -> "Asked":
        weights = tastes.mixing(parted.common.shape[0])
        return Asked(
            view=view,
            parted=parted,
            tastes=tastes,
            weights=weights,
            placed=placed,
            embedded=embedded,
            mixed_placed=None if placed is None else np.asarray(weights @ placed),
            mixed_embedded=None if embedded is None else np.asarray(weights @ embedded),
            unliked=self._unliked(unliked, tastes),
        )

    def _unliked(self, own: list[Rows], tastes: Tastes) -> "_Unliked | None":
        """What is asked of the unwanted, whose rows are given in ascending order of their places."""
        if not len(tastes.unwanted):
            return None
        places = np.unique(tastes.unwanted, return_inverse=True)[1]
        return _Unliked(Parted.joined(list(map(self._own_table.parted, own))), places, tastes.unwanted_ends)

    @cached_property
    def _own_table(self) -> Table:
        return Table(self.own)

    def _scores(self, asked: "Asked") -> Iterator[tuple[slice, slice, Scores]]:
        """Lines, papers and their raw scores, of which those of the sample come in one."""
        view = asked.view
        latent = _by_dimension(self._space.latent_weight, view.placed)
        embedded = _by_dimension(self._space.embedded_weight, view.embedded)
        for tile in tiles(view.table, asked.parted, asked.weights, day=self.size):
            lines, papers, scores = tile.lines, tile.papers, tile.scores
            if latent is not None and asked.mixed_placed is not None:
                scores += asked.mixed_placed[lines] @ latent[:, papers]
            if embedded is not None and asked.mixed_embedded is not None:
                scores += asked.mixed_embedded[lines] @ embedded[:, papers]
            scores -= view.background[papers]
            if asked.unliked:
                asked.unliked.subtract(scores, lines, papers, self._own_table)
            yield lines, papers, scores

    def _own_of_sample(self, tastes: Tastes, numbers: Sequence[int]) -> tuple[Numbers, Numbers]:
        """Line, ascending, and column of each paper of the sample that a taste is made of, each once."""
        column_of = np.array([self._sampled.get(number, -1) for number in numbers], dtype=np.int64)
        line, place = tastes.made_of(column_of >= 0)
        pairs = np.unique(np.stack([line, column_of[place]], axis=1), axis=0)
        return pairs[:, 0], pairs[:, 1]


def _by_dimension(weight: float, vectors: Dense | None) -> Dense | None:
    """Weighted vectors as columns: a product with them costs a fifth of one with rows that are read as columns."""
    return None if vectors is None else np.ascontiguousarray((np.float32(weight) * vectors).T)


def _mean_and_spread(scores: Exact, without: tuple[Numbers, Numbers]) -> tuple[Exact, Exact]:
    """Of each line, with some of its scores left out."""
    scores[without] = 0
    held = np.maximum(scores.shape[1] - np.bincount(without[0], minlength=len(scores)), 1)
    mean = scores.sum(axis=1) / held
    scores -= mean[:, None]
    scores[without] = 0
    squares = np.einsum("ij,ij->i", scores, scores)
    return mean, np.sqrt((squares + _PRIOR_PAPERS * _PRIOR_SPREAD**2) / (held + _PRIOR_PAPERS))


_PRIOR_SPREAD = 0.02  # the spread of a usual profile's scores in an archive of tens of papers
_PRIOR_PAPERS = 3  # that the usual spread stands for beside those of a small sample


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Asked:
    """Tastes, and the examples that they are made of, as the day's view multiplies them."""

    view: View
    parted: Parted
    tastes: Tastes
    weights: Rows  # shape (n_tastes, n_examples)
    placed: Dense | None  # of the examples, shape (n_examples, dimensions)
    embedded: Dense | None  # the same
    mixed_placed: Dense | None  # of the tastes, shape (n_tastes, dimensions)
    mixed_embedded: Dense | None  # the same
    unliked: "_Unliked | None"


@dataclass(frozen=True, slots=True, eq=False)
class _Unliked:
    """The examples that somebody does not want, and whose they are."""

    parted: Parted
    places: npt.NDArray[np.intp]  # among these examples, of one taste after the other
    ends: npt.NDArray[np.int64]  # shape (n_tastes + 1,), beginning with 0

    def subtract(self, scores: Scores, lines: slice, papers: slice, table: Table) -> None:
        """From each line, how alike each paper is to the one of the line's unwanted papers most like it."""
        for part in parts(len(scores), _UNLIKED):
            ends = self.ends[lines.start + part.start : lines.start + part.stop + 1]
            having = np.flatnonzero(np.diff(ends))
            if len(having):
                some, theirs = np.unique(self.places[ends[0] : ends[-1]], return_inverse=True)
                alike = table.block(papers).products(self.parted.of(some))[theirs]
                highest = np.maximum.reduceat(alike, ends[having] - ends[0], axis=0)
                scores[part.start + having] -= DISLIKE_WEIGHT * highest


class Adjust:
    """What rules add to the scores of some papers, and which papers they keep out."""

    def __init__(
        self, allowed: npt.NDArray[np.bool_], mask_of: Sequence[int], bonus: Sequence[Sequence[tuple[int, float]]]
    ) -> None:
        """`allowed`, shape (n_masks, n_papers), `mask_of` each taste, and (row, what is added) of each taste."""
        self._allowed = allowed
        self._mask_of = np.asarray(mask_of, dtype=np.int64)
        self._lines = np.repeat(np.arange(len(bonus)), [len(added) for added in bonus]).astype(np.int64)
        self._rows = np.array([row for added in bonus for row, _ in added], dtype=np.int64)
        self._shares = np.array([share for added in bonus for _, share in added], dtype=np.float32)

    def __call__(self, scores: Scores, lines: slice, block: slice) -> Scores:
        """The scores of some tastes and papers with the rules' part in them; the array is changed."""
        theirs = slice(*np.searchsorted(self._lines, (lines.start, lines.stop)))
        rows = self._rows[theirs]
        here = np.flatnonzero((block.start <= rows) & (rows < block.stop))
        at = self._lines[theirs][here] - lines.start, rows[here] - block.start
        np.add.at(scores, at, self._shares[theirs][here])
        masks = self._mask_of[lines]
        whole = np.asarray(self._allowed[:, block].all(axis=1))
        barred = np.flatnonzero(~whole[masks])
        if len(barred):
            scores[barred] = np.where(self._allowed[masks[barred], block], scores[barred], np.float32(-np.inf))
        return scores


def _stacked(parts: Sequence[Dense | None]) -> Dense | None:
    known = [part for part in parts if part is not None]
    return np.concatenate(known) if known else None
