"""A backup that is put back sends nothing twice, whatever was sent since it was made."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email import message_from_bytes
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from digest.cli import main
from digest.errors import InvalidInput, StoreError
from digest.sample import SampleArxiv
from digest.store import DatabaseSettings, Store
from digest.store.restorations import SKIPPED_NUMBERS
from digest.subscribers import SubscriberState
from digest.upkeep import back_up
from digest.upkeep.restore import restore, settle
from tests.conftest import Databases
from tests.fakes import paper
from tests.smtp_server import Mailbox, smtp_server
from tests.store.builders import announce, announced, reader

MONDAY, TUESDAY, WEDNESDAY = date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 11)
READERS = ("ana@example.org", "bea@example.org", "cleo@example.org")


class Slow(Mailbox):
    """Takes a while over each message, so that a backup falls into the sending."""

    begun = 0
    seconds = 0.5

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.begun += 1
        await asyncio.sleep(self.seconds)
        return await super().handle_DATA(server, session, envelope)


@dataclass
class House:
    """One installation, which sends to a relay of its own world."""

    folder: Path
    url: str
    arxiv: SampleArxiv
    capsys: pytest.CaptureFixture[str]
    said: str = field(default="", init=False)

    def __call__(self, day: date, *arguments: str, at: str = "07:30:00", expect: int = 0) -> str:
        self.arxiv.today = day
        self.capsys.readouterr()
        code = main.run([*self._options(day, at), *arguments])
        out, self.said = self.capsys.readouterr()
        assert code == expect, self.said
        return out

    def start(self, day: date, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "digest", *self._options(day, "07:30:00"), *arguments]
        quiet = subprocess.DEVNULL
        return subprocess.Popen(
            command, stdout=quiet, stderr=quiet, env={**os.environ, "DIGEST_DATABASE_URL": self.url}
        )

    def _options(self, day: date, at: str) -> list[str]:
        os.environ["DIGEST_DATABASE_URL"] = self.url
        return ["--config", str(self.folder / "config.toml"), "--now", f"{day}T{at}Z"]

    @contextmanager
    def store(self) -> Iterator[Store]:
        store = Store(DatabaseSettings(url=self.url))
        try:
            yield store
        finally:
            store.close()

    def brought(self, *, until: date = WEDNESDAY) -> dict[str, set[str]]:
        """The papers of all editions up to a local date, by reader."""
        with self.store() as store, store.read() as tx:
            return {
                each.address: {
                    str(item.paper.id)
                    for edition in tx.editions.of(each.id, limit=99)
                    for item in edition.recommendations
                    if edition.slot_date <= until
                }
                for each in tx.subscribers.all()
            }


@pytest.fixture
def arxiv(monkeypatch: pytest.MonkeyPatch) -> Iterator[SampleArxiv]:
    with SampleArxiv(MONDAY) as arxiv:
        monkeypatch.setenv("DIGEST_DATABASE_URL", "")  # so that it is taken back after the test
        monkeypatch.setenv("DIGEST_SOURCES_ARXIV_OAI_URL", arxiv.oai_url)
        monkeypatch.setenv("DIGEST_SOURCES_ARXIV_RSS_URL", arxiv.rss_url)
        monkeypatch.setenv("DIGEST_SOURCES_ARXIV_INTERVAL_SECONDS", "0")
        monkeypatch.setenv("DIGEST_SOURCES_HUGGINGFACE_ENABLED", "false")
        monkeypatch.setenv("DIGEST_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("DIGEST_SMTP_CONNECTIONS", "1")
        yield arxiv


@pytest.fixture
def two_urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Two places for a database, of the engine that the test is for."""
    if request.param == "sqlite":
        (tmp_path / "there").mkdir()
        yield f"sqlite:///{tmp_path / 'digest.db'}", f"sqlite:///{tmp_path / 'there' / 'digest.db'}"
        return
    if shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not installed")
    databases: Databases = request.getfixturevalue("databases")
    with databases.fresh("upgraded") as here, databases.fresh("template0") as there:
        yield here, there


