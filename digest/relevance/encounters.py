"""Readers' examples beside the papers shown to each: what every example gives to every score, for many at once.

In: for each interest its examples with their weights, and some papers of the day. Out: shares of scores in float64,
and what each word gives to them. What is told of one interest does not depend on which others stand beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise

import numpy as np
import numpy.typing as npt

from digest.relevance.halves import Halves
from digest.relevance.parting import Exact, Places
from digest.relevance.products import Groups, Products, Room
from digest.relevance.scoring import Asked, View
from digest.relevance.space import Space
from digest.relevance.tastes import Tastes
from digest.relevance.wording import Words

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """For each paper some of its interest's examples, strongest first, as arrays of shape (n_papers, n_named)."""

    example: Places  # among the interest's own
    shares: Exact  # of the score; 0 where there is no example


class Encounters:
    """The examples of some interests and the papers that each is to be told of.

    Papers stand one after the other, those of the first interest first. An interest's examples are counted from 0;
    arrays are as wide as the longest, and hold 0 beyond.
    """

    def __init__(
        self,
        view: View,
        space: Space,
        asked: Asked,
        tastes: Tastes,
        rows: Sequence[Sequence[int]],
        halves: Halves,
        room: Room,
    ) -> None:
        """`tastes`: what each interest is made of, as places among what is asked; `rows`: of the day, each once."""
        self._view = view
        self._space = space
        self._asked = asked
        papers = [len(each) for each in rows]
        self.rows = np.fromiter(chain.from_iterable(rows), dtype=np.intp)
        self.wanted = tastes.wanted.astype(np.intp)
        self._groups = Groups(self.wanted, tastes.wanted_ends, self.rows, np.cumsum([0, *papers]))
        self._of_paper = np.repeat(np.arange(len(rows)), papers)
        self._weights = self._groups.by_interest(tastes.weights)[self._of_paper]
        self._products = Products(halves, view.full.data, asked.parted, self._groups, room)

    @cached_property
    def shares(self) -> Exact:
        """What each example gives to the score of each paper, shape (n_papers, n_examples)."""
        found = self._products.of_all()
        self._add_near(found)
        found *= self._weights
        return found

    def named(self, most: int) -> Named:
        """The examples that give most, either way, strongest first; of those that tie the first."""
        order = highest(np.abs(self.shares), most)
        return Named(order, np.take_along_axis(self.shares, order, axis=1))

    def first_example(self) -> Places:
        """Where the examples of each paper's interest begin in `wanted`, shape (n_papers, 1)."""
        return self._groups.first_example[self._of_paper, None]

    def by_word(self, named: Named, among: Flags, words: Words) -> Exact:
        """What each word of a paper gives to the shares of those of its named examples that stand `among` them.

        `words` is of the day's cells. The shape is (n_papers, n_words).
        """
        weights = np.zeros(self.shares.shape)
        paper, at = np.nonzero(among)
        example = named.example[paper, at]
        weights[paper, example] = self._weights[paper, example]
        return self._products.by_word(weights, words)

    def spread(self, flags: Flags) -> Flags:
        """A flag of each of `wanted`, for each paper those of its interest, shape (n_papers, n_examples)."""
        return self._groups.by_interest(flags)[self._of_paper]

    def papers(self) -> list[slice]:
        """Which of the papers are those of each interest."""
        return [slice(first, end) for first, end in self._groups.papers()]

    def _add_near(self, found: Exact) -> None:
        """Add what else than words examples and papers have in common."""
        view, asked, groups = self._view, self._asked, self._groups
        for weight, examples, papers in (
            (self._space.latent_weight, asked.placed, view.placed),
            (self._space.embedded_weight, asked.embedded, view.embedded),
        ):
            if examples is not None and papers is not None:
                ours = examples[self.wanted].astype(np.float64)
                theirs = weight * papers[self.rows].astype(np.float64)
                ends = groups.first_example.tolist()
                for shown, (first, end) in zip(self.papers(), pairwise(ends), strict=True):
                    # a product of all at once rounds by what stands beside it
                    found[shown, : end - first] += theirs[shown] @ ours[first:end].T


def highest(values: Exact, most: int) -> Places:
    """The columns of each line with the highest values, highest first, of those that tie the first.

    As many as there are columns, where that is fewer. The values are 0 or more; they are overwritten.
    """
    count = min(most, values.shape[1])
    found, lines = np.empty((len(values), count), dtype=np.intp), np.arange(len(values))
    for at in range(count):
        found[:, at] = values.argmax(axis=1)
        values[lines, found[:, at]] = -1
    return found


def strongest(totals: Exact, most: int) -> tuple[Places, Places, Exact]:
    """The columns of each line with the highest magnitudes, 0 left out; of those that tie the first.

    Line, column and value of each, shape (n,), line by line and the strongest of a line first.
    """
    order = highest(np.abs(totals), most)
    values = np.take_along_axis(totals, order, axis=1)
    line, rank = np.nonzero(values)
    return line, order[line, rank], values[line, rank]
