"""Votes in columns are the votes that they stand for, in every way that somebody might look at them."""

import pickle
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.identity import PaperId
from digest.subscribers import Interest, Profile
from digest.votes import Vote, Votes, papers_of
from tests.columns import in_columns

MOMENTS = st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(fold=0)) | st.sampled_from(
    [datetime(2026, 5, 4, 7, 30, 0, 123456, UTC), datetime(2026, 5, 4, 7, 30, 0, 123457, UTC)]
)
VOTES = st.lists(st.builds(Vote, paper=st.sampled_from("abcde").map(PaperId), given_at=MOMENTS), max_size=5).map(
    lambda votes: tuple(sorted(votes, key=lambda vote: vote.given_at))
)


@given(some=st.lists(VOTES, min_size=1, max_size=4))
def test_votes_in_columns_are_their_tuple(some: list[tuple[Vote, ...]]) -> None:
    for votes, plain in zip(in_columns(*some), some, strict=True):
        assert votes == plain
        assert plain == votes
        assert (tuple(votes), list(reversed(votes)), len(votes)) == (plain, list(reversed(plain)), len(plain))
        assert bool(votes) is bool(plain)
        assert (repr(votes), hash(votes)) == (repr(plain), hash(plain))
        assert [votes[at] for at in range(-len(plain), len(plain))] == [*plain, *plain]
        assert votes[1:3] == plain[1:3]
        assert votes.papers == [vote.paper for vote in plain]
        assert all(vote in votes for vote in plain)


@given(one=VOTES, other=VOTES)
def test_they_differ_where_their_tuples_do(one: tuple[Vote, ...], other: tuple[Vote, ...]) -> None:
    in_one, in_other = in_columns(one, other)
    assert (in_one == in_other, in_one == other) == (one == other, one == other)
    assert in_one != list(one)
    assert (Interest(liked=in_one) == Interest(liked=other)) is (one == other)


def test_what_is_not_there_is_an_error() -> None:
    (votes,) = in_columns([Vote(paper=PaperId("a"), given_at=datetime.now(UTC))])
    with pytest.raises(IndexError):
        votes[1]


@given(one=VOTES, other=VOTES)
def test_a_vote_alone_is_sent_elsewhere_without_the_others(one: tuple[Vote, ...], other: tuple[Vote, ...]) -> None:
    sent = pickle.loads(pickle.dumps(in_columns(one, other)[0]))
    assert (sent, type(sent)) == (one, tuple)


@given(
    liked=st.lists(VOTES, min_size=2, max_size=2), disliked=st.lists(VOTES, min_size=2, max_size=2), mixed=st.booleans()
)
def test_a_profile_tells_the_same_of_votes_in_columns(
    liked: list[tuple[Vote, ...]], disliked: list[tuple[Vote, ...]], mixed: bool
) -> None:
    columns = in_columns(*liked, *disliked)
    plain = Profile(interests=tuple(Interest(liked=a, disliked=b) for a, b in zip(liked, disliked, strict=True)))
    told = Profile(
        interests=(
            Interest(liked=columns[0], disliked=columns[2]),
            Interest(liked=liked[1] if mixed else columns[1], disliked=columns[3], group="ants"),
        )
    )
    assert told.examples == plain.examples
    assert told.own.liked == told.liked == papers_of(liked[:1])
    assert told.own.disliked == told.disliked == papers_of(disliked[:1])
    assert told.says_something == plain.says_something


@given(some=st.lists(VOTES, max_size=4))
def test_each_paper_stands_where_its_oldest_vote_does(some: list[tuple[Vote, ...]]) -> None:
    votes = sorted((vote for each in some for vote in each), key=lambda vote: vote.given_at)
    expected = tuple(dict.fromkeys(vote.paper for vote in votes))
    assert papers_of(some) == papers_of(in_columns(*some)) == expected


def test_a_vote_keeps_its_microseconds_at_the_ends_of_time() -> None:
    ends = [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
    (votes,) = in_columns([Vote(paper=PaperId("a"), given_at=moment) for moment in ends])
    assert [vote.given_at for vote in votes] == ends
    assert votes[0].given_at + timedelta(microseconds=1) != votes[0].given_at
    assert isinstance(votes, Votes)
