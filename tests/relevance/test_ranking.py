"""The papers of a day in the running for each reader, each for one of the reader's interests."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.authors import Byline
from digest.papers import Paper, Version
from digest.relevance.calibration import Calibration
from digest.relevance.ranking import DayRanking, Question
from digest.relevance.readers import Reader
from digest.relevance.rules import ALWAYS
from digest.relevance.selection import Contender, Limits, select
from tests.fakes import MONDAY, at, paper
from tests.relevance.builders import (
    FIRST,
    HALF_LIFE,
    NOW,
    about,
    archive,
    archive_space,
    candidate,
    contenders,
    day,
    interest,
    listing,
    order,
    papers,
    question,
    reader,
    readers,
    space_of,
    wants,
)

GRAPHS = paper("Graph networks for molecules", abstract="message passing on molecular graphs")
PROTEINS = paper("Folding of proteins", abstract="structure prediction of proteins from sequence")
SPINS = paper("Spin glasses on a lattice", abstract="quantum magnets and frustrated order", categories=("math.PR",))
BANDITS = paper("Bandits with delays", abstract="regret of learning with delayed reward")
LISTING = [BANDITS, GRAPHS, PROTEINS, SPINS]


def interests_of(ranking: DayRanking, who: Reader) -> dict[str, str]:
    """The interest that each paper is in the running for, by title."""
    return {ranking.candidates[each.row].paper.title: each.interest for each in contenders(ranking, who)}


def of(ranking: DayRanking, who: Reader, item: Paper) -> Contender:
    (found,) = (each for each in contenders(ranking, who) if each.paper == item.id)
    return found


# ------------------------------------------------------------ one interest


def test_what_the_reader_wrote_comes_first() -> None:
    assert order(day(LISTING), wants("quantum spin glasses"))[0] == SPINS.title
    assert order(day(LISTING), wants("protein folding; folding of proteins"))[0] == PROTEINS.title


def test_what_is_like_a_liked_paper_comes_first() -> None:
    liked = paper("Molecules as graphs", abstract="networks that pass messages on molecular graphs")
    assert order(day([*LISTING, liked]), wants(liked=[liked]))[:2] == [liked.title, GRAPHS.title]


def test_what_is_like_a_disliked_paper_comes_last() -> None:
    disliked = paper("Learning of bandits", abstract="regret with delayed reward")
    who = wants("message passing", "structure prediction", "quantum magnets", "learning", disliked=[disliked])
    assert order(day(LISTING), who)[-1] == BANDITS.title


def test_papers_of_the_reader_s_topic_come_before_all_others() -> None:
    ranking = day(listing(60), archive_space())
    who = wants(liked=[about(4, number=9_000 + n) for n in range(3)])
    assert [each.row % 10 for each in contenders(ranking, who)[:6]] == [4] * 6


def test_one_word_finds_the_papers_that_have_it_and_then_those_read_beside_them() -> None:
    ranking = day(listing(60), archive_space())
    found = [ranking.candidates[each.row] for each in contenders(ranking, wants("erdi"))]
    assert all("erdi" in f"{each.paper.title} {each.paper.abstract}".split() for each in found[:3])
    assert {each.number % 10 for each in found[:6]} == {1}


# ------------------------------------------------------------ rules


def test_followed_authors_and_included_terms_come_before_words() -> None:
    by_friend = replace(BANDITS, authors=("Éva Ólafs",))
    who = wants("quantum spin glasses on a lattice", follow=("eva olafs",), include=("structure prediction",))
    ranking = day([by_friend, GRAPHS, PROTEINS, SPINS])
    assert set(order(ranking, who)[:2]) == {by_friend.title, PROTEINS.title}
    assert order(ranking, who)[2] == SPINS.title
    assert [each.must_read for each in contenders(ranking, who)] == [True, True, False, False]


def test_a_followed_organisation_makes_a_must_read() -> None:
    from_there = replace(SPINS, bylines=(Byline(name="Ada Ames", affiliations=("ETH Zürich, Switzerland",)),))
    ranking, who = day([BANDITS, GRAPHS, from_there]), wants("graphs", organisations=("ETH Zurich",))
    assert order(ranking, who)[0] == from_there.title
    assert of(ranking, who, from_there).score > ALWAYS / 2
    assert not of(ranking, who, GRAPHS).must_read


def test_two_rules_come_before_one() -> None:
    by_friend, other = replace(GRAPHS, authors=("Ada Ames",)), replace(SPINS, authors=("Ada Ames",))
    who = wants(follow=("Ada Ames",), include=("molecules",))
    assert order(day([other, replace(BANDITS, authors=()), by_friend]), who) == [by_friend.title, other.title]


def test_whoever_states_rules_alone_gets_what_they_name_and_nothing_else() -> None:
    by_friend = replace(BANDITS, authors=("Éva Ólafs",))
    ranking = day([by_friend, GRAPHS, PROTEINS])
    assert order(ranking, wants(follow=("Eva Olafs",))) == [by_friend.title]
    assert order(ranking, wants(include=("sequence",), follow=("Nobody",))) == [PROTEINS.title]
    assert order(ranking, wants(include=("phlogiston",))) == []


def test_a_paper_with_an_excluded_term_is_left_out() -> None:
    who = wants("bandits", "graphs", exclude=("DELAYED reward",))
    assert sorted(order(day(LISTING), who)) == sorted([GRAPHS.title, PROTEINS.title, SPINS.title])


def test_an_excluded_term_wins_over_everything_wanted() -> None:
    who = wants("bandits", include=("bandits",), follow=("Ada Ames",), exclude=("bandits",))
    assert BANDITS.title not in order(day(LISTING), who)
    assert BANDITS.title not in order(day(LISTING), wants(everything=True, exclude=("bandits",)))


def test_only_papers_of_the_categories_are_in_the_running() -> None:
    ranking = day(LISTING)
    assert order(ranking, wants("graphs", categories=("math",))) == [SPINS.title]
    assert order(ranking, wants(follow=("Ada Ames",), categories=("math",))) == [SPINS.title]
    assert set(order(ranking, wants("spin", categories=("cs",)))) == {BANDITS.title, GRAPHS.title, PROTEINS.title}


def test_a_withdrawn_paper_says_so() -> None:
    withdrawn = replace(GRAPHS, versions=(*GRAPHS.versions, Version(number=2, submitted_at=None, withdrawn=True)))
    ranking, who = day([withdrawn, SPINS]), wants("graphs")
    assert of(ranking, who, withdrawn).withdrawn
    assert not of(ranking, who, SPINS).withdrawn


# ------------------------------------------------------------ several interests


def test_an_interest_of_three_papers_is_served_beside_one_of_three_hundred() -> None:
    large, small = [about(0, number=9_000 + n) for n in range(300)], [about(7, number=9_500 + n) for n in range(3)]
    who = reader(interest(name="large", liked=large), interest(name="small", liked=small), at_hand=[*large, *small])
    ranking = day(listing(200), archive_space())
    found = contenders(ranking, who)
    limits = Limits(size=8, threshold=0, quotas={}, weights={})
    chosen = [
        item.contender for item in select(found, ranking.day.likeness, limits, seen=frozenset(), explore=0).chosen
    ]
    topics = Counter((each.interest, each.row % 10) for each in chosen)
    assert topics[("large", 0)] >= 3
    assert topics[("small", 7)] >= 3


def test_an_interest_ranks_as_if_it_were_alone() -> None:
    large, small = [about(0, number=9_000 + n) for n in range(300)], [about(7, number=9_500 + n) for n in range(3)]
    both = reader(interest(name="large", liked=large), interest(name="small", liked=small), at_hand=[*large, *small])
    ranking = day(listing(50), archive_space())
    alone = {each.paper: each for each in contenders(ranking, reader(both.profile.interests[1], at_hand=small))}
    of_the_small = [each for each in contenders(ranking, both) if each.interest == "small"]
    assert {each.row % 10 for each in of_the_small} >= {7}
    for each in of_the_small:
        assert each.score == pytest.approx(alone[each.paper].score, abs=1e-6)
        assert each.probability == pytest.approx(alone[each.paper].probability, abs=1e-5)


def test_each_paper_is_there_once_for_the_interest_it_is_likeliest_for() -> None:
    who = reader(interest("spin glasses", name="physics"), interest("graph networks", name="graphs"))
    found = interests_of(day(LISTING), who)
    assert (found[SPINS.title], found[GRAPHS.title]) == ("physics", "graphs")
    assert len(contenders(day(LISTING), who)) == len(LISTING)


def test_a_must_read_of_one_interest_stays_one_where_another_finds_the_paper_likelier() -> None:
    known, liked = archive()[0], [replace(SPINS, id=paper().id) for _ in range(32)]
    friends, physics = (
        interest(name="friends", liked=[known], follow=("Ada Ames",)),
        interest(name="physics", liked=liked),
    )
    ranking = day([SPINS, GRAPHS], [*archive()[:200], SPINS])
    alone = [of(ranking, reader(each, at_hand=[known, *liked]), SPINS) for each in (friends, physics)]
    assert alone[0].probability < alone[1].probability
    found = of(ranking, reader(physics, friends, at_hand=[known, *liked]), SPINS)
    assert (found.must_read, found.interest) == (True, "friends")


def test_each_interest_has_categories_and_excluded_terms_of_its_own() -> None:
    who = reader(
        interest("spin", name="physics", categories=("math",), exclude=("bandits",)),
        interest("graph", name="learning", categories=("cs",), exclude=("proteins",)),
    )
    found = interests_of(day(LISTING), who)
    assert found == {SPINS.title: "physics", GRAPHS.title: "learning", BANDITS.title: "learning"}


def test_an_interest_that_says_nothing_takes_no_part() -> None:
    who = reader(interest(name="empty", categories=("cs",)), interest("spin", name="physics", categories=("math",)))
    assert interests_of(day(LISTING), who) == {SPINS.title: "physics"}


def test_where_everything_is_wanted_all_of_the_categories_is_in_the_running() -> None:
    ranking, who = day(LISTING), wants(everything=True, categories=("cs",))
    found = contenders(ranking, who)
    assert {ranking.candidates[each.row].paper.title for each in found} == {GRAPHS.title, PROTEINS.title, BANDITS.title}
    assert all(each.everything for each in found)


def test_what_is_wanted_with_everything_stays_so_for_a_likelier_interest() -> None:
    who = reader(
        interest(name="all", everything=True, categories=("cs",)),
        interest("graph networks for molecules", name="graphs"),
    )
    ranking = day([GRAPHS, SPINS, BANDITS, PROTEINS])
    assert (of(ranking, who, GRAPHS).interest, of(ranking, who, GRAPHS).everything) == ("graphs", True)
    assert not of(ranking, who, SPINS).everything


# ------------------------------------------------------------ many readers


def test_readers_of_one_day_get_each_their_own() -> None:
    ranking = day(LISTING)
    every, physics, nobody = wants("spin glasses", everything=True), wants("spin glasses"), reader()
    questions = [question(ranking, every), question(ranking, physics, [GRAPHS, SPINS]), question(ranking, nobody)]
    found = ranking.contenders(questions, depth=9)
    assert [len(each) for each in found] == [4, 2, 0]
    assert {each.row for each in found[1]} == {LISTING.index(GRAPHS), LISTING.index(SPINS)}


def test_only_what_is_offered_is_in_the_running() -> None:
    ranking, who = day(LISTING), wants("graphs", follow=("Ada Ames",))
    assert set(order(ranking, who, [SPINS, GRAPHS])) == {SPINS.title, GRAPHS.title}
    assert order(ranking, who, []) == []


def test_no_interest_has_more_contenders_than_asked_for() -> None:
    ranking = day(listing(40), archive_space())
    who = reader(interest("erdi", name="one"), interest("ilba", name="other"))
    (deep,) = ranking.contenders([question(ranking, who)], depth=40)
    (short,) = ranking.contenders([question(ranking, who)], depth=3)
    for name in ("one", "other"):
        best = sorted((each for each in deep if each.interest == name), key=lambda each: -each.score)[:3]
        assert {each.paper for each in best} == {each.paper for each in short if each.interest == name}


def test_every_must_read_is_among_the_best() -> None:
    friends = [about(0, number=FIRST + 100 + n, authors=("Éva Ólafs",)) for n in range(3)]
    ranking = day([*listing(40), *friends], archive_space())
    who = wants(liked=[about(5, number=9_000)], follow=("Éva Ólafs",))
    (found,) = ranking.contenders([question(ranking, who)], depth=3)
    assert {each.paper for each in found} == {item.id for item in friends}


def test_nobody_asks_and_nothing_is_new() -> None:
    assert day(LISTING).contenders([], depth=5) == []
    assert contenders(day([], LISTING), wants("graphs")) == []


@given(listing=papers(), who=readers())
@settings(deadline=None)
def test_a_higher_score_is_never_less_likely(listing: list[Paper], who: Reader) -> None:
    found = contenders(day(listing), who)
    by_score = sorted(found, key=lambda each: -each.score)
    assert all(0 <= each.probability <= 1 for each in found)
    chances = [each.probability for each in by_score]
    assert chances == sorted(chances, reverse=True)


# ------------------------------------------------------------ the newest


def test_of_whom_nothing_is_known_nothing_is_scored() -> None:
    assert contenders(day(LISTING), reader()) == []
    assert contenders(day(LISTING), wants(categories=("cs",))) == []


def test_the_newest_are_announced_last_then_submitted_last() -> None:
    old = paper("old", versions=(Version(number=1, submitted_at=at(MONDAY)),))
    undated = paper("undated", versions=())
    early, late = (
        paper(title, versions=(Version(number=1, submitted_at=at(MONDAY - timedelta(days=ago))),))
        for title, ago in (("early", 3), ("late", 2))
    )
    yesterday = MONDAY - timedelta(days=1)
    candidates = [candidate(old, yesterday), candidate(early), candidate(undated), candidate(late)]
    ranking = DayRanking(space_of([]), candidates, Calibration.usual(), now=NOW, half_life=HALF_LIFE)
    newest = ranking.newest(np.ones(4, dtype=bool))
    assert [each.paper.title for each in newest] == ["late", "early", "undated", "old"]
    assert ranking.newest(np.array([True, False, False, True]))[0].paper == late
    assert ranking.newest(np.zeros(4, dtype=bool)) == []


@given(listing=papers(), data=st.data())
@settings(deadline=None)
def test_the_newest_stand_in_one_order_however_they_come(listing: list[Paper], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(listing))
    every = np.ones(len(listing), dtype=bool)
    assert [each.paper for each in day(listing).newest(every)] == [each.paper for each in day(shuffled).newest(every)]


def test_a_question_is_about_the_candidates_of_its_day() -> None:
    ranking = day(LISTING)
    (found,) = ranking.contenders([Question(wants("graphs"), np.array([False, True, False, False]))], depth=9)
    assert [each.paper for each in found] == [GRAPHS.id]
