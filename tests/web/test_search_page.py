"""The search page: its form, what it found, its pages and its feeds."""

from datetime import timedelta

import feedparser
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest import browse
from digest.browse.search import PAGE
from digest.signals import CODE, Signal
from digest.web.days import IN_FULL
from tests.fakes import MONDAY, paper
from tests.store.builders import announce, announced
from tests.web.builders import NOW, Door

ANTS = paper(
    "Ants walk in circles",
    number=80001,
    abstract="These insects walk.",
    authors=("Luca Zancato",),
    categories=("q-bio.PE",),
)
BEES = paper("Bees dance & sing", number=80002, abstract="Other insects tell of <b>flowers</b>.")


@pytest.fixture
def library(door: Door) -> Door:
    announce(door.store, announced(ANTS, day=MONDAY - timedelta(days=500)), announced(BEES))
    code = Signal(subject=BEES.id, name=CODE, value="https://git.example/bees", source="file", observed_at=NOW)
    with door.store.begin() as tx:
        tx.signals.keep([code])
    browse.index(door.store)
    return door


def test_the_page_has_a_form_and_without_words_the_newest_papers(library: Door) -> None:
    shown = library.ask("GET", "/search")
    assert shown.status_code == 200
    assert 'role="search"' in shown.text
    assert "2 papers" in shown.text
    assert shown.text.index("Bees dance") < shown.text.index("Ants walk")


def test_words_find_papers_and_stand_in_the_form_again(library: Door) -> None:
    shown = library.ask("GET", "/search?q=walking+ants")
    assert "1 paper" in shown.text
    assert "/paper/2603.80001" in shown.text
    assert "Bees dance" not in shown.text
    assert 'value="walking ants"' in shown.text


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("author=Zancato", "Ants walk"),
        ("category=q-bio", "Ants walk"),
        (f"until={MONDAY - timedelta(days=9)}", "Ants walk"),
        ("code=1", "Bees dance"),
        (f"since={MONDAY}", "Bees dance"),
        ("q=bees+flowers&meaning=1", "Bees dance"),
        ("q=like:2603.80001", "Bees dance"),
    ],
)
def test_every_field_of_the_form_narrows_what_is_found(library: Door, query: str, title: str) -> None:
    shown = library.ask("GET", f"/search?{query}").text
    others = {"Ants walk", "Bees dance"} - {title}
    assert f">{title}" in shown
    assert not any(f">{other}" in shown for other in others)


def test_a_search_leads_to_the_pages_of_authors(library: Door) -> None:
    assert 'href="/author">Find an author' in library.ask("GET", "/search").text
    named = library.ask("GET", "/search?author=Ada+Ames+%26+Co").text
    assert 'href="/author?name=Ada+Ames+%26+Co">Authors named Ada Ames &amp; Co' in named


def test_the_neighbours_of_a_paper_are_said_to_be_its(library: Door) -> None:
    shown = library.ask("GET", "/search?q=like:2603.80002").text
    assert "The nearest 1 paper to “Bees dance &amp; sing”" in shown
    assert "Nothing here is like that" in library.ask("GET", "/search?q=like:2603.99999").text


@pytest.mark.parametrize("query", ["2603.80001", "arXiv:2603.80001v2", "https://arxiv.org/abs/2603.80001"])
def test_an_id_leads_to_the_paper(library: Door, query: str) -> None:
    shown = library.ask("GET", "/search", params={"q": query})
    assert (shown.status_code, shown.headers["location"]) == (302, "/paper/2603.80001")


def test_a_mistyped_word_is_told(library: Door) -> None:
    announce(library.store, *(announced(paper(f"Butterflies, part {part}")) for part in "xyz"))
    browse.index(library.store)
    shown = library.ask("GET", "/search?q=buterflies")
    assert 'Showing results for <b dir="auto">butterflies</b>' in shown.text
    assert "3 papers" in shown.text


