"""A database that cannot be used is refused with a sentence that says what to do, and never with a password."""

import os
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.errors import StoreError
from digest.store import DatabaseSettings, Store
from tests.fakes import paper
from tests.store.builders import NOW, keep, reader

SECRET = "opensesame"


def refusal(url: str) -> StoreError:
    """What is said when a database is opened and used."""
    with pytest.raises(StoreError) as refused:
        used(url)
    assert str(refused.value)
    assert "\n" not in str(refused.value)
    return refused.value


def used(url: str) -> None:
    store = Store(DatabaseSettings(url=url))
    try:
        store.prepare(now=NOW)
    finally:
        store.close()


@pytest.fixture
def readonly(tmp_path: Path, upgraded_file: Path) -> Iterator[Path]:
    """A database that this user may read and not write; root, who may always, becomes somebody else meanwhile."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "paperround.db"
        file.write_bytes(upgraded_file.read_bytes())
        file.chmod(0o444)
        Path(name).chmod(0o555)
        me = os.geteuid()
        if me == 0:
            os.seteuid(65_534)
        try:
            yield file
        finally:
            os.seteuid(me)
            Path(name).chmod(0o755)


def test_a_file_that_cannot_be_written_is_named_with_its_remedy(readonly: Path) -> None:
    problem = str(refusal(f"sqlite:///{readonly}"))
    assert str(readonly) in problem
    assert "can be written" in problem


def test_a_folder_that_cannot_be_written_is_named_with_its_remedy(readonly: Path) -> None:
    assert "check that its folder exists and can be written" in str(refusal(f"sqlite:///{readonly.parent / 'new.db'}"))


def test_a_missing_folder_is_named_with_its_remedy(tmp_path: Path) -> None:
    problem = str(refusal(f"sqlite:///{tmp_path / 'missing' / 'paperround.db'}"))
    assert str(tmp_path / "missing") in problem
    assert "check that its folder exists" in problem


def test_a_folder_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    assert "unable to open" in str(refusal(f"sqlite:///{tmp_path}"))


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear reader, " * 100)
    assert "names a file of another kind" in str(refusal(f"sqlite:///{letter}"))
    assert letter.read_text() == "Dear reader, " * 100


@pytest.mark.parametrize("url", [f"mysql://u:{SECRET}@db/x", f"oracle://u:{SECRET}@db/x", "redis://db"])
def test_another_kind_of_database_is_refused(url: str) -> None:
    problem = str(refusal(url))
    assert "is not supported, use sqlite or postgresql" in problem
    assert SECRET not in problem


@pytest.mark.parametrize("url", ["", "paperround.db", f"postgresql:/u:{SECRET}@db/x", "sqlite://paperround.db"])
def test_what_is_no_url_is_refused(url: str) -> None:
    assert str(refusal(url)).startswith("[database] url cannot be used: ")


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://u:{SECRET}@127.0.0.1:1/x",
        f"postgresql://u:{SECRET}@127.0.0.1:{SECRET}/x",
        f"postgresql://u:a@{SECRET}@127.0.0.1:1/x",
        f"postgresql://u:a:b@{SECRET}@127.0.0.1:1/x",
        f"postgresql://127.0.0.1:1/x?user=u&password={SECRET}",
        f"postgresql://u:{SECRET}@127.0.0.1:1/x?no_such_option=1",
        f"postgresql+nodriver://u:{SECRET}@127.0.0.1:1/x",
        f"postgresql:///x?host=/nowhere&password={SECRET}",
    ],
)
def test_a_password_is_in_no_message_and_no_traceback(url: str) -> None:
    error = refusal(url)
    assert SECRET not in "".join(traceback.format_exception(error, chain=True)).replace(url, "")


def test_a_server_that_does_not_answer_is_named() -> None:
    assert "127.0.0.1" in str(refusal(f"postgres://u:{SECRET}@127.0.0.1:1/x"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_writer_that_waits_too_long_says_why(store: Store, database_url: str) -> None:
    hasty = Store(DatabaseSettings(url=database_url, busy_seconds=0.05))
    with store.begin(), pytest.raises(StoreError, match="another process is writing for very long, try again"):
        reader(hasty)
    hasty.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_full_disk_changes_nothing(store: Store) -> None:
    with store._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
    with pytest.raises(StoreError, match="nothing was changed, make room and run again"):
        keep(store, *(paper(abstract="long " * 2000) for _ in range(50)))
    with store.read() as tx:
        assert tx.papers.counted(after=-1, limit=100) == {}
