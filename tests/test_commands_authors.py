"""The commands about authors: one who asks for it is hidden, and shown again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.enrich.people import find_people
from digest.store import DatabaseSettings, Store
from tests.fakes import paper
from tests.shell import Shell, shell
from tests.store.builders import keep


@pytest.fixture
def digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    """A shell over a paper of Ada Ames and Bo Berg."""
    with shell(tmp_path, monkeypatch, capsys) as opened:
        (file,) = opened.folder.glob("*.db")
        store = Store(DatabaseSettings(url=f"sqlite:///{file}"))
        keep(store, paper("Ants", number=1))
        find_people(store, lambda source, papers: None)
        store.close()
        yield opened


def test_an_author_is_hidden_and_shown_again_by_name(digest: Shell) -> None:
    said = "Ada Ames, person 1, has no page any more; undo it with: digest author unhide\n"
    assert digest("author", "hide", "Ada Ames") == said
    assert digest("author", "hide", "Ada Ames", expect=2) == "digest: person 1 is hidden already\n"
    assert digest("author", "unhide", "Ada Ames", "--person", "1") == "Ada Ames, person 1, has a page again\n"
    assert digest("author", "unhide", "Ada Ames", expect=2) == "digest: person 1 is not hidden\n"


def test_nobody_else_is_hidden_by_mistake(digest: Shell) -> None:
    assert "nobody here is 'Cy Cole'" in digest("author", "hide", "Cy Cole", expect=2)
    assert "has the number 2" in digest("author", "hide", "Ada Ames", "--person", "2", expect=2)
