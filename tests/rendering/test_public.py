"""The block of one paper on public pages."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.authors import Byline
from digest.identity import PaperId
from digest.papers import Version
from digest.records import Record
from digest.rendering.catalogues import words
from digest.rendering.public import PublicPaper, public_paper
from digest.rendering.templates import environment
from digest.signals import CODE, COMMENTS, ORGANISATION, PROJECT, SUMMARY, UPVOTES, Signal, Value
from tests.fakes import MONDAY, at, paper

MACROS = '{% from "public-paper.html.j2" import public_paper, paper_line %}'


def record(*said: tuple[str, Value], announced: date | None = MONDAY, **values: Any) -> Record:
    told = paper(values.pop("title", "Flat minima"), **({"number": 1} | values))
    signals = (Signal(subject=told.id, name=n, value=v, source="huggingface", observed_at=at(MONDAY)) for n, v in said)
    return Record(paper=told, announced=announced, signals=tuple(signals))


def shown(*said: tuple[str, Value], today: date = MONDAY, **values: Any) -> PublicPaper:
    return public_paper(record(*said, **values), today=today)


def page(item: PublicPaper, macro: str = "public_paper") -> str:
    return environment().from_string(f'{MACROS}{{{{ {macro}(paper, "/digest") }}}}').render(paper=item)


def test_votes_comments_and_addresses_come_from_what_sources_say() -> None:
    said = ((UPVOTES, 87.0), (COMMENTS, 1.0), (CODE, "https://code.example/1"), (PROJECT, "https://p.example"))

    found = shown(*said, (ORGANISATION, "ETH Zurich"), (SUMMARY, "It is flat."))

    assert (found.upvotes, found.comments) == ("87\u00a0upvotes", "1\u00a0comment")
    assert (found.code_url, found.project_url) == ("https://code.example/1", "https://p.example")
    assert (found.organisation, found.summary) == ("ETH Zurich", "It is flat.")


def test_nothing_is_said_where_nothing_is_known() -> None:
    found = shown((UPVOTES, 0.0), (COMMENTS, "many"), (CODE, "javascript:alert(1)"), categories=())

    assert (found.upvotes, found.comments, found.code_url, found.organisation, found.category) == ("", "", "", "", "")
    assert "None" not in page(found)


def test_the_place_of_the_authors_stands_in_for_an_organisation() -> None:
    bylines = (Byline(name="Ada Ames", affiliations=("ETH Zurich",)), Byline(name="Bo Berg", affiliations=("MIT",)))

    assert shown(bylines=bylines).organisation == "ETH Zurich and 1 more"


def test_the_year_is_left_out_where_it_is_this_one() -> None:
    assert shown(today=MONDAY).date == "2 March"
    assert shown(today=date(2027, 1, 1)).date == "2 March 2026"


def test_a_paper_that_no_listing_named_has_the_date_of_its_submission() -> None:
    versions = (Version(number=1, submitted_at=datetime(2024, 1, 5, tzinfo=UTC)),)

    assert shown(announced=None, versions=versions).date == "5 January 2024"
    assert shown(announced=None, versions=()).date == ""


def test_a_paper_is_new_on_the_day_of_its_listing_and_the_next() -> None:
    days = [shown(today=MONDAY + timedelta(days=late)).is_new for late in (-1, 0, 1, 2)]

    assert days == [False, True, True, False]


def test_an_arxiv_paper_is_known_by_its_id_and_another_by_its_key() -> None:
    assert (shown().key, shown().href) == ("2603.00001", "/paper/2603.00001")
    found = shown(id=PaperId("doi:10.1101/2024.01.02<5>"))
    assert (found.key, found.href) == ("doi:10.1101/2024.01.02<5>", "/paper/doi:10.1101/2024.01.02%3C5%3E")


def test_the_block_links_below_the_path_we_are_served_under() -> None:
    html = page(shown())

    assert '<a href="/digest/paper/2603.00001">Flat minima</a>' in html
    assert 'href="/digest/paper/2603.00001#similar"' in html
    assert 'href="https://arxiv.org/pdf/2603.00001"' in html


def test_the_rest_of_an_abstract_is_behind_a_summary() -> None:
    long = "A first sentence that says much. " * 15 + "The very last one."

    html = page(shown(abstract=long))

    head, _, rest = html.partition("<details>")
    assert "The very last one." not in head
    assert "The very last one." in rest


def test_a_line_has_the_facts_and_the_whole_abstract_behind_it() -> None:
    html = page(shown((UPVOTES, 3.0), (CODE, "https://code.example"), abstract="One. Two."), "paper_line")

    for fact in ("Flat minima", "cs.LG", "2\u00a0March", "3\u00a0upvotes", "Code", "New", "One. Two."):
        assert fact in html


def test_a_withdrawn_paper_says_so() -> None:
    withdrawn = (Version(number=1, submitted_at=at(MONDAY), withdrawn=True),)

    assert "Withdrawn" in page(shown(versions=withdrawn))
    assert "Withdrawn" in page(shown(versions=withdrawn), "paper_line")


def test_it_speaks_other_languages() -> None:
    assert public_paper(record(), words("de"), today=MONDAY).date == "2. März"


@settings(deadline=None)
@given(st.text(), st.text(), st.text(), st.sampled_from(["public_paper", "paper_line"]))
def test_hostile_text_stays_text(title: str, abstract: str, name: str, macro: str) -> None:
    hostile = "<script>alert(1)</script>"
    told = record((ORGANISATION, f"{hostile}{name}"), title=f"{hostile}{title}", abstract=f"{abstract}{hostile}")
    told = replace(told, paper=replace(told.paper, authors=(f"{name}{hostile}",), categories=(f'"{hostile}',)))

    html = page(public_paper(told, today=MONDAY), macro)

    assert "<script" not in html
    assert html.count("<article") + html.count("<li>") == 1
