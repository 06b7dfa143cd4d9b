"""The common list of a group: once a week, the same for all of its members, beside their own editions."""

import json
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from digest import membership
from digest.compose import compose
from digest.editions import Edition
from digest.mail import DeliveryState
from digest.membership import data, groups
from digest.membership.people import find
from digest.subscribers import EditionKind, ProfileField, Schedule
from tests.fakes import MONDAY, at, paper
from tests.world import FRIDAY, THURSDAY, TUESDAY, WEDNESDAY, World

LAB = "Robotics lab"
ANA, BEN, CLEO = "ana@example.org", "ben@example.org", "cleo@example.org"
WALKING = "Legged locomotion of walking robots"
ON_FRIDAY, NEXT_FRIDAY = 4, FRIDAY + timedelta(days=7)


@pytest.fixture
def lab(world: World) -> World:
    """Ana shares what she works on with Ben and Cleo, who read of other things; their list comes on Fridays."""
    groups.create(world.store, LAB, now=at(MONDAY), weekday=ON_FRIDAY)
    for member, interest in ((ANA, WALKING), (BEN, "protein folding"), (CLEO, "crop yields")):
        world.subscribe(member, interests=[interest])
        groups.add(world.store, LAB, member, now=at(MONDAY))
    groups.share(world.store, LAB, ANA, "main", now=at(MONDAY))
    return world


def announce(world: World, day: date, *titles: str) -> None:
    world.source.announce(day, *map(paper, titles), *(paper(f"Something else {n} of {day}") for n in range(4)))


def a_week(world: World) -> None:
    """Three days of papers, all read and mailed, but for Friday's."""
    for day, title in ((TUESDAY, f"{WALKING} on ice"), (THURSDAY, f"{WALKING} on sand")):
        announce(world, day, title)
        world.run(at(day))


def lists(world: World, email: str) -> list[Edition]:
    """A reader's common editions, oldest first."""
    who = find(world.store, email)
    with world.store.read() as tx:
        found = tx.editions.of(who.id, limit=99, lists=True)
    return [each for each in reversed(found) if each.kind is EditionKind.COMMON]


def titles(edition: Edition) -> set[str]:
    return {item.paper.title for item in edition.recommendations}


def mails_to(world: World, email: str, what: bytes) -> int:
    return sum(what in each.content and each.rcpt_to == email for each in world.outbox.sent)


def test_everybody_gets_the_papers_of_the_week_that_the_group_cares_for(lab: World) -> None:
    a_week(lab)
    lab.run(at(FRIDAY))
    (anas,), (bens,), (cleos,) = (lists(lab, member) for member in (ANA, BEN, CLEO))
    assert {f"{WALKING} on ice", f"{WALKING} on sand"} <= titles(anas)
    assert anas.recommendations == bens.recommendations == cleos.recommendations
    assert all(item.group == LAB and item.probability is None for item in anas.recommendations)
    assert mails_to(lab, CLEO, b"Robotics lab, week 10") == 1


def test_the_mail_says_whose_list_it_is_and_one_press_ends_it(lab: World) -> None:
    a_week(lab)
    lab.run(at(FRIDAY))
    text = next(lab.mail(n) for n, sent in enumerate(lab.outbox.sent) if b"Robotics lab, week" in sent.content)
    assert "are for Robotics lab." in text
    assert "Everybody in the group gets the same list" in text
    content = lab.outbox.sent[-1].content
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in content


def test_running_again_sends_nothing_more(lab: World) -> None:
    a_week(lab)
    lab.run(at(FRIDAY))
    sent = len(lab.outbox)
    lab.run(at(FRIDAY, hour=8))
    lab.run(at(FRIDAY, hour=20))
    assert len(lab.outbox) == sent


def test_what_was_begun_is_finished_with_the_same_list(lab: World) -> None:
    """A process that ends between the list and the editions, or another machine that takes the other members."""
    a_week(lab)
    lab.ingest(at(FRIDAY))
    first = find(lab.store, ANA).id
    compose(lab.store, lab.settings, now=at(FRIDAY), message_id=lambda: "<one@example.org>", only=[first])
    assert [len(lists(lab, member)) for member in (ANA, BEN)] == [1, 0]
    announce(lab, FRIDAY, f"{WALKING} in mud")
    lab.run(at(FRIDAY, hour=9))
    (anas,), (bens,) = lists(lab, ANA), lists(lab, BEN)
    assert anas.recommendations == bens.recommendations


