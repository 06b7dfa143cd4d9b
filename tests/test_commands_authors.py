"""The commands about authors: one who asks for it is hidden, or said to have confirmed their page, and the reverse."""

import json

import pytest

from digest.enrich.people import find_people
from tests.fakes import paper
from tests.shell import Shell
from tests.store.builders import keep

HOME = "https://ada.example.org/"


@pytest.fixture
def digest(digest: Shell) -> Shell:
    """A shell over a paper of Ada Ames and Bo Berg."""
    with digest.store() as store:
        keep(store, paper("Ants", number=1))
        find_people(store, lambda source, papers: None)
    return digest


def claimed(digest: Shell) -> object:
    return json.loads(digest("author", "show", "Ada Ames", "--json"))["claim"]


def test_an_author_is_hidden_and_shown_again_by_name(digest: Shell) -> None:
    said = "Ada Ames, person 1, has no page any more; undo it with: digest author unhide\n"
    assert digest("author", "hide", "Ada Ames") == said
    assert digest("author", "hide", "Ada Ames", expect=2) == "digest: person 1 is hidden already\n"
    assert digest("author", "unhide", "Ada Ames", "--person", "1") == "Ada Ames, person 1, has a page again\n"
    assert digest("author", "unhide", "Ada Ames", expect=2) == "digest: person 1 is not hidden\n"


def test_nobody_else_is_hidden_by_mistake(digest: Shell) -> None:
    assert "nobody here is 'Cy Cole'" in digest("author", "hide", "Cy Cole", expect=2)
    assert "has the number 2" in digest("author", "hide", "Ada Ames", "--person", "2", expect=2)


def test_an_author_who_confirmed_their_page_is_shown_as_such(digest: Shell) -> None:
    assert claimed(digest) is None
    said = f"Ada Ames, person 1, confirmed their page on 2026-03-09, and it links to {HOME}"
    assert digest("author", "claim", "Ada Ames", "--page", HOME) == f"{said}; undo it with: digest author unclaim\n"
    assert f"confirmed\t2026-03-09 {HOME}\n" in digest("author", "show", "Ada Ames")
    assert claimed(digest) == {"since": "2026-03-09T07:30:00+00:00", "page": HOME}
    assert "confirmed" not in digest("author", "show", "Bo Berg")


def test_claiming_twice_changes_nothing_and_another_page_takes_the_place_of_the_first(digest: Shell) -> None:
    first = digest("author", "claim", "Ada Ames", "--page", HOME)
    digest.now = "2026-03-11T08:00:00Z"
    assert digest("author", "claim", "Ada Ames", "--page", HOME) == first
    assert digest("author", "claim", "Ada Ames") == first
    digest("author", "claim", "Ada Ames", "--page", f"{HOME}papers")
    assert claimed(digest) == {"since": "2026-03-11T08:00:00+00:00", "page": f"{HOME}papers"}


def test_a_claim_is_taken_back_with_the_address_that_came_with_it(digest: Shell) -> None:
    digest("author", "claim", "Ada Ames", "--page", HOME)
    assert digest("author", "unclaim", "Ada Ames") == "Ada Ames, person 1, has a page that nobody confirmed\n"
    assert claimed(digest) is None
    with digest.store() as store, store.read() as tx:
        assert tx.signals.newest(["person:1"]) == {}
    assert digest("author", "unclaim", "Ada Ames", expect=2) == "digest: person 1 has not confirmed a page\n"


def test_nobody_is_said_to_have_confirmed_a_page_by_mistake(digest: Shell) -> None:
    with digest.store() as store:
        keep(store, paper("Antennae", number=2, authors=("Ada Ames",), categories=("math.AG",)))
        find_people(store, lambda source, papers: None)
    assert "see: digest author list 'Cy Cole'" in digest("author", "claim", "Cy Cole", expect=2)
    assert "say which with --person, one of 1, 3" in digest("author", "claim", "Ada Ames", expect=2)
    assert "is not the name of a person" in digest("author", "claim", "ATLAS Collaboration", expect=2)


def test_whoever_is_hidden_is_shown_before_they_confirm_their_page(digest: Shell) -> None:
    digest("author", "hide", "Ada Ames")
    said = "digest: person 1 is hidden; first: digest author unhide 'Ada Ames' --person 1\n"
    assert digest("author", "claim", "Ada Ames", expect=2) == said
    assert claimed(digest) is None


@pytest.mark.parametrize(
    "page",
    [
        "",
        "ada.example.org",
        "http://ada.example.org/",
        "HTTPS://ada.example.org/",
        "javascript:alert(1)//https://ada.example.org/",
        "data:text/html,<script>alert(1)</script>",
        "//ada.example.org/",
        " https://ada.example.org/",
        "https://ada.example.org/ ",
        "https://ada.example.org/a b",
        "https://ada.example.org/\n",
        "https://ada.example.org/\x00",
        "https://ada.example.org/\u202egro.elpmaxe",
        "https://аda.example.org/",
        "https://bank.example.com@ada.example.org/",
        "https://ada.example.org\\@bank.example.com/",
        "https://ada.example.org:8443/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://localhost/",
        "https://-ada.example.org/",
        "https://ada..example.org/",
        "https://",
        'https://ada.example.org/"onclick="alert(1)',
        "https://ada.example.org/<b>",
        f"{HOME}{'x' * 300}",
    ],
)
def test_an_address_that_no_public_page_may_link_to_is_refused(digest: Shell, page: str) -> None:
    said = digest("author", "claim", "Ada Ames", "--page", page, expect=2)
    assert said.startswith("digest: not the address of a page: ")
    assert "expected one such as https://ada.example.org/" in said
    assert len(said) < 400
    assert claimed(digest) is None


@pytest.mark.parametrize(
    "page", ["https://ada.example.org", "https://x.org/~ada/?q=1&lang=de#top", f"{HOME}{'x' * (300 - len(HOME))}"]
)
def test_an_address_of_https_is_kept_as_it_was_given(digest: Shell, page: str) -> None:
    assert f"links to {page};" in digest("author", "claim", "Ada Ames", "--page", page)


def test_the_audit_log_says_by_number_whose_page_was_changed(digest: Shell) -> None:
    for what in ("claim", "unclaim", "hide", "unhide"):
        digest("author", what, "Ada Ames")
    digest("author", "claim", "Ada Ames", "--page", "http://ada.example.org/", expect=2)
    found = json.loads(digest("audit", "list", "--what", "author", "--json"))
    assert [(each["what"], each["target"]) for each in reversed(found)] == [
        (f"author {what}", "person 1") for what in ("claim", "unclaim", "hide", "unhide")
    ]
