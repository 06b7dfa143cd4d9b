"""A mail that could not go out before its day was over: its papers come with the next edition."""

from datetime import timedelta

from digest import membership
from digest.editions import Slot
from digest.errors import RelayUnavailable
from digest.mail import DeliveryState
from digest.papers import AnnouncementKind
from tests.fakes import MONDAY, at, paper
from tests.world import TUESDAY, WEDNESDAY, World

EVENING = at(MONDAY, hour=23, minute=50)
DOWN = [RelayUnavailable("no relay")] * 9


def missed_monday(world: World, *titles: str, papers: int = 15) -> None:
    """A reader whose edition of Monday was never sent."""
    world.source.announce(MONDAY, *map(paper, titles))
    world.subscribe("ana@example.org", papers=papers)
    world.outbox.failures = list(DOWN)
    world.run(at(MONDAY))
    world.outbox.failures = []


def test_a_relay_that_is_back_the_same_evening_sends_the_edition_of_the_day(world: World) -> None:
    missed_monday(world, "Ants")

    assert world.deliver(EVENING).sent == 1
    assert world.titles("ana@example.org") == [["Ants"]]


def test_what_was_not_sent_before_midnight_is_sent_with_the_next_edition(world: World) -> None:
    missed_monday(world, "Ants", "Bees")
    world.source.announce(TUESDAY, paper("Wasps"))

    assert world.deliver(at(TUESDAY, hour=1)).outcomes[DeliveryState.EXPIRED] == 1
    world.run(at(TUESDAY))

    carried, fresh = world.titles("ana@example.org")[1][:2], world.titles("ana@example.org")[1][2:]
    assert (sorted(carried), fresh) == (["Ants", "Bees"], ["Wasps"])
    assert {item.slot for item in world.edition("ana@example.org").recommendations[:2]} == {Slot.CARRIED}
    assert "could not be sent" in world.mail()


def test_what_is_carried_takes_no_seat_from_the_day(world: World) -> None:
    missed_monday(world, "Ants", "Bees", papers=2)
    world.source.announce(TUESDAY, paper("Wasps"), paper("Flies"), paper("Gnats"))
    world.deliver(at(TUESDAY, hour=1))
    world.run(at(TUESDAY))

    assert len(world.edition("ana@example.org").recommendations) == 4


def test_a_relay_that_is_down_for_two_days_loses_nothing_and_repeats_nothing(world: World) -> None:
    missed_monday(world, "Ants")
    world.source.announce(TUESDAY, paper("Bees"))
    world.outbox.failures = list(DOWN)
    world.run(at(TUESDAY))
    world.outbox.failures = []
    world.source.announce(WEDNESDAY, paper("Wasps"))
    world.run(at(WEDNESDAY))
    world.run(at(WEDNESDAY) + timedelta(hours=1))

    assert sorted(world.titles("ana@example.org")[-1]) == ["Ants", "Bees", "Wasps"]
    assert len([each for each in world.outbox.sent if b"Ants" in each.content]) == 1


def test_what_happened_to_a_liked_paper_is_told_with_the_next_edition(world: World) -> None:
    liked = paper("Liked")
    world.source.announce(MONDAY, liked)
    world.subscribe("ana@example.org")
    world.run(at(MONDAY))
    world.like("ana@example.org", liked.id.removeprefix("arxiv:"))
    world.source.announce(TUESDAY, liked, kind=AnnouncementKind.REPLACEMENT)
    world.source.announce(TUESDAY, paper("Bees"))
    world.outbox.failures = list(DOWN)
    world.run(at(TUESDAY))
    world.outbox.failures = []
    world.source.announce(WEDNESDAY, paper("Wasps"))
    world.run(at(WEDNESDAY))

    assert [notice.paper.title for notice in world.edition("ana@example.org").notices] == ["Liked"]


def test_who_leaves_meanwhile_gets_nothing_of_it(world: World) -> None:
    missed_monday(world, "Ants")
    membership.leave(world.store, "ana@example.org")

    assert world.deliver(at(TUESDAY)).outcomes == {DeliveryState.CANCELLED: 1}
