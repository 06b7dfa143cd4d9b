"""OAI-PMH as a wire format: strict XML in, records out, and every other answer is a SourceError that says why."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from digest.errors import SourceError
from digest.sources import oai
from digest.sources.oai import OaiAnswer
from tests.sources.conftest import unhurried
from tests.sources.damage import broken_elements, damaged
from tests.sources.pages import deleted, envelope, error, header, metadata, one, page, record
from tests.sources.wire import Wire

GOOD = page(record("2603.00001"), deleted("2603.00002"), record("2603.00003"), token="abc|2")


def parse(body: bytes) -> OaiAnswer:
    return oai.parse(body, source="arxiv")


def problem(body: bytes) -> str:
    with pytest.raises(SourceError) as refusal:
        parse(body)
    return refusal.value.problem


# ------------------------------------------------------------ whole answers


def test_a_page_gives_its_records_its_day_and_the_token_of_the_next() -> None:
    answer = parse(page(record("2603.00001", day="2026-03-09"), token=" abc|2 ", answered="2026-03-10T23:59:59Z"))
    assert answer.answered_on == date(2026, 3, 10)
    assert answer.token == "abc|2"
    assert answer.error is None
    (only,) = answer.records
    assert (only.identifier, only.datestamp) == ("oai:arXiv.org:2603.00001", date(2026, 3, 9))
    assert only.metadata is not None
    assert only.metadata.tag == "{http://arxiv.org/OAI/arXivRaw/}arXivRaw"


@pytest.mark.parametrize("token", [None, "", "  "])
def test_the_last_page_has_no_token(token: str | None) -> None:
    assert parse(page(record(), token=token)).token is None


def test_a_single_record_reads_like_a_page_of_one() -> None:
    assert [each.identifier for each in parse(one(record("math/0306266"))).records] == ["oai:arXiv.org:math/0306266"]


def test_a_deleted_record_has_no_metadata() -> None:
    body = f"<record>{header('2603.1', status='deleted')}<metadata>{metadata()}</metadata></record>"
    assert [each.metadata for each in parse(page(deleted("2603.00002"), body)).records] == [None, None]


def test_an_error_of_the_source_is_an_answer() -> None:
    answer = parse(error("badArgument", "\n The day\n is no day. "))
    assert (answer.error, answer.error_text, answer.records) == ("badArgument", "The day is no day.", ())


def test_an_error_without_a_code_is_unknown_and_one_with_a_long_one_is_short() -> None:
    assert parse(envelope("<error>no</error>")).error == "unknown"
    assert parse(error("a&#10;b" * 1000)).error == ("a b" * 1000)[:60]


def test_a_token_too_long_to_send_back_is_refused() -> None:
    assert problem(page(record(), token="a" * 4001)) == "the token for the next page has 4,001 characters; refused"


def test_a_comment_before_the_metadata_is_passed_over() -> None:
    (only,) = parse(page(record(body=f"<!-- moved --><?by hand?>{metadata()}"))).records
    assert only.metadata is not None
    assert only.metadata.findtext("{*}title") == "Paper 2603.01234"


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (f"<record><metadata>{metadata()}</metadata></record>", "a record without an identifier"),
        ("<record/>", "a record without an identifier"),
        (record("2603.00009", day=""), "oai:arXiv.org:2603.00009: no readable datestamp"),
        (record("2603.00009", day="2026-02-30"), "oai:arXiv.org:2603.00009: no readable datestamp"),
        (f"<record>{header('2603.00009')}</record>", "oai:arXiv.org:2603.00009: no metadata"),
        (record("2603.00009", body="  "), "oai:arXiv.org:2603.00009: no metadata"),
    ],
)
def test_an_unreadable_record_among_good_ones_is_named_and_costs_only_itself(broken: str, reason: str) -> None:
    answer = parse(page(record("2603.00001"), broken, record("2603.00003")))
    assert [each.identifier[-1] for each in answer.records] == ["1", "3"]
    (only,) = answer.unreadable
    assert f"{only.identifier}: {only.problem}".removeprefix(": ") == reason


@pytest.mark.parametrize(
    ("broken", "identifier", "datestamp"),
    [
        ("<record><header><datestamp>2026-03-09</datestamp></header></record>", "", date(2026, 3, 9)),
        (record("2603.00009", day="soon"), "oai:arXiv.org:2603.00009", None),
        (f"<record>{header('2603.00009', '2026-03-09')}</record>", "oai:arXiv.org:2603.00009", date(2026, 3, 9)),
        (f"<record><metadata>{metadata()}</metadata></record>", "", None),
    ],
)
def test_an_unreadable_record_tells_its_name_and_day_as_far_as_they_can_be_read(
    broken: str, identifier: str, datestamp: date | None
) -> None:
    (only,) = parse(page(record(), broken)).unreadable
    assert (only.identifier, only.datestamp) == (identifier, datestamp)


# ------------------------------------------------------------ no answers


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "the answer is empty"),
        (b" \r\n", "the answer is empty"),
        (b"\n<!DOCTYPE HTML><html><body>503</body></html>", "answered with an HTML page instead of OAI-PMH"),
        (b"<HTML><p>Maintenance", "answered with an HTML page instead of OAI-PMH"),
        (b"Rate exceeded.", "the XML is damaged or cut short ("),
        (b'{"error": 1}', "the XML is damaged or cut short ("),
        (GOOD[: len(GOOD) // 2], "the XML is damaged or cut short ("),
        (GOOD[:-1], "the XML is damaged or cut short ("),
        (GOOD + b"<more/>", "the XML is damaged or cut short ("),
        (GOOD.replace(b"2603.00001", b"\x00"), "the XML is damaged or cut short ("),
        (GOOD.replace(b"2603.00001", b"\xe9"), "the XML is damaged or cut short ("),
        (GOOD.replace(b"2603.00001", b"&eacute;"), "the XML is damaged or cut short ("),
        (b"<rss><channel/></rss>", "the answer is not OAI-PMH but <rss>"),
        (b"<OAI-PMH/>", "the answer is not OAI-PMH but <OAI-PMH>"),
        (envelope("<ListRecords/>", answered=None), "the answer has no readable responseDate"),
        (envelope("<ListRecords/>", answered="yesterday"), "the answer has no readable responseDate"),
        (envelope(""), "the OAI-PMH answer has neither records nor an error"),
        (envelope("<Identify/>"), "the OAI-PMH answer has neither records nor an error"),
        (envelope("<a>" * 1000 + "</a>" * 1000), "the XML is damaged or cut short ("),
    ],
    ids=lambda value: repr(value[:24]),
)
def test_what_is_not_a_whole_answer_is_refused_by_name(body: bytes, expected: str) -> None:
    assert problem(body).startswith(expected)


# ------------------------------------------------------------ attacks


def with_doctype(subset: str, token: str = "abc|2") -> bytes:
    prolog, _, rest = GOOD.partition(b"\n")
    return prolog + f"<!DOCTYPE OAI-PMH [{subset}]>".encode() + rest.replace(b"abc|2", token.encode())


def test_a_document_type_is_refused_even_if_it_does_nothing() -> None:
    assert problem(with_doctype("")) == "the XML declares a document type, which OAI-PMH never does; refused"


@pytest.mark.parametrize("place", [b"abc|2", b'"ListRecords"'], ids=["text", "attribute"])
def test_a_bomb_of_entities_does_not_go_off(place: bytes) -> None:
    bomb = '<!ENTITY a0 "aaaaaaaaaa">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    quote = b'"' if place.startswith(b'"') else b""
    body = with_doctype(bomb).replace(place, quote + b"&a11;" + quote)
    assert problem(body).startswith(("the XML is damaged or cut short (", "the XML declares a document type"))


def test_an_entity_reads_no_file_of_this_machine(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("the operator's secret")
    body = with_doctype(f'<!ENTITY key SYSTEM "{(tmp_path / "key").as_uri()}">', "&key;")
    assert problem(body) == "the XML declares a document type, which OAI-PMH never does; refused"


def test_neither_an_entity_nor_a_document_type_calls_another_server(server: Wire) -> None:
    problem(with_doctype(f'<!ENTITY key SYSTEM "{server.url}">', "&key;"))
    problem(with_doctype(f'<!ENTITY % all SYSTEM "{server.url}"> %all;'))
    problem(GOOD.replace(b"<OAI-PMH", f'<!DOCTYPE OAI-PMH SYSTEM "{server.url}"><OAI-PMH'.encode(), 1))
    assert server.requests == []


# ------------------------------------------------------------ whatever comes


def outcome(body: bytes) -> OaiAnswer | SourceError:
    try:
        return parse(body)
    except SourceError as error:
        return error


def read_or_refused(body: bytes) -> None:
    found = outcome(body)
    assert isinstance(found, OaiAnswer) or len(found.problem.splitlines()) == 1


@unhurried
@given(st.binary())
@example(b"\xef\xbb\xbf")
@example(b"\xff\xfe<\x00a\x00/\x00>\x00")
@example(b'<?xml version="1.0" encoding="nothing-known"?><a/>')
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    read_or_refused(body)


@unhurried
@given(st.integers(0, len(GOOD) - 1))
def test_a_page_cut_anywhere_is_refused(length: int) -> None:
    assert problem(GOOD[:length])


@unhurried
@given(damaged(GOOD))
def test_a_page_with_anything_broken_in_it_is_read_or_refused(body: bytes) -> None:
    read_or_refused(body)


@unhurried
@given(broken_elements(GOOD))
def test_a_well_formed_page_loses_no_record_without_a_word(body: bytes) -> None:
    found = outcome(body)
    if isinstance(found, OaiAnswer) and found.error is None:
        listings = etree.fromstring(body).iterfind("{*}ListRecords")
        records = [len(listing.findall("{http://www.openarchives.org/OAI/2.0/}record")) for listing in listings]
        assert len(found.records) + len(found.unreadable) in records