@pytest.mark.parametrize("two_urls", ["sqlite", "postgresql"], indirect=True)
def test_a_backup_made_while_mails_go_out_and_put_back_a_day_later_sends_nobody_anything_twice(
    two_urls: tuple[str, str],
    arxiv: SampleArxiv,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    here, there = (House(tmp_path, url, arxiv, capsys) for url in two_urls)
    mailbox, backup = Slow(), tmp_path / "backup"
    with smtp_server(mailbox) as port:
        monkeypatch.setenv("DIGEST_SMTP_PORT", str(port))
        here(MONDAY, "init", "--category", "cs.CL")
        for address in READERS:
            here(MONDAY, "subscriber", "add", address, "--size", "3")
        here(MONDAY, "ingest")
        here(MONDAY, "compose")
        sending = here.start(MONDAY, "deliver")
        _wait_until(lambda: mailbox.begun == 1)
        here(MONDAY, "backup", str(backup))
        sending.wait(timeout=60)
        mailbox.seconds = 0.0
        here(TUESDAY, "run")
        before = list(mailbox.taken)

        told = there(TUESDAY, "restore", str(backup), at="09:00:00")
        held = there(TUESDAY, "delivery", "list", "--state", "held")
        there(TUESDAY, "run", at="09:05:00")
        same_day = mailbox.taken[len(before) :]
        there(WEDNESDAY, "run")
        there(WEDNESDAY, "run")

    waiting = held.count("restored from a backup of")
    assert waiting > 0
    assert f"{waiting} open mails are held" in told
    assert same_day == []
    numbers = [message_from_bytes(content)["Message-ID"] for _, content in mailbox.taken]
    assert len(set(numbers)) == len(numbers)
    assert sorted(address for address, _ in mailbox.taken[len(before) :]) == sorted(READERS)
    sent_here, kept, again = here.brought(), there.brought(until=MONDAY), there.brought()
    for address in READERS:
        fresh = again[address] - kept[address]
        assert fresh
        assert not fresh & sent_here[address]


def _wait_until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


# ---------------------------------------------------------------- what is refused, and what is kept

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


@dataclass
class Place:
    """A database in a file, and a backup of it made a day ago."""

    store: Store
    settings: DatabaseSettings
    file: Path
    backup: Path

    def restore(self, *, replace: bool = False) -> str:
        self.store.close()
        return restore(self.backup, self.settings, replace=replace, now=NOW).old


@pytest.fixture
def place(tmp_path: Path, upgraded_file: Path) -> Iterator[Place]:
    file = tmp_path / "digest.db"
    shutil.copy(upgraded_file, file)
    settings = DatabaseSettings(url=f"sqlite:///{file}")
    store = Store(settings)
    reader(store)
    made = Place(store, settings, file, tmp_path / "backup")
    back_up(store, made.backup, now=NOW.replace(day=9))
    yield made
    store.close()


def test_the_database_that_was_there_is_kept_beside(place: Place) -> None:
    reader(place.store, "ben@example.org")
    old = place.restore()
    kept = Store(DatabaseSettings(url=f"sqlite:///{old}"))
    with kept.read() as tx:
        assert len(tx.subscribers.all()) == 2
    kept.close()
    with place.store.read() as tx:
        assert len(tx.subscribers.all()) == 1
        assert tx.restorations.open() == NOW
    assert place.file.stat().st_mode & 0o777 == 0o600
    assert sorted(each.name for each in place.file.parent.iterdir() if each.name.startswith(".")) == []


def test_a_database_in_use_is_not_touched_whatever_is_asked(place: Place) -> None:
    with place.store.read() as tx:
        tx.subscribers.all()
        with pytest.raises(InvalidInput, match="is in use; stop digest serve"):
            restore(place.backup, place.settings, replace=True, now=NOW)


def test_a_newer_database_gives_way_only_where_that_is_said(place: Place) -> None:
    announce(place.store, announced(paper()), now=NOW)
    with pytest.raises(InvalidInput, match=r"is newer: .* with --replace"):
        place.restore()
    assert place.restore(replace=True)


def test_a_downgrade_is_refused_with_a_sentence(place: Place) -> None:
    with sqlite3.connect(place.backup) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9998'")
    newer.close()
    place.store.close()
    before = place.file.read_bytes()
    with pytest.raises(InvalidInput, match=r"backup of a newer release \(revision 9998.*: install that release"):
        place.restore(replace=True)
    assert place.file.read_bytes()[100:] == before[100:]


def test_a_backup_of_an_older_schema_is_brought_up_to_date(place: Place) -> None:
    older = Store(DatabaseSettings(url=f"sqlite:///{place.backup}"))
    older._schema.migrate("0009")
    older.close()
    place.restore(replace=True)
    place.store.check_current()
    assert [each.name for each in place.file.parent.glob(".*before*")] == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PGDMP and so on", "is a dump of PostgreSQL"),
        (b"something else", "is no SQLite database"),
    ],
)
def test_a_file_of_another_kind_is_refused(place: Place, content: bytes, said: str) -> None:
    place.backup.write_bytes(content)
    with pytest.raises(InvalidInput, match=said):
        place.restore(replace=True)


