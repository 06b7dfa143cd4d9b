"""What must hold of scores whoever reads whatever, and what is expected of the oddest readers and papers."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.editions import ReasonKind
from digest.papers import Paper
from digest.relevance.ranking import DayRanking
from digest.relevance.readers import Reader, Voted
from digest.relevance.reasons import BACKGROUND, NAMED_LIKES, total
from digest.relevance.scoring import DISLIKE_WEIGHT
from digest.relevance.selection import Contender
from digest.relevance.settings import RelevanceSettings
from digest.relevance.space import Space
from digest.relevance.text import terms
from digest.subscribers import Profile
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
    interest,
    listing,
    number_of,
    papers,
    question,
    reader,
    readers,
    scenes,
    scores,
    space_of,
    votes,
    wants,
)

SAME = 1e-6  # how far two scores of float32 may be apart
CHANCE = 1e-4  # and two probabilities
STRANGE = paper("xylograph phlogiston", number=FIRST + 900, abstract="quixotic zymurgy vexes", authors=("Nemo Nil",))


def told(found: Sequence[Contender]) -> dict[str, tuple[str, bool]]:
    """What is said of each paper besides numbers."""
    return {each.paper: (each.interest, each.must_read) for each in found}


def are_the_same(one: Sequence[Contender], other: Sequence[Contender]) -> None:
    """Two rankings of the same papers are the same, but for the last digits."""
    assert told(one) == told(other)
    by_paper = {each.paper: each for each in other}
    for each in one:
        assert each.score == pytest.approx(by_paper[each.paper].score, abs=SAME)
        assert each.probability == pytest.approx(by_paper[each.paper].probability, abs=CHANCE)


def disliking(who: Reader, item: Paper) -> Reader:
    """The same reader, who has now disliked a paper, too."""
    (asked,) = who.profile.interests
    profile = Profile(interests=(replace(asked, disliked=(*asked.disliked, *votes([item]))),))
    return Reader(profile, {**who.papers, item.id: Voted(number_of(item), item.title, counted(item))})


# ------------------------------------------------------------ what changes nothing


@given(scene=scenes(), data=st.data())
@settings(deadline=None)
def test_the_order_of_papers_makes_no_difference(scene: Scene, data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(scene.items))
    one, other = (contenders(day(items, scene.space), scene.who) for items in (scene.items, shuffled))
    are_the_same(one, other)
    if scene.space.model.basis is None:
        assert [each.paper for each in one] == [each.paper for each in other]


@given(scene=scenes(), data=st.data())
@settings(deadline=None)
def test_neither_other_readers_nor_their_order_make_a_difference(scene: Scene, data: st.DataObject) -> None:
    some = [*archive()[50:55], *listing(12, first=FIRST + 100)]
    voted = st.lists(st.sampled_from(some), max_size=6, unique_by=lambda item: item.id)
    others = data.draw(st.lists(readers(voted), max_size=4))
    ranking, everybody = day(scene.items, scene.space), data.draw(st.permutations([*others, scene.who]))
    found = ranking.contenders([question(ranking, each) for each in everybody], depth=max(len(scene.items), 1))
    for who, theirs in zip(everybody, found, strict=True):
        are_the_same(contenders(ranking, who), theirs)


@given(scene=scenes(), at=st.integers(0, 12))
@settings(deadline=None)
def test_an_unrelated_paper_changes_nothing_for_the_others(scene: Scene, at: int) -> None:
    more = [*scene.items[:at], STRANGE, *scene.items[at:]]
    before, after = (contenders(day(items, scene.space), scene.who) for items in (scene.items, more))
    after = [each for each in after if each.paper != STRANGE.id]
    are_the_same(before, after)
    if scene.space.model.basis is None:
        assert [each.paper for each in before] == [each.paper for each in after]


@given(scene=scenes())
@settings(deadline=None)
def test_a_second_look_shows_the_same(scene: Scene) -> None:
    assert contenders(day(scene.items, scene.space), scene.who) == contenders(day(scene.items, scene.space), scene.who)


# ------------------------------------------------------------ dislikes


@given(scene=scenes(), topic=st.integers(0, 9), drawn=papers(at_least=1, first=FIRST + 700))
@settings(deadline=None)
def test_a_dislike_raises_no_score_and_lowers_what_is_like_it(scene: Scene, topic: int, drawn: list[Paper]) -> None:
    plain = replace(scene.who.profile.interests[0], texts=("graph abba",), include=(), follow=(), disliked=())
    who, items = Reader(Profile(interests=(plain,)), scene.who.papers), [*scene.items, about(topic, number=FIRST + 800)]
    for disliked in (about(topic, number=FIRST + 701), drawn[0], items[-1]):
        ranking = day(items, scene.space)
        before, after = scores(ranking, who), scores(ranking, disliking(who, disliked))
        theirs, rows = scene.space.rows([counted(disliked)]), scene.space.rows([counted(item) for item in items])
        alike = (rows @ theirs.T).toarray().ravel()
        for item, likeness in zip(items, alike.tolist(), strict=True):
            assert after[item.id] == pytest.approx(before[item.id] - DISLIKE_WEIGHT * likeness, abs=SAME)
            assert after[item.id] <= before[item.id] + SAME


@given(scene=scenes(), topic=st.integers(0, 9))
@settings(deadline=None)
def test_one_more_dislike_raises_no_score(scene: Scene, topic: int) -> None:
    ranking = day(scene.items, scene.space)
    before = scores(ranking, scene.who)
    after = scores(ranking, disliking(scene.who, about(topic, number=FIRST + 701)))
    assert before.keys() == after.keys()
    assert all(after[key] <= before[key] + SAME for key in before)


@pytest.mark.parametrize("topic", range(10))
def test_a_topic_that_is_disliked_becomes_less_likely(topic: int) -> None:
    ranking, who = day(listing(40), archive_space()), wants(liked=[about(n, number=9_000 + n) for n in range(10)])
    before, after = contenders(ranking, who), contenders(ranking, disliking(who, about(topic, number=9_100)))
    chances = {each.paper: each.probability for each in before}
    of_topic = [each for each in after if each.row % 10 == topic]
    assert len(of_topic) == 4
    assert all(each.probability < chances[each.paper] for each in of_topic)
    assert {each.row % 10 for each in after[-4:]} == {topic}


# ------------------------------------------------------------ odd readers


def test_an_empty_profile_is_scored_by_nobody_and_reads_the_newest() -> None:
    ranking = day(listing(20), archive_space())
    for who in (reader(), reader(interest()), reader(interest(name="a"), interest(name="b", categories=("cs",)))):
        assert contenders(ranking, who) == []
    assert len(ranking.newest(np.ones(20, dtype=bool))) == 20


def test_one_word_is_enough_to_be_served() -> None:
    ranking = day(listing(60), archive_space())
    best = contenders(ranking, wants("erdi"))[0]
    (named, *_) = explainer(ranking, archive_space(), wants("erdi")).reasons(best.row)
    assert (named.kind, named.label) == (ReasonKind.INTEREST, "erdi")
    assert [word for word, _ in named.terms] == ["erdi"]


def test_a_word_that_nobody_has_written_yet_speaks_for_no_paper() -> None:
    ranking, who = day(listing(20), archive_space()), wants("phlogiston")
    found, explained = contenders(ranking, who), explainer(ranking, archive_space(), who)
    assert all(each.score <= 0 for each in found)
    assert {reason.label for each in found for reason in explained.reasons(each.row)} == {BACKGROUND}


@lru_cache
def five_thousand() -> list[Paper]:
    return [about(3 + n % 2, number=20_000 + n) for n in range(5_000)]


def test_five_thousand_likes_are_a_taste_like_any_other() -> None:
    liked = five_thousand()
    ranking, who = day(listing(60), archive_space()), wants(liked=liked)
    found = contenders(ranking, who)
    assert {each.row % 10 for each in found[:12]} == {3, 4}
    assert found[11].probability > found[12].probability
    reasons = explainer(ranking, archive_space(), who).reasons(found[0].row)
    assert [reason.label for reason in reasons if reason.label.endswith(" more")] == [f"{5_000 - NAMED_LIKES} more"]
    assert len(reasons) == NAMED_LIKES + 2
    assert total(reasons) == pytest.approx(found[0].score, abs=1e-4)


def test_three_papers_are_as_good_a_taste_as_five_thousand() -> None:
    ranking = day(listing(60), archive_space())
    of_few = contenders(ranking, wants(liked=five_thousand()[:4]))
    assert {each.row % 10 for each in of_few[:12]} == {3, 4}


def test_on_the_first_day_the_listing_itself_is_the_background() -> None:
    ranking = day(listing(30))
    assert {each.row % 10 for each in contenders(ranking, wants("ilba ilce ildi"))[:3]} == {2}
    assert {each.row % 10 for each in contenders(ranking, wants(liked=[about(2, number=9_000)]))[:3]} == {2}


# ------------------------------------------------------------ odd papers


def test_a_paper_without_an_abstract_is_ranked_by_its_title() -> None:
    bare = replace(about(3, number=9_000), abstract="")
    ranking, who = day([*listing(40), bare], archive_space()), wants(liked=[about(3, number=9_100)])
    found = contenders(ranking, who)
    assert 40 in [each.row for each in found[:5]]
    assert all(each.row % 10 == 3 for each in found[:5] if each.row < 40)
    (liked, *_) = explainer(ranking, archive_space(), who).reasons(40)
    assert {word for word, _ in liked.terms} <= set(terms(bare.title))
    assert liked.terms


def test_a_liked_paper_without_an_abstract_finds_its_topic() -> None:
    ranking = day(listing(40), archive_space())
    found = contenders(ranking, wants(liked=[replace(about(3, number=9_000), abstract="")]))
    assert {each.row % 10 for each in found[:4]} == {3}


@pytest.mark.parametrize("space", [space_of([]), space_of(archive()[:50]), archive_space()])
def test_a_paper_without_any_word_neither_gains_nor_loses(space: Space) -> None:
    empty = paper("", number=9_000, abstract="")
    ranking = day([*listing(4), empty], space)
    for who in (wants("abba"), wants("abba", disliked=[empty]), wants(liked=[empty, archive()[0]])):
        assert scores(ranking, who)[empty.id] == 0
        assert explainer(ranking, space, who).reasons(4) == ()


GRAPHS_ZH = paper("图神经网络用于分子", number=9_001, abstract="我们提出一种图神经网络的方法。")
SPINS_ZH = paper("自旋玻璃的量子磁体", number=9_002, abstract="晶格上的阻挫序。")
LIKED_ZH = paper("基于图神经网络的推荐", number=9_003, abstract="分子的表示学习。")


def chinese_day(background: Sequence[Paper]) -> tuple[DayRanking, Space]:
    space = space_of([*archive(), *background])
    return day([*listing(20), GRAPHS_ZH, SPINS_ZH], space), space


def test_a_paper_in_chinese_is_found_by_whoever_reads_chinese() -> None:
    ranking, space = chinese_day([GRAPHS_ZH, SPINS_ZH, LIKED_ZH])
    for who in (wants(liked=[LIKED_ZH]), wants("图神经网络")):
        assert contenders(ranking, who)[0].paper == GRAPHS_ZH.id
        (named, *_) = explainer(ranking, space, who).reasons(20)
        assert {word for word, _ in named.terms} <= {*terms(GRAPHS_ZH.title), *terms(GRAPHS_ZH.abstract)}
        assert named.terms


def test_a_paper_in_chinese_is_nobody_s_among_papers_in_english() -> None:
    for background in ((), (GRAPHS_ZH, SPINS_ZH, LIKED_ZH)):
        ranking, _ = chinese_day(background)
        found = contenders(ranking, wants(liked=[about(3, number=9_100)]))
        chances = {each.paper: each.probability for each in found}
        assert {each.row for each in found[:2]} == {3, 13}
        assert max(chances[GRAPHS_ZH.id], chances[SPINS_ZH.id]) < RelevanceSettings().threshold


def test_where_nothing_in_chinese_is_known_such_a_paper_has_no_score() -> None:
    ranking, space = chinese_day(())
    who = wants(liked=[LIKED_ZH, about(3, number=9_100)])
    assert scores(ranking, who)[GRAPHS_ZH.id] == 0
    assert explainer(ranking, space, who).reasons(20) == ()
