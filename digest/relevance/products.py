"""Products of readers' examples with the papers shown to each, for many readers and in float64.

In: the examples and the papers of some interests. Out: dot products, and which words of the papers they come from. By
columns that many papers of the day share, a reader's papers are laid out dense, one reader after the other; by the
others, which seldom meet, only the cells that do are multiplied. What is found for one interest does not depend on
which others stand beside it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.relevance.halves import Halves
from digest.relevance.latent import Number
from digest.relevance.parting import Exact, Parted, Places, ranges
from digest.relevance.sums import Vector
from digest.relevance.wording import UNWRITTEN, Words

Marks = npt.NDArray[np.uint8]
Matrix = TypeVar("Matrix", sparse.csr_array, sparse.csc_array)


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """The examples and the papers of some interests, one interest after the other."""

    examples: Places  # shape (n_examples,): among all that is asked
    first_example: Places  # shape (n_interests + 1,), beginning with 0
    rows: Places  # shape (n_papers,): of the day, each of an interest once
    first_paper: Places  # shape (n_interests + 1,), beginning with 0

    @property
    def most(self) -> int:
        """Examples of the interest that has most."""
        return int(np.diff(self.first_example).max(initial=0))

    def papers(self) -> Iterator[tuple[int, int]]:
        """Where the papers of each interest begin and end."""
        return pairwise(self.first_paper.tolist())

    def by_interest(self, values: npt.NDArray[Number]) -> npt.NDArray[Number]:
        """A value of each example, shape (n_examples,), laid out with a line an interest, 0 beyond its last."""
        examples = np.diff(self.first_example)
        group, place = np.repeat(np.arange(len(examples)), examples), places_within(examples)
        found = np.zeros((len(examples), self.most), values.dtype)
        found[group, place] = values
        return found


class Room:
    """Where products are laid out; it is left as it is found, so one does for all interests of a day."""

    def __init__(self, halves: Halves) -> None:
        self.marks: Marks = np.zeros(halves.rare.shape[1], np.uint8)
        self._values = np.zeros(0)

    def values(self, size: int) -> Exact:
        """Zeros, shape (at least size,)."""
        if len(self._values) < size:
            self._values = np.zeros(size)
        return self._values


@dataclass(frozen=True, slots=True, eq=False)
class _Met:
    """Cells of examples and of papers that stand in the same rare column, shape (n,) each."""

    example: Places
    paper: Places
    cell: Places  # of the paper
    product: Exact


class Products:
    """What the examples of some interests share with the papers of each; of 255 interests at most."""

    def __init__(self, halves: Halves, values: Vector, parted: Parted, groups: Groups, room: Room) -> None:
        """`values`, shape (n_cells,), are those of the cells of the day's rows."""
        self._halves = halves
        self._values = values
        self._groups = groups
        self._room = room
        self._common = parted.common[groups.examples]
        self._rare = parted.rare[groups.examples]
        self._shown = halves.common[groups.rows]
        examples, papers = np.diff(groups.first_example), np.diff(groups.first_paper)
        self._place = places_within(examples)
        self._group = np.repeat(np.arange(len(examples)), examples)
        self._first_example = np.repeat(groups.first_example[:-1], papers)  # of each paper's interest
        self._paper_place = places_within(papers)

    def of_all(self) -> Exact:
        """Dot products of each paper with each example of its interest, shape (n_papers, most); 0 beyond the last."""
        found, met = self._by_common(), self._met
        at = met.paper * found.shape[1] + self._place[met.example]
        found += np.bincount(at, weights=met.product, minlength=found.size).reshape(found.shape)
        return found

    def by_word(self, weights: Exact, words: Words) -> Exact:
        """What each word gives to a weighted sum of products, shape (n_papers, n_words).

        `weights` has the shape of the products, those that are zero cost nothing; `words` is of the day's cells.
        """
        common, rare = self._common_words(weights, words), self._rare_words(weights, words)
        papers, width = len(self._groups.rows), int(max(each.word.max(initial=0) for each in (common, rare))) + 1
        at = np.concatenate([each.paper * width + each.word for each in (common, rare)])
        shares = np.concatenate([common.share, rare.share])
        found = np.bincount(at, weights=shares, minlength=papers * width)
        return np.asarray(found, dtype=np.float64).reshape(papers, width)

    # ------------------------------------------------------------ by common columns

    def _by_common(self) -> Exact:
        groups, width = self._groups, self._common.shape[1]
        found = np.zeros((len(groups.rows), groups.most))
        at, values, ends = self._laid_out
        room = self._room.values(width * int(np.diff(groups.first_paper).max(initial=0)))
        examples = _in_turn(sparse.csr_array((groups.most, width)), self._common, groups.first_example)
        for rows, (first, last), (begin, end) in zip(examples, groups.papers(), pairwise(ends), strict=True):
            here, papers = at[begin:end], last - first
            room[here] = values[begin:end]
            found[first:last] = np.asarray(rows @ room[: width * papers].reshape(width, papers)).T
            room[here] = 0
        return found

    @cached_property
    def _laid_out(self) -> tuple[Places, Vector, list[int]]:
        """Where each common cell of the papers stands in its interest's table, its value, and where interests end.

        Such a table has shape (n_common, n_papers of the interest).
        """
        shown, first_paper = self._shown, self._groups.first_paper
        papers, sizes = np.diff(first_paper), np.diff(shown.indptr)
        beside = np.repeat(np.repeat(papers, papers), sizes)
        at = shown.indices * beside + np.repeat(self._paper_place, sizes)
        return at, self._values.take(shown.data), shown.indptr[first_paper].tolist()

    def _common_words(self, weights: Exact, words: Words) -> "_Given":
        shown = self._shown
        mixed, word = self._mixed(weights), words.take(shown.data)
        kept = np.flatnonzero((mixed != 0) & (word != UNWRITTEN))
        paper = np.repeat(np.arange(shown.shape[0]), np.diff(shown.indptr)).take(kept)
        return _Given(paper, word.take(kept), mixed.take(kept) * self._laid_out[1].take(kept))

    def _mixed(self, weights: Exact) -> Exact:
        """At each common cell of the papers, what the examples have in its column, by the paper's weights of them."""
        groups, width, (at, _, ends) = self._groups, self._common.shape[1], self._laid_out
        examples, first, few = self._weighed(weights)
        mixtures = _in_turn(sparse.csc_array((width, few.shape[1])), examples, first)  # columns are examples
        found = np.empty(len(at))
        for columns, (start, last), (begin, end) in zip(mixtures, groups.papers(), pairwise(ends), strict=True):
            table = np.asarray(columns @ few[start:last].T)
            table.take(at[begin:end], out=found[begin:end], mode="clip")  # another mode looks for errors first
        return found

    def _weighed(self, weights: Exact) -> tuple[sparse.csr_array, Places, Exact]:
        """The examples that weigh anything, where each interest's begin, and their weights by paper."""
        paper, place = np.nonzero(weights)
        example = self._first_example[paper] + place
        used = np.zeros(len(self._groups.examples), dtype=bool)
        used[example] = True
        before = np.concatenate([[0], np.cumsum(used)])
        first = before[self._groups.first_example]
        few = np.zeros((len(weights), int(np.diff(first).max(initial=0))))
        few[paper, before[example] - before[self._first_example[paper]]] = weights[paper, place]
        return sparse.csr_array(self._common[np.flatnonzero(used)]), first, few

    # ------------------------------------------------------------ by rare columns

    @cached_property
    def _met(self) -> _Met:
        hit, holders = self._hits(), self._halves.holders
        example, column = np.searchsorted(self._rare.indptr, hit, side="right") - 1, self._rare.indices[hit]
        held, sizes = ranges(holders.indptr[column], holders.indptr[column + 1])
        of_hit = np.repeat(np.arange(len(hit)), sizes)
        line = self._group[example] * holders.shape[0]
        paper = self._paper_at().take(line.take(of_hit) + holders.indices.take(held), mode="clip")
        shown = np.flatnonzero(paper >= 0)
        of_hit, cell = of_hit[shown], holders.data[held[shown]].astype(np.intp)
        product = self._rare.data[hit[of_hit]].astype(np.float64) * self._values[cell]
        return _Met(example[of_hit], paper[shown], cell, product)

    def _hits(self) -> Places:
        """The rare cells of examples whose column any of the interest's papers has, ascending."""
        groups, rare, marks = self._groups, self._rare, self._room.marks
        shown, found = self._halves.rare[groups.rows], np.empty(rare.nnz, np.uint8)
        columns, of_papers = shown.indices.astype(np.intp), shown.indptr[groups.first_paper].tolist()
        ends = rare.indptr[groups.first_example]
        both = zip(pairwise(of_papers), pairwise(ends.tolist()), strict=True)
        for mark, ((first, last), (begin, end)) in enumerate(both, start=1):
            marks[columns[first:last]] = mark
            marks.take(rare.indices[begin:end], out=found[begin:end], mode="clip")  # as above
        marks.fill(0)
        return np.flatnonzero(found == np.repeat(np.arange(1, len(ends), dtype=np.uint8), np.diff(ends)))

    def _paper_at(self) -> Places:
        """Which of all papers shown is a row of the day to an interest, row by row and interest by interest; or -1."""
        groups, rows = self._groups, self._halves.rare.shape[0]
        interests = len(groups.first_paper) - 1
        found = np.full(interests * rows, -1, dtype=np.intp)
        lines = np.repeat(np.arange(interests) * rows, np.diff(groups.first_paper))
        found[lines + groups.rows] = np.arange(len(groups.rows))
        return found

    def _rare_words(self, weights: Exact, words: Words) -> "_Given":
        met = self._met
        weight, word = weights[met.paper, self._place[met.example]], words[met.cell]
        kept = np.flatnonzero((weight != 0) & (word != UNWRITTEN))
        return _Given(met.paper[kept], word[kept], met.product[kept] * weight[kept])


@dataclass(frozen=True, slots=True, eq=False)
class _Given:
    """What words of papers give, shape (n,) each; a word may come several times."""

    paper: Places
    word: Words
    share: Exact


def _in_turn(matrix: Matrix, rows: sparse.csr_array, first: Places) -> Iterator[Matrix]:
    """One matrix, which has the rows of one interest after the other, and none beyond its last.

    Its rows, or columns where it goes by columns, are as many as the interest with most has. A matrix made anew for
    each would take longer than what it is multiplied with.
    """
    most = int(np.diff(first).max(initial=0))
    matrix.data, matrix.indices = rows.data.astype(np.float64), rows.indices
    for ends in rows.indptr[np.minimum(first[:-1, None] + np.arange(most + 1), first[1:, None])]:
        matrix.indptr = ends
        yield matrix


def places_within(sizes: Places) -> Places:
    """For things that lie in groups of such sizes, the number of each within its group."""
    return np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
