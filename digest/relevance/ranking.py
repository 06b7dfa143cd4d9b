"""The day's candidates in the order of one reader's profile, each with the sum that is its score."""

import math
from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.editions import Reason, ReasonKind, Recommendation
from digest.identity import PaperId
from digest.papers import Paper
from digest.relevance import rules
from digest.relevance.model import BackgroundModel, Rows
from digest.relevance.scorer import DISLIKE_WEIGHT, RocchioScorer
from digest.relevance.text import TermCounts, count_words, spelled
from digest.subscribers import Profile

NAMED_LIKES = 5  # liked papers named in the sum; the others are added up in one line
NAMED_TERMS = 4  # words kept with each reason
_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paper that may enter an edition."""

    paper: Paper
    counts: TermCounts
    announced: date


@dataclass(frozen=True, slots=True)
class Example:
    """A paper a reader has voted on."""

    title: str
    counts: TermCounts


@dataclass(frozen=True, slots=True)
class Reader:
    """A profile with its papers at hand."""

    profile: Profile
    liked: tuple[Example, ...] = ()
    disliked: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate's place in one reader's order."""

    candidate: Candidate
    row: int  # of the day's matrix
    score: float


class DayRanking:
    """All candidates of a day as one matrix, ready to be put in order for each reader."""

    def __init__(self, model: BackgroundModel, candidates: Sequence[Candidate]) -> None:
        self._model = model
        self._candidates = tuple(candidates)
        self._rows = model.transform([candidate.counts for candidate in candidates])

    def rank(self, reader: Reader, *, among: Set[PaperId] | None = None) -> list[Ranked]:
        """The candidates (all, or those `among`) that the reader's categories and excluded terms let through.

        Best first; newest first where nothing but categories is known of the reader.
        """
        rows = [
            row
            for row, item in enumerate(self._candidates)
            if (among is None or item.paper.id in among)
            and rules.in_categories(item.paper, reader.profile)
            and not rules.is_excluded(item.paper, reader.profile)
        ]
        if not reader.profile.says_something:
            ranked = [Ranked(self._candidates[row], row, 0.0) for row in rows]
            return sorted(ranked, key=lambda item: (_newness(item.candidate), item.candidate.paper.id), reverse=True)
        scores = self._taste(reader).scorer.decision_function(self._rows[rows])
        ranked = [
            Ranked(self._candidates[row], row, float(score) + self._bonus(row, reader.profile))
            for row, score in zip(rows, scores, strict=True)
        ]
        return sorted(ranked, key=lambda item: (-item.score, item.candidate.paper.id))

    def explained(self, reader: Reader, ranked: Sequence[Ranked]) -> tuple[Recommendation, ...]:
        """The same papers with the reasons that add up to their scores, recomputed in float64."""
        taste = self._taste(reader)
        return tuple(self._recommendation(reader, taste, item) for item in ranked)

    def _recommendation(self, reader: Reader, taste: "_Taste", item: Ranked) -> Recommendation:
        paper = item.candidate.paper
        if reader.profile.says_something:
            reasons = [*_stated(paper, reader.profile), *taste.reasons(self._rows[[item.row]], paper)]
        else:
            shown = [c for c in paper.categories if c in reader.profile.categories] or paper.categories[:1]
            reasons = [Reason(kind=ReasonKind.NEWEST, label=", ".join(shown), contribution=0.0)]
        reasons.sort(key=lambda reason: -reason.contribution)
        score = math.fsum(reason.contribution for reason in reasons)
        return Recommendation(paper=paper, score=score, reasons=tuple(reasons), announced=item.candidate.announced)

    def _taste(self, reader: Reader) -> "_Taste":
        return _Taste(self._model, reader)

    def _bonus(self, row: int, profile: Profile) -> float:
        if not (profile.follow or profile.include):
            return 0.0
        return math.fsum(reason.contribution for reason in _stated(self._candidates[row].paper, profile))


