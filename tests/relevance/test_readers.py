"""What readers said becomes examples, each once, with the weight of its age."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.editions import ReasonKind
from digest.relevance.readers import UNKEPT, Examples, Reader
from digest.relevance.tastes import Taste
from digest.relevance.text import count_words
from digest.subscribers import Interest
from tests.fakes import paper
from tests.relevance.builders import HALF_LIFE, NOW, counted, interest, number_of, reader, votes, wants
from tests.relevance.test_crowds import Said, asked, said

GRAPHS, SPINS, BANDITS = (paper(title) for title in ("Graph networks", "Spin glasses", "Bandits with delays"))


def collect() -> Examples:
    return Examples(now=NOW, half_life=HALF_LIFE)


def taste(examples: Examples, who: Reader) -> Taste:
    (asked,) = who.profile.interests
    return examples.taste(who, asked)


def aged(*ages: timedelta) -> tuple[Reader, Interest]:
    """Somebody who liked as many papers so long ago."""
    liked = [paper(f"Paper {n}") for n in range(len(ages))]
    given_then = [votes([item], NOW - age)[0] for item, age in zip(liked, ages, strict=True)]
    kept = Interest(liked=tuple(given_then))
    return reader(kept, at_hand=liked), kept


def weights(*ages: timedelta) -> tuple[float, ...]:
    return collect().taste(*aged(*ages)).weights


def test_a_vote_of_one_half_life_counts_half_as_much() -> None:
    assert weights(timedelta(0), HALF_LIFE, 2 * HALF_LIFE) == pytest.approx((4 / 7, 2 / 7, 1 / 7))


def test_a_vote_from_tomorrow_counts_as_one_of_today() -> None:
    assert weights(timedelta(days=-900), timedelta(0)) == (0.5, 0.5)


def test_whoever_voted_long_ago_only_is_still_served() -> None:
    ages = timedelta(days=365 * 900), timedelta(days=365 * 1000)
    assert weights(*ages) == (0.5, 0.5)
    assert weights(timedelta(0), *ages) == pytest.approx((1, 0, 0), abs=1e-8)


@given(days=st.lists(st.integers(-10, 400_000), min_size=1, max_size=9))
def test_weights_sum_to_one_and_never_rise_with_age(days: list[int]) -> None:
    found = weights(*(timedelta(days=each) for each in sorted(days)))
    assert sum(found) == pytest.approx(1)
    assert list(found) == sorted(found, reverse=True)
    assert min(found) > 0


def test_likes_and_texts_are_wanted_and_dislikes_are_not() -> None:
    who, examples = wants("spin glasses", "bandits", liked=[GRAPHS], disliked=[SPINS]), collect()
    found = taste(examples, who)
    assert [each.kind for each in examples.named(found.wanted)] == [
        ReasonKind.LIKED, ReasonKind.INTEREST, ReasonKind.INTEREST,
    ]  # fmt: skip
    assert [each.label for each in examples.named(found.wanted)] == [GRAPHS.title, "spin glasses", "bandits"]
    assert found.weights == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert [(each.kind, each.label) for each in examples.named(found.unwanted)] == [(ReasonKind.DISLIKED, SPINS.title)]


def test_a_text_weighs_as_much_as_a_new_vote() -> None:
    who, asked = aged(HALF_LIFE)
    found = collect().taste(who, Interest(texts=("graphs",), liked=asked.liked))
    assert found.weights == pytest.approx((1 / 3, 2 / 3))


def test_examples_carry_their_words_and_their_number() -> None:
    examples = collect()
    taste(examples, wants("spin glasses", liked=[GRAPHS]))
    liked, written = examples.all
    assert liked.counts.to_bytes() == counted(GRAPHS).to_bytes()
    assert written.counts.to_bytes() == count_words("spin glasses").to_bytes()
    assert examples.numbers == [number_of(GRAPHS), UNKEPT]


def test_votes_on_papers_that_are_not_at_hand_are_left_out() -> None:
    asked = interest(liked=[GRAPHS, SPINS], disliked=[BANDITS])
    examples = collect()
    found = taste(examples, reader(asked, at_hand=[GRAPHS]))
    assert (found.wanted, found.weights, found.unwanted) == ((0,), (1.0,), ())
    nothing = taste(collect(), reader(asked))
    assert (nothing.wanted, nothing.weights, nothing.unwanted) == ((), (), ())


def test_whoever_says_nothing_has_no_taste() -> None:
    examples = collect()
    found = taste(examples, wants())
    assert (found.wanted, found.weights, found.unwanted, examples.all) == ((), (), (), [])


def test_what_many_readers_like_is_one_example() -> None:
    examples = collect()
    one, other = taste(examples, wants("spin", liked=[GRAPHS])), taste(examples, wants("spin", liked=[SPINS, GRAPHS]))
    assert (one.wanted, other.wanted) == ((0, 1), (2, 0, 1))
    assert len(examples.all) == 3


def test_what_one_likes_and_another_does_not_are_two_examples() -> None:
    examples = collect()
    taste(examples, wants(liked=[GRAPHS]))
    taste(examples, wants(disliked=[GRAPHS]))
    assert [each.kind for each in examples.all] == [ReasonKind.LIKED, ReasonKind.DISLIKED]


def test_words_like_a_paper_s_id_are_words() -> None:
    examples = collect()
    found = taste(examples, wants(GRAPHS.id, liked=[GRAPHS]))
    assert [each.kind for each in examples.named(found.wanted)] == [ReasonKind.LIKED, ReasonKind.INTEREST]


# ------------------------------------------------------------ many at once


@settings(deadline=None)
@given(some=st.lists(said(), max_size=6), together=st.integers(0, 6))
def test_what_is_held_of_many_is_the_taste_of_each_however_many_were_made_together(
    some: list[Said], together: int
) -> None:
    pairs, examples = asked(some, columns=[True] * len(some)), collect()
    examples.tastes(pairs[:together])

    held = examples.held([*pairs, *pairs[:1]])

    expected = [examples.taste(*pair) for pair in (*pairs, *pairs[:1])]
    found = [held.taste(line) for line in range(len(held))]
    assert [(each.wanted, each.weights, each.unwanted) for each in found] == [
        (each.wanted, each.weights, each.unwanted) for each in expected
    ]


def test_labels_tell_of_each_example_of_one_that_came_later_too() -> None:
    examples = collect()
    taste(examples, wants("spin glasses", liked=[GRAPHS]))
    before = examples.labels.tolist(), examples.are_written.tolist()
    taste(examples, wants("bandits", disliked=[SPINS]))
    assert before == ([GRAPHS.title, "spin glasses"], [False, True])
    assert examples.labels.tolist() == [each.label for each in examples.all]
    assert examples.are_written.tolist() == [False, True, True, False]
