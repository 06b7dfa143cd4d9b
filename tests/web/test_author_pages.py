"""The page of an author: one person told from namesakes, page by page, with a feed, unless the operator hides it."""

from datetime import timedelta
from urllib.parse import quote

import feedparser
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from digest.authors import AuthorKey, Byline
from digest.enrich.people import find_people
from digest.papers import Version
from digest.signals import CITATIONS, H_INDEX, NOVELTY, OURS, SCORE, Signal
from digest.store import Store
from digest.upkeep.authors import hide_author, unhide_author
from tests.fakes import paper
from tests.store.builders import keep
from tests.web.builders import NOW, Door, ask
from tests.web.test_paper_pages import HOSTILE, questions, shown, text

ADA, OTHER = AuthorKey("orcid:0000-0002-1825-0097"), AuthorKey("orcid:0000-0001-5109-3700")
PAGE = "/author/1-ada-ames"


def write(store: Store, count: int, *, first: int = 1, name: str = "Ada Ames", key: AuthorKey = ADA) -> None:
    """Papers of one person, a day apart, the first the oldest; each with a co-author of two."""
    items = [
        paper(
            f"Paper {n}",
            number=n,
            authors=(name, f"Bo {'Berg' if n % 2 else 'Bull'}"),
            bylines=(Byline(name=name, keys=(key,)), Byline(name="Bo", affiliations=("ETH Zurich",))),
            versions=(Version(number=1, submitted_at=NOW - timedelta(days=900 - 10 * n)),),
        )
        for n in range(first, first + count)
    ]
    keep(store, *items)
    find_people(store, lambda source, papers: None)


@pytest.fixture
def filled(door: Door) -> Door:
    """A door on 63 papers of one person and 2 of a namesake."""
    write(door.store, 63)
    write(door.store, 2, first=900, key=OTHER)
    return door


def number_of(door: Door, name: str) -> list[str]:
    page = html.document_fromstring(door.ask("GET", "/author", params={"name": name}).text)
    return [each.get("href", "") for each in page.cssselect(".list a")]


def test_the_page_lists_fifty_papers_of_sixty_three_and_leads_to_the_rest(filled: Door) -> None:
    first, second = shown(filled, PAGE), shown(filled, f"{PAGE}?page=2")

    assert text(first, "h1") == "Ada Ames"
    assert text(first, "#papers") == "1 to 50 of 63 papers newest first"
    assert [len(page.cssselect("article")) for page in (first, second)] == [50, 13]
    assert text(first, "article:first-of-type h3") == "Paper 63"
    assert text(second, "article:last-of-type h3") == "Paper 1"
    assert [each.get("href") for each in first.cssselect("main nav a")] == [f"{PAGE}?page=2"]
    assert text(first, "main nav") == "1 to 50 of 63 papers Next 13"
    assert [each.get("href") for each in second.cssselect("main nav a")] == [PAGE]


def test_figures_of_a_source_stand_beside_ours(filled: Door) -> None:
    told = [(str(ADA), CITATIONS, 4902, "openalex"), (str(ADA), H_INDEX, 38, "openalex")]
    ours = [
        (f"arxiv:2603.{n:05d}", name, value, OURS) for n in (1, 2) for name, value in ((NOVELTY, 88.0), (SCORE, 61))
    ]
    with filled.store.begin() as tx:
        tx.signals.keep(
            Signal(subject=subject, name=name, value=value, source=source, observed_at=NOW - timedelta(days=12))
            for subject, name, value, source in (*told, *ours)
        )
    page = shown(filled, PAGE)

    assert text(page, ".figures li") == "63 papers 4,902 citations 38 h-index 88 % novelty 61 score"
    assert text(page, ".figures + p") == (
        "papers: 63 kept here · citations, h-index: OpenAlex, 12 days ago "
        "· novelty, score: measured here, the median of 2 papers"
    )


def test_one_who_may_be_followed_is_followed_where_readers_say_what_they_want(filled: Door) -> None:
    (follow,) = shown(filled, PAGE).cssselect(".press")

    assert (follow.text, follow.get("href")) == ("Follow", "/subscribe?author=Ada+Ames")


def test_co_authors_years_and_namesakes_are_counted(filled: Door) -> None:
    page = shown(filled, PAGE)

    assert "Bo Berg 32 papers" in text(page, ".rail li")
    assert "Bo Bull 31 papers" in text(page, ".rail li")
    assert sum(int(row[1].text or "") for row in page.cssselect("aside tbody tr")) == 63
    assert len(page.cssselect("aside svg rect")) == len(page.cssselect("aside tbody tr"))
    assert "One other may bear this name" in text(page, "aside p")
    assert "cs.LG, 2 papers" in text(page, ".rail li")


