"""Who is erased is gone from the bytes of the database, from its log, and from what pages kept."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest import membership
from digest.errors import StoreError
from digest.membership import data
from digest.store import Store
from digest.store.erasing import compact, empty_log, scrub
from digest.subscribers import ProfileField
from tests.embedded import embedded
from tests.shell import Shell, shell
from tests.store.builders import reader

NOW = datetime(2026, 3, 9, 7, 30, tzinfo=UTC)
ANA = "ana.marin.of.nowhere@example.org"
WISH = "xylophones of the deep sea"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "digest.db"


@pytest.fixture
def store(file: Path) -> Iterator[Store]:
    opened = embedded(file)
    yield opened
    opened.close()


@pytest.fixture
def digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    monkeypatch.setenv("DIGEST_RELEVANCE_THRESHOLD", "0")
    with shell(tmp_path, monkeypatch, capsys) as opened:
        yield opened


def in_bytes(text: str, file: Path) -> bool:
    """Whether a text stands anywhere in a database, its log, or the model beside it."""
    kept = [each for each in file.parent.rglob("*") if f"/{file.name}" in str(each) and each.is_file()]
    return any(text.encode() in each.read_bytes() for each in kept)


def test_after_a_life_in_the_digest_nothing_of_an_erased_reader_is_in_the_bytes(digest: Shell) -> None:
    file = digest.folder / "paperround.db"
    digest("subscriber", "add", ANA, "--category", "cs.RO", "--interest", WISH, "--size", "3")
    digest("subscriber", "add", "bo@example.org", "--interest", "legged robots")
    digest("run")
    digest("profile", "exclude", ANA, "theremins")
    digest("subscriber", "set", ANA, "--size", "5")
    assert len(digest.mails) == 2
    assert in_bytes(ANA, file)
    assert in_bytes(WISH, file)

    digest("subscriber", "erase", ANA, "--yes")

    for trace in (ANA, WISH, "theremins"):
        assert not in_bytes(trace, file)
    assert in_bytes("bo@example.org", file)
    assert "bo@example.org" in digest("subscriber", "list")


def test_of_many_readers_whose_pages_were_split_none_who_was_erased_is_found(store: Store, file: Path) -> None:
    dice = random.Random(1)
    addresses = [f"{dice.randrange(10**9):x}-{number}@uni-{number % 97}.example" for number in range(400)]
    for address in addresses:
        membership.add(store, address, host="digest.example", now=NOW)
    erased = dice.sample(addresses, 40)
    for address in erased:
        data.erase_and_suppress(store, membership.find(store, address), now=NOW)
    assert [address for address in erased if in_bytes(address, file)] == []
    with store.read() as tx:
        assert len(tx.subscribers.all()) == 360


def test_an_older_file_that_overwrote_nothing_is_written_anew(store: Store, file: Path) -> None:
    who = reader(store, ANA)
    with store.begin() as tx:
        tx.subscribers.add_words(who.id, ProfileField.INTEREST, [WISH])
    with closing(sqlite3.connect(file, isolation_level=None)) as older:
        older.execute("PRAGMA secure_delete = OFF")
        older.execute("PRAGMA foreign_keys = ON")
        older.execute("DELETE FROM subscriber WHERE address = ?", (ANA,))
    assert empty_log(file, patience=1.0)
    assert in_bytes(ANA, file)
    assert scrub(file, ANA, patience=1.0)
    assert not in_bytes(ANA, file)
    assert not in_bytes(WISH, file)


def test_what_a_reader_erases_on_a_page_leaves_the_log(store: Store, file: Path) -> None:
    data.erase(store, reader(store, ANA))
    assert not in_bytes(ANA, file)


def test_while_others_read_it_is_said_and_made_up_for_later(
    store: Store, file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("digest.membership.data._PATIENCE", 0.01)
    who = reader(store, ANA)
    with store.read() as tx:
        tx.subscribers.all()  # what is read stays as it was until the end
        data.erase_and_suppress(store, who, now=NOW + timedelta(hours=1))
        assert "digest db tidy --compact" in caplog.text
        assert ANA not in caplog.text
        assert not compact(file, patience=0.01)
    assert compact(file, patience=1.0)
    assert not in_bytes(ANA, file)


def test_a_file_that_cannot_be_written_anew_is_told(file: Path) -> None:
    file.write_bytes(b"no database " * 1000)
    with pytest.raises(StoreError, match=r"cannot be written anew \(file is not a database\); nothing was changed"):
        compact(file, patience=0.1)


def test_tidying_writes_the_file_anew_where_that_is_asked(digest: Shell) -> None:
    file = digest.folder / "paperround.db"
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("CREATE TABLE ballast (content BLOB)")
        other.execute("INSERT INTO ballast VALUES (zeroblob(3000000))")
        other.execute("DROP TABLE ballast")
    before = file.stat().st_size
    digest("db", "tidy", "--dry-run", "--compact")
    assert file.stat().st_size >= before
    digest("db", "tidy", "--compact")
    assert file.stat().st_size < before - 2_900_000
