"""Reading bioRxiv's rows: what a row tells, and what becomes of one that is not as documented."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.authors import Byline
from digest.errors import SourceError
from digest.identity import PaperId
from digest.papers import Paper, Version
from digest.sources.biorxiv_rows import (
    abstract_of,
    author_names,
    categories,
    listing,
    paper_of,
    posted_on,
    skipped,
    whole,
)
from tests.sources.conftest import unhurried

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
FIELDS = (
    "doi title authors author_corresponding author_corresponding_institution date version type category abstract "
    "published server"
).split()


def row(**told: object) -> dict[str, Any]:
    """A row as the API gives it."""
    plain = {
        "title": "Tides in the   hippocampus",
        "authors": "Marin, A. B.; Li, B.; van der Meer, C.",
        "author_corresponding": "Anna Beatriz Marin",
        "author_corresponding_institution": "Institute of Tides, Lisbon",
        "doi": "10.64898/2026.03.01.700001",
        "date": "2026-03-02",
        "version": "2",
        "type": "new results",
        "license": "cc_by",
        "category": "neuroscience",
        "jatsxml": "https://www.biorxiv.org/content/early/2026/03/02/2026.03.01.700001.source.xml",
        "abstract": "We studied tides.\n\nThey come and\ngo.",
        "funder": "NA",
        "published": "NA",
        "server": "bioRxiv",
    }
    return plain | told


def answer(*rows: object, **said: object) -> bytes:
    message = {"status": "ok", "interval": "2026-03-01:2026-03-02", "cursor": 0, "count": len(rows), "total": len(rows)}
    return json.dumps({"messages": [message | said], "collection": rows}).encode()


def test_a_row_is_a_paper_with_one_version() -> None:
    assert paper_of(row(), "biorxiv") == Paper(
        id=PaperId("doi:10.64898/2026.03.01.700001"),
        title="Tides in the hippocampus",
        abstract="We studied tides.\n\nThey come and go.",
        authors=("A. B. Marin", "B. Li", "C. van der Meer"),
        bylines=(
            Byline(name="A. B. Marin", affiliations=("Institute of Tides, Lisbon",)),
            Byline(name="B. Li"),
            Byline(name="C. van der Meer"),
        ),
        categories=("biorxiv.neuroscience",),
        versions=(Version(number=2, submitted_at=datetime(2026, 3, 2, tzinfo=UTC)),),
        url="https://www.biorxiv.org/content/10.64898/2026.03.01.700001v2",
    )


def test_a_published_preprint_has_its_journal_doi_as_another_name() -> None:
    paper = paper_of(row(published="https://doi.org/10.1038/S41586-026-00001-X"), "medrxiv")

    assert paper.doi == "10.1038/s41586-026-00001-x"
    assert paper.also == ("doi:10.1038/s41586-026-00001-x",)
    assert paper.url == "https://www.medrxiv.org/content/10.64898/2026.03.01.700001v2"


@pytest.mark.parametrize("published", ["NA", "", None, "in press", 7, "10.64898/2026.03.01.700001"])
def test_what_is_no_journal_doi_is_no_other_name(published: object) -> None:
    paper = paper_of(row(published=published), "biorxiv")

    assert (paper.doi, paper.also) == ("", ())


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Quinn, A. J.; Jensen, O.", ("A. J. Quinn", "O. Jensen")),
        ("Madonna; The Tides Consortium; ", ("Madonna", "The Tides Consortium")),
        ("The Tides Consortium, ; Li, B.", ("The Tides Consortium", "B. Li")),
        ("Smith, J. A., Jr.; Smith, J., III", ("J. A. Smith Jr.", "J. Smith III")),
        ("Division of Tides, Institute of the Sea, Lisbon", ("Division of Tides, Institute of the Sea, Lisbon",)),
        ("de la Cruz Garcia, M. J.;Müller-Lüdenscheidt,H.", ("M. J. de la Cruz Garcia", "H. Müller-Lüdenscheidt")),
        ("李, 白", ("白 李",)),
        (" ; , ; .", ()),
        (None, ()),
        (["Li, B."], ()),
    ],
)
def test_names_are_turned_into_their_natural_order(text: object, names: tuple[str, ...]) -> None:
    assert author_names(text) == names


@pytest.mark.parametrize(
    ("authors", "person"),
    [
        ("Marin, A.; Marin, A. B.", "Anna Marin"),  # it may be either
        ("Marin, B.; Li, B.", "Anna Marin"),
        ("Marin; Li, B.", "Anna Marin"),
        ("Marin, A.; Li, B.", ""),
        ("Marin, A.; Li, B.", "Marin"),
        ("", "Anna Marin"),
    ],
)
def test_an_institution_that_cannot_be_given_to_one_author_is_given_to_none(authors: str, person: str) -> None:
    assert paper_of(row(authors=authors, author_corresponding=person), "biorxiv").bylines == ()


def test_an_institution_finds_its_author_across_accents() -> None:
    paper = paper_of(row(authors="Lüthi, É.; Li, B.", author_corresponding="Emile Luthi"), "biorxiv")

    assert [byline.affiliations for byline in paper.bylines] == [("Institute of Tides, Lisbon",), ()]


@pytest.mark.parametrize(
    ("server", "subject", "category"),
    [
        ("biorxiv", "Animal Behavior and  Cognition", ("biorxiv.animal-behavior-and-cognition",)),
        ("medrxiv", "HIV/AIDS", ("medrxiv.hiv-aids",)),
        ("biorxiv", "NA", ()),
        ("biorxiv", "", ()),
        ("biorxiv", None, ()),
    ],
)
def test_a_category_is_the_server_and_the_subject(server: str, subject: object, category: tuple[str, ...]) -> None:
    assert categories(server, subject) == category


@pytest.mark.parametrize(
    "told",
    [
        {"title": "WITHDRAWN: Tides in the hippocampus"},
        {"title": "[Withdrawn] Tides in the hippocampus"},
        {"title": "Withdrawn Article: Tides"},
        {"type": "WITHDRAWN"},
        {"abstract": "This manuscript has been withdrawn by the authors, who no longer stand by it."},
        {"abstract": "The authors have withdrawn their manuscript owing to an error in the analysis."},
        {"abstract": "bioRxiv has withdrawn this preprint."},
    ],
)
def test_a_withdrawn_preprint_is_marked_so(told: dict[str, str]) -> None:
    assert paper_of(row(**told), "biorxiv").withdrawn


@pytest.mark.parametrize(
    "told",
    [
        {"title": "Withdrawn patients in trials of tides"},
        {"abstract": "The drug has been withdrawn from the market. We ask why the authors have withdrawn this claim."},
        {"type": "contradictory results"},
    ],
)
def test_a_preprint_about_withdrawals_is_not_withdrawn(told: dict[str, str]) -> None:
    assert not paper_of(row(**told), "biorxiv").withdrawn


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("AO_SCPLOWBSTRACTC_SCPLOWManual annotation is slow.", "Manual annotation is slow."),
        ("We introduce MO_SCPLOWUSEC_SCPLOWDO_SCPLOWRIFTC_SCPLOW here.", "We introduce MUSEDRIFT here."),
        (
            "O_ST_ABSBackgroundC_ST_ABSTides are slow.\n\nMethodsWe waited.\n\nConclusionsThey come.",
            "Background: Tides are slow.\n\nMethods: We waited.\n\nConclusions: They come.",
        ),
        ("Tides are slow. ResultsFirst is our tool.", "Tides are slow. ResultsFirst is our tool."),
        ("HighlightsO_LIOne tide\nC_LIO_LITwo tides\nC_LI", "Highlights\n\nOne tide\n\nTwo tides"),
        (
            'Tides.\n\nO_FIG O_LINKSMALLFIG SRC="a.gif" ALT="Figure 1">\nView larger version\nM_FIG C_FIG After.',
            "Tides.\n\nAfter.",
        ),
        ("O_FIG is a word here", "O_FIG is a word here"),
        ("Results suggest p<0.05 and n>3 at 10{degrees}C", "Results suggest p<0.05 and n>3 at 10{degrees}C"),
        ("one\x00\x1b[31m\u202etwo\ud800", "one[31mtwo"),
        (None, ""),
        (["We"], ""),
    ],
)
def test_an_abstract_loses_the_marks_of_its_typesetting(raw: object, read: str) -> None:
    assert abstract_of(raw) == read


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (None, "not a record"),
        ([], "not a record"),
        ({}, "no DOI"),
        (row(doi="NA"), "no DOI"),
        (row(title="<i> </i>"), "no title"),
        (row(version=None), "no version"),
        (row(version="0"), "no version"),
        (row(version=float("nan")), "no version"),
        (row(date="yesterday"), "yesterday"),
        (row(date=None), "Invalid isoformat"),
    ],
)
def test_a_row_that_does_not_say_what_it_is_is_refused(bad: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        paper_of(bad, "biorxiv")


def test_a_skipped_row_is_named_as_far_as_it_tells() -> None:
    note = skipped(row(title=None), ValueError("no title"))

    assert str(note) == "10.64898/2026.03.01.700001: no title"
    assert (note.paper, note.day) == ("doi:10.64898/2026.03.01.700001", date(2026, 3, 2))
    assert str(skipped(7, ValueError("not a record"))) == "a row without a DOI: not a record"


@pytest.mark.parametrize(
    ("value", "number"),
    [(3, 3), ("3", 3), (" 30 ", 30), (3.0, 3), ("0", 0)]
    + [(bad, None) for bad in (None, True, -1, "-1", 2.5, float("nan"), float("inf"), "3.0", "", "٣", [3], 10**30)],
)
def test_a_count_is_a_number_or_digits(value: object, number: int | None) -> None:
    assert whole(value) == number


@pytest.mark.parametrize("total", [1, "1", 1.0])
def test_a_listing_tells_its_rows_and_its_total(total: object) -> None:
    told = listing(answer(row(), total=total), source="biorxiv")

    assert (len(told.rows), told.total) == (1, 1)


@pytest.mark.parametrize("status", ["no posts found", "No posts found", "no articles found."])
def test_an_answer_that_found_nothing_is_a_listing_without_rows(status: str) -> None:
    body = json.dumps({"messages": [{"status": status}], "collection": []}).encode()

    told = listing(body, source="biorxiv")

    assert (told.rows, told.total) == ((), None)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "empty"),
        (b"<html>down</html>", "page instead of JSON"),
        (b"Error : (2002) Connection refused", "damaged"),
        (answer(row())[:-9], "cut short"),
        (b"[" * 100_000, "nested"),
        (b"[]", "not a listing"),
        (b'{"messages": []}', "not a listing"),
        (b'{"messages": "ok"}', "not a listing"),
        (answer(status="Error: \x1bbad   date"), "answered “Error: bad date”"),
        (answer(row(), status="no posts found"), "no posts found"),
        (answer(total=None), "does not say how many"),
        (answer(total="NaN"), "does not say how many"),
        (b'{"messages": [{"status": "ok", "total": 3}], "collection": null}', "no rows"),
        (b'{"messages": [{"status": "ok", "total": 3}], "collection": {"doi": 1}}', "no rows"),
    ],
)
def test_an_answer_that_is_no_listing_is_refused_with_the_reason(body: bytes, problem: str) -> None:
    with pytest.raises(SourceError, match=problem):
        listing(body, source="biorxiv")


@unhurried
@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_a_listing_or_a_source_error(body: bytes) -> None:
    try:
        told = listing(body, source="biorxiv")
    except SourceError:
        return
    assert told.total is None or told.total >= 0


@unhurried
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, JSON)))
def test_any_row_is_a_finished_paper_or_refused(fields: dict[str, object]) -> None:
    told = row(**fields)
    try:
        paper = paper_of(told, "biorxiv")
    except ValueError as error:
        note = skipped(told, error)
        str(note).encode()
        return
    assert paper.versions[0].submitted_at is not None
    assert paper.versions[0].submitted_at.date() == posted_on(told)
    for text in (paper.title, *paper.abstract.split("\n\n"), *paper.authors, *paper.categories, paper.url):
        assert text == " ".join(text.split())
        text.encode()


@unhurried
@given(st.text() | st.lists(st.sampled_from(["O_FIG", "C_FIG", "O_ST_ABS", "C_LI", "O_LI", "\n\n", "A"])).map("".join))
def test_any_abstract_comes_out_in_paragraphs(text: str) -> None:
    assert all(part and part == " ".join(part.split()) for part in abstract_of(text).split("\n\n") if part)
