"""Why a paper has its score for one interest: the sum itself, recomputed in float64, named term by term."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from digest.editions import Reason, ReasonKind
from digest.papers import Paper
from digest.relevance.encounters import Encounters, Flags, Named, strongest
from digest.relevance.ranking import DayRanking
from digest.relevance.readers import Examples, Reader
from digest.relevance.rules import ALWAYS, followed_authors, from_organisations, matching_terms, organisations_of
from digest.relevance.scoring import DISLIKE_WEIGHT
from digest.relevance.space import Space
from digest.relevance.sums import Meeting, Shown
from digest.relevance.tables import Exact
from digest.relevance.tastes import Taste
from digest.subscribers import Interest, Learner

Terms = tuple[tuple[str, float], ...]

NAMED_LIKES = 5  # liked papers named in the sum; the others are added up in one line
NAMED_TERMS = 4  # words kept with each reason
LIKEST = 3  # examples whose words are told of a paper in brief
MATCHES = 6  # words told in brief: what is shown leaves out those that are part of a longer one
BACKGROUND = "what it shares with every paper"
_GIVES = attrgetter("contribution")
_TOGETHER = 8  # interests told of at once: they share what a call of numpy costs, and what they meet fits the cache


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """Papers of the day, by row, that are to be explained to one reader for one of their interests."""

    reader: Reader
    interest: Interest
    rows: Sequence[int]


def briefly(ranking: DayRanking, space: Space, wishes: Sequence[Wish]) -> list[list[tuple[Reason, ...]]]:
    """For each wish and paper the terms of the sum that is the score, strongest first.

    There are words for no reason but the example that a paper is most like; these are the words that gave most over
    the LIKEST examples. What is told of one wish does not depend on the others.
    """
    found: dict[int, list[tuple[Reason, ...]]] = {}
    for learner in dict.fromkeys(wish.reader.learner for wish in wishes):
        theirs = [number for number, wish in enumerate(wishes) if wish.reader.learner is learner]
        meeting = _meeting(ranking, learner, min(_TOGETHER, len(theirs)))
        for start in range(0, len(theirs), _TOGETHER):
            part = theirs[start : start + _TOGETHER]
            some = [wishes[number] for number in part]
            told = _Told(ranking, space, learner, ranking.examples(learner), some, meeting)
            found |= zip(part, told.reasons(told.words_of_likest), strict=True)
    return [found[number] for number in range(len(wishes))]


class Explainer:
    """Says why papers of a day score as they do for one interest of a reader."""

    def __init__(
        self, ranking: DayRanking, space: Space, reader: Reader, interest: Interest, examples: Examples
    ) -> None:
        """`examples` are those that the ranking has scored by, or new ones."""
        self._ranking = ranking
        self._space = space
        self._reader = reader
        self._interest = interest
        self._examples = examples

    def reasons(self, row: int) -> tuple[Reason, ...]:
        """The terms of the sum that is the score of a paper, strongest first, each with the words that carried it."""
        told = self._told([row])
        ((found,),) = told.reasons(told.words_of_each)
        return found

    def briefly(self, rows: Sequence[int]) -> list[tuple[Reason, ...]]:
        """The same of several papers, with words as `briefly` has them."""
        told = self._told(rows)
        (found,) = told.reasons(told.words_of_likest)
        return found

    def _told(self, rows: Sequence[int]) -> "_Told":
        wishes = [Wish(self._reader, self._interest, rows)]
        learner, meeting = self._reader.learner, _meeting(self._ranking, self._reader.learner, 1)
        return _Told(self._ranking, self._space, learner, self._examples, wishes, meeting)


def _meeting(ranking: DayRanking, learner: Learner, interests: int) -> Meeting:
    """For the columns of the day, so many times."""
    return Meeting(interests * ranking.day.view(learner).full.shape[1])


_Words = Callable[[Named], Iterable[Sequence[list[Terms]]]]  # by wish, paper and named example


class _Told:
    """What is told of some wishes of readers of one learner."""

    def __init__(
        self,
        ranking: DayRanking,
        space: Space,
        learner: Learner,
        examples: Examples,
        wishes: Sequence[Wish],
        meeting: Meeting,
    ) -> None:
        self._ranking = ranking
        self._view = ranking.day.view(learner)
        self._wording = ranking.wording(self._view)
        self._wishes = wishes
        self._tastes = [examples.taste(wish.reader, wish.interest) for wish in wishes]
        self._asked = ranking.asked(examples, learner, self._tastes)
        self._examples = examples.all
        wanted = [(taste, wish.rows) for taste, wish in zip(self._tastes, wishes, strict=True)]
        self._met = Encounters(self._view, space, self._asked, wanted, meeting)

    def reasons(self, words: _Words) -> Iterator[list[tuple[Reason, ...]]]:
        """By wish and paper."""
        named = self._met.named(NAMED_LIKES)
        about = zip(self._wishes, self._tastes, self._like(named, words), strict=True)
        for wish, taste, like in about:
            unlike = self._unlike(wish.rows, taste)
            yield [self._sorted(*each, wish.interest) for each in zip(wish.rows, like, unlike, strict=True)]

    def _sorted(self, row: int, like: list[Reason], unlike: list[Reason], interest: Interest) -> tuple[Reason, ...]:
        found = [*stated(self._ranking.candidates[row].paper, interest), *like, *unlike]
        if everybody := -self._view.shared_by_all(row):
            found.append(Reason(ReasonKind.BACKGROUND, BACKGROUND, everybody))
        return tuple(sorted(found, key=_GIVES, reverse=True))  # of those that give the same, as they come

    def _like(self, named: Named, words: _Words) -> Iterator[list[list[Reason]]]:
        """By wish and paper what each example gives: the strongest by name, the rest in one line a kind."""
        order, shares = named.example.transpose(0, 2, 1).tolist(), named.shares.transpose(0, 2, 1).tolist()
        told = zip(self._tastes, order, shares, words(named), self._rest(named), strict=True)
        for taste, places, each, terms, rest in told:
            about = [self._examples[place] for place in taste.wanted]
            yield [
                [
                    Reason(about[at].kind, about[at].label, share, said)
                    for at, share, said in zip(some, gave, carried, strict=False)
                    if share
                ]
                + others
                for some, gave, carried, others in zip(places, each, terms, rest, strict=False)
            ]

    def _rest(self, named: Named) -> Iterator[list[list[Reason]]]:
        """By wish and paper, what is left of the shares in one line a kind."""
        shares = self._met.shares.copy()
        np.put_along_axis(shares, named.example, 0.0, axis=1)
        written = self._met.spread(self._examples[place].kind is ReasonKind.INTEREST for place in self._met.wanted)
        kinds = ((ReasonKind.LIKED, shares * ~written), (ReasonKind.INTEREST, shares * written))
        sums = [(kind, np.count_nonzero(theirs, axis=1).tolist(), _summed(theirs).tolist()) for kind, theirs in kinds]
        for wish in range(len(self._wishes)):
            by_kind = [(kind, counts[wish], shares[wish]) for kind, counts, shares in sums]
            yield [
                [Reason(kind, f"{counts[at]} more", left[at]) for kind, counts, left in by_kind if left[at]]
                for at in range(len(self._wishes[wish].rows))
            ]

    def _unlike(self, rows: Sequence[int], taste: Taste) -> list[list[Reason]]:
        """What the one of the unwanted that each paper is most like takes away."""
        if not (taste.unwanted and rows):
            return [[] for _ in rows]
        shown = Shown.of(self._view.full, np.array(rows, dtype=np.intp))
        shared = self._view.shared(self._asked.parted.cells(taste.unwanted), shown, own=True)
        likeness = shared.products()
        order = np.argmax(likeness, axis=0)
        weights = np.zeros(likeness.shape)
        weights[order, np.arange(len(rows))] = -DISLIKE_WEIGHT
        shares = (-DISLIKE_WEIGHT * likeness.max(axis=0)).tolist()
        written = [self._wording.words(row) for row in rows]
        totals = shared.by_word(weights, self._wording.of_cells(shown.cells))
        said = [_spelled(*each) for each in zip(written, strongest(totals, NAMED_TERMS), strict=True)]
        places = (taste.unwanted[at] for at in order.tolist())
        return [[self._named(*each)] if each[1] else [] for each in zip(places, shares, said, strict=True)]

    def words_of_each(self, named: Named) -> list[Sequence[list[Terms]]]:
        """By wish and paper, for each named example the words that carried the product."""
        count = named.shares.shape[1]
        of_each = [self._words(named, _only(named, at), NAMED_TERMS) for at in range(count)]
        papers = [[of[at] for of in of_each] for at in range(len(self._met.rows))]
        return self._met.by_interest(papers)

    def words_of_likest(self, named: Named) -> Iterator[list[list[Terms]]]:
        """By wish and paper, words for the first named example that makes it likelier, and for no other."""
        likelier = named.shares > 0
        words = self._words(named, likelier & (np.cumsum(likelier, axis=1) <= LIKEST), MATCHES)
        count, first = named.shares.shape[1], (np.cumsum(likelier, axis=1) == 0).sum(axis=1)
        for theirs, own in zip(self._met.by_interest(words), first.tolist(), strict=True):
            yield [
                [some if at == place else () for at in range(count)] for some, place in zip(theirs, own, strict=False)
            ]

    def _words(self, named: Named, among: Flags, most: int) -> list[Terms]:
        """Of each paper, the words that gave most to some of its named examples, strongest first."""
        written = [self._wording.words(row) for row in self._met.rows.tolist()]
        found = self._met.words(named, among, self._wording.of_cells(self._met.shown.cells), most)
        return [_spelled(*each) for each in zip(written, found, strict=True)]

    def _named(self, place: int, share: float, terms: Terms) -> Reason:
        example = self._examples[place]
        return Reason(example.kind, example.label, share, terms)


def _summed(shares: Exact) -> Exact:
    """Over the examples one after the other: `sum` adds in an order that depends on how many papers stand beside."""
    return np.asarray(np.cumsum(shares, axis=1)[:, -1:].sum(axis=1), dtype=np.float64)


def _only(named: Named, at: int) -> Flags:
    """One of the named examples of each paper."""
    among = np.zeros(named.shares.shape, dtype=bool)
    among[:, at] = named.shares[:, at] != 0
    return among


def _spelled(words: Sequence[str], shares: Sequence[tuple[int, float]]) -> Terms:
    return tuple([(words[at], share) for at, share in shares])


def stated(paper: Paper, interest: Interest) -> list[Reason]:
    """The part of a score that comes from rules."""
    if not (interest.follow or interest.include or interest.organisations):
        return []
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
    return math.fsum(map(_GIVES, reasons))
