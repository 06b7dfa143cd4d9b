"""Day by day through the past: every listing in the order of each ranking, beside what the readers liked of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from digest.evaluation.past import Archive, Past, Questioned, beginning
from digest.relevance.calibration import Calibration
from digest.relevance.latent import Rows
from digest.relevance.ranking import Candidate, DayRanking, Question
from digest.relevance.readers import Voted
from digest.relevance.rivals import RIVALS, Material, Rival, spread
from digest.relevance.selection import Contender
from digest.relevance.settings import RelevanceSettings
from digest.relevance.text import count_words
from digest.subscribers import Learner, Profile, Subscriber

OURS = "ours"
WORDS_ALONE = "words alone"
LEARNERS = {Learner.FULL: OURS, Learner.WORDS: WORDS_ALONE}  # what the product itself can rank with
RANKINGS = (*LEARNERS.values(), *(rival.value for rival in Rival))
Scores = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One reader and listing, ranked in every way; arrays have shape (n_papers,), newest paper first."""

    subscriber: Subscriber
    day: date
    liked: npt.NDArray[np.bool_]  # at least one true and one false
    scores: dict[str, Scores]  # by name of the ranking, higher is better
    probabilities: Scores  # by the subscriber's learner, 0 to 1; NaN for what the reader's rules keep out


def replay(
    past: Past, archive: Archive, settings: RelevanceSettings, progress: Callable[[int, int], None]
) -> Iterator[Judged]:
    """Every question of the past, answered with what was known then."""
    for done, (day, questions) in enumerate(past.questions.items()):
        progress(done, len(past.questions))
        yield from _Day(archive, day, settings).judged(questions)


class _Day:
    """One listing, ready to be ranked."""

    def __init__(self, archive: Archive, day: date, settings: RelevanceSettings) -> None:
        self._day = day
        self._space = archive.on(day)
        self._ranking = DayRanking(
            self._space,
            archive.listing(day),
            Calibration.usual(),
            now=beginning(day),
            half_life=timedelta(days=settings.half_life_days),
        )
        everything = np.ones(len(self._ranking.candidates), dtype=bool)
        place = {candidate.number: at for at, candidate in enumerate(self._ranking.candidates)}
        self._newest = [place[candidate.number] for candidate in self._ranking.newest(everything)]

    def judged(self, questions: Sequence[Questioned]) -> Iterator[Judged]:
        asked = [Question(each.reader, self._offered(each.reader.profile)) for each in questions]
        found = {learner: self._contenders(asked, learner) for learner in LEARNERS}
        for at, (each, question) in enumerate(zip(questions, asked, strict=True)):
            rows = np.array([row for row in self._newest if question.offered[row]], dtype=np.int64)
            liked = np.array([self._ranking.candidates[row].paper.id in each.liked for row in rows], dtype=bool)
            if 0 < liked.sum() < len(liked):
                yield self._ranked(each, rows, liked, {learner: found[learner][at] for learner in LEARNERS})

    def _contenders(self, questions: Sequence[Question], learner: Learner) -> list[list[Contender]]:
        """The whole listing for each reader, as if this were their learner."""
        asked = [replace(each, reader=replace(each.reader, learner=learner)) for each in questions]
        return self._ranking.contenders(asked, depth=len(self._ranking.candidates))

    def _offered(self, profile: Profile) -> npt.NDArray[np.bool_]:
        """What the reader's categories let in and had not been voted on."""
        voted = {*profile.liked, *profile.disliked}
        fresh = np.array([each.paper.id not in voted for each in self._ranking.candidates], dtype=bool)
        return fresh & self._ranking.rules.within(profile.categories)

    def _ranked(
        self,
        each: Questioned,
        rows: Places,
        liked: npt.NDArray[np.bool_],
        contenders: Mapping[Learner, Sequence[Contender]],
    ) -> Judged:
        material = self._material(each, [self._ranking.candidates[row] for row in rows], rows)
        rivals = {name.value: score(material) for name, score in RIVALS.items()}
        own = {learner: _own(found, len(self._ranking.candidates)) for learner, found in contenders.items()}
        scores = {LEARNERS[learner]: ranked[rows] for learner, (ranked, _) in own.items()}
        _, chances = own[each.subscriber.learner]
        return Judged(each.subscriber, self._day, liked, scores | rivals, chances[rows])

    def _material(self, each: Questioned, papers: Sequence[Candidate], rows: Places) -> Material:
        profile, space = each.reader.profile, self._space
        texts = [count_words(text) for interest in profile.interests for text in interest.texts]
        terms = [count_words(term) for interest in profile.interests for term in interest.include]
        liked = [each.reader.papers[key].counts for key in profile.liked]
        return Material(
            papers=[paper.counts for paper in papers],
            rows=self._ranking.day.own[rows],
            wanted=space.rows([*liked, *texts]),
            unwanted=space.rows([each.reader.papers[key].counts for key in profile.disliked]),
            background=self._background(list(each.reader.papers.values())),
            words=[*texts, *terms],
        )

    def _background(self, voted: Sequence[Voted]) -> Rows:
        """Papers known besides those of the day and those voted on: nobody learns from the answers."""
        taken = [candidate.number for candidate in self._ranking.candidates] + [paper.number for paper in voted]
        return self._space.background[spread(np.flatnonzero(~np.isin(self._space.model.numbers, taken)))]


def _own(contenders: Sequence[Contender], papers: int) -> tuple[Scores, Scores]:
    """The product's order as scores, and its probabilities, both of shape (papers,)."""
    best = sorted(contenders, key=lambda each: (not each.must_read, -each.probability, -each.score, each.paper))
    scores, chances = np.zeros(papers), np.full(papers, np.nan)
    for rank, each in enumerate(best):
        scores[each.row] = len(best) - rank
        chances[each.row] = each.probability
    return scores, chances
