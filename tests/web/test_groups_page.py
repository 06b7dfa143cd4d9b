"""What a member chooses of each of their groups on the page of the settings."""

from datetime import timedelta

import pytest

from digest import membership
from digest.membership import groups
from tests.rendering.pages import Page
from tests.web.builders import NOW, READER, Door

LAB = '<b>Robotics</b> "lab" & friends'
LIST = "The common list, once a week, on Friday"
SHOWN = "Show my group what I was sent (only as a number)"


@pytest.fixture
def member(door: Door) -> Door:
    groups.create(door.store, LAB, now=NOW, weekday=4)
    groups.add(door.store, LAB, READER, now=NOW)
    return door


def boxes(door: Door) -> dict[str, bool]:
    """By the text beside it, whether each box of the groups is ticked."""
    answer = door.ask("GET", door.settings)
    assert answer.status_code == 200
    page = Page(answer.text)
    ticked = [box for box in page.all("input") if box.attributes.get("name") in ("list", "sent")]
    shown = [box for box in ticked if box.attributes["type"] == "checkbox"]
    labels = [label.text for label in page.all("label") if label.text in (LIST, SHOWN)]
    return {label: "checked" in box.attributes for label, box in zip(labels, shown, strict=True)}


def chosen(door: Door) -> list[tuple[bool, bool]]:
    who = membership.find(door.store, READER)
    return [(each.takes_list, each.shows_sent) for _, each in groups.of_reader(door.store, who)]


def post(door: Door, **values: object) -> int:
    answer = door.ask("POST", f"{door.settings}/group", data=values)
    return answer.status_code


def test_a_member_sees_what_each_group_may_and_is_shown_nothing_without_asking(member: Door) -> None:
    assert boxes(member) == {LIST: True, SHOWN: False}
    assert "&lt;b&gt;Robotics&lt;/b&gt;" in member.ask("GET", member.settings).text


def test_who_is_in_no_group_sees_nothing_of_it(door: Door) -> None:
    assert 'id="groups"' not in door.ask("GET", door.settings).text


def test_what_is_ticked_is_kept(member: Door) -> None:
    assert post(member, group="1", sent="yes") == 303
    assert chosen(member) == [(False, True)]
    assert boxes(member) == {LIST: False, SHOWN: True}
    assert post(member, group="1", list="yes") == 303
    assert chosen(member) == [(True, False)]


def test_a_group_without_a_list_has_no_box_for_it_and_keeps_what_was_chosen(member: Door) -> None:
    groups.change(member.store, LAB, weekday=None)
    assert list(boxes(member)) == [SHOWN]
    assert 'name="list" value="yes"' in member.ask("GET", member.settings).text


@pytest.mark.parametrize("group", ["2", "0", "-1", "", "x", "9" * 30, "1; DROP TABLE reader_group"])
def test_nobody_chooses_for_a_group_they_are_not_in(member: Door, group: str) -> None:
    groups.create(member.store, "Another", now=NOW)
    assert post(member, group=group, sent="yes") == 422
    assert chosen(member) == [(True, False)]


def test_a_member_who_chose_is_alive(member: Door) -> None:
    with member.store.begin() as tx:
        tx.subscribers.change(member.reader_number, heard_at=NOW - timedelta(days=400))
    post(member, group="1", list="yes")
    assert membership.find(member.store, READER).heard_at == NOW


def test_nobody_is_a_reader_of_the_kind_that_groups_have(door: Door) -> None:
    values = {"at": "07:00", "zone": "UTC", "size": "7", "day": ["mon"], "kind": "common", "form": "html"}
    answer = door.ask("POST", f"{door.settings}/deliver", data=values)
    assert answer.status_code == 422
    assert membership.find(door.store, READER).kind == "daily"
