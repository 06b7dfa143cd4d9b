"""The audit log: who changed what, without an address or a secret in it."""

import json

import pytest

from digest.cli import auditing
from digest.cli.main import root
from tests.shell import ADDRESS, Shell
from tests.test_setting_up import commands


def lines(digest: Shell, *arguments: str) -> list[tuple[str, str]]:
    found = json.loads(digest("audit", "list", "--json", *arguments))
    return [(each["what"], each["target"]) for each in reversed(found)]


def test_changes_are_noted_and_looks_are_not(digest: Shell) -> None:
    digest("subscriber", "add", ADDRESS)
    digest("subscriber", "list")
    digest("profile", "interest", ADDRESS, "my secret plans")
    digest("run")
    digest("delivery", "hold", "--all", "--dry-run", expect=1)
    digest("subscriber", "remove", ADDRESS)
    assert lines(digest) == [
        ("init", ""),
        ("subscriber add", "subscriber 1"),
        ("profile interest", "subscriber 1"),
        ("subscriber remove", "subscriber 1"),
    ]


def test_an_address_that_nobody_has_stands_by_its_hash(digest: Shell) -> None:
    digest("suppression", "add", "who@example.org", "--evidence", "asked by telephone")
    ((_, target),) = lines(digest, "--what", "suppression")
    assert target.startswith("address ")
    assert "who" not in digest("audit", "list").partition("suppression add")[2]


def test_what_cannot_be_done_changes_nothing_and_is_not_noted(digest: Shell) -> None:
    digest("subscriber", "pause", "who@example.org", expect=2)
    assert lines(digest) == [("init", "")]


def test_what_fails_half_way_is_noted_as_failed(digest: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    from digest.errors import StoreError

    digest("subscriber", "add", ADDRESS)

    def broken(*arguments: object, **others: object) -> None:
        raise StoreError("disk full")

    monkeypatch.setattr("digest.membership.pause", broken)
    digest("subscriber", "pause", ADDRESS, expect=1)
    assert digest("audit", "list", "--what", "subscriber pause").endswith("subscriber pause\tsubscriber 1\tfailed\n")


def test_lines_are_found_by_day_and_by_who(digest: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditing, "user", lambda: "os:maria")
    digest.now = "2026-03-11T08:00:00Z"
    digest("subscriber", "add", ADDRESS)
    assert lines(digest, "--since", "2026-03-10") == [("subscriber add", "subscriber 1")]
    assert lines(digest, "--who", "os:maria") == [("subscriber add", "subscriber 1")]
    assert lines(digest, "--since", "2026-03-12") == []
    assert digest("audit", "list", "--since", "2026-03-12") == "no changes\n"


def test_sudo_tells_who_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.getuid", lambda: 0)
    monkeypatch.setenv("SUDO_USER", "maria")
    assert auditing.user() == "os:maria as root"
    monkeypatch.delenv("SUDO_USER")
    assert auditing.user() == "os:root"


def test_a_target_holds_numbers_and_ids_only() -> None:
    given = {"numbers": (3, 4), "ids": ("2603.1", "a b", "x@y"), "name": "plans"}
    found = auditing.target(None, given)  # type: ignore[arg-type]  # of no use here
    assert found == "number 3 4, paper 2603.1"


def test_every_command_that_is_not_listed_exists() -> None:
    known = {path.partition(" ")[2] for path, _ in commands(root, "digest")}
    assert {name for name in auditing.UNLISTED if not name.startswith("group")} <= known