def test_results_are_paged(library: Door) -> None:
    announce(library.store, *(announced(paper(f"Wasps, part {part}")) for part in range(PAGE + 3)))
    browse.index(library.store)
    first, second = (library.ask("GET", f"/search?q=wasps&page={page}").text for page in (1, 2))
    assert f"1 to {PAGE} of {PAGE + 3}" in first
    assert 'rel="next" href="/search?q=wasps&amp;page=2"' in first
    assert f"{PAGE + 1} to {PAGE + 3} of {PAGE + 3}" in second
    assert library.ask("GET", "/search?q=wasps&page=3").status_code == 404


def test_a_feed_has_more_results_than_a_page(library: Door) -> None:
    announce(library.store, *(announced(paper(f"Wasps, part {part}")) for part in range(PAGE + 3)))
    browse.index(library.store)
    assert len(library.ask("GET", "/search.json?q=wasps").json()["items"]) == PAGE + 3


def test_the_first_results_have_their_abstracts_and_the_others_their_titles(library: Door) -> None:
    announce(library.store, *(announced(paper(f"Wasps, part {part}", abstract="They sting.")) for part in range(20)))
    browse.index(library.store)
    shown = library.ask("GET", "/search?q=wasps").text
    assert shown.count("<article") == shown.count("They sting.") == IN_FULL
    assert shown.count("Wasps, part") >= 20
    assert shown.index("By their titles") > shown.rindex("<article")


def test_results_may_be_had_newest_first(library: Door) -> None:
    shown = library.ask("GET", "/search?q=insects&sort=newest").text
    assert shown.index("Bees dance") < shown.index("Ants walk")
    assert 'href="/search?q=insects"' in shown


@pytest.mark.parametrize(
    "query",
    [
        "page=0",
        "page=x",
        "page=99999999",
        "since=2026-13-01",
        "since=2026-02-30",
        "until=yesterday",
        "sort=best!",
        "category=%C3%A9",
        "code=yes",
        "since=٢٠٢٦-01-01",
    ],
)
def test_what_a_field_cannot_be_is_no_page(library: Door, query: str) -> None:
    for path in ("/search", "/search.atom"):
        assert library.ask("GET", f"{path}?{query}").status_code == 404


@pytest.mark.parametrize("form", ["atom", "rss", "json"])
def test_the_results_are_a_feed_newest_first(library: Door, form: str) -> None:
    told = library.ask("GET", f"/search.{form}?q=insects")
    assert told.status_code == 200
    again = library.ask("GET", f"/search.{form}?q=insects", headers={"If-None-Match": told.headers["etag"]})
    assert again.status_code == 304
    if form == "json":
        assert [item["title"] for item in told.json()["items"]] == ["Bees dance & sing", "Ants walk in circles"]
    else:
        read = feedparser.parse(told.content)
        assert (read.bozo, [entry.title for entry in read.entries]) == (
            False,
            ["Bees dance & sing", "Ants walk in circles"],
        )
        assert "insects" in read.feed.title


def test_two_searches_are_two_feeds(library: Door) -> None:
    ids = {
        feedparser.parse(library.ask("GET", f"/search.atom?q={q}").content).feed.id for q in ("ants", "bees", "ants")
    }
    assert len(ids) == 2


def test_what_is_typed_is_shown_as_text(library: Door) -> None:
    shown = library.ask("GET", "/search", params={"q": '"><script>alert(1)</script>', "author": "<i>"}).text
    assert "<script>alert" not in shown
    assert "<i>" not in shown.replace("<i> · </i>", "")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    q=st.text(max_size=60),
    author=st.text(max_size=20),
    others=st.dictionaries(
        st.sampled_from(["category", "since", "until", "code", "meaning", "sort", "page", "lang"]), st.text(max_size=12)
    ),
    path=st.sampled_from(["/search", "/search.atom", "/search.json"]),
)
def test_no_address_is_a_failure(library: Door, q: str, author: str, others: dict[str, str], path: str) -> None:
    def sent(text: str) -> str:
        return text.encode("utf-8", "replace").decode()

    asked = {name: sent(value) for name, value in {"q": q, "author": author, **others}.items()}
    assert library.ask("GET", path, params=asked).status_code in (200, 302, 404)
