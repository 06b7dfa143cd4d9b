"""Readers with their papers at hand, and what each of their interests is made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from digest.editions import ReasonKind
from digest.identity import PaperId
from digest.relevance.embedding import Key
from digest.relevance.tastes import Taste
from digest.relevance.text import TermCounts, count_words
from digest.subscribers import Interest, Learner, Profile, Vote

UNKEPT = -1  # the number of an example that is no paper of the store
_FAINTEST = 1e-9  # the least weight of a vote: who has voted only long ago still cares for something


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
        self._now = now
        self._half_life = half_life
        self._places: dict[tuple[ReasonKind, str | PaperId], int] = {}
        self._tastes: dict[int, tuple[Interest, Taste]] = {}  # by the identity of the interest, which is kept alive

    @property
    def numbers(self) -> list[int]:
        return [example.number for example in self.all]

    @property
    def keys(self) -> list[Key]:
        """What the embedding of each is found by: a paper's number, or the words themselves."""
        return [example.label if example.number == UNKEPT else example.number for example in self.all]

    def taste(self, reader: Reader, interest: Interest) -> Taste:
        """An interest as places among the examples; votes on papers that are not at hand are left out.

        The same interest has the same taste, whoever asks.
        """
        if id(interest) not in self._tastes:
            self._tastes[id(interest)] = interest, self._made(reader, interest)
        return self._tastes[id(interest)][1]

    def _made(self, reader: Reader, interest: Interest) -> Taste:
        liked = [vote for vote in interest.liked if vote.paper in reader.papers]
        wanted = [self._voted(ReasonKind.LIKED, vote, reader) for vote in liked]
        weights = [self._weight(vote) for vote in liked]
        for text in interest.texts:
            wanted.append(self._written(text))
            weights.append(1.0)
        total = sum(weights)
        unwanted = [vote for vote in interest.disliked if vote.paper in reader.papers]
        return Taste(
            wanted=tuple(wanted),
            weights=tuple(weight / total for weight in weights),
            unwanted=tuple(self._voted(ReasonKind.DISLIKED, vote, reader) for vote in unwanted),
        )

    def named(self, places: Sequence[int]) -> list[Example]:
        return [self.all[place] for place in places]

    def _weight(self, vote: Vote) -> float:
        age = max(self._now - vote.given_at, timedelta(0))
        return max(float(0.5 ** (age / self._half_life)), _FAINTEST)

    def _voted(self, kind: ReasonKind, vote: Vote, reader: Reader) -> int:
        paper = reader.papers[vote.paper]
        return self._place((kind, vote.paper), lambda: Example(kind, paper.title, paper.number, paper.counts))

    def _written(self, text: str) -> int:
        kind = ReasonKind.INTEREST
        return self._place((kind, text), lambda: Example(kind, text, UNKEPT, count_words(text)))

    def _place(self, key: tuple[ReasonKind, str | PaperId], make: Callable[[], Example]) -> int:
        if key not in self._places:
            self._places[key] = len(self.all)
            self.all.append(make())
        return self._places[key]
