"""The page of an author: figures by source and ours beside them, lists with their counts, a picture of the years."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from digest import signals
from digest.authors import AuthorKey
from digest.namesakes import Person
from digest.records import AuthorDetails, Claim, Record, Writer
from digest.rendering.author_links import author_href, author_key
from digest.rendering.author_page import AuthorPage, author_page
from digest.rendering.words import ENGLISH
from digest.signals import NOVELTY, SCORE, Signal
from tests.fakes import MONDAY, at, paper

NOW = at(MONDAY)
ADA = AuthorDetails(
    number=12,
    name="Ada Ames",
    person=Person(
        id=12,
        names=("ames ada",),
        keys=(AuthorKey("orcid:0000-0002-1825-0097"), AuthorKey("file-ab:cd")),
        categories=(("cs.LG", 3), ("math.OC", 1)),
        papers=3,
        first_day=MONDAY,
        last_day=MONDAY,
    ),
    claim=None,
    signals=(),
    papers=tuple(Record(paper=paper(f"Paper {n}", number=n), announced=MONDAY) for n in (1, 2, 3)),
    kept=3,
    years={2024: 1, 2026: 2},
    novelty=None,
    score=None,
    measured={NOVELTY: 0, SCORE: 0},
    beside=(Writer(name="Bo Berg", number=13, papers=2), Writer(name="Hidden Hall", papers=1)),
    beside_in_all=7,
    namesakes=(Writer(name="A. Ames", number=14, papers=1, category="math.AG"),),
    changed_at=NOW,
)


def said(name: str, value: float, source: str = "semantic-scholar", days: int = 12) -> Signal:
    return Signal(subject="s2:1", name=name, value=value, source=source, observed_at=NOW - timedelta(days=days))


def page(number: int = 1, of: int = 50, **values: Any) -> AuthorPage:
    return author_page(replace(ADA, **values), ENGLISH, page=number, of=of, now=NOW, today=MONDAY)


def figures(found: AuthorPage) -> list[str]:
    return [f"{figure.value} {figure.label}".replace("\u00a0", " ") for figure in found.figures]


def test_name_field_and_where_the_person_is_known() -> None:
    found = page()

    assert (found.name, found.field, found.fields) == ("Ada Ames", "cs.LG", "math.OC")
    assert found.keys == (("orcid:0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097"),)
    assert found.follow == "/subscribe?author=Ada+Ames"
    assert "number%2012" in found.mail


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://ada.example.org/", "ada.example.org"),
        ("https://ada.example.org/papers/", "ada.example.org/papers"),
        ("https://ada.example.org/~ada/everything/i/ever/wrote", "ada.example.org/…"),
        (
            "https://bank.example.com.a-domain-of-somebody-else.example.org/",
            "bank.example.com.a-domain-of-somebody-else.example.org/…",
        ),
        (f"https://ada.example.org?{'q' * 40}", "ada.example.org/…"),
    ],
)
def test_the_page_of_somebody_is_linked_with_where_it_leads(address: str, shown: str) -> None:
    found = page(claim=Claim(since=NOW, page=address))

    assert (found.own_page, found.own_place) == (address, shown)
    assert found.confirmed == "Confirmed by the author, 2 March"


def test_a_claim_of_another_year_says_which() -> None:
    found = page(claim=Claim(since=NOW - timedelta(days=365), page=""))

    assert (found.confirmed, found.own_page, found.own_place) == ("Confirmed by the author, 2 March 2025", "", "")


def test_nobody_s_figure_is_shown_where_nobody_told_one() -> None:
    assert figures(page()) == ["3 papers"]
    assert page().notes == ("papers: 3 kept here",)


def test_figures_of_sources_have_their_source_and_age_each_said_once() -> None:
    told = (said(signals.CITATIONS, 4902), said(signals.H_INDEX, 38), said(signals.PAPER_COUNT, 63))
    found = page(signals=told)

    assert figures(found) == ["63 papers", "4,902 citations", "38 h-index"]
    assert found.notes == ("papers, citations, h-index: Semantic Scholar, 12 days ago", "papers: 3 kept here")


def test_our_novelty_and_score_stand_before_a_sources_own() -> None:
    told = (said(NOVELTY, 55.0, "file"), said(SCORE, 5.5, "file"))
    found = page(signals=told, novelty=88.4, score=61.0, measured={NOVELTY: 3, SCORE: 1})

    assert figures(found)[1:] == ["88 % novelty", "61 score"]
    assert found.notes[1:] == (
        "novelty: measured here, the median of 3 papers",
        "novelty: 55\u00a0% by a file, 12 days ago",
        "score: measured here on 1 paper",
        "score: 5.5 by a file, 12 days ago",
    )


def test_of_two_sources_the_one_that_told_last_is_large_and_the_other_beside() -> None:
    found = page(signals=(said(signals.CITATIONS, 10), said(signals.CITATIONS, 9, "openalex", days=1)))

    assert figures(found)[1] == "9 citations"
    assert "citations: 10 by Semantic Scholar, 12 days ago" in found.notes


@pytest.mark.parametrize(
    ("number", "kept", "shown", "before", "after", "rest"),
    [
        (1, 3, "1 to 3 of 3 papers", "", "", "0"),
        (1, 8, "1 to 3 of 8 papers", "", "/author/12-ada-ames?page=2", "3"),
        (2, 8, "4 to 6 of 8 papers", "/author/12-ada-ames", "/author/12-ada-ames?page=3", "2"),
        (3, 9, "7 to 9 of 9 papers", "/author/12-ada-ames?page=2", "", "0"),
    ],
)
def test_a_page_says_where_it_stands(number: int, kept: int, shown: str, before: str, after: str, rest: str) -> None:
    found = page(number, 3, kept=kept).paging

    assert (found.shown, found.before, found.after, found.next_count) == (shown, before, after, rest)
    assert found.elsewhere == ""


def test_what_only_a_source_knows_is_counted_and_said() -> None:
    found = page(signals=(said(signals.PAPER_COUNT, 63),)).paging

    assert found.shown == "1 to 3 of 63 papers"
    assert found.elsewhere == "60 more are known to Semantic Scholar and not kept here."
    assert found.after == ""


def test_others_are_named_with_counts_and_linked_unless_hidden() -> None:
    found = page()

    assert [(each.name, each.href, each.papers) for each in found.beside] == [
        ("Bo Berg", "/author/13-bo-berg", "2 papers"),
        ("Hidden Hall", "", "1 paper"),
    ]
    assert found.beside_in_all == "2 of 7"
    assert [(each.name, each.category, each.papers) for each in found.namesakes] == [("A. Ames", "math.AG", "1 paper")]


def test_the_picture_has_a_bar_for_each_year_and_a_row_for_each_that_has_papers() -> None:
    chart = page().chart

    assert chart is not None
    assert [(bar.year, bar.height) for bar in chart.bars] == [(2024, 48.0), (2025, 0.0), (2026, 96.0)]
    assert all(bar.x >= 0 and bar.x + bar.width <= chart.width for bar in chart.bars)
    assert all(bar.y + bar.height == chart.height for bar in chart.bars)
    assert chart.rows == ((2026, "2"), (2024, "1"))
    assert page(years={}).chart is None
    assert page(years={2026: 3}).chart is None


def test_a_paper_of_long_ago_does_not_make_the_picture_unreadable() -> None:
    chart = page(years={1907: 1, 2026: 2}).chart

    assert chart is not None
    assert len(chart.bars) == 24
    assert chart.rows[-1] == (1907, "1")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Ada Ames", "12-ada-ames"),
        ("Łukasz Øberg-Straße", "12-lukasz-oberg-strasse"),
        ('J. \\"Ozer/..%2f', "12-j-ozer-2f"),
        ("王伟", "12"),
        ("-", "12"),
        ("x" * 300, f"12-{'x' * 60}"),
    ],
)
def test_an_address_is_made_of_number_and_name(name: str, key: str) -> None:
    assert author_key(12, name) == key
    assert author_href(Writer(name=name, number=12)) == f"/author/{key}"
