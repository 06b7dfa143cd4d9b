"""Reasons are exact: what is shown adds up to the score."""

import math
from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from digest.authors import Byline
from digest.editions import Reason, ReasonKind
from digest.papers import Paper
from digest.relevance import rules
from digest.relevance.readers import Examples, Reader
from digest.relevance.reasons import BACKGROUND, LIKEST, MATCHES, NAMED_LIKES, NAMED_TERMS, newest_reason, total
from digest.relevance.scoring import DISLIKE_WEIGHT, Vectors
from digest.relevance.space import Space
from digest.relevance.text import stem_id, terms
from tests.fakes import paper
from tests.relevance.builders import (
    HALF_LIFE,
    NOW,
    WORDS,
    Formula,
    Scene,
    about,
    archive_space,
    contenders,
    counted,
    day,
    explainer,
    interest,
    listing,
    number_of,
    reader,
    scenes,
    space_of,
    wants,
)

CLOSE = 1e-9
AKIN = {ReasonKind.LIKED, ReasonKind.INTEREST}
NARROW = 1e-4  # what a score of float32 may be off


def reasons(item: Paper, who: Reader, background: list[Paper]) -> tuple[Reason, ...]:
    space = space_of(background)
    return explainer(day([item], space), space, who).reasons(0)


def of_kind(found: tuple[Reason, ...], kind: ReasonKind) -> list[Reason]:
    return [reason for reason in found if reason.kind is kind]


def exact(items: list[Paper], space: Space, who: Reader) -> list[float]:
    """The score of each paper in float64, by the formula and the rules."""
    (asked,) = who.profile.interests
    examples = Examples(now=NOW, half_life=HALF_LIFE)
    taste = examples.taste(who, asked)
    vectors = Vectors(space, [each.counts for each in examples.all], examples.keys)
    plain = Formula(space, [counted(item) for item in items], [number_of(item) for item in items])
    ruled = rules.RuleBook(items).wanted(asked)
    return [score + ruled.get(row, 0) for row, score in enumerate(plain.scores(taste, vectors).tolist())]


# ------------------------------------------------------------ the sum


@given(scene=scenes())
@settings(deadline=None)
def test_contributions_sum_to_the_score_to_the_last_digits(scene: Scene) -> None:
    explained = explainer(day(scene.items, scene.space), scene.space, scene.who)
    for row, score in enumerate(exact(scene.items, scene.space, scene.who)):
        found = explained.reasons(row)
        assert abs(math.fsum(reason.contribution for reason in found) - score) < CLOSE
        assert total(found) == math.fsum(reason.contribution for reason in found)


@given(scene=scenes())
@settings(deadline=None)
def test_what_is_shown_is_what_has_ranked(scene: Scene) -> None:
    ranking = day(scene.items, scene.space)
    explained = explainer(ranking, scene.space, scene.who)
    for each in contenders(ranking, scene.who):
        assert abs(total(explained.reasons(each.row)) - each.score) < NARROW


@given(scene=scenes())
@settings(deadline=None)
def test_every_reason_says_what_it_can_prove(scene: Scene) -> None:
    ranking = day(scene.items, scene.space)
    explained = explainer(ranking, scene.space, scene.who)
    for row, item in enumerate(scene.items):
        found = explained.reasons(row)
        shares = [reason.contribution for reason in found]
        assert shares == sorted(shares, reverse=True)
        assert 0 not in shares
        assert sum(reason.kind in {ReasonKind.LIKED, ReasonKind.INTEREST} for reason in found) <= NAMED_LIKES + 2
        assert len(of_kind(found, ReasonKind.DISLIKED)) <= 1
        assert len(of_kind(found, ReasonKind.BACKGROUND)) <= 1
        for reason in found:
            written = {word for word, _ in reason.terms}
            assert len(reason.terms) == len({tuple(map(stem_id, word.split())) for word in written}) <= NAMED_TERMS
            assert written <= {*terms(item.title), *terms(item.abstract)}


def test_five_thousand_liked_papers_still_add_up() -> None:
    random = np.random.default_rng(0)
    words = [*WORDS, *(f"word{n}" for n in range(300))]
    liked = [paper(" ".join(random.choice(words, 8)), number=n, abstract="") for n in range(5_000)]
    items = [paper(" ".join(random.choice(words, 8)), number=n) for n in range(9_000, 9_020)]
    space, who = space_of([*liked[:300], *items]), wants(liked=liked)
    explained = explainer(day(items, space), space, who)
    for row, score in enumerate(exact(items, space, who)):
        found = explained.reasons(row)
        assert abs(total(found) - score) < CLOSE
        assert len(found) <= NAMED_LIKES + 2


