"""JSON lines: what each field may be, and what is said where it is something else."""

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.sources.file_records import Period, Position, Record, Told
from digest.sources.jsonlines import LONGEST_LINE, pieces
from tests.sources.conftest import unhurried


def read(content: str | bytes) -> list[Record]:
    body = content if isinstance(content, bytes) else content.encode()
    return [record for piece in pieces(BytesIO(body), Position()) for record in piece.records]


def line(**fields: object) -> str:
    return json.dumps({"title": "Ebb and flow"} | fields) + "\n"


def told(**fields: object) -> Told:
    (record,) = read(line(**fields))
    assert record.problems == ()
    assert record.told is not None
    return record.told


def problem(**fields: object) -> str:
    (record,) = read(line(**fields))
    (only,) = record.problems
    return only


def test_a_whole_record() -> None:
    assert told(
        id="tides-7",
        title="Ebb\n and flow\u202e",
        abstract="We study\ntides.\n\nAnd harbours.",
        authors=["Ana Marin", "Li, Bo"],
        categories=["tides", "machine learning", "tides"],
        date="2026-03-05",
        url="https://example.org/7",
        doi="https://doi.org/10.1000/Tides.7",
        journal_ref="J. Tides 7",
        comment="12 pages",
        version=2,
        signals={"citations": 12, "rating": 4.5, "code": "https://example.org/code", "topics": ["sea", " moon "]},
        nobody="reads this",
    ) == Told(
        title="Ebb and flow",
        name="tides-7",
        doi=told(doi="10.1000/tides.7").doi,
        abstract="We study tides.\n\nAnd harbours.",
        authors=("Ana Marin", "Bo Li"),
        categories=("tides", "machine learning"),
        dated=Period(begins=datetime(2026, 3, 5, tzinfo=UTC), ends=datetime(2026, 3, 6, tzinfo=UTC)),
        url="https://example.org/7",
        journal_ref="J. Tides 7",
        comment="12 pages",
        version=2,
        signals={"citations": 12, "rating": 4.5, "code": "https://example.org/code", "topics": ("sea", "moon")},
    )


def test_a_title_is_enough_and_null_is_nothing() -> None:
    names = "id abstract authors categories date url doi journal_ref comment version signals"
    assert told(**dict.fromkeys(names.split())) == told() == Told(title="Ebb and flow")


@pytest.mark.parametrize(
    ("fields", "arxiv", "doi"),
    [
        ({"id": "2601.10962v3"}, "arxiv:2601.10962", None),
        ({"id": "math/0306266"}, "arxiv:math/0306266", None),
        ({"id": "https://arxiv.org/abs/2601.10962"}, "arxiv:2601.10962", None),
        ({"id": "a", "url": "https://arxiv.org/pdf/2601.10962"}, "arxiv:2601.10962", None),
        ({"id": "a", "doi": "10.48550/arXiv.2601.10962"}, "arxiv:2601.10962", None),
        ({"id": "10.1000/A"}, None, "doi:10.1000/a"),
        ({"id": "2601.10962", "doi": "10.1000/a"}, "arxiv:2601.10962", "doi:10.1000/a"),
        ({"id": "10.1000/b", "doi": "10.1000/a"}, None, "doi:10.1000/a"),
        ({"url": "https://doi.org/10.1000/a"}, None, "doi:10.1000/a"),
        ({"id": "a"}, None, None),
    ],
)
def test_a_work_is_named_by_id_doi_or_address(fields: dict[str, str], arxiv: str | None, doi: str | None) -> None:
    found = told(**fields)
    assert (found.arxiv, found.doi) == (arxiv, doi)


def test_an_id_that_is_an_address_leads_there() -> None:
    assert told(id="https://example.org/7").url == "https://example.org/7"
    assert told(id="tides-7").url == ""


def test_lists_may_be_written_as_one_text() -> None:
    assert told(authors="Ana Marin and Bo Li").authors == ("Ana Marin", "Bo Li")
    assert told(authors="Marin, A.; Li, B.").authors == ("A. Marin", "B. Li")
    assert told(categories="cs.LG cs.AI").categories == ("cs.LG", "cs.AI")
    assert told(categories="machine learning, tides").categories == ("machine learning", "tides")