def test_it_does_not_touch_what_a_reader_gets_of_their_own(lab: World) -> None:
    a_week(lab)
    before = lab.titles(ANA)
    lab.run(at(FRIDAY))
    assert f"{WALKING} on ice" in {title for edition in before for title in edition}
    assert f"{WALKING} on ice" in titles(lists(lab, ANA)[0])  # once more, with everybody
    assert lab.titles(ANA)[: len(before)] == before
    who = find(lab.store, BEN)
    with lab.store.read() as tx:
        seen = tx.subscribers.seen(who.id)
        own = {item.paper.id for each in tx.editions.of(who.id, limit=99) for item in each.recommendations}
    assert seen == own


def test_no_list_of_a_group_repeats_an_earlier_one(lab: World) -> None:
    a_week(lab)
    lab.run(at(FRIDAY))
    announce(lab, FRIDAY + timedelta(days=5), f"{WALKING} in mud")
    lab.run(at(FRIDAY + timedelta(days=5)))
    lab.run(at(NEXT_FRIDAY))
    first, second = lists(lab, BEN)
    assert f"{WALKING} in mud" in titles(second)
    assert titles(first).isdisjoint(titles(second))


def test_a_week_without_papers_has_no_list_and_loses_none(lab: World) -> None:
    a_week(lab)
    lab.run(at(FRIDAY))
    lab.run(at(NEXT_FRIDAY))
    assert len(lists(lab, BEN)) == 1
    late = NEXT_FRIDAY + timedelta(days=3)
    announce(lab, late, f"{WALKING} in mud")
    lab.run(at(late))
    lab.run(at(NEXT_FRIDAY + timedelta(days=7)))
    assert f"{WALKING} in mud" in titles(lists(lab, BEN)[1])


def test_each_member_gets_it_at_their_own_hour_and_all_the_same(lab: World) -> None:
    zone = Schedule(timezone=ZoneInfo("America/Los_Angeles"))
    membership.reschedule(lab.store, BEN, now=at(TUESDAY), zone=zone.timezone)
    a_week(lab)
    lab.run(at(FRIDAY))
    assert not lists(lab, BEN)  # it is night there
    announce(lab, FRIDAY, f"{WALKING} in mud")
    lab.run(at(FRIDAY, hour=16))
    assert titles(lists(lab, BEN)[0]) == titles(lists(lab, ANA)[0])


def test_a_weekly_reader_and_one_with_other_days_get_it_on_the_groups_day(lab: World) -> None:
    membership.reschedule(lab.store, BEN, now=at(MONDAY), kind=EditionKind.WEEKLY, on=frozenset({1}))
    a_week(lab)
    lab.run(at(FRIDAY))
    assert len(lists(lab, BEN)) == 1
    assert find(lab.store, BEN).kind is EditionKind.WEEKLY


def test_who_declines_it_and_who_is_on_pause_get_none(lab: World) -> None:
    groups.choose(lab.store, BEN, takes_list=False)
    membership.pause(lab.store, CLEO)
    a_week(lab)
    lab.run(at(FRIDAY))
    assert [len(lists(lab, member)) for member in (ANA, BEN, CLEO)] == [1, 0, 0]


def test_a_group_may_have_no_list_or_share_nothing(lab: World) -> None:
    groups.change(lab.store, LAB, weekday=None)
    groups.create(lab.store, "Silent", now=at(MONDAY), weekday=ON_FRIDAY)
    groups.add(lab.store, "Silent", BEN, now=at(MONDAY))
    a_week(lab)
    lab.run(at(FRIDAY))
    assert not lists(lab, BEN)


def test_lists_of_two_groups_on_one_day_come_in_one_mail(lab: World) -> None:
    groups.create(lab.store, "Crops", now=at(MONDAY), weekday=ON_FRIDAY)
    for member in (BEN, CLEO):
        groups.add(lab.store, "Crops", member, now=at(MONDAY))
    groups.share(lab.store, "Crops", CLEO, "main", now=at(MONDAY))
    announce(lab, WEDNESDAY, "Crop yields of wheat")
    a_week(lab)
    lab.run(at(FRIDAY))
    (edition,) = lists(lab, BEN)
    assert {item.group for item in edition.recommendations} == {LAB, "Crops"}
    assert len(titles(edition)) == len(edition.recommendations)
    assert mails_to(lab, BEN, b"Robotics lab and Crops") + mails_to(lab, BEN, b"Crops and Robotics lab") == 1