class _Taste:
    """What a reader wrote and voted on, as rows, and the scorer they make."""

    def __init__(self, model: BackgroundModel, reader: Reader) -> None:
        self._model = model
        words = tuple(reader.profile.interests)
        self._labels = [(ReasonKind.LIKED, example.title) for example in reader.liked]
        self._labels += [(ReasonKind.INTEREST, text) for text in words]
        self._wanted = model.transform([e.counts for e in reader.liked] + [count_words(text) for text in words])
        self._disliked = [example.title for example in reader.disliked]
        self._unwanted = model.transform([example.counts for example in reader.disliked])
        self.scorer = RocchioScorer.against_others(model).fit(self._wanted, self._unwanted)

    def reasons(self, row: Rows, paper: Paper) -> list[Reason]:
        """The text part of a score, term by term of its sum."""
        found = self._kin(self._wanted, self._labels, 1.0, row)
        found += self._kin(self._unwanted, [(ReasonKind.DISLIKED, t) for t in self._disliked], -DISLIKE_WEIGHT, row)
        background = float(self.scorer.background_share(row)[0])
        if background:
            found.append((ReasonKind.BACKGROUND, "what it shares with every paper", background, ()))
        ids = {int(self._model.term_ids_[column]) for _, _, _, terms in found for column, _ in terms}
        words = spelled(ids, (paper.title, paper.abstract))
        return [
            Reason(kind=kind, label=label, contribution=share, terms=self._named(terms, words))
            for kind, label, share, terms in found
        ]

    def _kin(
        self, rows: Rows, labels: list[tuple[ReasonKind, str]], weight: float, row: Rows
    ) -> list[tuple[ReasonKind, str, float, tuple[tuple[int, float], ...]]]:
        """What each example gives to the score: the strongest by name, the rest of its kind in one line."""
        if not labels:
            return []
        shares = weight / len(labels) * np.asarray((rows @ row.T).todense(), dtype=np.float64).ravel()
        order = [int(n) for n in np.argsort(-np.abs(shares), kind="stable") if shares[n]]
        found = []
        for n in order[:NAMED_LIKES]:
            terms = _strongest(rows[[n]], row, weight / len(labels))
            found.append((*labels[n], float(shares[n]), terms))
        for kind in dict.fromkeys(labels[n][0] for n in order[NAMED_LIKES:]):
            rest = [n for n in order[NAMED_LIKES:] if labels[n][0] is kind]
            found.append((kind, f"{len(rest)} more", math.fsum(float(shares[n]) for n in rest), ()))
        return found

    def _named(self, terms: tuple[tuple[int, float], ...], words: dict[int, str]) -> tuple[tuple[str, float], ...]:
        spelled_out = ((words.get(int(self._model.term_ids_[column])), share) for column, share in terms)
        return tuple((word, share) for word, share in spelled_out if word)


def _strongest(example: Rows, row: Rows, weight: float) -> tuple[tuple[int, float], ...]:
    shared = sparse.coo_array(example.multiply(row))
    columns: npt.NDArray[np.int32] = shared.coords[1]
    order = np.argsort(-shared.data, kind="stable")[:NAMED_TERMS]
    return tuple((int(columns[n]), weight * float(shared.data[n])) for n in order)


def _stated(paper: Paper, profile: Profile) -> list[Reason]:
    """The part of a score that comes from rules."""
    authors = rules.followed_authors(paper, profile.follow)
    terms = rules.matching_terms(paper, profile.include)
    return [
        *(Reason(kind=ReasonKind.AUTHOR, label=name, contribution=rules.FOLLOW_BONUS) for name in authors),
        *(Reason(kind=ReasonKind.INCLUDE, label=term, contribution=rules.INCLUDE_BONUS) for term in terms),
    ]


def _newness(candidate: Candidate) -> tuple[datetime, datetime]:
    """When a paper was announced, then when it was submitted."""
    announced = datetime.combine(candidate.announced, time(), UTC)
    return announced, candidate.paper.submitted_at or _BEGINNING