@pytest.mark.parametrize(
    ("date", "begins", "length"),
    [
        ("2026", datetime(2026, 1, 1, tzinfo=UTC), timedelta(days=365)),
        ("2024-02", datetime(2024, 2, 1, tzinfo=UTC), timedelta(days=29)),
        ("2026-03-05", datetime(2026, 3, 5, tzinfo=UTC), timedelta(days=1)),
        ("2026-03-05T10:00:00+01:00", datetime(2026, 3, 5, 9, tzinfo=UTC), timedelta(0)),
    ],
)
def test_a_date_may_be_a_year_a_month_a_day_or_a_moment(date: str, begins: datetime, length: timedelta) -> None:
    assert told(date=date).dated == Period(begins=begins, ends=begins + length)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": 3}, "title: expected text, found 3"),
        ({"title": " "}, "title: expected text, found nothing"),
        ({"title": None}, "title: expected text, found nothing"),
        ({"abstract": ["a"]}, "abstract: expected text, found a list"),
        ({"authors": [{"name": "Ana"}, "Bo"]}, "authors: expected text or a list of texts, found a list"),
        ({"authors": [{"id": "ana"}]}, "authors: expected the name of each, found nothing"),
        ({"categories": {"a": 1}}, "categories: expected text or a list of texts, found an object"),
        ({"date": "March"}, 'date: expected a date such as 2026-03-05, found "March"'),
        ({"date": "2026-13"}, 'date: expected a date such as 2026-03-05, found "2026-13"'),
        ({"date": "9999"}, 'date: expected a date such as 2026-03-05, found "9999"'),
        ({"date": 2026}, "date: expected text, found 2026"),
        ({"url": "ftp://example.org"}, 'url: expected an http or https address, found "ftp://example.org"'),
        ({"doi": "x" * 50}, f'doi: expected a DOI such as 10.1000/182, found "{"x" * 39}…'),
        ({"version": 0}, "version: expected a whole number from 1 on, found 0"),
        ({"version": True}, "version: expected a whole number from 1 on, found true"),
        ({"signals": [1]}, "signals: expected an object, found a list"),
    ],
)
def test_what_is_wrong_is_said_with_its_field(fields: dict[str, object], said: str) -> None:
    assert problem(**fields) == said


@pytest.mark.parametrize(
    ("signals", "said"),
    [
        ({"citations": True}, "signals.citations: expected a number, a text or a list of texts, found true"),
        ({"citations": {}}, "signals.citations: expected a number, a text or a list of texts, found an object"),
        ({"topics": ["sea", 3]}, "signals.topics: expected a number, a text or a list of texts, found a list"),
        ({"code": "javascript:x"}, 'signals.code: expected an http or https address, found "javascript:x"'),
        ({"project": 3}, "signals.project: expected an http or https address, found 3"),
        ({"": 3}, "signals.: expected a name of 1 to 64 characters"),
    ],
)
def test_a_signal_that_cannot_be_read_costs_itself_alone(signals: dict[str, object], said: str) -> None:
    (record,) = read(line(signals={"upvotes": 3} | signals))
    assert record.problems == (said,)
    assert record.told is not None
    assert record.told.signals == {"upvotes": 3}


def test_numbers_that_count_nothing_are_no_signals() -> None:
    (record,) = read('{"title": "Ebb", "signals": {"a": NaN, "b": Infinity, "c": 1e999, "d": "", "e": [], "f": null}}')
    assert [problem[:10] for problem in record.problems] == ["signals.a:", "signals.b:", "signals.c:"]
    assert record.told == Told(title="Ebb")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "the line is not UTF-8"),
        (b'{"title": "Ebb"', "not JSON: "),
        (b"[1, 2]", "the line: expected an object, found a list"),
        (b"3", "the line: expected an object, found 3"),
        (b"[" * 100_000, "the JSON is nested without end"),
        (b'{"a": ' + b"1" * 5000 + b"}", "not JSON: "),
        (b'{"title": "' + b"a" * LONGEST_LINE + b'"}', "the line is longer than 1,048,576 bytes"),
    ],
)
def test_a_line_that_is_no_record_costs_itself_alone(content: bytes, said: str) -> None:
    first, broken, last = read(line().encode() + content + b"\n" + line().encode())
    assert (first.line, broken.line, last.line) == (1, 2, 3)
    assert broken.problems[0].startswith(said)
    assert first.told == last.told == Told(title="Ebb and flow")


def test_a_byte_order_mark_blank_lines_and_a_missing_line_end_are_no_matter() -> None:
    records = read(b"\xef\xbb\xbf" + line().encode() + b"\r\n  \n" + line().strip().encode())
    assert [record.line for record in records] == [1, 4]
    assert all(record.told for record in records)


def test_reading_goes_on_where_a_piece_ended() -> None:
    body = (line(id="a") + "\n" + line(id="b") + line(id="c")).encode()
    first, *rest = pieces(BytesIO(body), Position())
    assert list(pieces(BytesIO(body), first.following)) == rest
    assert rest[0].records[0].line == 3


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=9), inside, max_size=3),
    max_leaves=6,
)
NAMES = "id title abstract authors categories date url doi journal_ref comment version signals".split()


@given(st.dictionaries(st.sampled_from(NAMES), JSON))
@unhurried
def test_any_values_give_a_record_or_a_problem(fields: dict[str, object]) -> None:
    (record,) = read(json.dumps(fields))
    assert record.told or record.problems


@given(st.binary(max_size=60))
@unhurried
def test_any_bytes_give_records_or_problems(content: bytes) -> None:
    assert all(record.told or record.problems for record in read(content))
