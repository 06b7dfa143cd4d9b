"""The tastes of many readers, made together, are those of each alone to the last bit."""

from datetime import UTC, datetime, timedelta
from math import ldexp

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.relevance.crowds import Ages
from digest.relevance.readers import Examples, Reader
from digest.relevance.tastes import Taste, Tastes
from digest.subscribers import Interest
from digest.votes import Vote
from tests.columns import in_columns
from tests.fakes import paper
from tests.relevance.builders import HALF_LIFE, NOW, reader

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PAPERS = [paper(f"Paper {number}") for number in range(8)]
AT_HAND = PAPERS[:6]
LATELY = st.timedeltas(timedelta(days=-900), timedelta(days=10)).map(lambda since: NOW + since)
MOMENTS = LATELY | st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(fold=0))
GIVEN = st.lists(st.tuples(st.sampled_from(PAPERS), MOMENTS), max_size=12, unique_by=lambda pair: pair[0].id)
WRITTEN = st.lists(st.sampled_from(["ants", "bees", PAPERS[0].id]), max_size=2, unique=True)

Said = tuple[tuple[Vote, ...], tuple[Vote, ...], tuple[str, ...]]


@st.composite
def said(draw: st.DrawFn) -> Said:
    """What was liked, what was disliked, and what was written."""
    given_then = [
        tuple(Vote(paper=item.id, given_at=moment) for item, moment in sorted(draw(GIVEN), key=lambda pair: pair[1]))
        for _ in range(2)
    ]
    return given_then[0], given_then[1], tuple(draw(WRITTEN))


def asked(some: list[Said], *, columns: list[bool]) -> list[tuple[Reader, Interest]]:
    """Interests with the readers who have them, all with the same papers at hand; some have their votes in columns."""
    all_columns = in_columns(*(votes for liked, disliked, _ in some for votes in (liked, disliked)))
    found = []
    for at, (liked, disliked, texts) in enumerate(some):
        in_lines = all_columns[2 * at], all_columns[2 * at + 1]
        votes = in_lines if columns[at] else (liked, disliked)
        interest = Interest(texts=texts, liked=votes[0], disliked=votes[1])
        found.append((reader(interest, at_hand=AT_HAND), interest))
    shared = found[0][0].papers if found else {}
    return [(Reader(each.profile, shared), interest) for each, interest in found]


def collect(half_life: timedelta = HALF_LIFE) -> Examples:
    return Examples(now=NOW, half_life=half_life)


def told(examples: Examples, taste: Taste) -> tuple[object, ...]:
    wanted, unwanted = (
        [(e.kind, e.label, e.number) for e in examples.named(some)] for some in (taste.wanted, taste.unwanted)
    )
    return wanted, taste.weights, unwanted


@settings(deadline=None)
@given(
    some=st.lists(st.tuples(said(), st.booleans()), max_size=6),
    half_life=st.timedeltas(timedelta(seconds=1), timedelta.max) | st.just(HALF_LIFE),
)
def test_tastes_made_together_are_those_of_each_alone_to_the_last_bit(
    some: list[tuple[Said, bool]], half_life: timedelta
) -> None:
    pairs = asked([each for each, _ in some], columns=[columns for _, columns in some])
    together, alone = collect(half_life), collect(half_life)
    expected = [alone.taste(*pair) for pair in pairs]
    made = together.tastes(pairs)
    assert len(made) == len(pairs)
    assert [told(together, made.taste(line)) for line in range(len(made))] == [told(alone, each) for each in expected]
    assert made.likes.tolist() == [len(each.wanted) for each in expected]
    assert [told(together, together.taste(*pair)) for pair in pairs] == [told(alone, each) for each in expected]


@settings(deadline=None)
@given(some=st.lists(said(), min_size=1, max_size=4), picked=st.lists(st.integers(0, 3), max_size=6))
def test_an_interest_that_several_share_has_a_line_for_each(some: list[Said], picked: list[int]) -> None:
    pairs = asked(some, columns=[True] * len(some))
    wanted = [pairs[at % len(pairs)] for at in picked]
    examples = collect()
    made = examples.tastes(wanted)
    lines = [made.taste(line) for line in range(len(made))]
    assert [told(examples, line) for line in lines] == [told(examples, examples.taste(*pair)) for pair in wanted]
    assert made.made_of(np.ones(len(examples.all), dtype=bool))[0].max(initial=-1) < len(wanted)


@settings(deadline=None)
@given(some=st.lists(said(), max_size=5), dice=st.integers(0, 2**32 - 1))
def test_which_tastes_are_made_of_some_places_is_told_line_by_line(some: list[Said], dice: int) -> None:
    examples = collect()
    made = examples.tastes(asked(some, columns=[True] * len(some)))
    among = np.random.default_rng(dice).random(len(examples.all)) < 0.5
    tastes = [made.taste(line) for line in range(len(made))]
    expected = [
        (line, place)
        for places in ([each.wanted for each in tastes], [each.unwanted for each in tastes])
        for line, theirs in enumerate(places)
        for place in theirs
        if among[place]
    ]
    assert list(zip(*(each.tolist() for each in made.made_of(among)), strict=True)) == expected


def test_readers_with_other_papers_at_hand_have_only_these() -> None:
    vote = Vote(paper=PAPERS[0].id, given_at=NOW), Vote(paper=PAPERS[1].id, given_at=NOW)
    one, other = (Interest(liked=votes) for votes in in_columns(vote, vote))
    examples = collect()
    made = examples.tastes([(reader(one, at_hand=PAPERS[:1]), one), (reader(other, at_hand=PAPERS[1:2]), other)])
    labels = [[e.label for e in examples.named(made.taste(line).wanted)] for line in range(2)]
    assert labels == [[PAPERS[0].title], [PAPERS[1].title]]
    assert made.weights.tolist() == [1, 1]


def test_tastes_in_arrays_are_mixed_as_single_ones_are() -> None:
    votes = tuple(Vote(paper=item.id, given_at=NOW - n * HALF_LIFE / 7) for n, item in enumerate(AT_HAND))[::-1]
    pairs = asked([(votes[:3], votes[3:], ("ants",)), ((), (), ()), (votes, (), ())], columns=[True] * 3)
    examples = collect()
    made = examples.tastes(pairs)
    single = Tastes.of([examples.taste(*pair) for pair in pairs])
    for name in ("wanted", "weights", "wanted_ends", "unwanted", "unwanted_ends"):
        assert np.array_equal(getattr(made, name), getattr(single, name)), name
    assert np.array_equal(made.mixing(9).toarray(), single.mixing(9).toarray())


@given(moments=st.lists(MOMENTS, max_size=9))
def test_many_ages_weigh_what_each_weighs(moments: list[datetime]) -> None:
    since = [(moment - EPOCH) // timedelta(microseconds=1) for moment in moments]
    found = Ages(NOW, HALF_LIFE)
    assert found.weights(np.array(since, dtype=np.int64)).tolist() == [found.weight(each) for each in moments]


def test_a_vote_halves_with_every_half_life() -> None:
    found = Ages(NOW, HALF_LIFE)
    assert [found.weight(NOW - n * HALF_LIFE) for n in range(20)] == [ldexp(1.0, -n) for n in range(20)]
