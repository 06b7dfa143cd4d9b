"""Several processes share the work: each reader and mail once, and what came of it counted as if one had done it."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfoNotFoundError

import pytest

from tests.shell import Shell, shell

READERS = [f"reader{number}@example.org" for number in range(7)]


def test_two_processes_send_each_mail_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DIGEST_DELIVERY_PROCESSES", "2")
    monkeypatch.setattr("digest.app.product.WORTH_IT", 5)
    with shell(tmp_path, monkeypatch, capsys) as digest:
        for reader in READERS:
            digest("subscriber", "add", reader)
        digest("ingest")
        digest("compose")

        assert "deliver: 7 sent" in digest("deliver")
        assert "deliver: 0 sent" in digest("deliver")
        assert len({mail.name.partition("@")[0] for mail in digest.mails}) == len(digest.mails) == 7


def make_a_group_that_shows(digest: Shell, *readers: str) -> None:
    """Readers who show each other what they were sent."""
    with digest.store() as store, store.begin() as tx:
        made = datetime(2026, 3, 9, tzinfo=UTC)
        group = tx.groups.make("Lab", weekday=None, size=10, now=made)
        members = [each.id for each in tx.subscribers.all() if each.address in readers]
        assert group is not None
        assert tx.groups.add(group, members, now=made) == len(readers)
        for member in members:
            tx.groups.set_member(member, shows_sent=True)


def editions(digest: Shell) -> dict[str, list[tuple[str, int]]]:
    """By reader, the papers they were sent, and how many others of a group had each."""
    with digest.store() as store, store.read() as tx:
        return {
            each.address: [
                (item.paper.id, item.sent_to)
                for edition in tx.editions.of(each.id, limit=9)
                for item in edition.recommendations
            ]
            for each in tx.subscribers.all()
        }


def test_two_processes_compose_what_one_does_and_members_of_a_group_count_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("digest.app.composing.WORTH_IT", 5)
    found = []
    for processes in ("1", "2"):
        monkeypatch.setenv("DIGEST_RELEVANCE_PROCESSES", processes)
        (folder := tmp_path / processes).mkdir()
        with shell(folder, monkeypatch, capsys) as digest:
            for reader in READERS:
                digest("subscriber", "add", reader)
            make_a_group_that_shows(digest, *READERS[:4])
            digest("ingest")
            assert "compose: 7 editions, 0 without a paper good enough, 0 waiting" in digest("compose")
            assert "compose: 0 editions" in digest("compose")
            found.append(editions(digest))

    assert found[0] == found[1]
    assert {number for reader in READERS[:4] for _, number in found[1][reader]} == {3}
    assert all(number == 0 for reader in READERS[4:] for _, number in found[1][reader])


def test_what_fails_in_one_process_is_told_and_what_the_other_kept_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("digest.app.composing.WORTH_IT", 5)
    monkeypatch.setenv("DIGEST_RELEVANCE_PROCESSES", "2")
    with shell(tmp_path, monkeypatch, capsys) as digest:
        for reader in READERS:
            digest("subscriber", "add", reader)
        digest("ingest")
        with closing(sqlite3.connect(tmp_path / "paperround.db", isolation_level=None)) as database:
            database.execute("UPDATE subscriber SET timezone = 'Nowhere/Land' WHERE address = ?", READERS[:1])
            numbers = dict(database.execute("SELECT address, id FROM subscriber"))
            with pytest.raises(ZoneInfoNotFoundError):
                digest("compose")
            kept = {number for (number,) in database.execute("SELECT subscriber_id FROM edition")}

    broken = numbers[READERS[0]] % 2
    assert kept == {number for number in numbers.values() if number % 2 != broken}
