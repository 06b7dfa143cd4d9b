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
from digest.identity import PaperId, Rule
from digest.papers import Version
from digest.records import Claim
from digest.signals import CITATIONS, CLAIMED, H_INDEX, NOVELTY, OURS, SCORE, Signal
from digest.store import Store
from digest.upkeep.authors import claim_author, hide_author, unclaim_author, unhide_author
from tests.fakes import paper
from tests.store.builders import keep
from tests.web.builders import NOW, Door, ask
from tests.web.test_paper_pages import HOSTILE, questions, shown, text

ADA, OTHER = AuthorKey("orcid:0000-0002-1825-0097"), AuthorKey("orcid:0000-0001-5109-3700")
PAGE = "/author/1-ada-ames"
HOME = "https://ada.example.org/papers?a=1&b='2'"


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


def confirmed(door: Door, language: str = "en") -> str:
    """What the page says of its author, and where it leads to."""
    return text(shown(door, f"{PAGE}?lang={language}"), "main > .by")


@pytest.mark.parametrize(
    ("language", "said", "act"),
    [
        ("en", "Confirmed by the author, 2 March · ada.example.org", "Correct or hide this page by mail"),
        ("de", "Von der Person selbst bestätigt, 2. März · ada.example.org", "Diese Seite per Mail berichtigen"),
        ("fr", "Page confirmée par l’auteur, 2 mars · ada.example.org", "Corriger ou masquer cette page par e-mail"),
    ],
)
def test_a_page_that_its_author_confirmed_says_so_in_the_readers_language(
    filled: Door, language: str, said: str, act: str
) -> None:
    claim_author(filled.store, 1, page=HOME, now=NOW)
    page = shown(filled, f"{PAGE}?lang={language}")
    (link,) = page.cssselect("main > .by a")

    assert text(page, "main > .by").startswith(said)
    assert (link.get("href"), link.get("rel")) == (HOME, "nofollow noopener")
    assert act in text(page, "aside > .small:last-child")


def test_a_page_that_nobody_confirmed_says_nothing_of_it(filled: Door) -> None:
    claim_author(filled.store, 1, now=NOW)
    unclaim_author(filled.store, 1)
    page = shown(filled, PAGE)

    assert page.cssselect("main > .by") == []
    assert "Claim, correct or hide" in text(page, "aside > .small:last-child")


def test_a_claim_is_of_one_person_and_not_of_their_namesakes(filled: Door) -> None:
    claim_author(filled.store, 1, now=NOW)
    (other,) = [each for each in number_of(filled, "Ada Ames") if each != PAGE]

    assert text(shown(filled, PAGE), "main > .by") == "Confirmed by the author, 2 March"
    assert shown(filled, other).cssselect("main > .by") == []


def test_a_claim_stays_through_new_papers_merges_of_papers_and_hiding(filled: Door) -> None:
    claim_author(filled.store, 1, page=HOME, now=NOW)
    said = confirmed(filled)
    write(filled.store, 2, first=70)
    with filled.store.begin() as tx:
        merged, into = tx.papers.rows([PaperId("arxiv:2603.00001"), PaperId("arxiv:2603.00900")]).values()
        tx.works.merge(merged, into, Rule.OPERATOR, now=NOW)
    hide_author(filled.store, 1, now=NOW)
    assert filled.ask("GET", PAGE).status_code == 404
    unhide_author(filled.store, 1)

    assert "64 papers" in text(shown(filled, PAGE), ".figures li")
    assert confirmed(filled) == said


@pytest.mark.parametrize(
    ("page", "links"),
    [
        ("javascript:alert(1)", []),
        ("http://ada.example.org/", []),
        ('https://x.org/"><script>alert(1)', ["https://x.org/%22%3E%3Cscript%3Ealert(1)"]),
    ],
)
def test_what_stands_in_the_database_for_an_address_is_inert(filled: Door, page: str, links: list[str]) -> None:
    with filled.store.begin() as tx:
        tx.people.claim(1, Claim(since=NOW, page=page))
    found = shown(filled, PAGE)

    assert text(found, "main > .by").startswith("Confirmed by the author, 2 March")
    assert [each.get("href") for each in found.cssselect("main > .by a")] == links
    assert "alert(1)" not in "".join(each.text or "" for each in found.cssselect("script"))


def test_no_source_can_say_that_a_page_was_confirmed(filled: Door) -> None:
    told = [(subject, source) for subject in (str(ADA), "person:1") for source in ("file", "openalex")]
    with filled.store.begin() as tx:
        tx.signals.keep(
            Signal(subject=subject, name=CLAIMED, value=HOME, source=source, observed_at=NOW)
            for subject, source in told
        )

    assert shown(filled, PAGE).cssselect("main > .by") == []


def test_programs_are_told_who_confirmed_their_page(filled: Door) -> None:
    claims = [filled.ask("GET", "/api/v1/authors/1").json()["claim"]]
    for page in (HOME, None):
        claim_author(filled.store, 1, page=page, now=NOW)
        claims.append(filled.ask("GET", "/api/v1/authors/1").json()["claim"])
    claim_author(filled.store, 2, now=NOW)
    claims.append(filled.ask("GET", "/api/v1/authors/2").json()["claim"])

    since = NOW.isoformat()
    assert claims == [
        None,
        {"since": since, "page": HOME},
        {"since": since, "page": HOME},
        {"since": since, "page": ""},
    ]


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
