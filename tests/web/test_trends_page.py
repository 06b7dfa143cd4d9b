"""The public page of trends."""

from datetime import timedelta

import httpx
from lxml import html

from digest.authors import AuthorKey, Byline
from digest.enrich.people import find_people
from tests.fakes import MONDAY, paper
from tests.store.builders import announce, announced
from tests.web.builders import Door

_PAPERS, _WEEKS = 10, 9


def shown(door: Door) -> html.HtmlElement:
    answer: httpx.Response = door.ask("GET", "/trends")
    assert answer.status_code == 200
    return html.document_fromstring(answer.text)


def announce_weeks(door: Door) -> None:
    """Papers of nine weeks, of which the last speak of something new."""
    ada = Byline(name="Ada <b>Ames", keys=(AuthorKey("orcid:0000-0002-1825-0097"),))
    for week in range(_WEEKS):
        day = MONDAY - timedelta(days=7 * (_WEEKS - 1 - week))
        new = " with a sparse autoencoder" if week == _WEEKS - 1 else ""
        announce(
            door.store,
            *(
                announced(
                    paper(
                        f"On robots{new}", number=100 * week + n + 1, authors=(ada.name,), bylines=(ada,), versions=()
                    ),
                    day=day,
                )
                for n in range(_PAPERS)
            ),
        )
    find_people(door.store, lambda *_: None)


def rows(page: html.HtmlElement, section: str) -> list[list[str]]:
    """The cells of the table in a section."""
    found = page.xpath(f"//section[@aria-labelledby='{section}']//details//tbody/tr")
    return [[" ".join(cell.text_content().split()) for cell in row] for row in found]


def test_a_rising_term_stands_in_its_listing_with_its_papers(door: Door) -> None:
    announce_weeks(door)

    terms = rows(shown(door), "terms")

    assert ["cs.LG", "sparse autoencoder", "10 of 10", "0 of 80"] in terms


def test_papers_by_day_are_a_picture_and_a_table(door: Door) -> None:
    announce_weeks(door)

    page = shown(door)

    (picture,) = page.xpath("//section[@aria-labelledby='listings']//*[local-name()='svg']")
    assert picture.get("role") == "img"
    assert picture.xpath("string(*[local-name()='title'])") == "Papers in cs.LG by day"
    assert len(picture.xpath("*[local-name()='rect']")) == 5
    assert rows(page, "listings")[-1] == ["2 March", "10"]


def test_who_writes_most_is_linked_by_name(door: Door) -> None:
    announce_weeks(door)

    page = shown(door)

    assert rows(page, "authors") == [["Ada <b>Ames", "50 papers"]]
    (link,) = page.xpath("//section[@aria-labelledby='authors']//li/a")
    assert link.get("href").startswith("/author/")


def test_a_file_of_the_operator_is_not_named(door: Door) -> None:
    announce(door.store, announced(paper(number=1), source="files", stream="/home/ana/secret.jsonl"))

    text = shown(door).text_content()

    assert "secret" not in text


def test_in_a_quiet_week_nothing_rises(door: Door) -> None:
    announce(door.store, announced(paper(number=1)))

    assert "No term rises by more than chance this week." in shown(door).text_content()


def test_before_the_first_listing_it_says_so(door: Door) -> None:
    assert shown(door).xpath("string(//p[@class='standfirst'])") == "Nothing was listed yet."


def test_who_has_the_page_gets_nothing_again(door: Door) -> None:
    first = door.ask("GET", "/trends")

    assert door.ask("GET", "/trends", headers={"If-None-Match": first.headers["etag"]}).status_code == 304
