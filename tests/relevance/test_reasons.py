"""Reasons are exact: what is shown adds up to the score."""

import math

import numpy as np
import pytest
from hypothesis import given, settings

from digest.editions import ReasonKind, Recommendation
from digest.papers import Paper
from digest.relevance import rules
from digest.relevance.ranking import NAMED_LIKES, NAMED_TERMS, Reader
from digest.relevance.scorer import DISLIKE_WEIGHT
from digest.subscribers import Profile
from tests.fakes import paper
from tests.relevance.builders import WORDS, counted, day, explained, fitted, papers, reader, readers

CLOSE = 1e-9


def adds_up(item: Recommendation, ranked_score: float) -> None:
    assert abs(math.fsum(reason.contribution for reason in item.reasons) - item.score) < CLOSE
    assert abs(item.score - ranked_score) < CLOSE


@given(listing=papers(), background=papers(), who=readers())
@settings(deadline=None)
def test_contributions_sum_to_the_score_that_ranked(listing: list[Paper], background: list[Paper], who: Reader) -> None:
    for ranking in (day(listing), day(listing, background), day(listing, [*listing, *background])):
        ranked = ranking.rank(who)
        for before, item in zip(ranked, ranking.explained(who, ranked), strict=True):
            adds_up(item, before.score)
            assert item.paper == before.candidate.paper
            assert item.announced == before.candidate.announced
            assert [r.contribution for r in item.reasons] == sorted(
                (r.contribution for r in item.reasons), reverse=True
            )


@given(listing=papers(at_least=1), who=readers())
@settings(deadline=None)
def test_every_reason_says_what_it_can_prove(listing: list[Paper], who: Reader) -> None:
    for item in explained(day(listing), who):
        for reason in item.reasons:
            named = math.fsum(share for _, share in reason.terms)
            assert len(reason.terms) <= NAMED_TERMS
            assert abs(named) <= abs(reason.contribution) + CLOSE
            assert reason.label or reason.kind in {ReasonKind.LIKED, ReasonKind.DISLIKED, ReasonKind.INTEREST}
            if reason.kind in {ReasonKind.LIKED, ReasonKind.INTEREST}:
                assert reason.contribution > 0
            if reason.kind is ReasonKind.DISLIKED:
                assert reason.contribution < 0
            for word, _ in reason.terms:
                assert set(word.split()) <= set(f"{item.paper.title} {item.paper.abstract}".lower().split())


def test_a_liked_paper_is_named_with_the_words_that_carried_it() -> None:
    liked = paper("Spin glasses", abstract="quantum magnets")
    new = paper("Quantum spin glasses", abstract="frustrated order")
    (item,) = explained(day([new], [liked, new]), reader(liked=[liked]))
    (reason,) = [reason for reason in item.reasons if reason.kind is ReasonKind.LIKED]
    assert reason.label == "Spin glasses"
    assert {word for word, _ in reason.terms} == {"spin", "glasses", "spin glasses", "quantum"}
    shares = [share for _, share in reason.terms]
    assert shares == sorted(shares, reverse=True)
    assert math.fsum(shares) == pytest.approx(reason.contribution, abs=CLOSE)


def test_a_dislike_takes_its_part_away() -> None:
    disliked, new = paper("Spin glasses"), paper("Spin glasses again")
    model = fitted([disliked, new])
    rows = np.asarray(model.transform([counted(disliked), counted(new)]).todense())
    (item,) = explained(day([new], [disliked, new]), reader(disliked=[disliked]))
    (reason,) = [reason for reason in item.reasons if reason.kind is ReasonKind.DISLIKED]
    assert reason.contribution == pytest.approx(-DISLIKE_WEIGHT * rows[0] @ rows[1], abs=CLOSE)
    assert reason.label == "Spin glasses"


def test_the_strongest_likes_are_named_and_the_others_added_up() -> None:
    liked = [paper("graph " * n + "network " * (9 - n)) for n in range(1, 9)]
    (item,) = explained(day([paper("graph")], liked), reader(liked=liked))
    found = [reason for reason in item.reasons if reason.kind is ReasonKind.LIKED]
    assert len(found) == NAMED_LIKES + 1
    assert [reason.label for reason in found if not reason.terms] == ["3 more"]
    named = [reason.contribution for reason in found if reason.terms]
    assert named == sorted(named, reverse=True)


def test_rules_are_reasons_in_the_reader_s_own_spelling() -> None:
    new = paper("Self-supervised graphs", authors=("Éva Ólafs", "Bo Berg"))
    profile = Profile(follow=("Eva Olafs", "Nobody"), include=("SELF SUPERVISED", "spin"))
    (item,) = explained(day([new]), reader(profile))
    stated = {(r.kind, r.label): r.contribution for r in item.reasons if r.kind is not ReasonKind.BACKGROUND}
    assert stated == {
        (ReasonKind.AUTHOR, "Eva Olafs"): rules.FOLLOW_BONUS,
        (ReasonKind.INCLUDE, "SELF SUPERVISED"): rules.INCLUDE_BONUS,
    }


def test_the_newest_are_labelled_with_the_categories_the_reader_chose() -> None:
    new = paper("Graphs", categories=("cs.LG", "stat.ML", "math.ST"))
    for chosen, label in ((("stat.ML", "math.ST"), "stat.ML, math.ST"), (("cs",), "cs.LG"), ((), "cs.LG")):
        (item,) = explained(day([new]), reader(Profile(categories=chosen)))
        assert [reason.label for reason in item.reasons] == [label]
    (bare,) = explained(day([paper("Graphs", categories=())]), reader())
    assert [reason.label for reason in bare.reasons] == [""]


def test_two_thousand_liked_papers_still_add_up() -> None:
    random = np.random.default_rng(0)
    words = [*WORDS, *(f"word{n}" for n in range(300))]
    liked = [paper(" ".join(random.choice(words, 8)), number=n) for n in range(2000)]
    listing = [paper(" ".join(random.choice(words, 8)), number=n) for n in range(5000, 5020)]
    who = reader(liked=liked)
    ranking = day(listing, [*liked, *listing])
    ranked = ranking.rank(who)
    for before, item in zip(ranked, ranking.explained(who, ranked), strict=True):
        adds_up(item, before.score)
        assert len(item.reasons) <= NAMED_LIKES + 2
