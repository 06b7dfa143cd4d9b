"""Why a paper has its score for one interest: the sum itself, recomputed in float64, named term by term."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from digest.editions import Reason, ReasonKind
from digest.papers import Paper
from digest.relevance.ranking import DayRanking
from digest.relevance.readers import Examples, Reader
from digest.relevance.rules import ALWAYS, followed_authors, from_organisations, matching_terms, organisations_of
from digest.relevance.scoring import DISLIKE_WEIGHT
from digest.relevance.space import Space
from digest.relevance.sums import Shared, Shown
from digest.relevance.tables import Places
from digest.subscribers import Interest

Matrix = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Terms = tuple[tuple[str, float], ...]

NAMED_LIKES = 5  # liked papers named in the sum; the others are added up in one line
NAMED_TERMS = 4  # words kept with each reason
LIKEST = 3  # examples whose words are told of a paper in brief
MATCHES = 6  # words told in brief: what is shown leaves out those that are part of a longer one
BACKGROUND = "what it shares with every paper"


class Explainer:
    """Says why papers of a day score as they do for one interest of a reader."""

    def __init__(
        self, ranking: DayRanking, space: Space, reader: Reader, interest: Interest, examples: Examples
    ) -> None:
        """`examples` are those that the ranking has scored by, or new ones."""
        self._ranking = ranking
        self._space = space
        self._view = ranking.day.view(reader.learner)
        self._wording = ranking.wording(self._view)
        self._interest = interest
        self._taste = examples.taste(reader, interest)
        self._asked = ranking.asked(examples, reader.learner, [self._taste])
        self._examples = examples.all
        self._weights = np.array(self._taste.weights, dtype=np.float64)[:, None]
        self._wanted = self._asked.parted.cells(self._taste.wanted)
        self._unwanted = self._asked.parted.cells(self._taste.unwanted)

    def reasons(self, row: int) -> tuple[Reason, ...]:
        """The terms of the sum that is the score of a paper, strongest first, each with the words that carried it."""
        (found,) = self._told([row], self._words_of_each)
        return found

    def briefly(self, rows: Sequence[int]) -> list[tuple[Reason, ...]]:
        """The same of several papers, with words for no reason but the example that a paper is most like.

        These are the words that gave most over the LIKEST examples.
        """
        return self._told(rows, self._words_of_likest)

    def _told(self, rows: Sequence[int], words: "_WordsOf") -> list[tuple[Reason, ...]]:
        shown = Shown.of(self._view.full, np.array(rows, dtype=np.intp))
        found = []
        for row, like, unlike in zip(rows, self._like(rows, shown, words), self._unlike(rows, shown), strict=True):
            each = [*stated(self._ranking.candidates[row].paper, self._interest), *like, *unlike]
            if everybody := -self._view.shared_by_all(row):
                each.append(Reason(ReasonKind.BACKGROUND, BACKGROUND, everybody))
            found.append(tuple(sorted(each, key=_weakness)))
        return found

    def _like(self, rows: Sequence[int], shown: Shown, words: "_WordsOf") -> list[list[Reason]]:
        """What each example gives to the scores: the strongest by name, the rest of its kind in one line."""
        if not self._taste.wanted:
            return [[] for _ in rows]
        shared = self._view.shared(self._wanted, shown)
        shares = self._weights * (shared.products() + self._near(rows))
        order = np.argsort(-np.abs(shares), axis=0, kind="stable")[:NAMED_LIKES]
        strongest = np.take_along_axis(shares, order, axis=0)
        said = words(_Asking(rows, shown, shared, order, strongest))
        np.put_along_axis(shares, order, 0.0, axis=0)
        found = []
        for places, each, terms, rest in zip(
            order.T.tolist(), strongest.T.tolist(), said, self._rest(shares), strict=True
        ):
            named = zip(places, each, terms, strict=True)
            found.append(
                [self._named(self._taste.wanted[at], share, some) for at, share, some in named if share] + rest
            )
        return found

    def _rest(self, shares: Matrix) -> list[list[Reason]]:
        """What is left of the shares of each paper, shape (n_wanted, n_papers), in one line a kind."""
        found: list[list[Reason]] = [[] for _ in range(shares.shape[1])]
        kinds = [self._examples[place].kind for place in self._taste.wanted]
        for kind in dict.fromkeys(kinds):
            theirs = shares[[each is kind for each in kinds]]
            counts, sums = np.count_nonzero(theirs, axis=0).tolist(), theirs.sum(axis=0).tolist()
            for each, count, share in zip(found, counts, sums, strict=True):
                if count and share:
                    each.append(Reason(kind, f"{count} more", share))
        return found

    def _near(self, rows: Sequence[int]) -> Matrix:
        """What else than words each of the wanted has in common with papers, shape (n_wanted, n_papers)."""
        asked, view, places = self._asked, self._view, list(self._taste.wanted)
        found = np.zeros((len(places), len(rows)))
        if view.placed is not None and asked.placed is not None:
            near = asked.placed[places].astype(np.float64) @ view.placed[rows].astype(np.float64).T
            found += self._space.latent_weight * near
        if view.embedded is not None and asked.embedded is not None:
            near = asked.embedded[places].astype(np.float64) @ view.embedded[rows].astype(np.float64).T
            found += self._space.embedded_weight * near
        return found

    def _unlike(self, rows: Sequence[int], shown: Shown) -> list[list[Reason]]:
        """What the one of the unwanted that each paper is most like takes away."""
        if not self._taste.unwanted:
            return [[] for _ in rows]
        shared = self._view.shared(self._unwanted, shown, own=True)
        likeness = shared.products()
        order = np.argmax(likeness, axis=0)
        weights = np.zeros(likeness.shape)
        weights[order, np.arange(len(rows))] = -DISLIKE_WEIGHT
        shares = (-DISLIKE_WEIGHT * likeness.max(axis=0)).tolist()
        said = self._words(_Asking(rows, shown, shared), weights, NAMED_TERMS)
        places = (self._taste.unwanted[at] for at in order.tolist())
        return [[self._named(*each)] if each[1] else [] for each in zip(places, shares, said, strict=True)]

    def _words_of_each(self, asking: "_Asking") -> list[list[Terms]]:
        """Of each paper and named example, the words that carried the product."""
        found = []
        for named in range(len(asking.order)):
            weights = self._only(asking, slice(named, named + 1))
            found.append(self._words(asking, weights, NAMED_TERMS))
        return [list(theirs) for theirs in zip(*found, strict=True)]

    def _words_of_likest(self, asking: "_Asking") -> list[list[Terms]]:
        """Of each paper, words for the first named example that makes it likelier, and for no other."""
        likelier = np.cumsum(asking.shares > 0, axis=0)
        weights = self._only(asking, slice(None), (asking.shares > 0) & (likelier <= LIKEST))
        words = self._words(asking, weights, MATCHES)
        first = (asking.shares > 0).argmax(axis=0).tolist()
        named = range(len(asking.order))
        return [[some if at == own else () for at in named] for some, own in zip(words, first, strict=True)]

    def _only(self, asking: "_Asking", named: slice, among: Flags | None = None) -> Matrix:
        """The weights of some of the named examples of each paper, 0 elsewhere, shape (n_wanted, n_papers)."""
        order = asking.order[named]
        weights = self._weights[order, 0]
        found = np.zeros((len(self._weights), order.shape[1]))
        np.put_along_axis(found, order, weights if among is None else weights * among[named], axis=0)
        return found

    def _words(self, asking: "_Asking", weights: Matrix, most: int) -> list[Terms]:
        """The words of each paper that gave most to a weighted sum of products, strongest first."""
        written = [self._wording.words(row) for row in asking.rows]
        totals = asking.shared.by_word(weights, self._wording.of_cells(asking.shown.cells))
        order = np.argsort(-np.abs(totals), axis=1, kind="stable")[:, :most]
        shares = np.take_along_axis(totals, order, axis=1).tolist()
        return [
            tuple((words[at], share) for at, share in zip(places, theirs, strict=True) if share)
            for words, places, theirs in zip(written, order.tolist(), shares, strict=True)
        ]

    def _named(self, place: int, share: float, terms: Terms) -> Reason:
        example = self._examples[place]
        return Reason(example.kind, example.label, share, terms)


@dataclass(frozen=True, slots=True, eq=False)
class _Asking:
    """Papers, what they share with examples, and the named examples of each paper, strongest first."""

    rows: Sequence[int]
    shown: Shown
    shared: Shared
    order: Places = field(default_factory=lambda: np.zeros((0, 0), np.intp))  # shape (n_named, n_papers)
    shares: Matrix = field(default_factory=lambda: np.zeros((0, 0)))  # the same shape


_WordsOf = Callable[[_Asking], list[list[Terms]]]  # by paper and named example


def _weakness(reason: Reason) -> float:
    return -reason.contribution


def stated(paper: Paper, interest: Interest) -> list[Reason]:
    """The part of a score that comes from rules."""
    found = (
        (ReasonKind.AUTHOR, followed_authors(paper, interest.follow)),
        (ReasonKind.INCLUDE, matching_terms(paper, interest.include)),
        (ReasonKind.ORGANISATION, from_organisations(organisations_of(paper), interest.organisations)),
    )
    return [Reason(kind=kind, label=label, contribution=ALWAYS) for kind, labels in found for label in labels]


def newest_reason(paper: Paper, categories: Sequence[str]) -> tuple[Reason, ...]:
    """Why a paper is shown to somebody of whom nothing but categories is known."""
    shown = [category for category in paper.categories if category in categories] or paper.categories[:1]
    return (Reason(kind=ReasonKind.NEWEST, label=", ".join(shown), contribution=0.0),)


def total(reasons: Iterable[Reason]) -> float:
    """The score that reasons add up to."""
    return math.fsum(reason.contribution for reason in reasons)