def test_a_database_of_something_else_is_refused(place: Place) -> None:
    place.backup.unlink()
    with sqlite3.connect(place.backup) as other:
        other.execute("CREATE TABLE ants (id INTEGER)")
    other.close()
    with pytest.raises(InvalidInput, match="holds no database of ours"):
        place.restore(replace=True)


def test_a_file_that_is_no_database_any_more_gives_way_to_its_backup(place: Place) -> None:
    place.store.close()
    place.file.write_bytes(b"damaged" * 1000)
    with pytest.raises(InvalidInput, match=r"cannot be read .* with --replace"):
        place.restore()
    assert Path(place.restore(replace=True)).read_bytes().startswith(b"damaged")


def test_numbers_that_links_may_name_are_given_to_nobody_else(place: Place) -> None:
    place.restore()
    assert reader(place.store, "new@example.org").id > SKIPPED_NUMBERS


def test_who_came_back_from_a_pause_since_the_backup_goes_on_with_the_others(place: Place) -> None:
    with place.store.begin() as tx:
        (someone,) = tx.subscribers.all()
        tx.subscribers.change(someone.id, state=SubscriberState.PAUSED)
        tx.subscribers.change(someone.id, paused_until=date(2026, 3, 10))
    back_up(place.store, place.backup.with_name("later"), now=NOW)
    place.backup = place.backup.with_name("later")
    place.restore()
    assert settle(place.store, now=NOW) == 1
    with place.store.read() as tx:
        (someone,) = tx.subscribers.all()
        assert (someone.state, someone.read_through) == (SubscriberState.ACTIVE, 0)
        assert someone.next_due_at > NOW
        assert tx.restorations.open() is None
        assert tx.restorations.last() == NOW


def test_who_was_not_due_meanwhile_loses_nothing(place: Place) -> None:
    with place.store.begin() as tx:
        (someone,) = tx.subscribers.all()
        tx.subscribers.change(someone.id, next_due_at=NOW.replace(day=13), read_through=None)
    later = place.backup.with_name("later")
    back_up(place.store, later, now=NOW)
    place.store.close()
    restore(later, place.settings, replace=False, now=NOW)
    assert settle(place.store, now=NOW) == 0
    with place.store.read() as tx:
        (someone,) = tx.subscribers.all()
        assert someone.read_through is None


def test_without_a_restoration_there_is_nothing_to_settle(place: Place) -> None:
    assert settle(place.store, now=NOW) == 0


@pytest.mark.skipif(shutil.which("pg_dump") is None, reason="pg_dump is not installed")
def test_a_server_keeps_what_was_there_under_another_name(databases: Databases, tmp_path: Path) -> None:
    with databases.fresh("upgraded") as url:
        settings = DatabaseSettings(url=url)
        store = Store(settings)
        reader(store)
        back_up(store, tmp_path / "dump", now=NOW)
        with pytest.raises(InvalidInput, match="is in use"):
            restore(tmp_path / "dump", settings, replace=True, now=NOW)
        reader(store, "ben@example.org")
        store.close()
        done = restore(tmp_path / "dump", settings, replace=True, now=NOW)
        assert done.old == "schema replaced_20260310t090000"
        with store.read() as tx:
            assert len(tx.subscribers.all()) == 1
        assert reader(store, "new@example.org").id > SKIPPED_NUMBERS
        with pytest.raises(InvalidInput, match="is no dump of PostgreSQL"):
            restore(Path(__file__), settings, replace=True, now=NOW)
        store.close()
        (tmp_path / "cut").write_bytes((tmp_path / "dump").read_bytes()[:9000])
        with pytest.raises(StoreError, match="pg_restore failed"):
            restore(tmp_path / "cut", settings, replace=True, now=NOW)
        store.close()
