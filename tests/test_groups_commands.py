"""Groups as an operator types them, and many subscribers paused and resumed at once."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.shell import ADDRESS, Shell

LAB, OTHER, THIRD = "Robotics lab", "ben@example.org", "cleo@example.com"


@pytest.fixture
def three(digest: Shell) -> Shell:
    """A house with three readers and a group with nobody in it."""
    digest("subscriber", "add", ADDRESS, "--category", "cs.RO", "--interest", "legged locomotion")
    digest("subscriber", "add", OTHER, "--category", "cs.CL", "--weekly", "fri")
    digest("subscriber", "add", THIRD, "--timezone", "Europe/Berlin")
    assert digest("group", "create", LAB, "--list-on", "fri") == f"made the group {LAB}; list: fri, at most 10\n"
    return digest


def found(digest: Shell, *arguments: str) -> Any:
    return json.loads(digest.both(*arguments, "--json"))


def addresses(digest: Shell, *filters: str) -> list[str]:
    return [each["address"] for each in found(digest, "subscriber", "list", *filters)]


def test_a_group_is_made_filled_shared_and_shown(three: Shell) -> None:
    assert three("group", "add", LAB, ADDRESS) == "added\n"
    assert three("group", "add", LAB, ADDRESS) == "they are in it already\n"
    three("group", "add", LAB, OTHER)
    three("group", "share", LAB, ADDRESS, "main", "--quota", "2")
    shown = found(three, "group", "show", "robotics  LAB")
    assert shown["list_on"] == "fri"
    assert shown["shared_interests"] == [{"interest": "main", "of": ADDRESS, "quota": 2}]
    assert [each["address"] for each in shown["members"]] == [ADDRESS, OTHER]
    assert f"{ADDRESS}\tactive\tyes\tno\n" in three("group", "show", LAB)
    three("group", "unshare", LAB, ADDRESS, "main")
    three("group", "leave", LAB, OTHER)
    shown = found(three, "group", "show", LAB)
    assert (shown["shared_interests"], len(shown["members"])) == ([], 1)


def test_groups_are_listed_by_name_and_by_member(three: Shell) -> None:
    three("group", "create", "Another", "--list-on", "none", "--size", "3")
    three("group", "add", "Another", OTHER)
    assert [each["name"] for each in found(three, "group", "list")] == ["Another", LAB]
    assert [each["name"] for each in found(three, "group", "list", "--named", "LAB")] == [LAB]
    (mine,) = found(three, "group", "list", "--member", OTHER)
    assert (mine["name"], mine["list_on"], mine["size"], mine["members"]) == ("Another", None, 3, 1)
    assert "Another\t1\t0\tnone\tnone yet\n" in three("group", "list")


def test_a_table_of_addresses_is_counted_before_anybody_is_added(three: Shell, tmp_path: Path) -> None:
    table = tmp_path / "members.csv"
    table.write_text(f"name,address\nAna,{ADDRESS}\nBen,{OTHER.upper()}\nAna again,{ADDRESS}\n", encoding="utf-8")
    told = three("group", "add", LAB, "--from", str(table), "--dry-run")
    assert told == "would add: 2, in it already: 1, bad: 0; nothing was changed\n"
    assert found(three, "group", "show", LAB)["members"] == []
    assert three("group", "add", LAB, "--from", str(table)) == "added: 2, in it already: 1, bad: 0\n"
    assert three.err == "adding 2\n"
    assert three("group", "add", LAB, "--from", str(table)) == "added: 0, in it already: 3, bad: 0\n"


def test_a_bad_line_adds_nobody_unless_it_is_to_be_left_out(three: Shell, tmp_path: Path) -> None:
    table = tmp_path / "members.csv"
    table.write_text(f"{ADDRESS}\n'=cmd@example.org\nwho@example.org\nno address\n", encoding="utf-8")
    told = three.both("group", "add", LAB, "--from", str(table), expect=2)
    assert told.startswith("added: 0, in it already: 0, bad: 3; nothing was changed")
    assert "line 3: no subscriber has the address who@example.org" in three.err
    told = three.both("group", "add", LAB, "--from", str(table), "--skip-bad", expect=2)
    assert told == "added: 1, in it already: 0, bad: 3\n"


def test_what_cannot_be_done_says_what_to_do(three: Shell) -> None:
    assert "there is a group named" in three("group", "create", "ROBOTICS LAB", expect=2)
    assert "no group has the name 'Nobody'; see: digest group list" in three("group", "show", "Nobody", expect=2)
    assert "is not in the group" in three("group", "leave", LAB, OTHER, expect=2)
    assert "give an EMAIL, or --from" in three("group", "add", LAB, expect=2)
    assert "a list comes on one day" in three("group", "set", LAB, "--list-on", "weekdays", expect=2)
    assert "is in no such group" in three("group", "choose", LAB, OTHER, "--no-list", expect=2)


def test_a_group_is_changed_and_removed(three: Shell) -> None:
    three("group", "add", LAB, ADDRESS)
    changed = three("group", "set", LAB, "--list-on", "none", "--rename", "Robots")
    assert changed == "changed the group Robots; list: none\n"
    assert three("group", "remove", "Robots", "--yes") == "removed the group; it had 1 member\n"
    assert three.err == "forgetting the group of 1 member\n"
    assert three("group", "list") == "no groups\n"
    assert addresses(three) == [ADDRESS, OTHER, THIRD]


def test_a_member_chooses_for_one_group_and_for_all(three: Shell) -> None:
    three("group", "create", "Another")
    for group in (LAB, "Another"):
        three("group", "add", group, ADDRESS)
    three("subscriber", "set", ADDRESS, "--show-sent", "--no-group-list")
    three("group", "choose", LAB, ADDRESS, "--hide-sent", "--list")
    chosen = {
        name: [(each["takes_list"], each["shows_sent"]) for each in found(three, "group", "show", name)["members"]]
        for name in (LAB, "Another")
    }
    assert chosen == {LAB: [(True, False)], "Another": [(False, True)]}
    assert "is in no such group" in three("subscriber", "set", OTHER, "--show-sent", expect=2)


def test_what_was_changed_is_in_the_audit_log_by_numbers(three: Shell) -> None:
    three("group", "add", LAB, ADDRESS)
    three("group", "list")
    three("group", "remove", LAB, "--yes")
    lines = [(each["what"], each["target"]) for each in found(three, "audit", "list", "--what", "group")]
    assert lines == [("group remove", "group 1"), ("group add", "subscriber 1, group 1"), ("group create", "group 1")]


# ------------------------------------------------------------ many at once


def test_subscribers_are_listed_by_what_they_get_and_where_they_are(three: Shell) -> None:
    three("group", "add", LAB, OTHER)
    assert addresses(three, "--group", "robotics lab") == [OTHER]
    assert addresses(three, "--domain", "EXAMPLE.com") == [THIRD]
    assert addresses(three, "--kind", "weekly") == [OTHER]
    assert addresses(three, "--category", "cs.RO") == [ADDRESS, THIRD]  # the last one reads all
    assert addresses(three, "--timezone", "Europe/Berlin", "--language", "EN") == [THIRD]
    assert "no group has the name" in three("subscriber", "list", "--group", "Nobody", expect=2)


def test_many_are_paused_and_resumed_after_they_were_counted(three: Shell) -> None:
    assert three("subscriber", "pause", "--all", "--domain", "example.org", "--dry-run") == "would pause 2\n"
    assert addresses(three, "--state", "paused") == []
    assert three("subscriber", "pause", "--all", "--domain", "example.org") == "paused 2\n"
    assert three.err == "pausing 2 subscribers\n"
    assert three("subscriber", "pause", "--all", "--domain", "example.org") == "paused 0\n"
    assert three("subscriber", "resume", "--all", "--dry-run") == "would resume 2\n"
    assert three("subscriber", "resume", "--all") == "resumed 2\n"
    assert addresses(three, "--state", "active") == [ADDRESS, OTHER, THIRD]
    lines = [(each["what"], each["target"]) for each in found(three, "audit", "list", "--what", "subscriber resume")]
    assert lines == [("subscriber resume", "all")]


def test_who_left_is_never_taken_back_with_many_others(three: Shell) -> None:
    three("subscriber", "remove", ADDRESS)
    assert three("subscriber", "resume", "--all") == "resumed 0\n"
    assert addresses(three, "--state", "left") == [ADDRESS]


def test_one_or_all_and_never_a_slip_of_both(three: Shell) -> None:
    assert "give an EMAIL, or --all" in three("subscriber", "pause", expect=2)
    assert "give an EMAIL, or --all" in three("subscriber", "pause", ADDRESS, "--all", expect=2)
    assert "filters go with --all" in three("subscriber", "resume", ADDRESS, "--kind", "daily", expect=2)
    assert three("subscriber", "pause", ADDRESS, "--dry-run") == f"would change {ADDRESS}\n"
    assert addresses(three, "--state", "paused") == []


def test_what_a_subscriber_is_in_is_shown_with_them(three: Shell) -> None:
    three("group", "add", LAB, ADDRESS)
    assert found(three, "subscriber", "show", ADDRESS)["groups"] == [LAB]
    assert f"groups\t{LAB}\n" in three("subscriber", "show", ADDRESS)
    assert "groups\tnone\n" in three("subscriber", "show", OTHER)


def test_the_other_lists_are_filtered_too(three: Shell) -> None:
    three("ingest")
    three("compose")
    assert [each["gate"] for each in found(three, "source", "status", "--who", "ARXIV")] == ["arxiv"]
    assert three("source", "status", "--who", "nobody") == "nobody of that name is asked\n"
    left_out = found(three, "profile", "left-out", ADDRESS, "--limit", "100")
    below = found(three, "profile", "left-out", ADDRESS, "--why", "THRESHOLD", "--limit", "100")
    assert [each for each in left_out if "threshold" in each["why"]] == below != []
    assert found(three, "profile", "left-out", ADDRESS, "--interest", "another") == []
    assert found(three, "profile", "wanted", ADDRESS, "--interest", "main") == []