def test_a_paper_without_known_words_has_no_reasons() -> None:
    assert reasons(paper("", abstract=""), wants("graph", liked=[paper("spin")]), [paper("graph spin")]) == ()
    assert total(()) == 0


# ------------------------------------------------------------ what is named


def test_a_liked_paper_is_named_with_the_words_that_carried_it() -> None:
    liked, new = paper("Spin glasses", abstract=""), paper("Quantum spin glasses", abstract="frustrated order")
    (reason,) = of_kind(reasons(new, wants(liked=[liked]), [liked, new]), ReasonKind.LIKED)
    assert reason.label == "Spin glasses"
    assert {word for word, _ in reason.terms} == {"spin", "glasses", "spin glasses"}
    shares = [share for _, share in reason.terms]
    assert shares == sorted(shares, reverse=True)
    assert math.fsum(shares) == pytest.approx(reason.contribution, abs=CLOSE)


def test_words_the_reader_wrote_are_named_as_the_paper_has_them() -> None:
    new = paper("Networked spins", abstract="")
    (reason,) = of_kind(reasons(new, wants("network spin"), [new, paper("network")]), ReasonKind.INTEREST)
    assert reason.label == "network spin"
    assert {word for word, _ in reason.terms} == {"networked", "spins", "networked spins"}


def test_no_word_is_named_that_only_the_company_has() -> None:
    space, new = archive_space(), about(3, number=9_000, words=6)
    who = wants(liked=[about(3, number=9_100), about(3, number=9_101)])
    for reason in explainer(day([new], space), space, who).reasons(0):
        assert {word for word, _ in reason.terms} <= {*terms(new.title), *terms(new.abstract)}
        assert bool(reason.terms) is (reason.label != BACKGROUND)


def test_the_strongest_examples_are_named_and_the_others_added_up() -> None:
    liked = [paper("graph " * n + "network " * (9 - n), abstract="") for n in range(1, 9)]
    found = of_kind(reasons(paper("graph", abstract=""), wants(liked=liked), liked), ReasonKind.LIKED)
    assert len(found) == NAMED_LIKES + 1
    assert [reason.label for reason in found if not reason.terms] == ["3 more"]
    named = {reason.label for reason in found if reason.terms}
    assert named == {item.title for item in liked[-NAMED_LIKES:]}


def test_likes_and_texts_are_added_up_apart() -> None:
    words = ("spin", "lattice", "quantum", "bandit", "protein", "molecule")
    liked = [paper(f"graph {word}", abstract="") for word in words]
    who = wants(*(f"graph of {word}" for word in words), liked=liked)
    found = [each for each in reasons(paper("graph", abstract=""), who, liked) if each.label.endswith(" more")]
    assert {reason.kind for reason in found} == {ReasonKind.LIKED, ReasonKind.INTEREST}
    assert sum(int(reason.label.split()[0]) for reason in found) == 12 - NAMED_LIKES


def test_the_most_alike_of_the_disliked_takes_its_part_away_and_no_other_does() -> None:
    near, far, new = (paper(title, abstract="") for title in ("Spin glasses", "A spin", "Spin glasses again"))
    background = [near, far, new]
    (reason,) = of_kind(reasons(new, wants(disliked=[far, near]), background), ReasonKind.DISLIKED)
    rows = np.asarray(space_of(background).rows([counted(near), counted(new)]).todense(), dtype=np.float64)
    assert reason.label == "Spin glasses"
    assert reason.contribution == pytest.approx(-DISLIKE_WEIGHT * rows[0] @ rows[1], abs=CLOSE)
    assert math.fsum(share for _, share in reason.terms) == pytest.approx(reason.contribution, abs=CLOSE)


def test_what_a_paper_is_read_together_with_is_not_held_against_it() -> None:
    space, disliked = archive_space(), paper("abba", abstract="")
    new = paper("abba erdi", abstract="")
    (reason,) = of_kind(explainer(day([new], space), space, wants(disliked=[disliked])).reasons(0), ReasonKind.DISLIKED)
    rows = np.asarray(space.rows([counted(disliked), counted(new)]).todense(), dtype=np.float64)
    assert reason.contribution == pytest.approx(-DISLIKE_WEIGHT * rows[0] @ rows[1], abs=CLOSE)
    assert [word for word, _ in reason.terms] == ["abba"]
    assert reason.terms[0][1] == pytest.approx(reason.contribution, abs=CLOSE)


