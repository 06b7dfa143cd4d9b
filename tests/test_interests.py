"""Interests as a reader or an operator names them: made, changed, dropped, and papers reclaimed for them."""

from collections.abc import Callable
from datetime import timedelta
from math import inf, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest import membership
from digest.errors import InvalidInput
from digest.identity import PaperId
from digest.membership.typed import interest_name, quota, weight
from digest.papers import Paper
from digest.store import Store
from digest.store.shadow import LeftOut
from digest.subscribers import MAIN, Interest, Profile, ProfileField, Verdict, Vote
from tests.fakes import FakeSource, paper
from tests.store.builders import NOW, edition, keep, reader

ANA = "ana@example.org"
LATER = NOW + timedelta(days=1)


def profile(store: Store) -> Profile:
    with store.read() as tx:
        ana = tx.subscribers.find(ANA)
        assert ana is not None
        return tx.subscribers.profiles([ana.id])[ana.id]


def names(store: Store) -> list[str]:
    return [interest.name for interest in profile(store).interests]


def like(store: Store, item: Paper, interest: str = MAIN) -> None:
    membership.vote(store, FakeSource(), ANA, [item.arxiv_id], Verdict.LIKE, now=NOW, interest=interest)


@pytest.fixture
def ana(store: Store) -> Store:
    """A store with one reader of whom nothing is known."""
    reader(store, ANA)
    return store


def test_words_and_votes_make_the_interest_they_name(ana: Store) -> None:
    item = paper()
    keep(ana, item)
    membership.describe(ana, ANA, ProfileField.INCLUDE, ["sim-to-real"], interest=" legged   robots ")
    membership.describe(ana, ANA, ProfileField.ORGANISATION, ["ETH  Zurich"], interest="Legged Robots")
    like(ana, item, "LEGGED ROBOTS")
    like(ana, paper_kept(ana))
    robots, main = profile(ana).interests
    assert robots == Interest(
        name="legged robots",
        include=("sim-to-real",),
        organisations=("ETH Zurich",),
        liked=(Vote(paper=item.id, given_at=NOW),),
    )
    assert (main.name, len(main.liked)) == (MAIN, 1)


def paper_kept(store: Store) -> Paper:
    item = paper()
    keep(store, item)
    return item


def test_words_are_taken_from_the_interest_that_has_them(ana: Store) -> None:
    membership.describe(ana, ANA, ProfileField.FOLLOW, ["Ada Ames"], interest="ants")
    with pytest.raises(InvalidInput, match="has no such follow in the interest 'main'; see: digest"):
        membership.describe(ana, ANA, ProfileField.FOLLOW, ["Ada Ames"], remove=True)
    membership.describe(ana, ANA, ProfileField.FOLLOW, ["Ada Ames"], remove=True, interest="Ants")
    assert profile(ana).interests == (Interest(name="ants"),)


def test_making_an_interest_twice_is_making_it_once(ana: Store) -> None:
    assert membership.make_interest(ana, ANA, "Ants") == membership.make_interest(ana, ANA, "ANTS")
    assert names(ana) == ["Ants"]


def test_an_interest_is_tuned_and_what_is_not_named_stays(ana: Store) -> None:
    membership.describe(ana, ANA, ProfileField.CATEGORY, ["cs.RO"], interest="robots")
    membership.tune(ana, ANA, "Robots", weight=2.5, quota=5)
    membership.tune(ana, ANA, "robots", everything=True, name="all  of robotics")
    tuned = membership.tune(ana, ANA, "All of Robotics", quota=None)
    assert tuned == Interest(name="all of robotics", categories=("cs.RO",), weight=2.5, everything=True)
    assert profile(ana).interests == (tuned,)


def test_the_case_of_a_name_may_be_changed_and_another_ones_name_may_not_be_taken(ana: Store) -> None:
    for name in ("ants", "bees"):
        membership.make_interest(ana, ANA, name)
    assert membership.tune(ana, ANA, "ants", name="ANTS").name == "ANTS"
    with pytest.raises(InvalidInput, match="has another interest named 'Bees'; give this one a free name"):
        membership.tune(ana, ANA, "ants", name="Bees", weight=7)
    assert [(each.name, each.weight) for each in profile(ana).interests] == [("ANTS", 1), ("bees", 1)]


