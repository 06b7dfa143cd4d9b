"""Why a paper has its score for one interest: the sum itself, recomputed in float64, named term by term."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from digest.editions import Reason, ReasonKind
from digest.papers import Paper
from digest.relevance.latent import Rows
from digest.relevance.ranking import Candidate, DayRanking
from digest.relevance.readers import Examples, Reader
from digest.relevance.rules import ALWAYS, followed_authors, from_organisations, matching_terms, organisations_of
from digest.relevance.scoring import DISLIKE_WEIGHT, Vectors
from digest.relevance.space import Space
from digest.relevance.text import spelled, stem_id
from digest.subscribers import Interest

NAMED_LIKES = 5  # liked papers named in the sum; the others are added up in one line
NAMED_TERMS = 4  # words kept with each reason
_STRONGEST = 24  # terms of a product among which the words are looked for
BACKGROUND = "what it shares with every paper"


class Explainer:
    """Says why papers of a day score as they do for one interest of a reader."""

    def __init__(
        self, ranking: DayRanking, space: Space, reader: Reader, interest: Interest, examples: Examples
    ) -> None:
        """`examples` must be new, so that they are this interest's alone."""
        self._ranking = ranking
        self._space = space
        self._view = ranking.day.view(reader.learner)
        self._interest = interest
        self._taste = examples.taste(reader, interest)
        self._examples = examples.all
        self._vectors = Vectors(space, [example.counts for example in examples.all], examples.keys, reader.learner)

    def reasons(self, row: int) -> tuple[Reason, ...]:
        """The terms of the sum that is the score of a paper, strongest first."""
        candidate = self._ranking.candidates[row]
        found = [
            *stated(candidate.paper, self._interest),
            *self._wanted(row, candidate),
            *self._unwanted(row, candidate),
        ]
        everybody = -self._view.shared(row)
        if everybody:
            found.append(Reason(kind=ReasonKind.BACKGROUND, label=BACKGROUND, contribution=everybody))
        return tuple(sorted(found, key=lambda reason: -reason.contribution))

    def _wanted(self, row: int, candidate: Candidate) -> list[Reason]:
        """What each example gives to the score: the strongest by name, the rest of its kind in one line."""
        places = list(self._taste.wanted)
        if not places:
            return []
        view, weights = self._view, np.array(self._taste.weights, dtype=np.float64)
        shares = weights * _products(self._vectors.own[places], view.full[[row]])
        if view.placed is not None and self._vectors.placed is not None:
            near = self._vectors.placed[places].astype(np.float64) @ view.placed[row].astype(np.float64)
            shares += weights * self._space.latent_weight * near
        if view.embedded is not None and self._vectors.embedded is not None:
            near = self._vectors.embedded[places].astype(np.float64) @ view.embedded[row].astype(np.float64)
            shares += weights * self._space.embedded_weight * near
        order = [int(at) for at in np.argsort(-np.abs(shares), kind="stable") if shares[at]]
        named = [
            self._named(places[at], float(shares[at]), float(weights[at]), row, candidate) for at in order[:NAMED_LIKES]
        ]
        rest = [(self._examples[places[at]].kind, float(shares[at])) for at in order[NAMED_LIKES:]]
        return [*named, *_summed(rest)]

    def _unwanted(self, row: int, candidate: Candidate) -> list[Reason]:
        places = list(self._taste.unwanted)
        if not places:
            return []
        likeness = _products(self._vectors.own[places], self._ranking.day.own[[row]])
        at = int(np.argmax(likeness))
        share = -DISLIKE_WEIGHT * float(likeness[at])
        return [self._named(places[at], share, -DISLIKE_WEIGHT, row, candidate)] if share else []

    def _named(self, place: int, share: float, weight: float, row: int, candidate: Candidate) -> Reason:
        example = self._examples[place]
        theirs = self._ranking.day.own if example.kind is ReasonKind.DISLIKED else self._view.full
        terms = self._terms(self._vectors.own[[place]], theirs[[row]], weight, candidate.paper)
        return Reason(kind=example.kind, label=example.label, contribution=share, terms=terms)

    def _terms(self, example: Rows, paper: Rows, weight: float, text: Paper) -> tuple[tuple[str, float], ...]:
        """The words of the paper that carried a product, strongest first; a word and its stem count as one."""
        shared = example.astype(np.float64).multiply(paper.astype(np.float64)).tocoo()
        columns, data = shared.coords[1], shared.data * weight
        strongest = np.argsort(-np.abs(data), kind="stable")[:_STRONGEST]
        ids = [int(number) for number in self._space.model.vocabulary.ids[columns[strongest]]]
        words = spelled(ids, (text.title, text.abstract))
        added: dict[tuple[int, ...], float] = defaultdict(float)
        shown: dict[tuple[int, ...], str] = {}
        for number, at in zip(ids, strongest, strict=True):
            if word := words.get(number):
                stems = tuple(map(stem_id, word.split()))
                shown.setdefault(stems, word)
                added[stems] += float(data[at])
        order = sorted(added, key=lambda stems: -abs(added[stems]))[:NAMED_TERMS]
        return tuple((shown[stems], added[stems]) for stems in order)


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


def _summed(rest: Sequence[tuple[ReasonKind, float]]) -> list[Reason]:
    kinds = dict.fromkeys(kind for kind, _ in rest)
    shares = {kind: [share for other, share in rest if other is kind] for kind in kinds}
    return [Reason(kind=kind, label=f"{len(each)} more", contribution=math.fsum(each)) for kind, each in shares.items()]


def _products(rows: Rows, one: Rows) -> npt.NDArray[np.float64]:
    return np.asarray((rows.astype(np.float64) @ one.astype(np.float64).T).todense()).ravel()
