"""Search on the command line: every run keeps it up to date, and `digest db index` does so by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from digest import browse
from digest.store import DatabaseSettings, Store
from tests.fakes import MONDAY, at, paper
from tests.shell import Shell, shell
from tests.store.builders import keep


@pytest.fixture
def digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    with shell(tmp_path, monkeypatch, capsys) as opened:
        yield opened


@pytest.fixture
def store(digest: Shell) -> Iterator[Store]:
    opened = Store(DatabaseSettings(url=f"sqlite:///{digest.folder}/paperround.db"))
    yield opened
    opened.close()


def test_what_a_run_has_read_is_found_at_once(digest: Shell, store: Store) -> None:
    digest("ingest")
    assert digest("db", "index") == "search finds 0 papers as they read now\n"
    assert browse.search(store, "", now=at(MONDAY.replace(day=9))).count > 0


def test_the_index_is_brought_up_to_date_or_made_again(digest: Shell, store: Store) -> None:
    keep(store, paper("Ants"), paper("Bees"))
    assert digest("db", "index") == "search finds 2 papers as they read now\n"
    assert digest("db", "index", "--again") == "search finds 2 papers as they read now\n"
    assert browse.search(store, "ants", now=at(MONDAY)).count == 1
