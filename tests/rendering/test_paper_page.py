"""The page of a paper says all that is told of it, and nothing that is not known."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from digest import signals
from digest.authors import Byline
from digest.identity import PaperId
from digest.papers import Paper, Version
from digest.records import PaperDetails, Record, Writer
from digest.rendering.changes import Change
from digest.rendering.paper_page import Linked, PaperPage, paper_page
from digest.rendering.words import ENGLISH
from digest.signals import OURS, Signal, Value
from tests.fakes import MONDAY, at, paper

NOW = at(MONDAY)
ITEM = paper("Flat minima", number=1)


def said(name: str, value: Value, source: str = "huggingface") -> Signal:
    return Signal(subject=ITEM.id, name=name, value=value, source=source, observed_at=NOW - timedelta(days=2))


def page(
    item: Paper = ITEM,
    *told: Signal,
    former: Mapping[int, tuple[str, str]] | None = None,
    numbers: Mapping[int, int] | None = None,
    **values: Any,
) -> PaperPage:
    item = replace(item, **values)
    writers = tuple(Writer(name=name, number=(numbers or {}).get(n, 0)) for n, name in enumerate(item.authors))
    details = PaperDetails(
        record=Record(paper=item, announced=MONDAY, signals=told), writers=writers, former=former or {}
    )
    return paper_page(details, ENGLISH, now=NOW, today=MONDAY)


def test_the_head_names_id_categories_and_the_day_with_its_year() -> None:
    found = page(categories=("cs.LG", "math.OC"))

    assert (found.name, found.categories, found.date) == ("arXiv:2603.00001", "cs.LG, math.OC", "2 March 2026")
    assert found.pdf_url == "https://arxiv.org/pdf/2603.00001"
    assert found.href == "/paper/2603.00001"


@pytest.mark.parametrize(
    ("key", "name", "href"),
    [
        ("arxiv:math/0306266", "arXiv:math/0306266", "/paper/math/0306266"),
        ("doi:10.1000/182", "doi:10.1000/182", "/paper/doi:10.1000/182"),
        ("doi:10.1000/a?b#c<d>", "doi:10.1000/a?b#c<d>", "/paper/doi:10.1000/a%3Fb%23c%3Cd%3E"),
        ("entry:0123456789abcdef01234567", "", "/paper/entry:0123456789abcdef01234567"),
    ],
)
def test_a_paper_is_called_by_its_id(key: str, name: str, href: str) -> None:
    found = page(id=PaperId(key))

    assert (found.name, found.href) == (name, href)


def test_authors_lead_to_their_pages_or_to_who_may_bear_the_name() -> None:
    found = page(authors=("Ada Ames", "Bo Łoś", "ATLAS Collaboration"), numbers={0: 12})

    assert found.writers == (
        Linked(name="Ada Ames", href="/author/12-ada-ames"),
        Linked(name="Bo Łoś", href="/author?name=Bo+%C5%81o%C5%9B"),
        Linked(name="ATLAS Collaboration", href=""),
    )
    assert found.others == ""


def test_of_three_thousand_authors_three_are_named_the_collaboration_first() -> None:
    found = page(authors=(*(f"Ada {n}" for n in range(3011)), "ATLAS Collaboration"))

    assert [each.name for each in found.writers] == ["ATLAS Collaboration", "Ada 0", "Ada 1"]
    assert found.others == "et al. (3,012)"
    assert len(found.all_writers) == 3012


def test_organisations_of_all_sources_are_named_once() -> None:
    bylines = (Byline(name="Ada Ames", affiliations=("ETH Zurich", "CERN")), Byline(name="Bo Berg"))
    found = page(
        ITEM, said(signals.ORGANISATION, "CERN"), said(signals.INSTITUTIONS, ("MIT",), "openalex"), bylines=bylines
    )

    assert found.organisations == ("ETH Zurich", "CERN", "MIT")


def test_links_of_any_source_are_offered_and_those_that_could_act_are_not() -> None:
    found = page(
        ITEM,
        said(signals.CODE, ("https://github.com/a/b", "javascript:alert(1)"), "text"),
        said(signals.PROJECT, "https://a.example"),
    )

    assert found.code == ("https://github.com/a/b",)
    assert found.project == ("https://a.example",)


def test_an_abstract_keeps_its_paragraphs_and_its_mathematics() -> None:
    found = page(abstract="We take $x^2$ < 3.\n\nAnd <b>more</b>.")

    assert "<math" in found.abstract[0]
    assert "&lt; 3." in found.abstract[0]
    assert found.abstract[1] == "And &lt;b&gt;more&lt;/b&gt;."


def test_a_paper_without_abstract_says_where_to_read_it() -> None:
    found = page(abstract="")

    assert found.abstract == ()
    assert found.no_abstract == "No abstract in the listing. Read it on arXiv."


def test_versions_come_newest_first_with_what_changed() -> None:
    versions = (
        Version(number=1, submitted_at=NOW - timedelta(days=400)),
        Version(number=2, submitted_at=None),
        Version(number=3, submitted_at=NOW, withdrawn=True),
    )
    found = page(former={1: ("Flat minima", "We do."), 2: ("Sharp minima", "We do.")}, versions=versions)

    assert [(v.name, v.date, v.changed) for v in found.versions] == [
        ("v3", "2 March", "withdrawn"),
        ("v2", "", "title"),
        ("v1", "26 January 2025", "first"),
    ]
    assert found.is_withdrawn


def test_a_difference_of_abstracts_is_shown_for_each_version_whose_text_is_kept() -> None:
    versions = tuple(Version(number=n, submitted_at=NOW) for n in (1, 2, 3))
    found = page(
        former={1: ("Flat minima", "We count $\\alpha$ ants."), 2: ("Flat minima", "We count bees.")},
        versions=versions,
        abstract="We count bees.",
    )
    (difference,) = found.differences

    assert difference.heading == "From v1 to v2: abstract"
    assert [(piece.change, piece.text) for piece in difference.pieces] == [
        (Change.KEPT, "We count"),
        (Change.OUT, "α ants."),
        (Change.IN, "bees."),
    ]


def test_signals_have_source_and_age_and_our_score_a_place_of_its_own() -> None:
    found = page(ITEM, said(signals.UPVOTES, 87), said(signals.SCORE, 7.5, "file"), said(signals.SCORE, 66.0, OURS))

    assert [(fact.what, fact.value, fact.place, fact.age) for fact in found.facts] == [
        ("Upvotes", "87", "Hugging Face", "2 days ago"),
        ("Score", "7.5", "a file", "2 days ago"),
    ]
    assert found.score is not None
    assert (found.score.value, found.score.age, found.score.parts) == ("66", "2 days ago", ())


def test_the_parts_of_a_score_add_up_to_it() -> None:
    parts = ("upvotes 90 2", "code 100 1", "prior 50 2", "nonsense", "odd nan 1", "big 1 inf", "high 101 1")
    found = page(ITEM, said(signals.SCORE, 76.0, OURS), said(signals.SCORE_PARTS, parts, OURS)).score

    assert found is not None
    assert [(part.name, part.place, part.points, part.most) for part in found.parts] == [
        ("Upvotes", 90, "36.0", "40"),
        ("Code", 100, "20.0", "20"),
        ("Common start", 50, "20.0", "40"),
    ]
    assert found.value == "76.0"


def test_another_source_cannot_speak_in_our_name() -> None:
    found = page(ITEM, said(signals.SCORE_PARTS, ("prior 50 2",), "file"))

    assert found.score is None


def test_a_summary_is_named_as_its_sources_own() -> None:
    found = page(ITEM, said(signals.SUMMARY, "Flat is good.", "semantic-scholar"))

    assert (found.summary, found.summary_place) == ("Flat is good.", "Semantic Scholar")
    assert found.facts == ()