def test_it_is_as_long_as_the_group_wants(lab: World) -> None:
    groups.change(lab.store, LAB, size=1)
    a_week(lab)
    lab.run(at(FRIDAY))
    assert len(lists(lab, BEN)[0].recommendations) == 1


def test_how_many_were_sent_a_paper_is_told_of_more_than_two_who_show_it(lab: World) -> None:
    for member in (ANA, BEN, CLEO):
        membership.describe(lab.store, member, ProfileField.INTEREST, [WALKING], interest="walking")
    a_week(lab)
    lab.compose(at(FRIDAY))
    assert {item.sent_to for item in lists(lab, BEN)[0].recommendations} == {0}  # nobody opted in


def test_the_number_in_a_list_is_of_those_who_opted_in(lab: World) -> None:
    for member in (ANA, BEN, CLEO):
        membership.describe(lab.store, member, ProfileField.INTEREST, [WALKING], interest="walking")
        groups.choose(lab.store, member, shows_sent=True)
    a_week(lab)
    lab.run(at(FRIDAY))
    found = {item.paper.title: item.sent_to for item in lists(lab, BEN)[0].recommendations}
    assert found[f"{WALKING} on ice"] == 3
    text = next(lab.mail(n) for n, sent in enumerate(lab.outbox.sent) if b"Robotics lab, week" in sent.content)
    assert "sent to 3 of you" in text


def test_a_list_that_could_not_be_sent_in_time_is_not_carried_on(lab: World) -> None:
    a_week(lab)
    lab.compose(at(FRIDAY))
    later = NEXT_FRIDAY - timedelta(days=1)
    announce(lab, later, f"{WALKING} in mud")
    lab.ingest(at(later))
    lab.compose(at(later))
    with lab.store.read() as tx:
        states = {each.about: each.delivery.state for each in tx.deliveries.listed(limit=99)}
    assert states[f"common {FRIDAY}"] is DeliveryState.EXPIRED
    assert f"{WALKING} on ice" not in lab.titles(BEN)[-1]


def test_after_a_restored_backup_the_days_list_is_not_sent_again(lab: World) -> None:
    a_week(lab)
    with lab.store.begin() as tx:
        tx.restorations.begin(taken_at=at(THURSDAY), now=at(FRIDAY, hour=12))
    lab.run(at(FRIDAY, hour=13))
    assert not lists(lab, BEN)
    lab.run(at(NEXT_FRIDAY))
    assert len(lists(lab, BEN)) <= 1


def test_what_is_held_of_a_member_goes_with_them_and_to_them(lab: World) -> None:
    a_week(lab)
    lab.run(at(FRIDAY))
    told = json.loads(data.exported(lab.store, find(lab.store, ANA), now=at(FRIDAY)))
    assert list(told["groups"].values()) == [LAB]
    assert [row["shows_sent"] for row in told["tables"]["group_member"]] == [False]
    assert len(told["tables"]["group_interest"]) == 1
    data.erase(lab.store, find(lab.store, ANA))
    found = groups.detail(lab.store, LAB)
    assert [each.address for each in found.members] == [BEN, CLEO]
    assert found.shared == ()
    assert len(lists(lab, BEN)) == 1


def test_a_removed_group_leaves_its_members_as_they_were(lab: World) -> None:
    a_week(lab)
    lab.run(at(FRIDAY))
    assert groups.remove(lab.store, LAB) == 3
    announce(lab, FRIDAY + timedelta(days=5), f"{WALKING} in mud")
    lab.run(at(FRIDAY + timedelta(days=5)))
    lab.run(at(NEXT_FRIDAY))
    assert len(lists(lab, BEN)) == 1
    assert find(lab.store, BEN).state == "active"


def test_rescheduling_after_a_list_does_not_put_off_the_readers_own_edition(lab: World) -> None:
    announce(lab, TUESDAY, f"{WALKING} on ice")
    lab.run(at(TUESDAY))
    membership.reschedule(lab.store, BEN, now=at(WEDNESDAY), kind=EditionKind.WEEKLY, on=frozenset({0}))
    lab.run(at(FRIDAY))
    assert len(lists(lab, BEN)) == 1
    back = membership.reschedule(lab.store, BEN, now=at(FRIDAY, hour=6), kind=EditionKind.DAILY)
    assert back.next_due_at.date() == FRIDAY
