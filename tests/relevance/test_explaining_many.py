"""What many readers are told at once is what each is told alone, and terms that are read late say the same."""

import itertools
from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.editions import Reason
from digest.relevance.calibration import Calibration
from digest.relevance.encounters import strongest
from digest.relevance.ranking import UNREAD, DayRanking, Question
from digest.relevance.readers import Reader, Voted
from digest.relevance.reasons import Wish, briefly
from digest.relevance.text import TermCounts
from digest.subscribers import Learner
from tests.relevance.builders import (
    HALF_LIFE,
    NOW,
    about,
    archive_space,
    candidate,
    contenders,
    counted,
    day,
    explainer,
    interest,
    listing,
    number_of,
    question,
    reader,
    wants,
)

ITEMS = listing(12)
LIKED = [about(n % 4, number=9_000 + n) for n in range(14)]

likes = st.lists(st.integers(0, len(LIKED) - 1), max_size=9, unique=True)
readers = st.tuples(likes, likes, st.sampled_from(["", "spin glass of the sea"]), st.sampled_from(list(Learner)))
rows = st.lists(st.integers(0, len(ITEMS) - 1), max_size=len(ITEMS), unique=True)

Drawn = tuple[list[int], list[int], str, Learner]


def made(drawn: Drawn) -> Reader:
    """By numbers, because a reader in full is more than Hypothesis likes to print."""
    liked, disliked, text, learner = drawn
    who = wants(*filter(None, [text]), liked=[LIKED[n] for n in liked], disliked=[LIKED[n] for n in disliked])
    return Reader(who.profile, who.papers, learner)


def alone(ranking: DayRanking, wish: Wish) -> list[tuple[Reason, ...]]:
    return explainer(ranking, archive_space(), wish.reader).briefly(wish.rows)


@given(asked=st.lists(st.tuples(readers, rows), min_size=1, max_size=20))
@settings(deadline=None)
def test_each_of_many_is_told_to_the_last_bit_what_they_would_be_told_alone(
    asked: list[tuple[Drawn, list[int]]],
) -> None:
    ranking, told = day(ITEMS, archive_space()), [(made(drawn), shown) for drawn, shown in asked]
    list(ranking.in_turn([question(ranking, who) for who, _ in told], depth=3))
    wishes = [Wish(who, who.profile.interests[0], shown) for who, shown in told]

    found = briefly(ranking, archive_space(), wishes)

    assert found == [alone(day(ITEMS, archive_space()), wish) for wish in wishes]


def test_interests_of_one_reader_are_told_apart() -> None:
    ranking = day(ITEMS, archive_space())
    who = reader(
        interest(name="one", liked=LIKED[:3]), interest("spin glass", name="other", liked=LIKED[3:5]), at_hand=LIKED
    )
    wishes = [Wish(who, each, [0, 5]) for each in who.profile.interests]

    found = briefly(ranking, archive_space(), wishes)

    for each, told in zip(wishes, found, strict=True):
        assert told == explainer(ranking, archive_space(), who, each.interest.name).briefly([0, 5])
    assert found[0] != found[1]


def test_of_words_that_give_the_same_the_first_are_told_and_of_none_nothing() -> None:
    totals = np.array([[0.0, 2.0, -3.0, 2.0, 2.0], [0.0, 0.0, 0.0, 0.0, 0.0]])
    line, column, value = strongest(totals, 3)
    assert (line.tolist(), column.tolist(), value.tolist()) == ([0, 0, 0], [2, 1, 3], [-3.0, 2.0, 2.0])


def test_terms_that_are_read_when_they_are_asked_for_give_the_same_order_and_reasons() -> None:
    terms = {number_of(each): counted(each) for each in LIKED}
    asked: list[list[int]] = []

    def read(numbers: Sequence[int]) -> dict[int, TermCounts]:
        asked.append(list(numbers))
        return {number: terms[number] for number in numbers}

    who = wants("spin glass", liked=LIKED[:5])
    late = Reader(who.profile, {key: Voted(each.number, each.title, UNREAD) for key, each in who.papers.items()})
    usual, candidates = day(ITEMS, archive_space()), [candidate(item) for item in ITEMS]
    lazy = DayRanking(archive_space(), candidates, Calibration.usual(), now=NOW, half_life=HALF_LIFE, read=read)

    assert contenders(lazy, late) == contenders(usual, who)
    assert briefly(lazy, archive_space(), [Wish(late, late.profile.interests[0], [0, 1])]) == briefly(
        usual, archive_space(), [Wish(who, who.profile.interests[0], [0, 1])]
    )
    assert sorted(itertools.chain.from_iterable(asked)) == sorted(number_of(each) for each in LIKED[:5])


def test_who_is_asked_about_nothing_is_told_nothing() -> None:
    ranking = day(ITEMS, archive_space())
    assert briefly(ranking, archive_space(), []) == []
    assert list(ranking.in_turn([Question(wants(), question(ranking, wants()).offered)], depth=3)) == [[]]