def test_namesakes_are_told_apart_by_name_and_one_alone_is_led_to(filled: Door) -> None:
    both = number_of(filled, "A. Ames")
    alone = filled.ask("GET", "/author", params={"name": "Bo Bull"})

    assert len(both) == 2
    assert both[0] == PAGE
    assert text(shown(filled, both[1]), ".figures li") == "2 papers"
    assert alone.status_code == 302
    assert text(shown(filled, alone.headers["location"]), "h1") == "Bo Bull"


@pytest.mark.parametrize("name", ["Nobody Known", "ATLAS Collaboration", HOSTILE, "\x00", "  ", "x" * 5000])
def test_a_name_that_nobody_bears_is_answered_with_a_form(filled: Door, name: str) -> None:
    answer = filled.ask("GET", "/author", params={"name": name})
    page = html.document_fromstring(answer.text)

    assert answer.status_code == 200
    assert page.cssselect(".list") == []
    assert page.cssselect("input[name=name]")
    assert list(page.iter("script")) == []


@pytest.mark.parametrize("path", ["/author/1", "/author/1-ada", "/author/1-ADA-AMES", "/author/1-x?page=2"])
def test_any_spelling_behind_the_number_leads_to_the_page(filled: Door, path: str) -> None:
    answer = filled.ask("GET", path)
    query = "?page=2" if "page" in path else ""

    assert (answer.status_code, answer.headers["location"]) == (308, f"{PAGE}{query}")


@pytest.mark.parametrize(
    "path",
    [
        "0",
        "999",
        "-1",
        "1.pdf",
        "one",
        "9" * 19,
        "1-ada-ames?page=0",
        "1-ada-ames?page=3",
        "1-ada-ames?page=x",
        "999.atom",
    ],
)
def test_what_is_no_author_here_is_not_found(filled: Door, path: str) -> None:
    assert filled.ask("GET", f"/author/{path}").status_code == 404


@given(st.text(max_size=30), st.text(max_size=5))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_address_makes_the_door_fail(door: Door, key: str, page: str) -> None:
    key, page = (each.encode("utf-8", "replace").decode() for each in (key, page))
    for path, query in ((f"/author/{quote(key, safe='')}", {"page": page}), ("/author", {"name": key})):
        assert ask(door.app, "GET", path, params=query).status_code in (200, 302, 308, 404)


@pytest.mark.parametrize("form", ["atom", "rss", "json"])
def test_the_feed_has_the_newest_papers(filled: Door, form: str) -> None:
    answer = filled.ask("GET", f"/author/1.{form}")
    titles = (
        [item["title"] for item in answer.json()["items"]]
        if form == "json"
        else [entry.title for entry in feedparser.parse(answer.content).entries]
    )

    assert titles[:2] == ["Paper 63", "Paper 62"]
    assert len(titles) == 50
    again = filled.ask("GET", f"/author/1.{form}", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_the_page_names_its_feeds_and_is_not_sent_twice(filled: Door) -> None:
    answer = filled.ask("GET", PAGE)
    feeds = html.document_fromstring(answer.text).cssselect("link[rel=alternate]")

    assert [each.get("href") for each in feeds] == ["/author/1.atom", "/author/1.rss", "/author/1.json"]
    assert filled.ask("GET", PAGE, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


def test_whoever_is_hidden_is_nowhere_until_shown_again(filled: Door) -> None:
    hide_author(filled.store, 1, now=NOW)

    assert [filled.ask("GET", path).status_code for path in (PAGE, "/author/1", "/author/1.atom")] == [404, 404, 404]
    assert filled.ask("GET", "/author", params={"name": "Ada Ames"}).status_code == 302  # the namesake alone
    assert [each.text for each in shown(filled, "/paper/2603.00001").cssselect("main > .by a")] == [
        "Ada Ames",
        "Bo Berg",
    ]
    assert shown(filled, "/paper/2603.00001").cssselect("main > .by a")[0].get("href") == "/author?name=Ada+Ames"
    unhide_author(filled.store, 1)
    assert filled.ask("GET", PAGE).status_code == 200


def test_reading_changes_nothing(filled: Door) -> None:
    filled.ask("GET", "/author/1.atom")  # the first feed makes the secret that ids are made with
    before = filled.kept()
    for path in (PAGE, "/author?name=Ada+Ames", "/author/1.atom", "/paper/2603.00001", "/paper/2603.00001.bib"):
        filled.ask("GET", path)

    assert filled.kept() == before


def test_a_page_asks_as_often_of_many_papers_as_of_few(door: Door) -> None:
    asked = []
    for first, count in ((1, 2), (3, 60)):
        write(door.store, count, first=first)
        with questions(door.store) as found:
            shown(door, PAGE)
        asked.append(len(found))

    assert asked == [asked[0], asked[0]]
    assert asked[0] <= 15
