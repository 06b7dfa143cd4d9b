"""The listings once more, for what arXiv tells of each author."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import httpx
import pytest
from lxml import etree

from digest.authors import Byline
from digest.identity import PaperId
from digest.papers import AnnouncementKind, Cursor, Page, Paper
from digest.sources import Source
from digest.sources.arxiv_details import ArxivDetails, paper_of
from digest.sources.settings import ArxivSettings
from tests.sources.conftest import NOW, Clients
from tests.sources.pages import author, details, error, page, record

FULL = """
<arXiv xmlns="http://arxiv.org/OAI/arXiv/">
  <id>2603.01234</id><created>2026-03-05</created><updated>2026-03-09</updated>
  <authors>
    <author><keyname>Mar\\'{i}n</keyname><forenames>Ana</forenames>
      <affiliation>Institute of Tides,
        Lisbon</affiliation><affiliation>ETH Z\\"urich</affiliation><affiliation>ETH Z\\"urich</affiliation></author>
    <author><keyname>Davis</keyname><forenames>Sam B.</forenames><suffix>Jr</suffix></author>
  </authors>
  <title>Tides &amp;amp;
  harbours</title>
  <categories>cs.DS math.CO</categories><comments>12 pages</comments>
  <msc-class>68Q25</msc-class><acm-class>F.2.2</acm-class>
  <journal-ref>J. Tides 7</journal-ref><doi>10.1000/Tides.7</doi>
  <abstract>  We study
tides.
  And shores.
</abstract>
</arXiv>"""


def read(xml: str) -> Paper:
    return paper_of(etree.fromstring(xml))


def bylines(*authors: str) -> tuple[Byline, ...]:
    return read(details(authors=authors)).bylines


# ------------------------------------------------------------ a record


def test_a_full_record_is_read_to_the_last_field_but_its_dates() -> None:
    assert read(FULL) == Paper(
        id=PaperId("arxiv:2603.01234"),
        also=(PaperId("doi:10.1000/tides.7"),),
        title="Tides & harbours",
        abstract="We study tides.\n\nAnd shores.",
        authors=("Ana Marín", "Sam B. Davis Jr"),
        bylines=(
            Byline(name="Ana Marín", affiliations=("Institute of Tides, Lisbon", "ETH Zürich")),
            Byline(name="Sam B. Davis Jr"),
        ),
        categories=("cs.DS", "math.CO"),
        classes=("68Q25", "F.2.2"),
        comment="12 pages",
        doi="10.1000/Tides.7",
        journal_ref="J. Tides 7",
        partial=True,
    )


def test_the_day_of_the_current_version_is_not_taken_for_the_first() -> None:
    assert read(FULL).versions == ()


def test_a_collaboration_is_a_byline_of_its_own_and_has_no_affiliation() -> None:
    told = bylines(
        author("Collaboration", "TIDES"), author(":"), author("Marin for the TIDES Collaboration", "Ana", "MIT")
    )
    assert told == (
        Byline(name="TIDES Collaboration"),
        Byline(name="Ana Marin", affiliations=("MIT",)),
        Byline(name="TIDES Collaboration"),
    )


def test_an_author_of_one_name_or_of_two_keynames_has_them_all() -> None:
    two = "<author><keyname>Saxton</keyname><keyname>Walton</keyname><forenames>Curtis</forenames></author>"
    assert [each.name for each in bylines(author("Madonna"), two)] == ["Madonna", "Curtis Saxton Walton"]


@pytest.mark.parametrize("empty", ["<author/>", author(" "), "<author><affiliation>MIT</affiliation></author>"])
def test_an_author_without_a_name_is_left_out(empty: str) -> None:
    assert bylines(empty, author("Li", "Bo")) == (Byline(name="Bo Li"),)


def test_a_record_without_authors_has_none() -> None:
    assert (bylines(), read(details(authors=()).replace("<authors></authors>", "")).authors) == ((), ())


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        ("<arXiv/>", "metadata in another format: <arXiv> without a namespace"),
        (details("tides"), "not an arXiv id: 'tides'"),
        (details(title=" "), "no title"),
    ],
)
def test_what_is_no_paper_is_refused_by_name(xml: str, reason: str) -> None:
    with pytest.raises(ValueError, match=r"\w") as refusal:
        read(xml)
    assert str(refusal.value) == reason


# ------------------------------------------------------------ the harvest


@pytest.fixture
def asked() -> list[dict[str, str]]:
    return []


@pytest.fixture
def turn(clients: Clients, asked: list[dict[str, str]]) -> Callable[..., Page]:
    def ask(body: bytes, after: Cursor | None = None) -> Page:
        def reply(request: httpx.Request) -> httpx.Response:
            asked.append(dict(request.url.params))
            return httpx.Response(200, stream=httpx.ByteStream(body))

        source: Source = ArxivDetails(ArxivSettings(), clients(transport=httpx.MockTransport(reply)))
        return source.page("cs.LG", after, now=NOW)

    return ask


def test_the_listing_is_asked_for_in_the_format_with_authors(
    turn: Callable[..., Page], asked: list[dict[str, str]]
) -> None:
    turn(page(record(body=details())))
    assert asked == [{"verb": "ListRecords", "metadataPrefix": "arXiv", "set": "cs:cs:LG", "from": "2026-03-03"}]


def test_what_it_finds_is_no_news_and_completes_nothing(turn: Callable[..., Page]) -> None:
    (only,) = turn(page(record(body=details()))).announcements
    assert (only.source, only.kind, only.paper.partial) == ("arxiv-details", AnnouncementKind.FOUND, True)
    assert (ArxivDetails.gate, ArxivDetails.ledger, ArxivDetails.is_reference) == ("arxiv", "arxiv", False)


def test_it_goes_on_by_tokens_as_the_reference_does(turn: Callable[..., Page]) -> None:
    first = turn(page(record(body=details()), token="2nd")).cursor
    assert not turn(page(record(body=details()), token="3rd"), first).is_last
    assert turn(page(record(body=details()), token=""), first).cursor == Cursor(since=NOW.date(), completed_at=NOW)


def test_its_silence_says_nothing_and_holds_nothing_up(turn: Callable[..., Page]) -> None:
    start = Cursor(since=date(2026, 3, 9))
    assert turn(error("noRecordsMatch"), start) == Page(announcements=(), cursor=replace(start, completed_at=NOW))
