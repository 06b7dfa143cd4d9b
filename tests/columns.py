"""Votes in columns, as they come out of the database for very many readers."""

from array import array
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from digest.votes import Ballots, Vote, Votes

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def in_columns(*given: Sequence[Vote]) -> list[Votes]:
    """Some readers' votes, each oldest first, as parts of the same ballots."""
    votes = [vote for each in given for vote in each]
    keys = sorted({vote.paper for vote in votes})
    ballots = Ballots(
        rows=range(1, len(keys) + 1),
        keys=keys,
        titles=[f"Title of {key}" for key in keys],
        papers=memoryview(array("i", [keys.index(vote.paper) for vote in votes])),
        times=memoryview(array("q", [(vote.given_at - _EPOCH) // timedelta(microseconds=1) for vote in votes])),
    )
    ends = [sum(map(len, given[: at + 1])) for at in range(len(given))]
    return [Votes(ballots, end - len(each), end) for each, end in zip(given, ends, strict=True)]