def test_what_is_like_nothing_disliked_loses_nothing() -> None:
    spins, graphs = paper("Spin glasses", abstract=""), paper("Graph networks", abstract="")
    assert of_kind(reasons(graphs, wants("graph", disliked=[spins]), [spins, graphs]), ReasonKind.DISLIKED) == []


def test_rules_are_reasons_in_the_reader_s_own_spelling() -> None:
    by_friend = paper("Self-supervised graphs", authors=("Éva Ólafs", "Bo Berg"))
    new = replace(by_friend, bylines=(Byline(name="Éva Ólafs", affiliations=("ETH Zürich",)),))
    who = wants(follow=("Eva Olafs", "Nobody"), include=("SELF SUPERVISED", "spin"), organisations=("eth zurich",))
    stated = {(reason.kind, reason.label): reason.contribution for reason in reasons(new, who, [])}
    assert stated == {
        (ReasonKind.AUTHOR, "Eva Olafs"): rules.ALWAYS,
        (ReasonKind.INCLUDE, "SELF SUPERVISED"): rules.ALWAYS,
        (ReasonKind.ORGANISATION, "eth zurich"): rules.ALWAYS,
    }


# ------------------------------------------------------------ which interest, which paper


def test_a_paper_is_explained_for_the_interest_that_is_asked_about() -> None:
    space = space_of(listing(30))
    who = reader(interest("erdi", name="one"), interest("abba", name="other"))
    ranking = day(listing(30), space)
    for name, text in (("one", "erdi"), ("other", "abba")):
        explained = explainer(ranking, space, who, name)
        found = [reason for row in range(30) for reason in of_kind(explained.reasons(row), ReasonKind.INTEREST)]
        assert {reason.label for reason in found} == {text}


def test_a_paper_that_rules_keep_out_is_explained_as_well() -> None:
    graphs, spins = paper("Graph networks"), paper("Spin glasses")
    space = space_of([graphs, spins])
    who = wants("graph networks", exclude=("graph",), categories=("math",))
    ranking = day([graphs, spins], space)
    assert contenders(ranking, who) == []
    found = explainer(ranking, space, who).reasons(0)
    assert of_kind(found, ReasonKind.INTEREST)[0].contribution > 0


def test_the_newest_are_labelled_with_the_categories_the_reader_chose() -> None:
    new = paper("Graphs", categories=("cs.LG", "stat.ML", "math.ST"))
    for chosen, label in ((("stat.ML", "math.ST"), "stat.ML, math.ST"), (("cs",), "cs.LG"), ((), "cs.LG")):
        (reason,) = newest_reason(new, chosen)
        assert (reason.kind, reason.label, reason.contribution) == (ReasonKind.NEWEST, label, 0)
    assert [reason.label for reason in newest_reason(paper("Graphs", categories=()), ())] == [""]


# ------------------------------------------------------------ told in brief


def likest(found: tuple[Reason, ...]) -> list[Reason]:
    """The examples whose words are told in brief."""
    return [each for each in found if each.kind in AKIN and each.contribution > 0 and " more" not in each.label][
        :LIKEST
    ]


@given(scene=scenes())
@settings(deadline=None)
def test_in_brief_every_share_is_the_same(scene: Scene) -> None:
    explained = explainer(day(scene.items, scene.space), scene.space, scene.who)
    for row, found in enumerate(explained.briefly(range(len(scene.items)))):
        whole = explained.reasons(row)
        assert [(each.kind, each.label) for each in found] == [(each.kind, each.label) for each in whole]
        for brief, full in zip(found, whole, strict=True):
            assert brief.contribution == pytest.approx(full.contribution, abs=CLOSE)


@given(scene=scenes())
@settings(deadline=None)
def test_in_brief_the_words_are_those_that_gave_most_over_the_likest(scene: Scene) -> None:
    explained = explainer(day(scene.items, scene.space), scene.space, scene.who)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("digest.relevance.reasons.NAMED_TERMS", 10_000)
        every = [explained.reasons(row) for row in range(len(scene.items))]
    for whole, found in zip(every, explained.briefly(range(len(scene.items))), strict=True):
        totals: dict[str, float] = defaultdict(float)
        for each in likest(whole):
            for word, share in each.terms:
                totals[word] += share
        told = [term for each in found for term in each.terms if each.kind is not ReasonKind.DISLIKED]
        assert [share for _, share in told] == pytest.approx(sorted(totals.values(), reverse=True)[:MATCHES], abs=CLOSE)
        assert all(share == pytest.approx(totals[word], abs=CLOSE) for word, share in told)
        assert [each for each in found if each.terms and each.kind in AKIN] == likest(found)[: bool(told)]
