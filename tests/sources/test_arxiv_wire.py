"""arXiv's feeds as wire formats: the same listing out of RSS and out of Atom, and one error out of anything else."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import example, given

from digest.errors import SourceError
from digest.identity import PaperId
from digest.papers import AnnouncementKind, Paper, Version
from digest.sources.arxiv_items import Item, Listing, kind_of, paper_of
from digest.sources.arxiv_wire import listing
from tests.sources.conftest import unhurried
from tests.sources.damage import damaged
from tests.sources.feeds import TUESDAY, Feed, atom, feed_error, item, rss

FULL = item(
    "2603.01234",
    "replace-cross",
    number=3,
    title="On the $k$-center problem\n  of tides &amp; harbours",
    abstract="We study tides\nand their centers, 6 &#177; 1. Abstract: no.\n  A second paragraph.",
    creator="Ana Mar\\'{i}n (MIT, Boston), Bo Li, Chen Wei, Jr",
    categories=("cs.DS", "math.CO", "68Q25", "F.2.2; G.2.1", "cond-mat.mes-hall", "cs.DS"),
    doi="10.1000/Tides.7",
    journal_ref="J. Tides 7\n (2026)",
)
ITEMS = (FULL, item("2603.00002", "cross"), item("math/0306266", "replace", number=2))
both = pytest.mark.parametrize("written", [rss, atom])


def read(body: bytes) -> Listing:
    return listing(body, source="arxiv-rss", form="RSS")


def only(body: bytes) -> Item:
    (single,) = read(body).items
    return single


def problem(body: bytes) -> str:
    with pytest.raises(SourceError) as refusal:
        read(body)
    return refusal.value.problem


# ------------------------------------------------------------ the same facts


def test_both_formats_tell_the_same() -> None:
    assert read(rss(*ITEMS)) == read(atom(*ITEMS))


@both
def test_a_listing_has_a_title_an_instant_and_items(written: Feed) -> None:
    told = read(written(*ITEMS, built=TUESDAY, title="cs.LG updates on arXiv.org"))
    assert (told.title, told.built_at) == ("cs.LG updates on arXiv.org", datetime(2026, 3, 10, 4, tzinfo=UTC))
    assert [each.guid[14:] for each in told.items] == ["2603.01234v3", "2603.00002v1", "math/0306266v2"]


@both
def test_an_item_tells_what_a_listing_knows_of_a_paper(written: Feed) -> None:
    assert paper_of(only(written(FULL))) == Paper(
        id=PaperId("arxiv:2603.01234"),
        also=(PaperId("doi:10.1000/tides.7"),),
        title="On the $k$-center problem of tides & harbours",
        abstract="We study tides and their centers, 6 ± 1. Abstract: no.\n\nA second paragraph.",
        authors=("Ana Marín", "Bo Li", "Chen Wei Jr"),
        categories=("cs.DS", "math.CO", "cond-mat.mes-hall"),
        classes=("68Q25", "F.2.2", "G.2.1"),
        versions=(Version(number=3, submitted_at=None),),
        doi="10.1000/Tides.7",
        journal_ref="J. Tides 7 (2026)",
        partial=True,
    )


@both
@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("new", AnnouncementKind.NEW),
        ("cross", AnnouncementKind.CROSS_LIST),
        ("replace", AnnouncementKind.REPLACEMENT),
        ("replace-cross", AnnouncementKind.REPLACEMENT),
    ],
)
def test_each_kind_of_announcement_is_told_apart(written: Feed, said: str, kind: AnnouncementKind) -> None:
    assert kind_of(only(written(item(said=said)))) == kind


@both
def test_an_old_style_id_is_an_id(written: Feed) -> None:
    assert paper_of(only(written(item("math.CO/0306266", number=2)))).id == "arxiv:math/0306266"


@both
def test_an_item_names_its_paper_even_if_nothing_else_of_it_can_be_read(written: Feed) -> None:
    assert only(written(item("2603.00009", None, title=None))).paper == "arxiv:2603.00009"
    assert only(written(item(guid="tag:2603"))).paper is None


@both
@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (item(guid="tag:2603"), "not an arXiv id with a version"),
        (item(guid=None), "not an arXiv id with a version"),
        (item(guid="oai:arXiv.org:2603.01234"), "not an arXiv id with a version"),
        (item(guid="oai:arXiv.org:2603.99v1"), "not an arXiv id with a version"),
        (item(title=" "), "no title"),
    ],
)
def test_what_is_no_paper_is_refused_by_name(written: Feed, told: object, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        paper_of(only(written(told)))


@both
@pytest.mark.parametrize("said", ["renewed", None, "New"])
def test_a_kind_nobody_knows_is_refused(written: Feed, said: str | None) -> None:
    with pytest.raises(ValueError, match=r"not a kind of announcement: '(renewed|New|)'"):
        kind_of(only(written(item(said=said))))


@both
@pytest.mark.parametrize("built", ["", "yesterday", "Tue, 99 Mar 2026 00:00:00 -0400", "2026-03-99T00:00:00Z"])
def test_a_feed_that_gives_no_instant_has_none(written: Feed, built: str) -> None:
    assert read(written(built=built)).built_at is None


@pytest.mark.parametrize(
    ("written", "built"), [(rss, "Tue, 10 Mar 2026 04:00:00"), (atom, "2026-03-10T04:00:00"), (atom, "2026-03-10T04")]
)
def test_an_instant_without_a_zone_is_universal_time(written: Feed, built: str) -> None:
    assert read(written(built=built)).built_at == datetime(2026, 3, 10, 4, tzinfo=UTC)


def test_a_listing_of_thousands_is_read_whole() -> None:
    items = [item(f"2603.{number:05}", creator="Petr Mach\\'a\\v{c}ek, " * 5) for number in range(1, 3001)]
    papers = [paper_of(each) for each in read(atom(*items)).items]
    assert len({paper.id for paper in papers}) == 3000


# ------------------------------------------------------------ no listings


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "the answer is empty"),
        (b"<!DOCTYPE html><html>down</html>", "an HTML page instead of RSS"),
        (rss(item())[:-40], "the XML is damaged or cut short"),
        (atom(item())[:-40], "the XML is damaged or cut short"),
        (b"<feed/>", "the answer is not RSS but <feed>"),
        (b"<rss version='2.0'/>", "the answer is not RSS but <rss>"),
        (b"<OAI-PMH xmlns='http://www.openarchives.org/OAI/2.0/'/>", "the answer is not RSS but <OAI-PMH>"),
        (b"<!DOCTYPE rss [<!ENTITY a 'a'>]><rss><channel/></rss>", "declares a document type, which RSS never does"),
    ],
)
def test_what_is_no_feed_is_told_in_a_sentence(body: bytes, sentence: str) -> None:
    assert sentence in problem(body)


def test_the_error_feed_is_a_feed_with_a_title() -> None:
    assert read(feed_error()) == Listing(
        title="Feed error for query: http://rss.arxiv.org/rss/cs.XX", built_at=None, items=()
    )


# ------------------------------------------------------------ whatever comes


@unhurried
@given(damaged(rss(*ITEMS)) | damaged(atom(*ITEMS)))
@example(atom(built="0001-01-01T00:00:00+23:59"))
@example(atom(built="9999-12-31T23:59:59-23:59"))
@example(rss(built="Fri, 31 Dec 9999 23:59:59 -2359"))
def test_any_bytes_give_items_or_one_error(body: bytes) -> None:
    with suppress(SourceError):
        for each in read(body).items:
            with suppress(ValueError):
                assert kind_of(each) in AnnouncementKind
                paper = paper_of(each)
                assert paper.id == each.paper
                assert all(
                    len(text.splitlines()) == 1 and text == text.strip() for text in (paper.title, *paper.authors)
                )
