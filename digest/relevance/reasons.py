"""Why a paper has its score for one interest: the sum itself, recomputed in float64, named term by term."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from digest.editions import Reason, ReasonKind
from digest.papers import Paper
from digest.relevance.ranking import DayRanking, Stems
from digest.relevance.readers import Examples, Reader
from digest.relevance.rules import ALWAYS, followed_authors, from_organisations, matching_terms, organisations_of
from digest.relevance.scoring import DISLIKE_WEIGHT
from digest.relevance.space import Space
from digest.relevance.tables import Cells
from digest.subscribers import Interest

Vector = npt.NDArray[np.float64]
Terms = tuple[tuple[str, float], ...]

NAMED_LIKES = 5  # liked papers named in the sum; the others are added up in one line
NAMED_TERMS = 4  # words kept with each reason
_STRONGEST = 24  # terms of a product among which the words are looked for
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
        self._interest = interest
        self._taste = examples.taste(reader, interest)
        self._examples = examples.all
        self._asked = ranking.asked(examples, reader.learner, [self._taste])
        self._weights = np.array(self._taste.weights, dtype=np.float64)
        self._wanted_cells = self._asked.parted.cells(self._taste.wanted)
        self._unwanted_cells = self._asked.parted.cells(self._taste.unwanted)

    def reasons(self, row: int) -> tuple[Reason, ...]:
        """The terms of the sum that is the score of a paper, strongest first."""
        candidate = self._ranking.candidates[row]
        found = [*stated(candidate.paper, self._interest), *self._wanted(row), *self._unwanted(row)]
        everybody = -self._view.shared(row)
        if everybody:
            found.append(Reason(kind=ReasonKind.BACKGROUND, label=BACKGROUND, contribution=everybody))
        return tuple(sorted(found, key=lambda reason: -reason.contribution))

    def _wanted(self, row: int) -> list[Reason]:
        """What each example gives to the score: the strongest by name, the rest of its kind in one line."""
        places, weights = self._taste.wanted, self._weights
        if not places:
            return []
        products = self._view.products(self._wanted_cells, row)
        shares = weights * (self._wanted_cells.sums(products) + self._near(row))
        order = [at for at in np.argsort(-np.abs(shares), kind="stable").tolist() if shares[at]]
        named = [
            self._named(places[at], float(shares[at]), self._terms(self._wanted_cells, at, products, weights[at], row))
            for at in order[:NAMED_LIKES]
        ]
        rest = [(self._examples[places[at]].kind, float(shares[at])) for at in order[NAMED_LIKES:]]
        return [*named, *_summed(rest)]

    def _near(self, row: int) -> Vector:
        """What else than words each of the wanted has in common with a paper."""
        asked, view, places = self._asked, self._view, list(self._taste.wanted)
        found = np.zeros(len(places))
        if view.placed is not None and asked.placed is not None:
            near = asked.placed[places].astype(np.float64) @ view.placed[row].astype(np.float64)
            found += self._space.latent_weight * near
        if view.embedded is not None and asked.embedded is not None:
            near = asked.embedded[places].astype(np.float64) @ view.embedded[row].astype(np.float64)
            found += self._space.embedded_weight * near
        return found

    def _unwanted(self, row: int) -> list[Reason]:
        places = self._taste.unwanted
        if not places:
            return []
        products = self._view.products(self._unwanted_cells, row, own=True)
        likeness = self._unwanted_cells.sums(products)
        at = int(np.argmax(likeness))
        share = -DISLIKE_WEIGHT * float(likeness[at])
        terms = self._terms(self._unwanted_cells, at, products, -DISLIKE_WEIGHT, row)
        return [self._named(places[at], share, terms)] if share else []

    def _named(self, place: int, share: float, terms: Terms) -> Reason:
        example = self._examples[place]
        return Reason(kind=example.kind, label=example.label, contribution=share, terms=terms)

    def _terms(self, cells: Cells, at: int, products: Vector, weight: float, row: int) -> Terms:
        """The words of the paper that carried a product, strongest first; a word and its stem count as one."""
        theirs = slice(cells.ends[at], cells.ends[at + 1])
        held = np.flatnonzero(products[theirs])
        columns, data = cells.columns[theirs][held], products[theirs][held] * weight
        strongest = np.lexsort((self._view.table.columns[columns], -np.abs(data)))[:_STRONGEST]
        added: dict[Stems, float] = {}
        shown: dict[Stems, str] = {}
        written = self._ranking.written(row, self._view)
        for column, share in zip(columns[strongest].tolist(), data[strongest].tolist(), strict=True):
            if (known := written.get(column)) is not None:
                stems, word = known
                shown.setdefault(stems, word)
                added[stems] = added.get(stems, 0.0) + share
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
