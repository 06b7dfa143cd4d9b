"""Who is ranked by words alone: the plain sum that they are promised, beside others who have all of the kernel."""

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.editions import ReasonKind
from digest.papers import Paper
from digest.relevance import rules
from digest.relevance.embedding import Embeddings
from digest.relevance.latent import Dense
from digest.relevance.ranking import DayRanking
from digest.relevance.readers import Reader
from digest.relevance.reasons import total
from digest.relevance.scoring import DISLIKE_WEIGHT
from digest.relevance.space import Space
from digest.relevance.text import TermCounts, count_words
from digest.subscribers import Learner
from tests.fakes import paper
from tests.relevance.builders import (
    FIRST,
    Scene,
    about,
    archive,
    archive_space,
    contenders,
    counted,
    day,
    explainer,
    listing,
    number_of,
    question,
    readers,
    scenes,
    space_of,
    topical,
    wants,
)

CLOSE = 1e-9
NARROW = 1e-4  # what a score of float32 may be off
Vector = npt.NDArray[np.float64]

known = st.lists(st.sampled_from(archive()), max_size=5, unique_by=lambda item: item.id)
votes = st.tuples(known, topical(at_most=8, first=FIRST + 500)).map(lambda both: [*both[0], *both[1]])


MIXED = [*archive()[50:60], *listing(20)]  # of the background and new


@lru_cache
def mixed_day() -> DayRanking:
    return day(MIXED, archive_space())


def by_words(who: Reader) -> Reader:
    return replace(who, learner=Learner.WORDS)


def rows(space: Space, documents: Sequence[TermCounts]) -> Vector:
    return np.asarray(space.rows(documents).toarray(), dtype=np.float64)


def with_others(space: Space, items: Sequence[Paper], own: Vector) -> Vector:
    """The mean likeness of each paper to those of the background, left out of them where it is one of several."""
    likeness, papers = own @ space.mean.astype(np.float64), len(space.model)
    held = np.isin([number_of(item) for item in items], space.model.numbers) & (papers > 1)
    return np.where(held, (papers * likeness - (own * own).sum(axis=1)) / max(papers - 1, 1), likeness)


def recipe(space: Space, items: Sequence[Paper], who: Reader) -> Vector:
    """The mean of what is wanted less the mean of the background, with dislikes and rules, in float64."""
    (asked,) = who.profile.interests
    own = rows(space, [counted(item) for item in items])
    wanted = [who.papers[vote.paper].counts for vote in asked.liked] + [count_words(text) for text in asked.texts]
    found = own @ rows(space, wanted).mean(axis=0) if wanted else np.zeros(len(items))
    found -= with_others(space, items, own)
    if asked.disliked:
        unwanted = rows(space, [who.papers[vote.paper].counts for vote in asked.disliked])
        found -= DISLIKE_WEIGHT * (own @ unwanted.T).max(axis=1)
    for row, share in rules.RuleBook(items).wanted(asked).items():
        found[row] += share
    return found


# ------------------------------------------------------------ the score


@given(liked=st.lists(st.sampled_from(archive()[:60]), min_size=1, max_size=9, unique_by=lambda item: item.id))
@settings(deadline=None)
def test_the_order_is_that_of_the_mean_liked_paper_less_the_mean_of_the_background(liked: list[Paper]) -> None:
    who = wants(liked=liked)
    expected = recipe(archive_space(), MIXED, who)

    found = contenders(mixed_day(), by_words(who))

    in_this_order = expected[[each.row for each in found]]
    assert len(found) == len(MIXED)
    assert [each.score for each in found] == pytest.approx(in_this_order, abs=NARROW)
    assert (np.diff(in_this_order) <= 1e-6).all()


@given(scene=scenes())
@settings(deadline=None)
def test_reasons_add_up_to_the_score_to_the_last_digits(scene: Scene) -> None:
    who, ranking = by_words(scene.who), day(scene.items, scene.space)
    explained = explainer(ranking, scene.space, who)
    exact = recipe(scene.space, scene.items, who)

    for row, score in enumerate(exact):
        assert abs(math.fsum(reason.contribution for reason in explained.reasons(row)) - score) < CLOSE
    for each in contenders(ranking, who):
        assert abs(total(explained.reasons(each.row)) - each.score) < NARROW


@given(who=readers(votes), items=topical(at_least=1))
@settings(deadline=None)
def test_in_an_archive_without_neighbours_both_learners_are_one(who: Reader, items: list[Paper]) -> None:
    ranking = day(items, archive()[:90])

    assert contenders(ranking, by_words(who)) == contenders(ranking, who)


def test_no_neighbour_speaks_for_a_paper_that_shares_no_word_with_what_was_liked() -> None:
    space, new = archive_space(), paper("abpi abqua", number=FIRST, abstract="")
    who = wants(liked=[paper("abba abce abdi", number=9_000, abstract="")])
    ranking = day([new], space)

    assert any(reason.kind is ReasonKind.LIKED for reason in explainer(ranking, space, who).reasons(0))
    (everybody,) = explainer(ranking, space, by_words(who)).reasons(0)
    assert everybody.kind is ReasonKind.BACKGROUND
    (found,) = contenders(ranking, by_words(who))
    assert found.score == pytest.approx(everybody.contribution, abs=NARROW)


def test_a_higher_score_is_likelier_and_what_was_liked_stands_out() -> None:
    ranking = day(listing(60), archive_space())
    found = contenders(ranking, by_words(wants(liked=[about(3, number=9_000 + n) for n in range(5)])))

    chances = [each.probability for each in sorted(found, key=lambda each: -each.score)]
    assert chances == sorted(chances, reverse=True)
    assert {each.row % 10 for each in found[:6]} == {3}


# ------------------------------------------------------------ beside others


@given(full=readers(votes), words=readers(votes).map(by_words), words_first=st.booleans())
@settings(deadline=None)
def test_readers_of_another_learner_change_no_bit(full: Reader, words: Reader, words_first: bool) -> None:
    ranking, depth = mixed_day(), len(MIXED)
    asked = [question(ranking, who) for who in ((words, full) if words_first else (full, words))]

    together = ranking.contenders(asked, depth=depth)

    assert together == [ranking.contenders([each], depth=depth)[0] for each in asked]


class Counting:
    """An embedder that remembers what it was asked about."""

    name = "counting"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Dense:
        self.asked += texts
        return np.ones((len(texts), 2), dtype=np.float32)


def test_what_readers_of_words_wrote_is_not_embedded() -> None:
    embedder, model = Counting(), space_of(archive()[:20]).model
    space = Space(model, Embeddings(embedder, lambda numbers: {n: f"paper {n}" for n in numbers}, model.numbers))
    ranking = day(listing(3), space)

    contenders(ranking, by_words(wants("abba erdi")))
    assert "abba erdi" not in embedder.asked
    contenders(ranking, wants("abba erdi"))
    assert "abba erdi" in embedder.asked
