"""Candidates stand in the order of a reader's profile, and rules come before words."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.editions import ReasonKind
from digest.papers import Paper, Version
from digest.relevance.ranking import DayRanking, Reader
from digest.subscribers import Profile
from tests.fakes import MONDAY, at, paper
from tests.relevance.builders import candidate, day, explained, fitted, order, papers, reader, readers

GRAPHS = paper("Graph networks for molecules", abstract="message passing on molecular graphs")
PROTEINS = paper("Folding of proteins", abstract="structure prediction of proteins from sequence")
SPINS = paper("Spin glasses on a lattice", abstract="quantum magnets and frustrated order")
BANDITS = paper("Bandits with delays", abstract="regret of learning with delayed reward")
LISTING = [BANDITS, GRAPHS, PROTEINS, SPINS]


def wants(*interests: str, rules: Profile | None = None) -> Reader:
    return reader(replace(rules or Profile(), interests=interests))


def test_what_the_reader_wrote_comes_first() -> None:
    assert order(day(LISTING), wants("quantum spin glasses"))[0] == SPINS.title
    assert order(day(LISTING), wants("protein folding; folding of proteins"))[0] == PROTEINS.title


def test_what_is_like_a_liked_paper_comes_first() -> None:
    liked = paper("Molecules as graphs", abstract="networks that pass messages on molecular graphs")
    assert order(day([*LISTING, liked], [*LISTING, liked]), reader(liked=[liked]))[:2] == [liked.title, GRAPHS.title]


def test_what_is_like_a_disliked_paper_comes_last() -> None:
    disliked = paper("Learning of bandits", abstract="regret with delayed reward")
    assert order(day(LISTING), reader(disliked=[disliked]))[-1] == BANDITS.title


def test_followed_authors_and_included_terms_come_before_words() -> None:
    by_friend = replace(BANDITS, authors=("Éva Ólafs",))
    who = wants(
        "quantum spin glasses on a lattice", rules=Profile(follow=("eva olafs",), include=("structure prediction",))
    )
    ranked = order(day([by_friend, GRAPHS, PROTEINS, SPINS]), who)
    assert set(ranked[:2]) == {by_friend.title, PROTEINS.title}
    assert ranked[2] == SPINS.title


def test_two_rules_come_before_one() -> None:
    by_friend = replace(GRAPHS, authors=("Ada Ames",))
    other = replace(SPINS, authors=("Ada Ames",))
    who = reader(Profile(follow=("Ada Ames",), include=("molecules",)))
    assert order(day([other, BANDITS, by_friend]), who)[:2] == [by_friend.title, other.title]


@pytest.mark.parametrize(
    "profile", [Profile(exclude=("delayed reward",)), Profile(exclude=("BANDITS",), include=("x",))]
)
def test_a_paper_with_an_excluded_term_is_left_out(profile: Profile) -> None:
    assert sorted(order(day(LISTING), reader(profile))) == sorted([GRAPHS.title, PROTEINS.title, SPINS.title])


def test_an_excluded_term_wins_over_everything_wanted() -> None:
    who = wants("bandits", rules=Profile(include=("bandits",), follow=("Ada Ames",), exclude=("bandits",)))
    assert BANDITS.title not in order(day(LISTING), who)


@pytest.mark.parametrize(
    ("wanted", "let_in"),
    [
        (("cs",), {"cs.LG", "cs.CL cs.AI", "stat.ML cs.LG"}),
        (("cs.LG",), {"cs.LG", "stat.ML cs.LG"}),
        (("math", "cs.CL"), {"math", "math.CO", "cs.CL cs.AI"}),
        (("CS",), set()),
        ((), {"cs.LG", "cs.CL cs.AI", "csx", "stat.ML cs.LG", "math", "math.CO", ""}),
    ],
)
def test_a_category_lets_in_its_own_and_not_what_begins_like_it(wanted: tuple[str, ...], let_in: set[str]) -> None:
    spellings = ["cs.LG", "cs.CL cs.AI", "csx", "stat.ML cs.LG", "math", "math.CO", ""]
    listing = [paper(text, categories=tuple(text.split())) for text in spellings]
    assert set(order(day(listing), reader(Profile(categories=wanted)))) == let_in
    assert set(order(day(listing), wants("graphs", rules=Profile(categories=wanted)))) == let_in


def test_a_reader_of_categories_alone_gets_the_newest_first_with_score_zero() -> None:
    old = paper("old", versions=(Version(number=1, submitted_at=at(MONDAY)),))
    late = paper("late", versions=(Version(number=1, submitted_at=at(MONDAY, 9)),))
    undated, tuesday = paper("undated", versions=()), paper("tuesday", versions=())
    items = [candidate(item) for item in (old, undated, late)] + [candidate(tuesday, MONDAY + timedelta(days=1))]
    ranking = DayRanking(fitted([old]), items)
    who = reader(Profile(categories=("cs",)))
    assert order(ranking, who) == ["tuesday", "late", "old", "undated"]
    assert {item.score for item in ranking.rank(who)} == {0.0}
    for item in explained(ranking, who):
        assert item.score == 0.0
        (reason,) = item.reasons
        assert (reason.kind, reason.label, reason.contribution) == (ReasonKind.NEWEST, "cs.LG", 0.0)


def test_an_empty_profile_gets_everything() -> None:
    assert set(order(day(LISTING), reader())) == {item.title for item in LISTING}


def test_words_that_nobody_uses_favour_nothing() -> None:
    ranking, who = day(LISTING), wants("zyzzyva xylograph")
    assert all(item.score < 1e-12 for item in ranking.rank(who))
    assert {reason.kind for item in explained(ranking, who) for reason in item.reasons} <= {ReasonKind.BACKGROUND}


def test_only_those_among_the_offered_are_ranked() -> None:
    ranking, who = day(LISTING), wants("quantum spin glasses")
    assert [r.candidate.paper for r in ranking.rank(who, among={SPINS.id, GRAPHS.id})] == [SPINS, GRAPHS]
    assert ranking.rank(who, among=set()) == []
    assert ranking.rank(reader(), among=set()) == []


def test_a_paper_without_an_abstract_is_ranked_by_its_title() -> None:
    bare = paper("Quantum spin glasses", abstract="")
    assert order(day([*LISTING, bare]), wants("quantum spin glasses"))[0] == bare.title


def test_a_paper_without_any_word_neither_gains_nor_loses() -> None:
    empty = paper("", abstract="")
    ranking = day([*LISTING, empty])
    for who in (wants("spin glasses"), reader(disliked=[SPINS])):
        (ranked,) = ranking.rank(who, among={empty.id})
        assert ranked.score == 0


@pytest.mark.parametrize("listing", [[], [GRAPHS]])
@pytest.mark.parametrize("background", [[], [GRAPHS], LISTING])
@pytest.mark.parametrize("who", [reader(), wants("graphs"), reader(liked=[GRAPHS], disliked=[SPINS])])
def test_small_days_and_empty_backgrounds_are_ranked_too(
    listing: list[Paper], background: list[Paper], who: Reader
) -> None:
    ranking = day(listing, background)
    assert order(ranking, who) == [item.title for item in listing]
    assert len(explained(ranking, who)) == len(listing)


@given(listing=papers(), who=readers(), data=st.data())
@settings(deadline=None)
def test_the_order_of_candidates_makes_no_difference(listing: list[Paper], who: Reader, data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(listing))
    one, other = day(listing, listing), day(shuffled, listing)
    assert [(r.candidate.paper.id, r.score) for r in one.rank(who)] == [
        (r.candidate.paper.id, r.score) for r in other.rank(who)
    ]
    newest = reader(Profile(categories=("cs",)))
    assert [r.candidate.paper.id for r in one.rank(newest)] == [r.candidate.paper.id for r in other.rank(newest)]


@given(listing=papers(), who=readers())
@settings(deadline=None)
def test_scores_never_rise_down_the_order_and_ties_are_settled_by_id(listing: list[Paper], who: Reader) -> None:
    ranked = day(listing).rank(who)
    keys = [(-item.score, item.candidate.paper.id) for item in ranked]
    if who.profile.says_something:
        assert keys == sorted(keys)
    assert len(ranked) == len(listing)
