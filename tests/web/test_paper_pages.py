"""The page of a paper: found by any of its names, whole, in few questions to the database, and safe whatever it has."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from digest import browse, signals
from digest.browse import indexing
from digest.enrich.people import find_people
from digest.identity import PaperId, Rule, fingerprint
from digest.papers import Paper, Version
from digest.signals import OURS, Signal
from digest.store import Store
from tests.fakes import paper
from tests.store.builders import announce, announced, keep
from tests.web.builders import NOW, Door, ask

ITEM = paper(
    "Flat $\\ell_2$ minima of $x^2$",
    number=1,
    abstract="We measure $x^2$ and find flat valleys in landscapes.",
    categories=("cs.LG", "math.OC"),
)
NEAR = paper("Sharp minima", number=2, abstract="Sharp valleys in landscapes.")
PAGE = "/paper/2603.00001"


@pytest.fixture
def filled(door: Door) -> Door:
    """A door on two papers, of which the first has two versions and what others told of it."""
    announce(door.store, announced(ITEM), announced(NEAR))
    second = Version(number=2, submitted_at=NOW - timedelta(hours=3))
    keep(door.store, replace(ITEM, abstract=ITEM.abstract.replace("flat", "deep"), versions=(*ITEM.versions, second)))
    tell(door.store, (signals.UPVOTES, 87, "huggingface"), (signals.CODE, ("https://github.com/a/b",), "text"))
    find_people(door.store, lambda source, papers: None)
    return door


def tell(store: Store, *told: tuple[str, signals.Value, str]) -> None:
    with store.begin() as tx:
        tx.signals.keep(
            Signal(subject=ITEM.id, name=name, value=value, source=source, observed_at=NOW - timedelta(days=2))
            for name, value, source in told
        )


def shown(door: Door, path: str = PAGE, **values: object) -> html.HtmlElement:
    answer = door.ask("GET", path, **values)
    assert answer.status_code == 200
    return html.document_fromstring(answer.text)


def text(page: html.HtmlElement, path: str) -> str:
    return " ".join(" ".join(each.text_content().split()) for each in page.cssselect(path))


@contextmanager
def questions(store: Store) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        asked.append(statement)

    sa.event.listen(store._engine, "before_cursor_execute", note)
    yield asked
    sa.event.remove(store._engine, "before_cursor_execute", note)


def test_the_page_tells_all_that_is_known(filled: Door) -> None:
    indexing.index(filled.store)
    page = shown(filled)

    assert text(page, ".over") == "arXiv:2603.00001 · cs.LG, math.OC · 2 March 2026"
    assert text(page, "h1") == "Flat ℓ₂ minima of x²"
    assert [each.get("href") for each in page.cssselect("main > .by a")] == ["/author/1-ada-ames", "/author/2-bo-berg"]
    assert [each.text for each in page.cssselect(".press")] == ["Read the PDF"]
    assert [each.get("href") for each in page.cssselect("main > .acts a")] == [
        "https://arxiv.org/pdf/2603.00001",
        "https://arxiv.org/abs/2603.00001",
        "https://github.com/a/b",
        "#cite",
    ]
    assert len(page.xpath("//p[@class='abstract']//*[local-name()='math']")) == 1
    assert text(page, "[aria-labelledby=similar] li h3") == "Sharp minima"
    assert "shares minima, landscapes, valleys" in text(page, "[aria-labelledby=similar] li")
    assert page.cssselect("[aria-labelledby=similar] .acts a")[0].get("href") == "/search?q=like%3A2603.00001"
    assert [each.text for each in page.cssselect("del")] == ["flat"]
    assert [each.text for each in page.cssselect("ins")] == ["deep"]
    assert "Upvotes 87 Hugging Face, 2 days ago" in text(page, ".told li")
    assert "@misc{ames2026flat," in text(page, "pre")


def test_every_number_shown_has_its_part_of_the_score(filled: Door) -> None:
    tell(filled.store, (signals.SCORE, 60.0, OURS), (signals.SCORE_PARTS, ("code 100 1", "prior 50 2"), OURS))
    page = shown(filled)

    assert text(page, "aside h2") == "Score 66.7 of 100 Signals"
    assert text(page, "aside tbody tr td:last-child").startswith("33.3 of 33 33.3 of 67")


@pytest.mark.parametrize(
    ("name", "leads"),
    [
        ("2603.00001v1", PAGE),
        ("arXiv:2603.00001", PAGE),
        ("doi:10.48550/arXiv.2603.00001", PAGE),
        ("2603.00001v2.bib", f"{PAGE}.bib"),
        ("2603.00001v1?lang=de", f"{PAGE}?lang=de"),
    ],
)
def test_other_names_lead_to_the_page(filled: Door, name: str, leads: str) -> None:
    answer = filled.ask("GET", f"/paper/{name}")

    assert (answer.status_code, answer.headers["location"]) == (308, leads)


def test_a_merged_paper_leads_to_the_one_it_is_read_as_until_they_are_split(filled: Door) -> None:
    journal = paper("Minima in print", id=PaperId("doi:10.1000/182"))
    keep(filled.store, journal)
    with filled.store.begin() as tx:
        rows = tx.papers.rows([journal.id, ITEM.id])
        tx.works.merge(rows[journal.id], rows[ITEM.id], Rule.OPERATOR, now=NOW)
        tx.signals.keep([Signal(subject=journal.id, name="citations", value=5, source="openalex", observed_at=NOW)])
    answer = filled.ask("GET", "/paper/doi:10.1000/182")

    assert (answer.status_code, answer.headers["location"]) == (308, PAGE)
    assert "Citations 5 OpenAlex, just now" in text(shown(filled), ".told li")
    with filled.store.begin() as tx:
        tx.works.split(rows[journal.id], now=NOW)
    assert text(shown(filled, "/paper/doi:10.1000/182"), "h1") == "Minima in print"


@pytest.mark.parametrize(
    "key",
    [
        "arxiv:math/0306266",
        "doi:10.1002/(sici)1097-0258(19980815)17:15<1661::aid-sim968>3.0.co;2-2",
        "doi:10.1101/2024.01.02.573915",
        "entry:" + "ab" * 12,
    ],
)
def test_a_paper_is_found_under_the_address_that_is_printed_for_it(door: Door, key: str) -> None:
    keep(door.store, paper("Tides", id=PaperId(key)))
    path = f"/paper/{quote(key.removeprefix('arxiv:'), safe='/:.;()-_')}"
    page = shown(door, path)

    assert text(page, "h1") == "Tides"
    assert page.cssselect("link[rel=canonical]")[0].get("href") == f"http://localhost:8000{path}"


@pytest.mark.parametrize(
    "name",
    ["", "2603.99999", "2613.00001", "nonsense", "doi:10.1000", "entry:zz", "title:", "%00", "2603.00001/x", "../x"],
)
def test_what_is_no_paper_here_is_not_found(filled: Door, name: str) -> None:
    assert filled.ask("GET", f"/paper/{name}").status_code == 404


@given(st.text(max_size=40))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_name_makes_the_door_fail(door: Door, name: str) -> None:
    path = quote(name.encode("utf-8", "replace").decode())

    assert ask(door.app, "GET", f"/paper/{path}").status_code in (200, 307, 308, 404)


def test_the_files_are_for_programs_that_manage_references(filled: Door) -> None:
    bib, ris = filled.ask("GET", f"{PAGE}.bib"), filled.ask("GET", f"{PAGE}.ris")

    assert bib.headers["content-type"] == "application/x-bibtex; charset=utf-8"
    assert bib.headers["content-disposition"] == 'attachment; filename="2603.00001.bib"'
    assert "title         = {{Flat $\\ell_2$ minima of $x^2$}}" in bib.text
    assert ris.headers["content-type"] == "application/x-research-info-systems; charset=utf-8"
    assert "TI  - Flat ℓ₂ minima of x²\r\n" in ris.text


def test_what_was_read_is_not_sent_again(filled: Door) -> None:
    for path in (PAGE, f"{PAGE}.bib"):
        tag = filled.ask("GET", path).headers["etag"]
        again = filled.ask("GET", path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")


def test_machines_are_told_and_may_keep_the_page(filled: Door) -> None:
    answer = filled.ask("GET", PAGE)
    page = html.document_fromstring(answer.text)

    assert answer.headers["x-robots-tag"] == "all"
    assert answer.headers["cache-control"].startswith("public")
    assert "unsafe-inline" not in answer.headers["content-security-policy"]
    assert [each.get("content") for each in page.cssselect("meta[name=citation_author]")] == ["Ada Ames", "Bo Berg"]
    assert page.cssselect("meta[property='og:title']")[0].get("content") == "Flat ℓ₂ minima of x²"
    assert page.cssselect("meta[name=robots]") == []


def test_the_page_speaks_the_language_that_is_asked_for(filled: Door) -> None:
    assert shown(filled, f"{PAGE}?lang=de").get("lang") == "de"
    assert shown(filled, PAGE, headers={"Accept-Language": "fr"}).get("lang") == "fr"


HOSTILE = '</script></title><script>alert(1)</script><img src=x onerror="alert(2)">'


def test_hostile_texts_are_inert(door: Door) -> None:
    item = paper(
        HOSTILE,
        number=66,
        abstract=HOSTILE,
        authors=(HOSTILE, "Ada"),
        categories=(HOSTILE,),
        comment=HOSTILE,
        journal_ref=HOSTILE,
    )
    keep(door.store, item)
    keep(door.store, replace(item, abstract="Other.", versions=(*item.versions, Version(number=2, submitted_at=NOW))))
    with door.store.begin() as tx:
        tx.signals.keep(
            Signal(subject=item.id, name=name, value=HOSTILE, source=HOSTILE, observed_at=NOW)
            for name in (signals.ORGANISATION, signals.SUMMARY, signals.CODE, HOSTILE)
        )
    find_people(door.store, lambda source, papers: None)
    page = shown(door, "/paper/2603.00066")

    assert [each.get("type") for each in page.iter("script")] == ["application/ld+json"]
    assert list(page.iter("img")) == []
    assert not any(name.startswith("on") for each in page.iter() for name in each.attrib)
    assert not any(each.get("href", "").startswith("javascript:") for each in page.iter("a"))


def test_foreign_titles_have_their_language_and_direction(door: Door) -> None:
    keep(
        door.store, paper("深度学习的图", number=5, abstract="我们测量。"), paper("למידה עמוקה", number=6, abstract="")
    )
    chinese, hebrew = shown(door, "/paper/2603.00005"), shown(door, "/paper/2603.00006")

    assert (chinese.cssselect("h1")[0].get("lang"), chinese.cssselect(".abstract")[0].get("lang")) == ("zh", "zh")
    assert hebrew.cssselect("h1")[0].get("dir") == "auto"
    assert text(hebrew, ".abstract") == "No abstract in the listing. Read it on arXiv."


def test_three_thousand_authors_are_in_a_part_that_can_be_opened(door: Door) -> None:
    keep(door.store, paper("Higgs", number=7, authors=(*(f"Ada {n}" for n in range(2999)), "ATLAS Collaboration")))
    page = shown(door, "/paper/2603.00007")

    assert text(page, "main > .by") == "ATLAS Collaboration, Ada 0, Ada 1 et al. (3,000)"
    assert len(page.cssselect("main > details a")) == 2999


def many(count: int) -> list[Paper]:
    return [
        paper(f"Valleys in landscapes {n}", number=100 + n, authors=tuple(f"Ada {n} {m}" for m in range(count)))
        for n in range(count)
    ]


def test_a_page_asks_as_often_of_many_papers_as_of_few(filled: Door) -> None:
    asked = []
    for count in (2, 40):
        announce(filled.store, *map(announced, many(count)))
        find_people(filled.store, lambda source, papers: None)
        indexing.index(filled.store)
        with questions(filled.store) as found:
            shown(filled)
        asked.append(len(found))

    assert asked[1] <= asked[0]
    assert asked[1] <= 40


def test_a_fingerprint_is_a_name_like_another(filled: Door) -> None:
    name = fingerprint(ITEM.title, ITEM.authors)
    assert name is not None
    assert browse.canonical(filled.store, name) == ITEM.id
    assert filled.ask("GET", f"/paper/{name}").headers["location"] == PAGE
