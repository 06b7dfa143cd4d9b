"""`digest delivery`: what waits, what was sent, and what waits for a decision."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shell import ADDRESS, Shell, shell


@pytest.fixture
def digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    """An installation with one mail that waits."""
    with shell(tmp_path, monkeypatch, capsys) as opened:
        opened.after(f"subscriber add {ADDRESS}", "ingest", "compose")
        yield opened


def test_a_mail_is_listed_and_shown(digest: Shell) -> None:
    (listed,) = json.loads(digest("delivery", "list", "--json"))
    assert (listed["what"], listed["state"], listed["attempts"]) == ("daily 2026-03-09", "pending", 0)
    assert json.loads(digest("delivery", "show", str(listed["number"]), "--json")) == listed
    assert "daily 2026-03-09\t1\tpending" in digest("delivery", "list", "--subscriber", ADDRESS)
    assert "1 pending" in digest.err


def test_a_mail_that_was_sent_says_when_and_what_the_relay_answered(digest: Shell) -> None:
    digest("deliver")
    shown = digest("delivery", "show", "1")
    assert "state\tsent" in shown
    assert "sent at\t2026-03-09" in shown


def test_what_is_held_is_not_sent_until_it_is_released(digest: Shell) -> None:
    assert digest("delivery", "hold", "--all", "--dry-run") == "would hold 1\n"
    assert digest("delivery", "hold", "1") == "held 1\n"
    assert digest("delivery", "hold", "1", expect=1) == ""
    assert "deliver: 0 sent" in digest("deliver")
    assert digest("delivery", "release", "--all", "--dry-run") == "would release 1\n"
    assert digest("delivery", "release", "--all") == "released 1\n"
    assert "deliver: 1 sent" in digest("deliver")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "99"), "there is no delivery 99; see: digest delivery list"),
        (("hold", "99"), "there is no delivery 99"),
        (("hold",), "give numbers, or --all"),
        (("release", "1", "--all"), "give numbers, or --all"),
        (("list", "--subscriber", "eve@example.org"), "no subscriber has the address"),
    ],
)
def test_what_cannot_be_done_is_said(digest: Shell, arguments: tuple[str, ...], said: str) -> None:
    assert said in digest("delivery", *arguments, expect=2)
