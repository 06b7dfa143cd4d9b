"""Reading Crossref's items: what an item tells, which items are papers, and what becomes of the odd ones."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.authors import AuthorKey, Byline
from digest.errors import SourceError
from digest.identity import PaperId
from digest.papers import Paper, Version
from digest.sources.crossref_works import (
    listing,
    orcid,
    paper_of,
    published_at,
    registered_at,
    skipped,
)
from tests.sources.conftest import unhurried

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
PARTS = st.fixed_dictionaries({"date-parts": st.lists(st.lists(st.none() | st.integers() | st.text(), max_size=4))})
FIELDS = (
    "DOI type title container-title author abstract published issued posted created volume issue page relation "
    "alternative-id update-to updated-by article-number"
).split()


def dated(*parts: object) -> dict[str, object]:
    return {"date-parts": [list(parts)]}


def item(**told: object) -> dict[str, Any]:
    """A journal article as Crossref gives it; `container_title=…` is "container-title"."""
    plain = {
        "DOI": "10.1038/S41467-026-00001-2",
        "type": "journal-article",
        "title": ["On tides in <i>E. coli</i> &amp;\n other harbours"],
        "container-title": ["Nature Communications"],
        "author": [
            {
                "given": "Ana",
                "family": "Marin",
                "ORCID": "http://orcid.org/0000-0002-1825-0097",
                "affiliation": [{"name": "Institute of  Tides"}, {"name": "Institute of Tides"}, {"name": "MIT"}],
            },
            {"given": "Bo", "family": "Li", "suffix": "Jr.", "affiliation": []},
            {"name": "The Tides Consortium"},
        ],
        "abstract": "<jats:title>Abstract</jats:title><jats:p>We wait.</jats:p><jats:p>It comes.</jats:p>",
        "published": dated(2026, 3, 9),
        "created": {"date-parts": [[2026, 3, 10]], "date-time": "2026-03-10T05:12:33Z", "timestamp": 1773119553000},
        "volume": "17",
        "issue": "1",
        "page": "1234",
        "relation": {},
    }
    return plain | {name.replace("_", "-"): value for name, value in told.items()}


def read(**told: object) -> Paper:
    paper = paper_of(item(**told))
    assert paper is not None
    return paper


def test_an_item_is_a_paper() -> None:
    assert read() == Paper(
        id=PaperId("doi:10.1038/s41467-026-00001-2"),
        title="On tides in E. coli & other harbours",
        abstract="We wait.\n\nIt comes.",
        authors=("Ana Marin", "Bo Li Jr.", "The Tides Consortium"),
        bylines=(
            Byline(
                name="Ana Marin",
                affiliations=("Institute of Tides", "MIT"),
                keys=(AuthorKey("orcid:0000-0002-1825-0097"),),
            ),
            Byline(name="Bo Li Jr."),
            Byline(name="The Tides Consortium"),
        ),
        versions=(Version(number=1, submitted_at=datetime(2026, 3, 9, tzinfo=UTC)),),
        doi="10.1038/s41467-026-00001-2",
        journal_ref="Nature Communications 17(1), 1234 (2026)",
    )


@pytest.mark.parametrize(
    "told",
    [
        {"type": "journal-issue"},
        {"type": "component"},
        {"type": "peer-review"},
        {"type": "dataset"},
        {"author": [], "abstract": None},  # a table of contents
        {"author": None, "abstract": "<jats:p> </jats:p>"},
        {"update_to": [{"DOI": "10.1038/s41467-025-00009-9", "type": "correction"}]},
        {"update_to": [{"DOI": "10.1038/s41467-025-00009-9", "type": "retraction"}]},
        {"author": [], "abstract": "", "title": []},
    ],
)
def test_what_is_no_paper_is_none(told: dict[str, object]) -> None:
    assert paper_of(item(**told)) is None


@pytest.mark.parametrize(
    "told",
    [
        {"type": "posted-content"},
        {"type": None},
        {"author": []},
        {"abstract": None},
        {"update_to": [{"DOI": "10.1038/s41467-025-00009-9", "type": "new_version"}]},
        {"update_to": {"DOI": "10.1038/s41467-025-00009-9"}},
    ],
)
def test_other_items_are_papers(told: dict[str, object]) -> None:
    assert paper_of(item(**told)) is not None


@pytest.mark.parametrize(
    "told",
    [
        {"title": ["RETRACTED: On tides"]},
        {"title": ["RETRACTED ARTICLE: On tides"]},
        {"updated_by": [{"DOI": "10.1038/s41467-026-00009-9", "type": "correction"}, {"type": "Retraction"}]},
        {"updated_by": [{"type": "withdrawal", "source": "retraction-watch"}]},
        {"update_to": [{"DOI": "10.1038/s41467-026-00001-2", "type": "removal"}]},
        {"relation": {"is-retracted-by": [{"id-type": "doi", "id": "10.1038/s41467-026-00009-9"}]}},
    ],
)
def test_a_paper_that_was_taken_back_is_withdrawn(told: dict[str, object]) -> None:
    assert read(**told).withdrawn


def test_a_correction_does_not_withdraw_a_paper() -> None:
    assert not read(updated_by=[{"DOI": "10.1038/s41467-026-00009-9", "type": "correction"}]).withdrawn


@pytest.mark.parametrize(
    ("told", "also"),
    [
        ({"relation": {"has-preprint": [{"id-type": "arxiv", "id": "2302.04668v2"}]}}, ("arxiv:2302.04668",)),
        (
            {"relation": {"has-preprint": [{"id-type": "doi", "id": "10.48550/arXiv.2512.07923"}]}},
            ("arxiv:2512.07923",),
        ),
        ({"relation": {"has-preprint": [{"id": "https://arxiv.org/abs/hep-th/9901001v1"}]}}, ("arxiv:hep-th/9901001",)),
        (
            {"relation": {"is-preprint-of": [{"id-type": "doi", "id": "10.1016/J.X.2025.1"}]}},
            ("doi:10.1016/j.x.2025.1",),
        ),
        ({"alternative_id": ["832", "arXiv:2601.10962", 7, None]}, ("arxiv:2601.10962",)),
        ({"relation": {"has-preprint": [{"id": "10.1038/s41467-026-00001-2"}]}}, ()),
        ({"relation": {"has-review": [{"id": "10.3410/f.1164812.626642"}]}}, ()),
        ({"relation": {"has-preprint": [{"id": "12345"}, None, {"id": None}]}}, ()),
        ({"relation": {"has-preprint": {"id": "10.1101/1"}}}, ()),
        ({"relation": []}, ()),
    ],
)
def test_other_names_of_the_work_are_kept(told: dict[str, object], also: tuple[str, ...]) -> None:
    assert read(**told).also == also


def test_a_preprint_has_the_doi_of_its_journal_version_alone() -> None:
    published = {"is-preprint-of": [{"id-type": "doi", "id": "10.1016/j.xgen.2025.100814"}]}

    assert read(type="posted-content").doi == ""
    assert read(type="posted-content", relation=published).doi == "10.1016/j.xgen.2025.100814"


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ([{"given": "Sumaryadi", "family": "-"}], ("Sumaryadi",)),
        ([{"family": "조혜린"}, {"affiliation": []}, {"given": None, "family": "Li"}], ("조혜린", "Li")),
        ([{"name": "ATLAS Collaboration"}, "Bo Li", None, ["x"]], ("ATLAS Collaboration",)),
        ([{"given": "J.\u202e P.", "family": "<i>Talarmin</i>"}], ("J. P. Talarmin",)),
        ({"given": "Bo"}, ()),
    ],
)
def test_names_are_put_together_from_what_there_is(author: object, names: tuple[str, ...]) -> None:
    assert read(author=author).authors == names


def test_a_doi_whose_slash_was_escaped_twice_is_the_doi() -> None:
    assert read(DOI="10.1086\\/305772").doi == "10.1086/305772"


def test_authors_of_whom_no_more_is_told_have_no_bylines() -> None:
    assert read(author=[{"given": "Bo", "family": "Li", "affiliation": None, "ORCID": None}]).bylines == ()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("https://orcid.org/0000-0002-1825-0097", "orcid:0000-0002-1825-0097"),
        ("http://orcid.org/0000-0002-1694-233x/", "orcid:0000-0002-1694-233X"),
        ("0000-0003-0310-0851", "orcid:0000-0003-0310-0851"),
        ("https://orcid.org/0000-0002-1825-0098", None),
        ("https://example.org/0000-0002-1825-0097", None),
        ("0000-0002-1825-009", None),
        ("", None),
    ],
)
def test_an_orcid_counts_only_with_its_check_digit(text: str, key: str | None) -> None:
    assert orcid(text) == key


@unhurried
@given(st.integers(0, 10**15 - 1), st.integers(0, 14), st.integers(1, 9))
def test_no_orcid_with_one_wrong_digit_counts(number: int, place: int, change: int) -> None:
    def spelled(digits: str) -> str:
        return "-".join(digits[start : start + 4] for start in range(0, 16, 4))

    digits = f"{number:015d}"
    wrong = f"{digits[:place]}{(int(digits[place]) + change) % 10}{digits[place + 1 :]}"
    right = [check for check in "0123456789X" if orcid(spelled(digits + check))]

    assert len(right) == 1
    assert orcid(spelled(wrong + right[0])) is None


@pytest.mark.parametrize(
    ("told", "submitted"),
    [
        ({"published": dated(2026, 3, 9)}, datetime(2026, 3, 9, tzinfo=UTC)),
        ({"published": dated(2026, 3, 10)}, datetime(2026, 3, 10, tzinfo=UTC)),
        ({"published": dated(2026, 3, 9, 23)}, datetime(2026, 3, 9, tzinfo=UTC)),
        ({"published": dated("2026", "3", "9")}, datetime(2026, 3, 9, tzinfo=UTC)),
        ({"published": dated(2026, 2)}, datetime(2026, 2, 1, tzinfo=UTC)),
        ({"published": dated(1998)}, datetime(1998, 1, 1, tzinfo=UTC)),
        ({"published": dated(1998, None, 3)}, datetime(1998, 1, 1, tzinfo=UTC)),
        # The month of the registration, and an issue that is still to come:
        ({"published": dated(2026, 3)}, datetime(2026, 3, 10, 5, 12, 33, tzinfo=UTC)),
        ({"published": dated(2026)}, datetime(2026, 3, 10, 5, 12, 33, tzinfo=UTC)),
        ({"published": dated(2026, 12, 1)}, datetime(2026, 3, 10, 5, 12, 33, tzinfo=UTC)),
        ({"published": dated(None), "issued": dated(2026, 3, 1)}, datetime(2026, 3, 1, tzinfo=UTC)),
        ({"published": dated(2026, 2, 30)}, datetime(2026, 3, 10, 5, 12, 33, tzinfo=UTC)),
        ({"published": {"date-parts": None}}, datetime(2026, 3, 10, 5, 12, 33, tzinfo=UTC)),
        ({"published": [], "created": dated(2026, 3, 10)}, datetime(2026, 3, 10, tzinfo=UTC)),
        ({"published": None, "created": {"date-time": "0001-01-01T00:00:00+14:00"}}, None),
        ({"published": dated(2**31), "created": dated(2**31)}, None),
        ({"published": None, "created": "today"}, None),
    ],
)
def test_a_paper_came_out_when_its_dates_say_and_not_after_its_registration(
    told: dict[str, object], submitted: datetime | None
) -> None:
    assert published_at(item(**told)) == submitted


def test_an_instant_of_another_zone_is_told_in_utc() -> None:
    created = {"date-time": "2026-03-10T01:30:00+02:00"}

    assert registered_at(item(created=created)) == datetime(2026, 3, 9, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "line"),
    [
        ({}, "Nature Communications 17(1), 1234 (2026)"),
        ({"issue": None}, "Nature Communications 17, 1234 (2026)"),
        ({"volume": "null"}, "Nature Communications, 1234 (2026)"),
        ({"page": None, "article_number": "e77"}, "Nature Communications 17(1), e77 (2026)"),
        ({"published": None}, "Nature Communications 17(1), 1234"),
        ({"container_title": ["Learning &amp; Knowledge"]}, "Learning & Knowledge 17(1), 1234 (2026)"),
        ({"container_title": "A Book"}, "A Book 17(1), 1234 (2026)"),
        ({"container_title": []}, ""),
    ],
)
def test_a_journal_reference_is_made_of_what_is_told(told: dict[str, object], line: str) -> None:
    assert read(**told).journal_ref == line


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (None, "not a record"),
        (["DOI"], "not a record"),
        ({}, "no DOI"),
        (item(DOI="not a DOI"), "no DOI"),
        (item(DOI=None), "no DOI"),
        (item(title=[]), "no title"),
        (item(title=[None, "<sub></sub>"]), "no title"),
    ],
)
def test_an_item_that_does_not_say_what_it_is_is_refused(bad: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        paper_of(bad)


def test_the_first_title_that_says_anything_is_the_title() -> None:
    assert read(title=["", "Desain Widget", "Second"]).title == "Desain Widget"
    assert read(title="Alone").title == "Alone"


def test_a_skipped_item_is_named_as_far_as_it_tells() -> None:
    note = skipped(item(title=None), ValueError("no title"))

    assert str(note) == "10.1038/S41467-026-00001-2: no title"
    assert (note.paper, note.day) == ("doi:10.1038/s41467-026-00001-2", date(2026, 3, 10))
    assert str(skipped(None, ValueError("not a record"))) == "an item without a DOI: not a record"


def answer(*items: object, **said: object) -> bytes:
    message = {"total-results": len(items), "items": items, "items-per-page": 100, "next-cursor": "DnF1"} | said
    return json.dumps({"status": "ok", "message-type": "work-list", "message": message}).encode()


def test_a_listing_tells_its_items_its_total_and_the_way_on() -> None:
    told = listing(answer(item(), **{"total-results": "7"}), source="crossref")

    assert (len(told.items), told.total, told.next_cursor) == (1, 7, "DnF1")


@pytest.mark.parametrize("cursor", [None, 7, "a\nb", ["x"]])
def test_a_cursor_that_cannot_be_asked_for_is_none(cursor: object) -> None:
    assert listing(answer(**{"next-cursor": cursor}), source="crossref").next_cursor == ""


INVALID = [{"type": "cursor-invalid", "value": "x", "message": "Cursor\nspecified but it is invalid"}]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "empty"),
        (b"Resource not found.", "damaged"),
        (b"<!DOCTYPE html>", "page instead of JSON"),
        (answer(item())[:-30], "damaged"),
        (b"[]", "not a list of works"),
        (b"{}", "refused: no reason"),
        (json.dumps({"status": "failed", "message": INVALID}).encode(), "refused: Cursor specified but it is invalid"),
        (json.dumps({"status": "error", "message": {"name": "Solr"}}).encode(), "refused: error"),
        (
            json.dumps({"status": "ok", "message-type": "work", "message": item()}).encode(),
            "answered a work, not works",
        ),
        (b'{"status": "ok", "message": null}', "not works"),
        (answer(items=None), "not works"),
        (answer(items={"DOI": "10.1/x"}), "not works"),
    ],
)
def test_an_answer_that_is_no_list_of_works_is_refused_with_the_reason(body: bytes, problem: str) -> None:
    with pytest.raises(SourceError, match=problem):
        listing(body, source="crossref")


@unhurried
@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_a_listing_or_a_source_error(body: bytes) -> None:
    try:
        told = listing(body, source="crossref")
    except SourceError:
        return
    assert told.total is None or told.total >= 0


@unhurried
@given(st.fixed_dictionaries({}, optional={name.replace("-", "_"): JSON | PARTS for name in FIELDS}))
def test_any_item_is_a_finished_paper_or_none_or_refused(fields: dict[str, object]) -> None:
    told = item(**fields)
    try:
        paper = paper_of(told)
    except ValueError as error:
        str(skipped(told, error)).encode()
        return
    if paper is None:
        return
    assert paper.bylines == () or [byline.name for byline in paper.bylines] == list(paper.authors)
    assert paper.submitted_at is None or paper.submitted_at.tzinfo is UTC
    places = [place for byline in paper.bylines for place in byline.affiliations]
    for text in (paper.title, *paper.abstract.split("\n\n"), *paper.authors, paper.journal_ref, paper.doi, *places):
        assert text == " ".join(text.split())
        text.encode()
