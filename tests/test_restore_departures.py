"""Whoever stopped since a backup was made stays away when it is put back, as far as the database before it knows."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from digest import membership, tokens
from digest.mail import SuppressionReason
from digest.membership import data, suppressed
from digest.store import DatabaseSettings, Store
from digest.store.departures import Stayed
from digest.subscribers import Subscriber, SubscriberState
from digest.upkeep import back_up
from digest.upkeep.restore import Restored, restore
from tests.conftest import Databases
from tests.shell import shell
from tests.store.builders import reader

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
BACKUP = NOW.replace(day=9)
ADDRESSES = tuple(f"{name}@example.org" for name in ("stays", "leaves", "pauses", "complains", "erases", "forgets"))


class Place:
    """A database that mails have been sent from, and a backup of it."""

    def __init__(self, url: str, backup: Path) -> None:
        self.settings = DatabaseSettings(url=url)
        self.store = Store(self.settings)
        self.backup = backup
        self.readers = {address.partition("@")[0]: reader(self.store, address) for address in ADDRESSES}
        with self.store.begin() as tx:
            tx.secrets.get_or_make(tokens.KEY)
        back_up(self.store, backup, now=BACKUP)

    def days_pass(self) -> None:
        """Until the backup is needed."""
        membership.leave(self.store, "leaves@example.org")
        with self.store.begin() as tx:
            tx.subscribers.change(self.readers["pauses"].id, state=SubscriberState.PAUSED)
            tx.subscribers.change(self.readers["pauses"].id, paused_until=date(2026, 4, 1))
        suppressed.add(self.store, "complains@example.org", now=NOW, reason=SuppressionReason.COMPLAINT)
        suppressed.add(self.store, "never.here@example.org", now=NOW)
        data.erase_and_suppress(self.store, self.readers["erases"], now=NOW)
        data.erase(self.store, self.readers["forgets"])

    def restore(self, *, replace: bool = True) -> Restored:
        self.store.close()
        return restore(self.backup, self.settings, replace=replace, now=NOW)

    def now_here(self) -> dict[str, Subscriber]:
        with self.store.read() as tx:
            return {each.address.partition("@")[0]: each for each in tx.subscribers.all()}


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path, upgraded_file: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        shutil.copy(upgraded_file, tmp_path / "digest.db")
        made = Place(f"sqlite:///{tmp_path / 'digest.db'}", tmp_path / "backup")
        yield made
        made.store.close()
        return
    if shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not installed")
    databases: Databases = request.getfixturevalue("databases")
    with databases.fresh("upgraded") as url:
        made = Place(url, tmp_path / "backup")
        yield made
        made.store.close()


def test_who_stopped_since_the_backup_gets_nothing_after_it_was_put_back(place: Place) -> None:
    place.days_pass()

    assert place.restore().stayed == Stayed(stopped=3, erased=2, suppressed=3)

    here = place.now_here()
    assert {name: each.state for name, each in here.items()} == {
        "stays": SubscriberState.ACTIVE,
        "leaves": SubscriberState.LEFT,
        "pauses": SubscriberState.PAUSED,
        "complains": SubscriberState.SUPPRESSED,
    }
    assert here["pauses"].paused_until == date(2026, 4, 1)
    with place.store.read() as tx:
        assert len(tx.suppressions.all()) == 3


def lose_the_key(store: Store) -> None:
    with store.begin() as tx:
        tx._connection.exec_driver_sql("DELETE FROM secret")


def be_another(store: Store) -> None:
    lose_the_key(store)
    with store.begin() as tx:
        tx.secrets.get_or_make(tokens.KEY)


@pytest.mark.parametrize("turn", [lose_the_key, be_another])
def test_a_database_of_another_installation_is_not_asked(place: Place, turn: Callable[[Store], None]) -> None:
    place.days_pass()
    turn(place.store)
    assert place.restore().stayed is None
    assert {each.state for each in place.now_here().values()} == {SubscriberState.ACTIVE}


def test_a_database_that_is_damaged_is_not_asked(tmp_path: Path, upgraded_file: Path) -> None:
    shutil.copy(upgraded_file, tmp_path / "digest.db")
    place = Place(f"sqlite:///{tmp_path / 'digest.db'}", tmp_path / "backup")
    place.days_pass()
    place.store.close()
    whole = (tmp_path / "digest.db").read_bytes()
    middle = len(whole) // 4096 // 2 * 4096
    (tmp_path / "digest.db").write_bytes(whole[:middle] + b"\xff" * 40_960 + whole[middle + 40_960 :])
    assert place.restore().stayed is None
    assert set(place.now_here()) == set(place.readers)
    place.store.close()


def test_who_had_left_when_the_backup_was_made_is_not_counted_again(place: Place) -> None:
    membership.leave(place.store, "leaves@example.org")
    later = place.backup.with_name("later")
    back_up(place.store, later, now=BACKUP)
    place.backup = later
    assert place.restore().stayed == Stayed(stopped=0, erased=0, suppressed=0)


def test_the_command_says_what_was_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DIGEST_RELEVANCE_THRESHOLD", "0")
    with shell(tmp_path, monkeypatch, capsys) as digest:
        digest("subscriber", "add", "ana@example.org")
        digest("subscriber", "add", "bo@example.org")
        digest("run")
        digest("backup", "backup.db")
        digest("subscriber", "erase", "bo@example.org", "--yes")
        told = digest("restore", "backup.db", "--replace")
        listed = digest("subscriber", "list")
        (tmp_path / "paperround.db").unlink()
        alone = digest("restore", "backup.db")
    assert "0 readers who get nothing any more, 1 who were erased, 1 suppressed addresses" in told
    assert "bo@example.org" not in listed
    assert "who left since then is back" in alone
