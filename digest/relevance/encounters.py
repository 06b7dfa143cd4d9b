"""Readers' examples beside the papers shown to each: what every example gives to every score, for many at once.

In: for each interest its examples with their weights, and some papers of the day. Out: shares of scores in float64,
and what each word gives to them. What is told of one interest does not depend on which others stand beside it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from digest.relevance.scoring import Asked, View
from digest.relevance.space import Space
from digest.relevance.sums import Meeting, Shared, Shown
from digest.relevance.tables import Cells, Exact, Places, ranges
from digest.relevance.tastes import Taste
from digest.relevance.wording import UNWRITTEN, Words

Flags = npt.NDArray[np.bool_]
Told = TypeVar("Told")


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """For each interest and paper some of its examples, as arrays of shape (n_interests, n_named, n_places)."""

    example: Places  # among the interest's own
    shares: Exact  # of the score; 0 where there is no example or no paper


class Encounters:
    """The examples of some interests and the papers that each is to be told of.

    An interest's examples and papers are counted from 0; arrays are as wide as the longest, and hold 0 beyond.
    """

    def __init__(
        self,
        view: View,
        space: Space,
        asked: Asked,
        told: Sequence[tuple[Taste, Sequence[int]]],
        meeting: Meeting,
    ) -> None:
        """`told`: what each interest is made of, as places among what is asked, and rows of the day.

        `meeting` is for the view's columns as often as there are interests.
        """
        self._meeting = meeting
        self._view = view
        self._space = space
        self._asked = asked
        examples = [len(taste.wanted) for taste, _ in told]
        papers = [len(rows) for _, rows in told]
        self.rows = np.array([row for _, rows in told for row in rows], dtype=np.intp)
        self._first_example = np.cumsum([0, *examples])
        self._first_paper = np.cumsum([0, *papers])
        self._of_example, self._place_of_example = _numbered(examples)
        self._of_paper, self._place_of_paper = _numbered(papers)
        self._shape = len(told), max(examples, default=0), max(papers, default=0)
        self.wanted = np.array([place for taste, _ in told for place in taste.wanted], dtype=np.intp)
        self._weights = np.array([weight for taste, _ in told for weight in taste.weights], dtype=np.float64)

    @cached_property
    def shares(self) -> Exact:
        """What each example gives to the score of each paper, shape (n_interests, n_examples, n_places)."""
        found = np.zeros(self._shape)
        likeness = self._shared.products()
        likeness += self._near()[self._of_example, self._place_of_example]
        found[self._of_example, self._place_of_example] = self._weights[:, None] * likeness
        return found

    def named(self, most: int) -> Named:
        """The examples that give most, either way, strongest first."""
        order = np.argsort(-np.abs(self.shares), axis=1, kind="stable")[:, :most]
        return Named(order, np.take_along_axis(self.shares, order, axis=1))

    def words(self, named: Named, among: Flags, words: Words, most: int) -> list[list[tuple[int, float]]]:
        """Of each paper, the words that gave most to the shares of its named examples that stand `among` them.

        `words` is of the cells in `shown`. A word is its number and what it gave; strongest first.
        """
        interest, at, place = np.nonzero(among)
        example = self._first_example[interest] + named.example[interest, at, place]
        paper = self._first_paper[interest] + place
        return strongest(self._by_word(example, place, paper, words), most)

    @cached_property
    def shown(self) -> Shown:
        """All papers of all interests, one after the other."""
        return Shown.of(self._view.full, self.rows)

    def spread(self, values: Iterable[bool]) -> Flags:
        """A flag of each of `wanted`, shape (n_interests, n_examples, 1)."""
        found = np.zeros((*self._shape[:2], 1), dtype=bool)
        found[self._of_example, self._place_of_example, 0] = np.fromiter(values, dtype=bool)
        return found

    def by_interest(self, told: Sequence[Told]) -> list[Sequence[Told]]:
        """What is told of all papers in turn, interest by interest."""
        return [told[first:end] for first, end in zip(self._first_paper, self._first_paper[1:], strict=False)]

    @cached_property
    def _shared(self) -> Shared:
        """What each interest's examples and papers share; the columns of each interest are columns of their own."""
        cells, shown, width = self._asked.parted.cells(self.wanted.tolist()), self.shown, self._view.full.shape[1]
        theirs = np.repeat(self._of_example, np.diff(cells.ends)) * width
        of_papers = self._of_paper[shown.paper] * width
        places = Shown(shown.cells, shown.columns + of_papers, self._place_of_paper[shown.paper], self._shape[2])
        return self._meeting.of(
            Cells(cells.columns + theirs, cells.values, cells.ends), places, self._view.full.data[shown.cells]
        )

    def _near(self) -> Exact:
        """What else than words examples and papers have in common, in the shape of the shares."""
        found, asked, view = np.zeros(self._shape), self._asked, self._view
        for weight, examples, papers in (
            (self._space.latent_weight, asked.placed, view.placed),
            (self._space.embedded_weight, asked.embedded, view.embedded),
        ):
            if examples is not None and papers is not None:
                ours, theirs = examples[self.wanted].astype(np.float64), papers[self.rows].astype(np.float64)
                for number, mine in enumerate(found):  # a product of all at once rounds by what stands beside it
                    some, shown = self._of(self._first_example, number), self._of(self._first_paper, number)
                    near = ours[some] @ theirs[shown].T
                    mine[: len(near), : near.shape[1]] += weight * near
        return found

    def _of(self, first: Places, interest: int) -> slice:
        """Which things of all interests are those of one."""
        return slice(first[interest], first[interest + 1])

    def _by_word(self, example: Places, place: Places, paper: Places, words: Words) -> Exact:
        """What each word gives to weighted products of examples and papers, added up, shape (n_papers, n_words)."""
        shared, weight = self._shared, self._weights[example]
        cell, sizes = ranges(shared.ends[example], shared.ends[example + 1])
        word_at = np.full(shared.dense.shape, UNWRITTEN, dtype=np.int16)
        word_at[shared.met_line, shared.met_paper] = words[shared.met]
        line, place = shared.line[cell], np.repeat(place, sizes)
        word = word_at[line, place]
        written = np.flatnonzero(word != UNWRITTEN)
        line, place, word, cell = line[written], place[written], word[written], cell[written]
        shares = shared.values[cell] * shared.dense[line, place] * np.repeat(weight, sizes)[written]
        width = int(words.max(initial=0)) + 1
        at = np.repeat(paper, sizes)[written] * width + word
        found = np.bincount(at, weights=shares, minlength=len(self.rows) * width)
        return np.asarray(found, dtype=np.float64).reshape(len(self.rows), width)


def _numbered(sizes: Sequence[int]) -> tuple[Places, Places]:
    """For things that lie in groups of such sizes: the group of each, and its number within the group."""
    group = np.repeat(np.arange(len(sizes)), sizes)
    return group, np.arange(len(group)) - np.repeat(np.cumsum([0, *sizes])[:-1], sizes)


def strongest(totals: Exact, most: int) -> list[list[tuple[int, float]]]:
    """The columns of each line with the highest magnitudes, 0 left out; of those that tie the first."""
    found: list[list[tuple[int, float]]] = [[] for _ in totals]
    line, column = np.nonzero(totals)
    shares = totals[line, column]
    order = np.lexsort((-np.abs(shares), line))
    first = np.searchsorted(line, np.arange(len(totals)))
    order = order[np.arange(len(order)) - first[line] < most]  # the lines are in order as they were
    for at, word, share in zip(line[order].tolist(), column[order].tolist(), shares[order].tolist(), strict=True):
        found[at].append((word, share))
    return found
