"""Lists that are filtered, and what is done to many: counted, and agreed to on a terminal."""

import json
import os
import pty
from datetime import UTC, datetime
from typing import Any

import click
import pytest

from digest.cli import bulk
from digest.mail import Bounce, BounceKind
from tests.shell import ADDRESS, Shell

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
OTHER = "ben@example.org"


@pytest.fixture
def two(digest: Shell) -> Shell:
    """A house with two readers, for whom mails wait."""
    for address in (ADDRESS, OTHER):
        digest("subscriber", "add", address)
    digest("ingest")
    digest("compose")
    return digest


def found(digest: Shell, *arguments: str) -> Any:
    return json.loads(digest.both(*arguments, "--json"))


def test_bounces_are_listed_by_kind_reader_and_day(two: Shell) -> None:
    with two.store() as store, store.begin() as tx:
        for number, kind in ((1, BounceKind.HARD), (2, BounceKind.SOFT)):
            bounce = Bounce(delivery_id=number, kind=kind, status="5.1.1", reason="who is that?", fingerprint=kind)
            tx.suppressions.note(bounce, subscriber=number, now=NOW)
    assert [each["kind"] for each in found(two, "bounce", "list")] == ["soft", "hard"]
    assert [each["subscriber"] for each in found(two, "bounce", "list", "--kind", "hard")] == [1]
    assert [each["delivery"] for each in found(two, "bounce", "list", "--subscriber", OTHER)] == [2]
    assert len(found(two, "bounce", "list", "--limit", "1")) == 1
    assert two("bounce", "list", "--since", "2026-03-10") == "no bounces\n"
    assert "2026-03-09 08:00\thard\t5.1.1\t1\t1\twho is that?\n" in two("bounce", "list")


def test_deliveries_are_found_and_released_by_what_was_answered(two: Shell) -> None:
    two("delivery", "hold", "1")
    assert [each["number"] for each in found(two, "delivery", "list", "--answer", "HELD by")] == [1]
    assert found(two, "delivery", "list", "--answer", "50%_off") == []
    two("delivery", "hold", "--all")
    with two.store() as store, store._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE delivery SET answer = 'restored from a backup' WHERE id = 2")
    assert two("delivery", "release", "--all", "--answer", "restored", "--dry-run") == "would release 1\n"
    assert two("delivery", "release", "--all", "--answer", "restored") == "released 1\n"
    assert two.err == "releasing 1 delivery\n"
    assert "--answer goes with --all" in two("delivery", "release", "1", "--answer", "x", expect=2)


def test_batches_are_listed_by_state(two: Shell) -> None:
    states = {each["state"] for each in found(two, "batch", "list", "--state", "quiet", "--state", "stalled")}
    assert states == {"quiet"}


def test_suppressed_addresses_are_listed_from_a_day_on(two: Shell) -> None:
    two("suppression", "add", "who@example.org")
    assert len(found(two, "suppression", "list", "--since", "2026-03-09")) == 1
    assert found(two, "suppression", "list", "--since", "2026-03-10") == []


def test_many_are_counted_before_anything_is_done(two: Shell) -> None:
    assert two("delivery", "hold", "--all") == "held 2\n"
    assert two.err == "holding 2 deliveries\n"


@pytest.mark.parametrize(("answer", "goes_on"), [("y", True), ("n", False)])
def test_on_a_terminal_many_are_agreed_to(monkeypatch: pytest.MonkeyPatch, answer: str, goes_on: bool) -> None:
    here, there = pty.openpty()
    os.write(here, f"{answer}\n".encode())
    with os.fdopen(there, encoding="utf-8") as terminal:
        monkeypatch.setattr("sys.stdin", terminal)
        monkeypatch.setattr("click.termui.visible_prompt_func", lambda prompt: terminal.readline().strip())
        if goes_on:
            bulk.go_ahead(3, "holding", yes=False)
        else:
            with pytest.raises(click.Abort):
                bulk.go_ahead(3, "holding", yes=False)
        bulk.go_ahead(0, "holding", yes=False)
        bulk.go_ahead(3, "holding", yes=True)
    os.close(here)
