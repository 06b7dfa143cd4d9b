"""What readers say of papers: a vote, and the votes of very many readers in columns.

In columns a vote takes 12 bytes instead of two hundred. Whoever reads an interest need not know: `Votes` is the
sequence of the votes that it stands for, equal to their tuple and pickled as that.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, overload

from digest.identity import PaperId

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Verdict(StrEnum):
    """What a reader says of a paper."""

    LIKE = "like"
    DISLIKE = "dislike"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """A paper that a reader has judged, and when."""

    paper: PaperId
    given_at: datetime  # UTC


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ballots:
    """The votes of many readers: the papers that any of them judged, each once, and then one line a vote."""

    rows: Sequence[int]  # of the store, ascending
    keys: Sequence[PaperId]  # of the same papers
    titles: Sequence[str]  # of the same papers
    papers: Sequence[int]  # of each vote, the place of its paper among these; a buffer of int32
    times: Sequence[int]  # of each vote, microseconds since 1970, UTC; a buffer of int64


class Votes(Sequence[Vote]):
    """The votes of one reader for one interest with one verdict, oldest first: a part of some ballots."""

    __slots__ = ("ballots", "end", "start")

    def __init__(self, ballots: Ballots, start: int, end: int) -> None:
        """The votes from `start` on, up to but without `end`."""
        self.ballots = ballots
        self.start = start
        self.end = end

    @property
    def papers(self) -> list[PaperId]:
        """What was judged."""
        keys = self.ballots.keys
        return [keys[place] for place in self.ballots.papers[self.start : self.end]]

    @property
    def times(self) -> Sequence[int]:
        """When, in microseconds since 1970, UTC."""
        return self.ballots.times[self.start : self.end]

    def __len__(self) -> int:
        return self.end - self.start

    @overload
    def __getitem__(self, index: int) -> Vote: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Vote, ...]: ...

    def __getitem__(self, index: int | slice) -> Vote | tuple[Vote, ...]:
        return tuple(self)[index]

    def __iter__(self) -> Iterator[Vote]:
        for paper, time in zip(self.papers, self.times, strict=True):
            yield Vote(paper=paper, given_at=_EPOCH + timedelta(microseconds=time))

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, (tuple, Votes)) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return tuple, (tuple(self),)


def papers_of(given: Sequence[Sequence[Vote]]) -> tuple[PaperId, ...]:
    """The papers of votes for several interests, each once, the oldest vote first; of several as old, as they come."""
    having = [votes for votes in given if votes]
    in_columns = [votes for votes in having if isinstance(votes, Votes)]
    if len(in_columns) < len(having):
        together = sorted((vote for votes in having for vote in votes), key=lambda vote: vote.given_at)
        return tuple(dict.fromkeys(vote.paper for vote in together))
    if len(in_columns) == 1:
        return tuple(dict.fromkeys(in_columns[0].papers))
    dated = [pair for votes in in_columns for pair in zip(votes.times, votes.papers, strict=True)]
    return tuple(dict.fromkeys(paper for _, paper in sorted(dated, key=lambda pair: pair[0])))
