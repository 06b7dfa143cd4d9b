"""Readers with their papers at hand, and what each of their interests is made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce
from operator import add

import numpy as np
import numpy.typing as npt

from digest.editions import ReasonKind
from digest.identity import PaperId
from digest.relevance import crowds
from digest.relevance.crowds import Ages
from digest.relevance.embedding import Key
from digest.relevance.tastes import Taste, Tastes
from digest.relevance.text import TermCounts, count_words
from digest.subscribers import Interest, Learner, Profile

UNKEPT = -1  # the number of an example that is no paper of the store


@dataclass(frozen=True, slots=True)
class Voted:
    """A paper that somebody has voted on."""

    number: int  # of the store
    title: str
    counts: TermCounts


@dataclass(frozen=True, slots=True)
class Reader:
    """A profile with the papers it names at hand."""

    profile: Profile
    papers: Mapping[PaperId, Voted] = field(default_factory=dict)
    learner: Learner = Learner.FULL


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """Something that tells what an interest is about: a paper voted on, or words that the reader wrote."""

    kind: ReasonKind
    label: str
    number: int
    counts: TermCounts


class Examples:
    """Every example of some readers, each once, and the tastes that they make."""

    def __init__(self, *, now: datetime, half_life: timedelta) -> None:
        """After `half_life` a vote counts half as much as a new one."""
        self.all: list[Example] = []
        self._labels = np.empty(0, dtype=object)
        self._are_written = np.empty(0, dtype=bool)
        self._ages = Ages(now, half_life)
        self._places: dict[ReasonKind, dict[str | PaperId, int]] = {}
        # By the identity of the interest, which is kept alive: its taste, or the line of what was made together.
        self._tastes: dict[int, tuple[Interest, Taste]] = {}
        self._lines: dict[int, tuple[Interest, int]] = {}
        self._together = Tastes.of([])

    @property
    def numbers(self) -> list[int]:
        return [example.number for example in self.all]

    @property
    def labels(self) -> npt.NDArray[np.object_]:
        """Of each, shape (n,): what it is called where a reader is told of it."""
        if len(self._labels) < len(self.all):
            self._labels = np.array([example.label for example in self.all], dtype=object)
        return self._labels

    @property
    def are_written(self) -> npt.NDArray[np.bool_]:
        """Which are words of a reader, and no papers, shape (n,)."""
        if len(self._are_written) < len(self.all):
            self._are_written = np.array([each.kind is ReasonKind.INTEREST for each in self.all], dtype=bool)
        return self._are_written

    @property
    def keys(self) -> list[Key]:
        """What the embedding of each is found by: a paper's number, or the words themselves."""
        return [example.label if example.number == UNKEPT else example.number for example in self.all]

    def taste(self, reader: Reader, interest: Interest) -> Taste:
        """An interest as places among the examples; votes on papers that are not at hand are left out.

        The same interest has the same taste, whoever asks.
        """
        if (known := self._lines.get(id(interest))) is not None:
            return self._together.taste(known[1])
        if id(interest) not in self._tastes:
            self._tastes[id(interest)] = interest, self._made(reader, interest)
        return self._tastes[id(interest)][1]

    def held(self, asked: Sequence[tuple[Reader, Interest]]) -> Tastes:
        """What `taste` gives for each, in turn, in a few arrays; with one look where all were made together."""
        lines = [self._lines.get(id(interest)) for _, interest in asked]
        known = [line for _, line in filter(None, lines)]
        if len(known) == len(asked):
            return self._together.at(np.array(known, dtype=np.int64))
        return Tastes.of([self.taste(reader, interest) for reader, interest in asked])

    def tastes(self, asked: Sequence[tuple[Reader, Interest]]) -> Tastes:
        """What `taste` gives for each, in turn, to the last bit; made together, which takes a tenth of the time.

        For all interests of a day at once: those that were asked for together before are forgotten. `taste` finds what
        was made here without another look at the votes, so that readers need no `Taste` of their own beside a line.
        """
        new = {id(interest): (reader, interest) for reader, interest in asked}
        self._together = crowds.tastes(
            crowds.given([(interest.liked, reader.papers) for reader, interest in new.values()], self._like),
            [[self._written(text) for text in interest.texts] for _, interest in new.values()],
            crowds.given([(interest.disliked, reader.papers) for reader, interest in new.values()], self._dislike),
            self._ages,
        )
        self._lines = {key: (interest, line) for line, (key, (_, interest)) in enumerate(new.items())}
        if len(new) == len(asked):
            return self._together
        return self._together.at(np.array([self._lines[id(interest)][1] for _, interest in asked], dtype=np.int64))

    def _made(self, reader: Reader, interest: Interest) -> Taste:
        liked = [vote for vote in interest.liked if vote.paper in reader.papers]
        wanted = [self._like(reader.papers, vote.paper) for vote in liked]
        weights = [self._ages.weight(vote.given_at) for vote in liked]
        for text in interest.texts:
            wanted.append(self._written(text))
            weights.append(1.0)
        total = reduce(add, weights, 0.0)  # not `sum`, which from Python 3.12 on adds otherwise than numpy
        unwanted = [vote.paper for vote in interest.disliked if vote.paper in reader.papers]
        return Taste(
            wanted=tuple(wanted),
            weights=tuple(weight / total for weight in weights),
            unwanted=tuple(self._dislike(reader.papers, paper) for paper in unwanted),
        )

    def named(self, places: Sequence[int]) -> list[Example]:
        return [self.all[place] for place in places]

    def _like(self, papers: Mapping[PaperId, Voted], key: PaperId) -> int:
        return self._voted(ReasonKind.LIKED, papers, key)

    def _dislike(self, papers: Mapping[PaperId, Voted], key: PaperId) -> int:
        return self._voted(ReasonKind.DISLIKED, papers, key)

    def _voted(self, kind: ReasonKind, papers: Mapping[PaperId, Voted], key: PaperId) -> int:
        paper = papers.get(key)
        if paper is None:
            return crowds.UNHELD
        return self._place(kind, key, lambda: Example(kind, paper.title, paper.number, paper.counts))

    def _written(self, text: str) -> int:
        kind = ReasonKind.INTEREST
        return self._place(kind, text, lambda: Example(kind, text, UNKEPT, count_words(text)))

    def _place(self, kind: ReasonKind, key: str | PaperId, make: Callable[[], Example]) -> int:
        places = self._places.setdefault(kind, {})
        if key not in places:
            places[key] = len(self.all)
            self.all.append(make())
        return places[key]
