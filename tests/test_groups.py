"""A group shares interests: each member's editions are chosen by them too, beside what is the member's own."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest import membership
from digest.editions import Edition, ReasonKind, Slot
from digest.errors import InvalidInput
from digest.membership import groups
from digest.membership.people import find
from digest.membership.personal import Deed, act
from digest.relevance.settings import RelevanceSettings
from digest.rendering.feed import FeedRenderer
from digest.rendering.pages import edition_page
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import environment
from digest.rendering.words import ENGLISH, why
from digest.subscribers import MAIN, ProfileField
from tests.fakes import MONDAY, at, paper
from tests.world import THRESHOLD, TUESDAY, World

LAB = "Robotics lab"
ANA, BEN, CLEO = "ana@example.org", "ben@example.org", "cleo@example.org"
WALKING = "legged locomotion of walking robots"


@pytest.fixture
def lab(world: World) -> World:
    """Ana, who works on walking and shares that, and Ben, who reads of protein folding, in one group."""
    world.subscribe(ANA)
    membership.describe(world.store, ANA, ProfileField.INTEREST, [WALKING], interest="walking")
    world.subscribe(BEN, interests=["protein folding"])
    groups.create(world.store, LAB, now=at(MONDAY))
    for member in (ANA, BEN):
        groups.add(world.store, LAB, member, now=at(MONDAY))
    groups.share(world.store, LAB, ANA, "walking", now=at(MONDAY))
    return world


def announce(world: World, *titles: str) -> None:
    """A day with papers of these titles and with some of other things."""
    others = [paper(f"Yield of crop {n}") for n in range(6)]
    world.source.announce(MONDAY, *map(paper, titles), *others)
    world.ingest(at(MONDAY))


def seats(edition: Edition) -> dict[str, tuple[str, str]]:
    """By title, the interest and the group of what was chosen."""
    return {item.paper.title: (item.interest, item.group) for item in edition.recommendations}


def test_a_member_reads_with_what_the_group_shares_and_keeps_what_is_their_own(lab: World) -> None:
    announce(lab, "Legged locomotion of walking robots on ice", "Protein folding by diffusion")
    lab.compose(at(MONDAY))

    theirs = seats(lab.edition(BEN))
    assert theirs["Protein folding by diffusion"] == (MAIN, "")
    assert theirs["Legged locomotion of walking robots on ice"] == (f"{LAB}, walking", LAB)


def test_nobody_is_lent_what_is_theirs(lab: World) -> None:
    announce(lab, "Legged locomotion of walking robots on ice")
    lab.compose(at(MONDAY))
    assert seats(lab.edition(ANA))["Legged locomotion of walking robots on ice"] == ("walking", "")


def test_a_shared_interest_has_a_quota_of_its_own(lab: World) -> None:
    groups.share(lab.store, LAB, ANA, "walking", quota=1, now=at(MONDAY))
    announce(lab, *(f"Legged locomotion of walking robots, part {n}" for n in range(4)))
    lab.compose(at(MONDAY))
    assert len([group for _, group in seats(lab.edition(BEN)).values() if group]) == 1


def test_a_member_of_whom_only_categories_are_known_gets_the_newest_beside_it(lab: World) -> None:
    lab.subscribe(CLEO, categories=["cs.LG"])
    groups.add(lab.store, LAB, CLEO, now=at(MONDAY))
    announce(lab, "Legged locomotion of walking robots on ice")
    lab.compose(at(MONDAY))

    edition = lab.edition(CLEO)
    assert edition.recommendations[0].group == LAB
    assert {item.slot for item in edition.recommendations[1:]} == {Slot.NEWEST}
    assert len(edition.recommendations) == 7
    lab.deliver(at(MONDAY))
    mail = next(lab.mail(n) for n, sent in enumerate(lab.outbox.sent) if sent.rcpt_to == CLEO)
    assert "Robotics lab, walking" in mail
    assert "Newest" in mail


def test_whose_votes_they_are_and_on_which_papers_is_told_to_nobody(lab: World) -> None:
    liked = paper("Gaits of hexapods")
    lab.source.announce(MONDAY, liked)
    lab.ingest(at(MONDAY))
    lab.like(ANA, liked.id.removeprefix("arxiv:"), interest="walking")
    lab.source.announce(TUESDAY, paper("Gaits of hexapods and of dogs"), *(paper(f"Yield {n}") for n in range(6)))
    lab.run(at(TUESDAY))

    item = next(each for each in lab.edition(BEN).recommendations if each.group)
    assert {reason.label for reason in item.reasons if reason.kind is not ReasonKind.BACKGROUND} == {""}
    assert not any("you" in said for said in why(item))
    assert any("matches: " in said for said in why(item))


def test_what_the_owner_liked_may_still_come_to_the_others(lab: World) -> None:
    walking = paper("Legged locomotion of walking robots on ice")
    lab.source.announce(MONDAY, walking, *(paper(f"Yield {n}") for n in range(6)))
    lab.ingest(at(MONDAY))
    lab.like(ANA, walking.id.removeprefix("arxiv:"), interest="walking")
    lab.compose(at(MONDAY))
    assert walking.title in seats(lab.edition(BEN))
    assert walking.title not in seats(lab.edition(ANA))


def test_a_vote_on_the_groups_paper_is_the_members_own(lab: World) -> None:
    announce(lab, "Legged locomotion of walking robots on ice")
    lab.compose(at(MONDAY))
    edition = lab.edition(BEN)
    place = next(n for n, item in enumerate(edition.recommendations, start=1) if item.group)
    act(lab.store, edition, place, Deed.MORE, now=at(MONDAY))
    with lab.store.read() as tx:
        profiles = tx.subscribers.profiles([find(lab.store, each).id for each in (ANA, BEN)])
    ana, ben = profiles.values()
    assert [each.name for each in ben.interests] == [MAIN]
    assert (len(ben.liked), len(ana.liked)) == (1, 0)


def test_a_groups_must_read_says_that_the_group_follows_the_author(lab: World) -> None:
    membership.describe(lab.store, ANA, ProfileField.FOLLOW, ["Yuhai Tu"], interest="walking")
    lab.source.announce(MONDAY, replace(paper("Landscapes"), authors=("Yuhai Tu",)), paper("Crops"))
    lab.run(at(MONDAY))
    item = next(each for each in lab.edition(BEN).recommendations if each.group)
    assert why(item)[0] == "author your group follows: Yuhai Tu"
    mail = next(each for each in lab.outbox.sent if each.rcpt_to == BEN)
    assert b"An author you follow" not in mail.content


def test_leaving_takes_along_what_was_shared(lab: World) -> None:
    groups.leave(lab.store, LAB, ANA)
    assert groups.detail(lab.store, LAB).shared == ()
    announce(lab, "Legged locomotion of walking robots on ice", "Protein folding by diffusion")
    lab.compose(at(MONDAY))
    assert not any(group for _, group in seats(lab.edition(BEN)).values())


def test_an_interest_that_is_dropped_is_shared_no_more(lab: World) -> None:
    membership.drop_interest(lab.store, ANA, "walking")
    assert groups.detail(lab.store, LAB).shared == ()


def test_a_name_that_the_reader_has_already_stands_beside_theirs(lab: World) -> None:
    taken = f"{LAB}, walking"
    membership.describe(lab.store, BEN, ProfileField.INTEREST, ["crop yields"], interest=taken)
    announce(lab, "Legged locomotion of walking robots on ice")
    lab.compose(at(MONDAY))
    found = seats(lab.edition(BEN))
    assert found["Legged locomotion of walking robots on ice"] == (f"{taken} (2)", LAB)


def test_what_two_groups_share_alike_comes_once(lab: World) -> None:
    groups.create(lab.store, "Another", now=at(MONDAY))
    for member in (ANA, BEN):
        groups.add(lab.store, "Another", member, now=at(MONDAY))
    groups.share(lab.store, "Another", ANA, "walking", now=at(MONDAY))
    announce(lab, *(f"Legged locomotion of walking robots, part {n}" for n in range(8)))
    lab.compose(at(MONDAY))
    assert {group for _, group in seats(lab.edition(BEN)).values() if group} == {LAB}


# ------------------------------------------------------------ what cannot be done


@pytest.mark.parametrize("name", ["", "  ", "x" * 41, "a\u202eb", "a\x00b", "zero\u200bwidth"])
def test_a_group_has_a_name_that_can_be_printed(world: World, name: str) -> None:
    with pytest.raises(InvalidInput, match="name of a group"):
        groups.create(world.store, name, now=at(MONDAY))


@given(st.text(max_size=60))
@settings(deadline=None)
def test_whatever_is_typed_as_a_name_is_kept_as_a_short_line_or_refused(text: str) -> None:
    try:
        name = groups.group_name(text)
    except InvalidInput:
        return
    assert 1 <= len(name) <= groups.LONGEST_NAME
    assert name.isprintable()
    assert groups.group_name(name) == name


def test_markup_in_a_name_is_shown_and_never_obeyed(lab: World) -> None:
    groups.change(lab.store, LAB, name="<script>alert(1)</script> {{ 7*7 }} %s")
    announce(lab, "Legged locomotion of walking robots on ice")
    lab.run(at(MONDAY))
    sent = next(each for each in lab.outbox.sent if each.rcpt_to == BEN).content
    assert b"<script>" not in sent.split(b"text/html")[1]
    assert b"7*7" in sent


def test_names_are_the_same_in_any_case(lab: World) -> None:
    with pytest.raises(InvalidInput, match="there is a group"):
        groups.create(lab.store, "ROBOTICS  lab", now=at(MONDAY))
    assert groups.detail(lab.store, "robotics lab").group.name == LAB


def test_only_a_member_shares_and_only_what_they_have(lab: World) -> None:
    lab.subscribe(CLEO)
    with pytest.raises(InvalidInput, match="not in the group"):
        groups.share(lab.store, LAB, CLEO, MAIN, now=at(MONDAY))
    with pytest.raises(InvalidInput, match="no interest named"):
        groups.share(lab.store, LAB, BEN, "walking", now=at(MONDAY))
    with pytest.raises(InvalidInput, match="does not read with it"):
        groups.unshare(lab.store, LAB, BEN, MAIN)


# ------------------------------------------------------------ also sent to others


def show_all(world: World, *members: str) -> None:
    for member in members:
        groups.choose(world.store, member, shows_sent=True)


def circle(world: World, size: int) -> list[str]:
    """A group of readers who all want everything, and show what they were sent."""
    world.settings = RelevanceSettings(threshold=THRESHOLD)
    groups.create(world.store, LAB, now=at(MONDAY), weekday=None)
    members = [f"reader{n}@example.org" for n in range(size)]
    for member in members:
        world.subscribe(member, categories=["cs.LG"])
        groups.add(world.store, LAB, member, now=at(MONDAY))
    show_all(world, *members)
    return members


def told(world: World, member: str) -> list[int]:
    return [item.sent_to for item in world.edition(member).recommendations]


def test_members_of_one_morning_count_each_other(world: World) -> None:
    members = circle(world, 4)
    world.source.announce(MONDAY, paper("Ants"))
    world.run(at(MONDAY))
    assert [told(world, member) for member in members] == [[3]] * 4
    assert all("also sent to 3 in your group" in world.mail(n) for n in range(4))


def test_a_later_hour_counts_those_of_earlier_ones(world: World) -> None:
    members = circle(world, 3)
    membership.reschedule(world.store, members[2], now=at(MONDAY), send_at=membership.hour("09:00"))
    world.source.announce(MONDAY, paper("Ants"))
    world.run(at(MONDAY))
    assert told(world, members[0]) == [0]  # one other alone, so far
    world.run(at(MONDAY, hour=9))
    assert told(world, members[2]) == [2]
    assert told(world, members[0]) == [0]  # which stays as it was sent


def test_one_other_alone_is_never_told(world: World) -> None:
    members = circle(world, 2)
    world.source.announce(MONDAY, paper("Ants"))
    world.run(at(MONDAY))
    assert [told(world, member) for member in members] == [[0], [0]]


def test_who_does_not_show_is_neither_counted_nor_told(world: World) -> None:
    members = circle(world, 4)
    groups.choose(world.store, members[0], shows_sent=False)
    world.source.announce(MONDAY, paper("Ants"))
    world.run(at(MONDAY))
    assert [told(world, member) for member in members] == [[0], [2], [2], [2]]


def test_who_left_the_digest_is_counted_no_more(world: World) -> None:
    members = circle(world, 3)
    membership.reschedule(world.store, members[2], now=at(MONDAY), send_at=membership.hour("09:00"))
    world.source.announce(MONDAY, paper("Ants"))
    world.run(at(MONDAY))
    membership.leave(world.store, members[0])
    world.run(at(MONDAY, hour=9))
    assert told(world, members[2]) == [0]


def test_the_groups_of_a_reader_are_never_added_up(world: World) -> None:
    """In each of two groups one other had it: "2 in your group" would be true of neither, and name both."""
    members = circle(world, 2)
    world.subscribe(CLEO, categories=["cs.LG"])
    groups.create(world.store, "Another", now=at(MONDAY), weekday=None)
    for member in (members[0], CLEO):
        groups.add(world.store, "Another", member, now=at(MONDAY))
    show_all(world, members[0], CLEO)
    world.source.announce(MONDAY, paper("Ants"))
    world.run(at(MONDAY))
    assert told(world, members[0]) == [0]


def test_a_mail_that_is_written_again_says_the_same_number(world: World) -> None:
    circle(world, 3)
    world.source.announce(MONDAY, paper("Ants"))
    world.ingest(at(MONDAY))
    world.compose(at(MONDAY))
    edition = world.edition("reader0@example.org")
    groups.remove(world.store, LAB)
    with world.store.read() as tx:
        assert tx.editions.get([edition.id])[edition.id] == edition
    assert [item.sent_to for item in edition.recommendations] == [2]


def test_a_new_group_is_shown_nothing_until_its_member_says_so(world: World) -> None:
    members = circle(world, 1)
    groups.create(world.store, "Another", now=at(MONDAY))
    groups.add(world.store, "Another", members[0], now=at(MONDAY))
    chosen = {
        group.name: member.shows_sent for group, member in groups.of_reader(world.store, find(world.store, members[0]))
    }
    assert chosen == {LAB: True, "Another": False}


def test_the_number_stands_on_the_page_and_in_the_feed_too(world: World) -> None:
    members = circle(world, 3)
    world.source.announce(MONDAY, paper("Ants"))
    world.run(at(MONDAY))
    edition = world.edition(members[0])
    site = SiteSettings(sender="digest@example.org")
    feed = FeedRenderer(site, environment()).atom([edition], uri="tag:example.org,2026:feed/1", since=at(MONDAY))
    assert "also sent to 2 in your group" in feed.decode()
    (section,) = edition_page(edition, ENGLISH).sections
    assert section.papers[0].why[-1] == "also sent to 2 in your group"
