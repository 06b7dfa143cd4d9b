"""A day's papers as contenders for the editions of all readers at once; why each scores as it does is in reasons.py."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from digest.papers import Paper
from digest.relevance.calibration import Calibration
from digest.relevance.parting import Numbers
from digest.relevance.readers import Example, Examples, Reader
from digest.relevance.rules import Mask, RuleBook
from digest.relevance.scoring import NO_TOP, Adjust, Asked, Day, Vectors, View
from digest.relevance.selection import Contender
from digest.relevance.space import Space
from digest.relevance.standings import Line, Papers, Standing, Standings
from digest.relevance.tastes import Taste, Tastes
from digest.relevance.text import TermCounts
from digest.relevance.wording import Wording
from digest.subscribers import Learner

_VECTORS = 2_048  # examples made at once: what is made on the way takes some ten kilobytes each
_NEVER = float("-inf")
_NOTHING: Mapping[int, float] = {}  # one for all interests without rules
# In place of the terms of a paper that somebody voted on: they are read some thousands at a time, when they are asked
# for, because those of all papers that many readers voted on take more memory than everything else.
UNREAD = TermCounts(np.zeros(0, np.uint64), np.zeros(0, np.uint8))

Read = Callable[[Sequence[int]], Mapping[int, TermCounts]]
_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paper that may enter an edition."""

    number: int  # of the store
    paper: Paper
    counts: TermCounts
    announced: date


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One reader and the papers that are offered to them."""

    reader: Reader
    offered: Mask  # shape (n_candidates,); readers who are offered the same share one array


class DayRanking:
    """The candidates of a day, ready to be put in order for any number of readers."""

    def __init__(
        self,
        space: Space,
        candidates: Sequence[Candidate],
        calibration: Calibration,
        *,
        now: datetime,
        half_life: timedelta,
        read: Read | None = None,
    ) -> None:
        """`read` gives the terms of papers, by number, that readers bring UNREAD."""
        self.candidates = tuple(candidates)
        self._read = read
        self._papers = Papers.of([each.paper.id for each in candidates], [each.paper.withdrawn for each in candidates])
        self.day = Day(space, [each.counts for each in candidates], [each.number for each in candidates])
        self.rules = RuleBook([each.paper for each in candidates])
        self._space = space
        self._calibration = calibration
        self._now = now
        self._half_life = half_life
        self._last: dict[Learner, tuple[Examples, Asked]] = {}
        self._wordings: dict[View, Wording] = {}

    def is_of(self, candidates: Sequence[Candidate]) -> bool:
        """Whether these are the candidates, in this order."""
        mine, theirs = ([(c.number, c.paper, c.announced) for c in each] for each in (self.candidates, candidates))
        return mine == theirs

    def contenders(self, questions: Sequence[Question], *, depth: int) -> list[list[Contender]]:
        """For each question the `depth` best papers of each interest, each paper for the interest it is likeliest for.

        Every paper that a rule wants is among them where there are not more of those than `depth`.
        """
        return list(self.in_turn(questions, depth=depth))

    def in_turn(self, questions: Sequence[Question], *, depth: int) -> Iterator[list[Contender]]:
        """The same, all scored at once and made one after the other, so that little memory is needed for many."""
        found = self.standings(questions, depth=depth)
        return map(found.contenders, range(len(found)))

    def standings(self, questions: Sequence[Question], *, depth: int) -> Standings:
        """The same still in arrays, out of which contenders are made for those who need them."""
        self._last.clear()  # what was asked before is not asked again
        sizes = {id(question.offered): int(question.offered.sum()) for question in questions}
        offered = [sizes[id(question.offered)] for question in questions]
        learners = dict.fromkeys(question.reader.learner for question in questions)
        scored = [self._scored(questions, offered, learner, min(depth, len(self.candidates))) for learner in learners]
        self._space.rest()
        return Standings(self._papers, self._calibration, scored, len(questions))

    def _scored(self, questions: Sequence[Question], offered: Sequence[int], learner: Learner, depth: int) -> Standing:
        """The best papers of each interest of the readers of one learner."""
        examples = Examples(now=self._now, half_life=self._half_life)
        lines = [
            Line(number, interest, self.rules.wanted(interest) or _NOTHING)
            for number, question in enumerate(questions)
            if question.reader.learner is learner
            for interest in question.reader.profile.interests
            if interest.says_something or interest.everything
        ]
        if not (lines and self.candidates):
            return Standing([], NO_TOP, likes=np.zeros(0, np.int64), offered=offered)
        tastes = examples.tastes([(questions[line.question].reader, line.interest) for line in lines])
        asked = self.asked(examples, learner, tastes)
        if len(examples.all) > len(self.examples(learner).all):
            self._last[learner] = examples, asked
        adjust = self._adjust(questions, lines, tastes.likes)
        top = self.day.best(asked, adjust, examples.numbers, k=depth)
        return Standing(lines, top, likes=tastes.likes, offered=offered)

    def examples(self, learner: Learner) -> Examples:
        """The most by which the papers were scored for readers of a learner at once; new ones where none were."""
        kept = self._last.get(learner)
        return kept[0] if kept else Examples(now=self._now, half_life=self._half_life)

    def asked(self, examples: Examples, learner: Learner, tastes: Tastes | Sequence[Taste]) -> Asked:
        """Examples as the day has them, made again only where they are not the `examples` that were scored by."""
        kept = self._last.get(learner)
        if kept and kept[0] is examples and kept[1].parted.common.shape[0] == len(examples.all):
            return kept[1]
        together = tastes if isinstance(tastes, Tastes) else Tastes.of(tastes)
        return self.day.asked(self._vectors(examples, learner), together, learner)

    def _vectors(self, examples: Examples, learner: Learner) -> Iterator[Vectors]:
        keys = examples.keys
        for part in range(0, max(len(keys), 1), _VECTORS):
            here = slice(part, part + _VECTORS)
            yield Vectors(self._space, self._counts(examples.all[here]), keys[here], learner)

    def _counts(self, examples: Sequence[Example]) -> list[TermCounts]:
        unread = [each.number for each in examples if each.counts is UNREAD]
        found = self._read(unread) if self._read and unread else {}
        return [found.get(each.number, UNREAD) if each.counts is UNREAD else each.counts for each in examples]

    def wording(self, view: View) -> Wording:
        """How the papers write the terms of a view."""
        if view not in self._wordings:
            ids = self._space.model.vocabulary.ids[view.table.columns]
            self._space.rest()
            self._wordings[view] = Wording([each.paper for each in self.candidates], view.full, ids)
        return self._wordings[view]

    def newest(self, offered: Mask) -> list[Candidate]:
        """Those that are offered, newest first: for readers of whom nothing but categories is known."""
        kept = [candidate for candidate, is_offered in zip(self.candidates, offered, strict=True) if is_offered]
        return sorted(kept, key=lambda each: (_newness(each), each.paper.id), reverse=True)

    def _adjust(self, questions: Sequence[Question], lines: Sequence[Line], likes: Numbers) -> Adjust:
        """What rules change; `likes` says of each line how many examples tell what is wanted."""
        masks: dict[tuple[int, tuple[str, ...]], int] = {}
        allowed: list[Mask] = []
        mask_of: list[int] = []
        added: list[list[tuple[int, float]]] = []
        for line, wanted in zip(lines, likes.tolist(), strict=True):
            offered, categories = questions[line.question].offered, line.interest.categories
            if (key := (id(offered), categories)) not in masks:
                masks[key] = len(allowed)
                allowed.append(offered & self.rules.within(categories))
            mask_of.append(masks[key])
            added.append([*line.wanted.items(), *((row, _NEVER) for row in self._kept_out(line, wanted > 0))])
        return Adjust(np.array(allowed), mask_of, added)

    def _kept_out(self, line: Line, is_told: bool) -> set[int]:
        """The rows that are none for an interest; `is_told`: anything but rules tells what is wanted."""
        kept_out = self.rules.unwanted(line.interest)
        if not (is_told or line.interest.everything):
            kept_out |= set(range(len(self.candidates))) - line.wanted.keys()
        return kept_out


def _newness(candidate: Candidate) -> tuple[datetime, datetime]:
    """When a paper was announced, then when it was submitted."""
    announced = datetime.combine(candidate.announced, time(), UTC)
    return announced, candidate.paper.submitted_at or _BEGINNING
