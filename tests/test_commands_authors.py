"""The commands about authors: one who asks for it is hidden, and shown again."""

import pytest

from digest.enrich.people import find_people
from tests.fakes import paper
from tests.shell import Shell
from tests.store.builders import keep


@pytest.fixture
def digest(digest: Shell) -> Shell:
    """A shell over a paper of Ada Ames and Bo Berg."""
    with digest.store() as store:
        keep(store, paper("Ants", number=1))
        find_people(store, lambda source, papers: None)
    return digest


def test_an_author_is_hidden_and_shown_again_by_name(digest: Shell) -> None:
    said = "Ada Ames, person 1, has no page any more; undo it with: digest author unhide\n"
    assert digest("author", "hide", "Ada Ames") == said
    assert digest("author", "hide", "Ada Ames", expect=2) == "digest: person 1 is hidden already\n"
    assert digest("author", "unhide", "Ada Ames", "--person", "1") == "Ada Ames, person 1, has a page again\n"
    assert digest("author", "unhide", "Ada Ames", expect=2) == "digest: person 1 is not hidden\n"


def test_nobody_else_is_hidden_by_mistake(digest: Shell) -> None:
    assert "nobody here is 'Cy Cole'" in digest("author", "hide", "Cy Cole", expect=2)
    assert "has the number 2" in digest("author", "hide", "Ada Ames", "--person", "2", expect=2)