def test_main_is_tuned_before_it_was_named_and_a_mistyped_name_makes_nothing(ana: Store) -> None:
    with pytest.raises(InvalidInput, match="has no interest named 'robts'; see: digest profile interests"):
        membership.tune(ana, ANA, "robts", weight=2)
    assert names(ana) == []
    membership.tune(ana, ANA, "MAIN", everything=True)
    assert profile(ana).interests == (Interest(everything=True),)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda: weight(0), "weight is above 0 and at most 100, not 0; 1 is the usual one"),
        (lambda: weight(-1.5), "not -1.5"),
        (lambda: weight(100.5), "not 100.5"),
        (lambda: weight(inf), "not inf"),
        (lambda: weight(nan), "not nan"),
        (lambda: quota(0), "quota is 1 to 100 papers of an edition, or none; not 0"),
        (lambda: quota(101), "not 101"),
        (lambda: interest_name(" \n"), "the name of an interest has 1 to 40 characters, not 0"),
        (lambda: interest_name("x" * 41), "not 41"),
        (lambda: interest_name("ro\x00bots"), "characters that do not print"),
        (lambda: interest_name("ro\u202ebots"), "characters that do not print"),
        (lambda: interest_name("ro\ud800bots"), "characters that do not print"),
    ],
)
def test_what_cannot_be_is_refused_by_name_with_what_can(change: Callable[[], object], sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        change()


def test_the_ends_of_what_can_be_are_taken() -> None:
    assert (weight(5e-324), weight(100), quota(1), quota(100), quota(None)) == (5e-324, 100, 1, 100, None)
    assert interest_name("x" * 40) == "x" * 40
    assert interest_name("Roboter für Größe") == interest_name("Roboter  fu\u0308r Gro\u0308ße")


@settings(deadline=None)
@given(st.text(max_size=60))
def test_a_name_that_is_taken_is_one_line_of_readable_text_and_is_taken_again(text: str) -> None:
    try:
        name = interest_name(text)
    except InvalidInput:
        return
    assert 1 <= len(name) <= 40
    assert name.isprintable()
    assert name == " ".join(name.split()) == interest_name(name)
    name.encode()


def test_a_dropped_interest_leaves_its_votes_to_main_with_their_times(ana: Store) -> None:
    first, second = paper_kept(ana), paper_kept(ana)
    like(ana, first, "ants")
    like(ana, second, "ants")
    membership.describe(ana, ANA, ProfileField.EXCLUDE, ["survey"], interest="ants")
    assert membership.drop_interest(ana, ANA, "Ants") == 2
    assert profile(ana).interests == (
        Interest(liked=(Vote(paper=first.id, given_at=NOW), Vote(paper=second.id, given_at=NOW))),
    )


def test_an_interest_without_votes_is_dropped_without_a_trace(ana: Store) -> None:
    membership.make_interest(ana, ANA, "ants")
    assert membership.drop_interest(ana, ANA, "ants") == 0
    assert profile(ana) == Profile()
    with pytest.raises(InvalidInput, match="has no interest named 'ants'"):
        membership.drop_interest(ana, ANA, "ants")


def test_main_is_dropped_only_while_it_has_no_votes(ana: Store) -> None:
    membership.describe(ana, ANA, ProfileField.INTEREST, ["ants"])
    assert membership.drop_interest(ana, ANA, MAIN) == 0
    like(ana, paper_kept(ana))
    with pytest.raises(InvalidInput, match=r"main cannot be dropped while it has votes \(1\); .* --rename NAME"):
        membership.drop_interest(ana, ANA, "Main")
    membership.tune(ana, ANA, MAIN, name="ants")
    assert names(ana) == ["ants"]


# ------------------------------------------------------------ what was left out


def leave_out(store: Store, *items: Paper) -> None:
    number = edition(store, membership.find(store, ANA))
    with store.begin() as tx:
        tx.shadow.keep(
            number, [LeftOut(paper=i.id, interest=MAIN, score=0.1, probability=None, why="too low") for i in items]
        )


def waiting(store: Store) -> set[PaperId]:
    who = membership.find(store, ANA).id
    with store.read() as tx:
        return set(tx.works.kept_as(tx.shadow.reclaimed([who]).get(who, ())).values())


def test_papers_that_were_left_out_are_reclaimed_and_asking_twice_is_asking_once(ana: Store) -> None:
    first, second = paper_kept(ana), paper_kept(ana)
    leave_out(ana, first, second)
    for _ in range(2):
        reclaimed = membership.reclaim(ana, ANA, [second.id, first.id], now=LATER)
        assert [item.id for item in reclaimed] == [second.id, first.id]
        assert waiting(ana) == {first.id, second.id}


@pytest.mark.parametrize("known", [True, False], ids=["kept and never left out", "not kept"])
def test_of_papers_to_reclaim_all_must_have_been_left_out(ana: Store, known: bool) -> None:
    left, other = paper_kept(ana), paper_kept(ana) if known else paper()
    leave_out(ana, left)
    sentence = f"no edition of ana@example.org left out {other.arxiv_id}; nothing was reclaimed; see: digest profile"
    with pytest.raises(InvalidInput, match=sentence):
        membership.reclaim(ana, ANA, [left.id, other.id], now=LATER)
    assert waiting(ana) == set()


def test_what_was_sent_is_not_reclaimed(ana: Store) -> None:
    item = paper_kept(ana)
    leave_out(ana, item)
    edition(ana, membership.find(ana, ANA), item, slot_date=LATER.date())
    with pytest.raises(InvalidInput, match=f"{item.arxiv_id} was sent to ana@example.org already; nothing was recl"):
        membership.reclaim(ana, ANA, [item.id], now=LATER)
