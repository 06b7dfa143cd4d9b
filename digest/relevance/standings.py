"""How a day's papers stand with many readers: scores in, and out the contenders of each, when they are asked for.

What readers of one interest have of a day stays in arrays (`Standings.lists`); contenders are made of it one reader
after the other, for the few who need them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from digest.identity import PaperId
from digest.relevance.calibration import Calibration
from digest.relevance.parting import Exact, Numbers, Places
from digest.relevance.scoring import Top
from digest.relevance.seating import NOWHERE, Lists
from digest.relevance.selection import Contender
from digest.subscribers import Interest


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One interest of one question."""

    question: int
    interest: Interest
    wanted: Mapping[int, float]  # by rules


@dataclass(frozen=True, slots=True, eq=False)
class Papers:
    """A day's papers, by row."""

    keys: Sequence[PaperId]
    withdrawn: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, keys: Sequence[PaperId], withdrawn: Sequence[bool]) -> "Papers":
        return cls(keys, np.array(withdrawn, dtype=bool))


class Standing:
    """The best papers of each interest of the readers of one learner."""

    def __init__(self, lines: Sequence[Line], top: Top, *, likes: Numbers, offered: Sequence[int]) -> None:
        """`likes`: of each line, how many examples; `offered`: to each question, how many papers."""
        self.lines = lines
        self.top = top
        self._candidates = np.array([max(offered[line.question], 1) for line in lines], dtype=np.int64)
        self._likes = np.maximum(likes, 1)
        self.first = np.searchsorted([line.question for line in lines], np.arange(len(offered) + 1))

    def of(self, question: int) -> range:
        """The lines of a question."""
        return range(self.first[question], self.first[question + 1])

    def chances(self, lines: Sequence[int] | Places, calibration: Calibration) -> tuple[Places, Exact, Exact]:
        """Rows, scores and probabilities of some lines, shape (n_lines, n), best first.

        After the last, rows are NOWHERE, scores 0 and probabilities -1.
        """
        rows, top = self.top.rows[lines].astype(np.intp), self.top
        mean, spread = (each[lines].astype(np.float64)[:, None] for each in (top.mean, top.spread))
        known = rows != NOWHERE
        scores = np.where(known, top.scores[lines].astype(np.float64), 0.0)
        standing = np.where(known, (scores - mean) / spread, 0.0)
        likes, candidates = self._likes[lines][:, None], self._candidates[lines][:, None]
        chances = calibration.probability(standing, likes=likes, candidates=candidates)
        return rows, scores, np.where(known, chances, -1.0)

    def is_plain(self) -> npt.NDArray[np.bool_]:
        """Which questions have one interest here, without a quota, of which no rule wants any paper."""
        plain: npt.NDArray[np.bool_] = np.diff(self.first) == 1
        bound = [n for n, line in enumerate(self.lines) if line.wanted or line.interest.quota is not None]
        plain[[self.lines[n].question for n in bound]] = False
        return plain


class Standings:
    """The best papers of all readers."""

    def __init__(self, papers: Papers, calibration: Calibration, parts: Sequence[Standing], questions: int) -> None:
        """A reader's interests are all in one of the parts."""
        self._papers = papers
        self._calibration = calibration
        self._parts = parts
        self._questions = questions

    def __len__(self) -> int:
        return self._questions

    def contenders(self, question: int) -> list[Contender]:
        """A reader's best papers, each for the interest that it is likeliest for."""
        of_each = [self._of(part, line) for part in self._parts for line in part.of(question)]
        return of_each[0] if len(of_each) == 1 else _best_of(of_each)

    @cached_property
    def plain(self) -> npt.NDArray[np.bool_]:
        """Of each reader, whether `lists` tells of them: of one interest, of which no rule wants any paper."""
        found = np.zeros(self._questions, dtype=bool)
        for part in self._parts:
            found |= part.is_plain()
        return found

    def interest(self, question: int) -> Interest:
        """The only one of a plain reader."""
        return next(part.lines[line].interest for part in self._parts for line in part.of(question))

    def lists(self, questions: Sequence[int], barred: Sequence[Collection[int]]) -> Lists:
        """The contenders of plain readers in arrays; `barred` are rows that each may not have.

        What is withdrawn is barred for all. ValueError where one of the readers is not plain.
        """
        if not self.plain[list(questions)].all():
            raise ValueError("expected readers of one interest without must-reads")
        width = max((part.top.rows.shape[1] for part in self._parts), default=0)
        shape = len(questions), max(width, 1)
        rows, scores, chances = np.full(shape, NOWHERE), np.zeros(shape), np.full(shape, -1.0)
        for part in self._parts:
            lines = part.first[np.asarray(questions, dtype=np.intp)]
            here = np.flatnonzero(part.first[np.asarray(questions, dtype=np.intp) + 1] > lines)
            if len(here):
                filled = slice(part.top.rows.shape[1])
                rows[here, filled], scores[here, filled], chances[here, filled] = part.chances(
                    lines[here], self._calibration
                )
        self._settle(rows, scores, chances)
        kept_out = self._papers.withdrawn[rows] & (rows != NOWHERE)
        for at, theirs in enumerate(barred):
            if theirs:
                kept_out[at] |= np.isin(rows[at], list(theirs))
        everything = np.array([self.interest(question).everything for question in questions], dtype=bool)
        return Lists(rows, scores, chances, kept_out, everything)

    def _settle(self, rows: Places, scores: Exact, chances: Exact) -> None:
        """Put those of a line that tie in order, as `select` does: by probability, score, and then the paper's id."""
        falling = (chances[:, :-1] > chances[:, 1:]) | (rows[:, 1:] == NOWHERE)
        tied = np.flatnonzero(~falling.all(axis=1))
        if len(tied):
            order = np.lexsort((self._order[rows[tied]], -scores[tied], -chances[tied]), axis=1)
            for each in (rows, scores, chances):
                each[tied] = np.take_along_axis(each[tied], order, axis=1)

    @cached_property
    def _order(self) -> Places:
        """The place of each paper by its id."""
        place = np.empty(len(self._papers.keys), dtype=np.intp)
        place[sorted(range(len(place)), key=self._papers.keys.__getitem__)] = np.arange(len(place))
        return place

    def _of(self, part: Standing, number: int) -> list[Contender]:
        (rows,), (scores,), (chances,) = part.chances([number], self._calibration)
        line, keys, withdrawn = part.lines[number], self._papers.keys, self._papers.withdrawn
        name, everything, wanted = line.interest.name, line.interest.everything, line.wanted
        known = int((rows != NOWHERE).sum())
        columns = (rows[:known].tolist(), scores[:known].tolist(), chances[:known].tolist())
        return [
            Contender(keys[row], row, name, score, chance, row in wanted, everything, bool(withdrawn[row]))
            for row, score, chance in zip(*columns, strict=True)
        ]


def _best_of(lists: Iterable[Iterable[Contender]]) -> list[Contender]:
    """Each paper of several interests once."""
    found: dict[PaperId, Contender] = {}
    for contenders in lists:
        for contender in contenders:
            _take(found, contender)
    return list(found.values())


def _take(found: dict[PaperId, Contender], contender: Contender) -> None:
    """Keep a paper for the interest that it is likeliest for; what any interest says of it otherwise stays true."""
    other = found.get(contender.paper)
    if other is None:
        found[contender.paper] = contender
        return
    better = max(other, contender, key=lambda each: (each.must_read, each.probability, each.score))
    found[contender.paper] = better._replace(everything=other.everything or contender.everything)
