"""What is left out of an edition is noted with its cause, and comes back when its reader asks for it."""

import pytest

from digest import browse, membership
from digest.compose import preview
from digest.editions import ReasonKind, Slot
from digest.identity import PaperId
from digest.papers import AnnouncementKind, Version
from digest.relevance.settings import RelevanceSettings
from digest.subscribers import ProfileField, Verdict
from tests.fakes import MONDAY, at, paper
from tests.fields import ANA, GRAPHS, field, left_out, others, slots
from tests.world import TUESDAY, WEDNESDAY, World


@pytest.fixture
def shadowed(world: World) -> World:
    """Ana wants two papers a day; three of Monday's fit, and one does not."""
    world.subscribe(ANA, interests=[GRAPHS], papers=2)
    world.source.announce(MONDAY, *field(GRAPHS, 3), paper("On cooking", number=700), *others(9))
    world.run(at(MONDAY))
    return world


def test_what_is_left_out_is_kept_with_what_kept_it_out(shadowed: World) -> None:
    (third,) = shadowed.edition(ANA).also_new

    assert len(shadowed.titles(ANA)[0]) == 2
    assert left_out(shadowed)[third.title] == "named below the fold"
    assert left_out(shadowed)["On cooking"] == "below the threshold"
    assert len(left_out(shadowed)) == 11


def test_a_reclaimed_paper_is_in_the_next_edition_and_in_no_later_one(shadowed: World) -> None:
    membership.reclaim(shadowed.store, ANA, [PaperId("arxiv:2603.00700")], now=at(MONDAY, hour=9))
    shadowed.source.announce(TUESDAY, *field("deep graph neural networks", 4))

    shadowed.run(at(TUESDAY))
    edition = shadowed.edition(ANA)
    shadowed.source.announce(WEDNESDAY, *field("wide graph neural networks", 4))
    shadowed.run(at(WEDNESDAY))

    (back, slot), (_, chosen) = slots(edition).items()
    assert (back, slot, chosen) == ("On cooking", Slot.RECLAIMED, Slot.CHOSEN)
    assert edition.recommendations[0].announced == MONDAY
    assert edition.papers_read == 4
    assert "On cooking" not in slots(shadowed.edition(ANA))
    assert "you asked for it back" in shadowed.mail(1)


def test_what_was_named_below_the_fold_can_be_reclaimed_too(shadowed: World) -> None:
    (third,) = shadowed.edition(ANA).also_new
    membership.reclaim(shadowed.store, ANA, [third.id], now=at(MONDAY, hour=9))
    shadowed.source.announce(TUESDAY, *others(3))

    shadowed.run(at(TUESDAY))

    assert slots(shadowed.edition(ANA)) == {third.title: Slot.RECLAIMED}


def test_a_reclaimed_paper_does_not_wait_for_a_listing(shadowed: World) -> None:
    membership.reclaim(shadowed.store, ANA, [PaperId("arxiv:2603.00700")], now=at(MONDAY, hour=9))
    who = membership.find(shadowed.store, ANA)

    shown = preview(shadowed.store, shadowed.settings, who, now=at(TUESDAY))
    shadowed.compose(at(TUESDAY))

    assert slots(shown) == slots(shadowed.edition(ANA)) == {"On cooking": Slot.RECLAIMED}


def test_a_reclaimed_paper_that_was_voted_on_since_is_not_brought_and_makes_no_edition(shadowed: World) -> None:
    membership.reclaim(shadowed.store, ANA, [PaperId("arxiv:2603.00700")], now=at(MONDAY, hour=9))
    shadowed.like(ANA, "2603.00700", verdict=Verdict.DISLIKE)

    composed = shadowed.compose(at(TUESDAY))

    assert (composed.kept, composed.empty, composed.waiting) == (0, 0, 1)


def test_a_reclaimed_paper_that_is_announced_again_meanwhile_comes_once(shadowed: World) -> None:
    membership.reclaim(shadowed.store, ANA, [PaperId("arxiv:2603.00700")], now=at(MONDAY, hour=9))
    again = paper("On cooking", number=700, categories=("cs.LG", "stat.ML"))
    shadowed.source.streams = ("cs.LG", "stat.ML")
    shadowed.source.announce(TUESDAY, again, kind=AnnouncementKind.CROSS_LIST)
    shadowed.source.announce(TUESDAY, *others(3))

    shadowed.run(at(TUESDAY))

    assert [item.paper.title for item in shadowed.edition(ANA).recommendations] == ["On cooking"]
    assert shadowed.edition(ANA).recommendations[0].announced == TUESDAY
    log = browse.left_out(shadowed.store, membership.find(shadowed.store, ANA), limit=99)
    assert "On cooking" not in [line.paper.title for line in log if line.slot_date == TUESDAY]


def test_a_reclaimed_paper_that_was_withdrawn_since_is_not_brought(shadowed: World) -> None:
    membership.reclaim(shadowed.store, ANA, [PaperId("arxiv:2603.00700")], now=at(MONDAY, hour=9))
    versions = (Version(number=1, submitted_at=None), Version(number=2, submitted_at=None, withdrawn=True))
    gone = paper("On cooking", number=700, versions=versions)
    shadowed.source.announce(TUESDAY, gone, kind=AnnouncementKind.WITHDRAWN)
    shadowed.source.announce(TUESDAY, *field("deep graph neural networks", 1))

    shadowed.run(at(TUESDAY))

    assert "On cooking" not in slots(shadowed.edition(ANA))


@pytest.mark.parametrize("follows_only", [False, True])
def test_a_reclaimed_paper_comes_for_an_interest_that_the_reader_has(world: World, follows_only: bool) -> None:
    missed = paper("Graph neural networks", categories=("math.AP",))
    world.source.streams = ("cs.LG", "math.AP")
    world.settings = RelevanceSettings(threshold=0.9)
    world.subscribe(ANA)
    membership.describe(world.store, ANA, ProfileField.INTEREST, [GRAPHS], interest="networks")
    world.source.announce(MONDAY, missed, *others(3))
    world.run(at(MONDAY))
    membership.describe(world.store, ANA, ProfileField.CATEGORY, ["cs.LG"], interest="networks")
    if follows_only:
        membership.describe(world.store, ANA, ProfileField.FOLLOW, ["Zoe Zander"], interest="networks")
        membership.describe(world.store, ANA, ProfileField.INTEREST, [GRAPHS], interest="networks", remove=True)
    membership.reclaim(world.store, ANA, [missed.id], now=at(MONDAY, hour=9))

    world.run(at(TUESDAY))

    (item,) = world.edition(ANA).recommendations
    assert (item.paper.title, item.interest, item.slot) == (missed.title, "networks", Slot.RECLAIMED)
    assert ReasonKind.NEWEST not in {reason.kind for reason in item.reasons}
    assert item.score == pytest.approx(sum(reason.contribution for reason in item.reasons), abs=1e-9)
    assert follows_only or (item.probability or 0) > 0.001
