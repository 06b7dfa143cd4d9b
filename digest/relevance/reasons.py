"""Why a paper has its score for one interest: the sum itself, recomputed in float64, named term by term."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise, repeat
from operator import itemgetter

import numpy as np

from digest.editions import Reason, ReasonKind
from digest.papers import Paper
from digest.relevance.account import Columns, Objects, Terms, in_order
from digest.relevance.encounters import Encounters, Flags, Named, strongest
from digest.relevance.parting import Exact
from digest.relevance.products import Room
from digest.relevance.ranking import DayRanking
from digest.relevance.readers import Examples, Reader
from digest.relevance.rules import ALWAYS, followed_authors, from_organisations, matching_terms, organisations_of
from digest.relevance.scoring import DISLIKE_WEIGHT, Asked, View
from digest.relevance.space import Space
from digest.relevance.sums import Shown
from digest.relevance.tastes import Tastes
from digest.subscribers import Interest, Learner

NAMED_LIKES = 5  # liked papers named in the sum; the others are added up in one line
NAMED_TERMS = 4  # words kept with each reason
LIKEST = 3  # examples whose words are told of a paper in brief
MATCHES = 6  # words told in brief: what is shown leaves out those that are part of a longer one
BACKGROUND = "what it shares with every paper"
_GIVES = itemgetter(2)  # of a reason
_KINDS = np.array([ReasonKind.LIKED, ReasonKind.INTEREST], dtype=object)  # of what is wanted, by whether it was written
_TOGETHER = 32  # interests told of at once: they share what a call of numpy costs, and arrays stay below a MiB


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """Papers of the day, by row, that are to be explained to one reader for one of their interests."""

    reader: Reader
    interest: Interest
    rows: Sequence[int]  # each once


def briefly(ranking: DayRanking, space: Space, wishes: Sequence[Wish]) -> list[list[tuple[Reason, ...]]]:
    """For each wish and paper the terms of the sum that is the score, strongest first.

    There are words for no reason but the example that a paper is most like; these are the words that gave most over
    the LIKEST examples. What is told of one wish does not depend on the others.
    """
    found: dict[int, list[tuple[Reason, ...]]] = {}
    for learner in dict.fromkeys(wish.reader.learner for wish in wishes):
        theirs = [number for number, wish in enumerate(wishes) if wish.reader.learner is learner]
        day = _Day(ranking, space, learner, ranking.examples(learner))
        day.read([wishes[number] for number in theirs])
        for start in range(0, len(theirs), _TOGETHER):
            part = theirs[start : start + _TOGETHER]
            told = _Told(day, [wishes[number] for number in part])
            found |= zip(part, told.reasons(told.words_of_likest), strict=True)
    return [found[number] for number in range(len(wishes))]


class Explainer:
    """Says why papers of a day score as they do for one interest of a reader."""

    def __init__(
        self, ranking: DayRanking, space: Space, reader: Reader, interest: Interest, examples: Examples
    ) -> None:
        """`examples` are those that the ranking has scored by, or new ones."""
        self._day = _Day(ranking, space, reader.learner, examples)
        self._reader = reader
        self._interest = interest

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
        self._day.read(wishes)
        return _Told(self._day, wishes)


class _Day:
    """What is the same for all readers of one learner that are told of a day."""

    def __init__(self, ranking: DayRanking, space: Space, learner: Learner, examples: Examples) -> None:
        self.ranking = ranking
        self.space = space
        self.learner = learner
        self.examples = examples
        self.view: View = ranking.day.view(learner)
        self.wording = ranking.wording(self.view)
        self._room: Room | None = None

    def read(self, wishes: Sequence[Wish]) -> None:
        """Have the words of what is shown at hand; those of many papers at once take half the time."""
        self.wording.read(np.fromiter(chain.from_iterable(wish.rows for wish in wishes), dtype=np.intp))

    def asked(self, tastes: Tastes) -> Asked:
        """The examples, among them those of some tastes, as the day has them."""
        return self.ranking.asked(self.examples, self.learner, tastes)

    def met(self, tastes: Tastes, asked: Asked, rows: Sequence[Sequence[int]]) -> Encounters:
        """The examples of some tastes beside the papers of each."""
        halves = self.wording.halves(asked.parted.common.shape[1])
        self._room = self._room or Room(halves)
        return Encounters(self.view, self.space, asked, tastes, rows, halves, self._room)


_Words = Callable[[Named], Objects]  # Terms of each named example, shape (n_papers, n_named)


class _Told:
    """What is told of some wishes of readers of one learner, when the words of what is shown are at hand."""

    def __init__(self, day: _Day, wishes: Sequence[Wish]) -> None:
        self._day = day
        self._wishes = wishes
        self._tastes = day.examples.held([(wish.reader, wish.interest) for wish in wishes])
        self._asked = day.asked(self._tastes)
        self._met = day.met(self._tastes, self._asked, [wish.rows for wish in wishes])
        self._rows: list[int] = self._met.rows.tolist()

    def reasons(self, words: _Words) -> list[list[tuple[Reason, ...]]]:
        """By wish and paper."""
        named = self._met.named(NAMED_LIKES)
        found = in_order(self._columns(named, words))
        told = zip(self._wishes, self._met.papers(), strict=True)
        return [self._with_stated(wish, found[papers]) for wish, papers in told]

    def _with_stated(self, wish: Wish, found: list[tuple[Reason, ...]]) -> list[tuple[Reason, ...]]:
        """With the part of the scores that comes from rules."""
        if not _has_rules(wish.interest):
            return found
        papers = (self._day.ranking.candidates[row].paper for row in wish.rows)
        return [
            tuple(sorted((*stated(paper, wish.interest), *others), key=_GIVES, reverse=True))
            for paper, others in zip(papers, found, strict=True)
        ]

    def _columns(self, named: Named, words: _Words) -> list[Columns]:
        """The terms of all scores: the named examples, the others by kind, the unwanted, and what all papers share."""
        shared = np.array([-self._day.view.shared_by_all(row) for row in self._rows], dtype=np.float64)
        background = Columns.of_one(shared, ReasonKind.BACKGROUND, repeat(BACKGROUND))
        return [self._named(named, words(named)), *self._rest(named), *self._unwanted(), background]

    def _named(self, named: Named, words: Objects) -> Columns:
        """What each of the strongest examples gives."""
        examples, wanted = self._day.examples, self._met.wanted
        at = wanted.take(self._met.first_example() + named.example, mode="clip")
        return Columns(named.shares, _KINDS.take(examples.are_written[at]), examples.labels[at], words)

    def _rest(self, named: Named) -> Iterator[Columns]:
        """What is left of the shares in one line a kind."""
        rest = self._met.shares.copy()
        np.put_along_axis(rest, named.example, 0.0, axis=1)
        is_text = self._day.examples.are_written[self._met.wanted]
        if not is_text.any():
            yield _together(rest, ReasonKind.LIKED)
            return
        among = self._met.spread(is_text)
        yield _together(rest * ~among, ReasonKind.LIKED)
        yield _together(rest * among, ReasonKind.INTEREST)

    def _unwanted(self) -> Iterator[Columns]:
        """What the one of the unwanted that each paper is most like takes away, where any taste has some."""
        if not len(self._tastes.unwanted):
            return
        shares, labels, words = np.zeros(len(self._rows)), list[str](), list[Terms]()
        told = zip(self._wishes, pairwise(self._tastes.unwanted_ends.tolist()), self._met.papers(), strict=True)
        for wish, (first, end), papers in told:
            unwanted = self._tastes.unwanted[first:end].tolist()
            shares[papers], theirs, carried = self._most_alike(wish.rows, unwanted)
            labels += theirs
            words += carried
        yield Columns.of_one(shares, ReasonKind.DISLIKED, labels, words)

    def _most_alike(self, rows: Sequence[int], unwanted: Sequence[int]) -> tuple[Exact, list[str], list[Terms]]:
        """Of each paper what the one of the unwanted takes away that it is most like, its label, and words."""
        if not (unwanted and rows):
            return np.zeros(len(rows)), [""] * len(rows), [()] * len(rows)
        view, wording = self._day.view, self._day.wording
        shown = Shown.of(view.full, np.array(rows, dtype=np.intp))
        shared = view.shared(self._asked.parted.cells(unwanted), shown, own=True)
        likeness = shared.products()
        order = np.argmax(likeness, axis=0)
        weights = np.zeros(likeness.shape)
        weights[order, np.arange(len(rows))] = -DISLIKE_WEIGHT
        words = self._worded(rows, shared.by_word(weights, wording.by_cell[shown.cells]), NAMED_TERMS)
        labels = [self._day.examples.all[unwanted[at]].label for at in order.tolist()]
        return -DISLIKE_WEIGHT * likeness.max(axis=0), labels, words

    def words_of_each(self, named: Named) -> Objects:
        """For each named example the words that carried the product, by paper."""
        each = [self._words(named, _only(named, at), NAMED_TERMS) for at in range(named.shares.shape[1])]
        return _said(named, ((paper, at, words) for at, told in enumerate(each) for paper, words in enumerate(told)))

    def words_of_likest(self, named: Named) -> Objects:
        """Words for the first named example that makes a paper likelier, and for no other, by paper."""
        likelier = named.shares > 0
        told = self._words(named, likelier & (np.cumsum(likelier, axis=1) <= LIKEST), MATCHES)
        having = np.flatnonzero(likelier.any(axis=1)).tolist()
        first = likelier[having].argmax(axis=1).tolist() if having else []
        return _said(named, ((paper, at, told[paper]) for paper, at in zip(having, first, strict=True)))

    def _words(self, named: Named, among: Flags, most: int) -> list[Terms]:
        """Of each paper, the words that gave most to some of its named examples, strongest first."""
        return self._worded(self._rows, self._met.by_word(named, among, self._day.wording.by_cell), most)

    def _worded(self, rows: Sequence[int], totals: Exact, most: int) -> list[Terms]:
        """Of each paper the words with the highest totals, as it writes them."""
        paper, word, shares = strongest(totals, most)
        written = self._day.wording.spelled(np.array(rows, dtype=np.intp)[paper], word)
        terms = list(zip(written, shares.tolist(), strict=True))
        ends = np.searchsorted(paper, np.arange(len(rows) + 1)).tolist()
        return [tuple(terms[first:end]) for first, end in pairwise(ends)]


def _said(named: Named, told: Iterable[tuple[int, int, Terms]]) -> Objects:
    """Words by paper and named example, nothing where none are told."""
    found = np.empty(named.shares.shape, dtype=object)
    found.fill(())
    for paper, at, words in told:
        found[paper, at] = words
    return found


def _together(shares: Exact, kind: ReasonKind) -> Columns:
    """What some examples give each paper, in one line.

    They are added one after the other: `sum` adds in an order that depends on how many papers stand beside.
    """
    given = np.cumsum(shares, axis=1)[:, -1:].sum(axis=1)
    return Columns.of_one(given, kind, [f"{count} more" for count in np.count_nonzero(shares, axis=1).tolist()])


def _only(named: Named, at: int) -> Flags:
    """One of the named examples of each paper."""
    among = np.zeros(named.shares.shape, dtype=bool)
    among[:, at] = named.shares[:, at] != 0
    return among


def _has_rules(interest: Interest) -> bool:
    return bool(interest.follow or interest.include or interest.organisations)


def stated(paper: Paper, interest: Interest) -> list[Reason]:
    """The part of a score that comes from rules."""
    if not _has_rules(interest):
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
