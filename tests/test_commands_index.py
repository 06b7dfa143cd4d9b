"""Search on the command line: every run keeps it up to date, and `digest db index` does so by hand."""

from collections.abc import Iterator

import pytest

from digest import browse
from digest.store import Store
from tests.fakes import MONDAY, at, paper
from tests.shell import Shell
from tests.store.builders import keep


@pytest.fixture
def store(digest: Shell) -> Iterator[Store]:
    with digest.store() as opened:
        yield opened


def test_what_a_run_has_read_is_found_at_once(digest: Shell, store: Store) -> None:
    digest("ingest")
    assert digest("db", "index") == "search finds 0 papers as they read now\n"
    assert browse.search(store, "", now=at(MONDAY.replace(day=9))).count > 0


def test_the_index_is_brought_up_to_date_or_made_again(digest: Shell, store: Store) -> None:
    keep(store, paper("Ants"), paper("Bees"))
    assert digest("db", "index") == "search finds 2 papers as they read now\n"
    assert digest("db", "index", "--again") == "search finds 2 papers as they read now\n"
    assert browse.search(store, "ants", now=at(MONDAY)).count == 1
