"""Feeds as a source: what is news, what is the same work, and how politely it is asked."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from digest.batches import Announces
from digest.errors import SourceError, SourceResting
from digest.papers import Announcement, AnnouncementKind, Cursor, Page, Paper, Version
from digest.sources import Source
from digest.sources.feeds import Feeds
from digest.sources.settings import FeedSettings
from tests.sources.conftest import NOW, Clients
from tests.sources.test_feeds_formats import NATURE, SCIENCE, rss

URL = "https://www.example.org/blog/feed.xml"
TODAY = date(2026, 3, 10)
NEW, FOUND = AnnouncementKind.NEW, AnnouncementKind.FOUND
LATER = Cursor(since=date(2026, 3, 9), completed_at=NOW - timedelta(days=1))


class Site:
    """A web site that gives one answer to every request, and notes them."""

    def __init__(self) -> None:
        self.answer = httpx.Response(200)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.answer


Turn = Callable[..., Page]


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def feeds(site: Site, clients: Clients) -> Feeds:
    client = clients(transport=httpx.MockTransport(site))
    return Feeds(FeedSettings(urls=(URL, "https://example.com/atom"), first_days=10), client)


@pytest.fixture
def turn(feeds: Feeds, site: Site) -> Turn:
    """Ask for the feed after a cursor; the site answers as told."""

    def ask(body: str, after: Cursor | None = None, *, url: str = URL, status: int = 200, **headers: str) -> Page:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        site.answer = httpx.Response(status, content=body.encode(), headers=named)
        return feeds.page(url, after, now=NOW)

    return ask


def item(title: str = "Ebb", *, dated: str = "", **fields: str) -> str:
    """An item of RSS; `dated` is its pubDate."""
    told = {"title": title, "pubDate": dated} | fields
    return "".join(f"<{name}>{text}</{name}>" for name, text in told.items() if text)


def items(*texts: str) -> str:
    return rss("</item><item>".join(texts))


def the_only(page: Page) -> Announcement:
    (announcement,) = page.announcements
    return announcement


# ------------------------------------------------------------ the papers


def test_feeds_are_a_source(feeds: Feeds) -> None:
    source: Source = feeds
    assert (source.name, source.gate, source.ledger, source.is_reference) == ("feeds", "feeds", "feeds", True)
    assert list(source.streams) == [URL, "https://example.com/atom"]


def test_a_paper_of_a_journal_is_known_by_its_doi(turn: Turn) -> None:
    told = the_only(turn(NATURE, url="https://www.nature.com/nature.rss"))
    assert told.paper == Paper(
        id=told.paper.id,
        title="Tides of E. coli in estuaries",
        abstract="Bacteria follow the tide by < 2 hours.",
        authors=("Ana Marin", "Bo Li"),
        categories=("nature.com",),
        versions=(Version(number=1, submitted_at=datetime(2026, 3, 5, tzinfo=UTC)),),
        doi="10.1038/s41586-026-00001-1",
        journal_ref="Nature (2026)",
        url="https://www.nature.com/articles/s41586-026-00001-1",
        partial=True,  # Crossref tells more than a teaser
    )
    assert told.paper.id == "doi:10.1038/s41586-026-00001-1"
    assert (told.source, told.stream) == ("feeds", "https://www.nature.com/nature.rss")


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"link": "https://arxiv.org/abs/2601.10962v2"}, "arxiv:2601.10962"),
        ({"link": "https://example.org/1", "guid": "oai:arXiv.org:2601.10962v1"}, "arxiv:2601.10962"),
        ({"link": "https://doi.org/10.48550/arXiv.2601.10962"}, "arxiv:2601.10962"),
        ({"link": "https://doi.org/10.1000/Tides.7"}, "doi:10.1000/tides.7"),
        ({"link": "https://example.org/doi/full/10.1000/tides.7?af=R"}, "doi:10.1000/tides.7"),
        ({"link": "https://example.org/doi/10.1000/tides.7/full"}, "doi:10.1000/tides.7"),
        ({"link": "https://www.biorxiv.org/content/10.1101/2026.03.01.123456v2.full"}, "doi:10.1101/2026.03.01.123456"),
        ({"link": "https://example.org/?id=10.1000/tides.7", "guid": "10.1000/tides.8"}, "doi:10.1000/tides.8"),
    ],
)
def test_a_work_is_known_by_the_name_that_stands_there(turn: Turn, fields: dict[str, str], key: str) -> None:
    assert the_only(turn(items(item(**fields)))).paper.id == key


@pytest.mark.parametrize(
    "fields",
    [
        {"guid": "2601.10962"},
        {"link": "https://example.org/2601.10962"},
        {"link": "https://example.org/2010.1234/abc"},
        {"link": "https://example.org/see?ref=10.1000/tides.7"},
        {"guid": "news/2601109"},
        {"guid": "10.1000/tides" + "/full" * 9000},
        {},
    ],
)
def test_what_only_looks_like_a_name_is_none(turn: Turn, fields: dict[str, str]) -> None:
    assert the_only(turn(items(item(**fields)))).paper.id.startswith("entry:")


def test_an_entry_keeps_its_identity_while_its_title_changes(turn: Turn) -> None:
    first = the_only(turn(items(item("Ebb", guid="a1")))).paper
    assert the_only(turn(items(item("Ebb and flow", guid="a1")))).paper.id == first.id
    assert the_only(turn(items(item("Ebb", guid="a2")))).paper.id != first.id
    assert the_only(turn(items(item("Ebb", guid="a1")), url="https://example.com/atom")).paper.id != first.id


def test_what_a_feed_tells_of_a_paper_on_arxiv_is_partial_and_leads_to_arxiv(turn: Turn) -> None:
    entry = item(
        link="https://example.org/blog/1", guid="https://arxiv.org/abs/2601.10962", dated="5 March 2026",
        description="As we wrote.",
    )  # fmt: skip
    paper = the_only(turn(items(entry))).paper
    assert (paper.partial, paper.versions, paper.abstract) == (True, (), "As we wrote.")
    assert paper.abstract_url == "https://arxiv.org/abs/2601.10962"


def test_the_doi_of_a_paper_on_arxiv_is_another_name_of_it(turn: Turn) -> None:
    paper = the_only(turn(items(item(link="https://arxiv.org/abs/2601.10962", guid="doi:10.1000/tides.7")))).paper
    assert (paper.also, paper.doi) == (("doi:10.1000/tides.7",), "10.1000/tides.7")


def test_the_doi_of_a_preprint_says_nothing_of_a_journal(turn: Turn) -> None:
    feed = SCIENCE.replace("10.1126/science.abc1234", "10.1101/2026.03.01.123456").replace(">Science<", ">bioRxiv<")
    paper = the_only(turn(feed)).paper
    assert (paper.id, paper.doi, paper.journal_ref) == ("doi:10.1101/2026.03.01.123456", "", "")


def test_an_entry_that_stands_there_twice_is_told_once(turn: Turn) -> None:
    assert the_only(turn(items(item("Ebb", guid="a"), item("Ebb again", guid="a")))).paper.title == "Ebb"


# ------------------------------------------------------------ what is news


@pytest.mark.parametrize(
    ("dated", "first", "later", "day"),
    [
        ("2026-03-09", NEW, NEW, date(2026, 3, 9)),
        ("2026-03-01", NEW, NEW, date(2026, 3, 1)),
        ("2026-02-20", FOUND, NEW, date(2026, 2, 20)),
        ("2026-02-01", FOUND, FOUND, TODAY),
        ("2026-04-01", NEW, NEW, TODAY),
        ("", FOUND, NEW, TODAY),
        ("soon", FOUND, NEW, TODAY),
    ],
)
def test_news_is_what_is_dated_lately_and_later_also_what_has_no_date(
    turn: Turn, dated: str, first: AnnouncementKind, later: AnnouncementKind, day: date
) -> None:
    feed = items(item(dated=dated))
    at_first, afterwards = the_only(turn(feed)), the_only(turn(feed, LATER))
    assert (at_first.kind, afterwards.kind) == (first, later)
    assert at_first.day == afterwards.day == day


def test_a_feed_has_no_calendar_and_shows_a_day_whole_at_its_end(feeds: Feeds) -> None:
    assert feeds.announces(TODAY) is Announces.PERHAPS
    assert feeds.shown_at(TODAY) == datetime(2026, 3, 11, tzinfo=UTC)


# ------------------------------------------------------------ asking


def test_a_feed_is_asked_whether_it_changed_and_may_say_no(turn: Turn, site: Site) -> None:
    first = turn(items(item()), ETag='"v1"')
    second = turn("", first.cursor, status=304)
    assert site.requests[1].headers["if-none-match"] == '"v1"'
    assert (second.unchanged, second.announcements, second.is_last) == (True, (), True)
    assert (second.cursor.validator, second.cursor.completed_at) == (first.cursor.validator, NOW)


def test_a_reading_ends_with_the_feed(turn: Turn) -> None:
    page = turn(items(item()), LATER)
    assert page.is_last
    assert page.cursor == Cursor(since=TODAY, completed_at=NOW)


def test_a_damaged_feed_says_so_and_is_read_again_whole(turn: Turn, site: Site) -> None:
    page = turn(items(item("Ebb & flow")), ETag='"v1"')
    assert the_only(page).paper.title == "Ebb & flow"
    (note,) = page.skipped
    assert note.reason.startswith("the feed was not read whole: it is damaged or cut short (")
    turn(items(item("Ebb and flow")), page.cursor)
    assert "if-none-match" not in site.requests[1].headers


def test_an_entry_that_cannot_be_read_costs_itself_alone(turn: Turn) -> None:
    page = turn(items(item("", guid="a1"), item("Ebb"), "<description>x</description>"))
    assert the_only(page).paper.title == "Ebb"
    assert [skipped.reason for skipped in page.skipped] == ["a1: no title", "an entry without a name: no title"]


def test_a_feed_of_which_nothing_can_be_read_is_an_error(turn: Turn) -> None:
    with pytest.raises(SourceError, match="none of 2 entries can be read; the first: a1: no title"):
        turn(items(item("", guid="a1"), item("", guid="a2")))


def test_a_feed_without_entries_is_quiet(turn: Turn) -> None:
    page = turn('<feed xmlns="http://www.w3.org/2005/Atom"><title>New</title></feed>')
    assert (page.announcements, page.skipped, page.unchanged) == ((), (), False)


def test_a_page_instead_of_a_feed_is_an_error_with_a_remedy(turn: Turn) -> None:
    with pytest.raises(SourceError, match="give the address of the feed itself"):
        turn("<!doctype html><html><body>Our blog</body></html>")


def test_a_site_that_wants_rest_is_given_it(turn: Turn) -> None:
    with pytest.raises(SourceResting) as resting:
        turn("", status=429, retry_after="3600")
    assert resting.value.until == NOW + timedelta(hours=1)
