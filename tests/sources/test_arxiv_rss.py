"""arXiv's feeds: one day each, told once, and never taken for what they are not."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import SourceError, SourceResting
from digest.papers import AnnouncementKind, Cursor, Page, Paper, Version
from digest.sample import SampleArxiv, papers
from digest.sources import Source
from digest.sources.arxiv import Arxiv
from digest.sources.arxiv_rss import ArxivRss
from digest.sources.calendar import feed_listing_due, feed_ready_at, newest_feed_listing
from digest.sources.client import Pace, PoliteClient
from digest.sources.settings import ArxivSettings
from tests.sources.conftest import NOW, Clients, unhurried
from tests.sources.feeds import MONDAY, TUESDAY, feed, feed_error, item
from tests.sources.wire import Wire, answer

TODAY = date(2026, 3, 10)  # a Tuesday
DAY = timedelta(days=1)
SATURDAY = datetime(2026, 3, 14, 12, tzinfo=UTC)
Turn = Callable[..., Page]


@pytest.fixture
def rss(server: Wire, clients: Clients) -> ArxivRss:
    settings = ArxivSettings(categories=("cs.LG",), rss_url=f"http://127.0.0.1:{server.port}/")
    return ArxivRss(settings, clients(user_agent="test"))


@pytest.fixture
def turn(rss: ArxivRss, server: Wire) -> Turn:
    """Ask for the feed after a cursor; arXiv answers as told, over a real connection."""

    def ask(
        body: bytes, after: Cursor | None = None, *, now: datetime = NOW, status: str = "200 OK", **headers: str
    ) -> Page:
        server.answers(answer(status, body, **headers))
        return rss.page("cs.LG", after, now=now)

    return ask


def problem(turn: Turn, *arguments: object, **values: object) -> str:
    with pytest.raises(SourceError) as refusal:
        turn(*arguments, **values)
    return refusal.value.problem


# ------------------------------------------------------------ a listing


def test_a_feed_is_asked_for_by_its_category(turn: Turn, server: Wire) -> None:
    turn(feed(item()))
    assert server.requests[0].startswith("GET /rss/cs.LG HTTP/1.1\r\n")
    assert "if-" not in server.requests[0].lower()


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("new", AnnouncementKind.NEW),
        ("cross", AnnouncementKind.CROSS_LIST),
        ("replace", AnnouncementKind.REPLACEMENT),
        ("replace-cross", AnnouncementKind.REPLACEMENT),
    ],
)
def test_each_kind_of_announcement_is_told_apart(turn: Turn, said: str, kind: AnnouncementKind) -> None:
    (only,) = turn(feed(item(kind=said))).announcements
    assert (only.source, only.stream, only.kind, only.day) == ("arxiv-rss", "cs.LG", kind, TODAY)


def test_an_item_tells_what_a_listing_knows_of_a_paper(turn: Turn) -> None:
    told = item(
        "2603.01234",
        number=3,
        title="On the $k$-center problem\n  of tides & harbours",
        abstract="We study tides\nand their centers. Abstract: no.\n  A second paragraph.",
        creator="Ana Mar\\'{i}n, Bo Li, Chen Wei, Jr",
        categories=("cs.DS", "math.CO", "68Q25", "F.2.2; G.2.1", "cond-mat.mes-hall", "cs.DS"),
    )
    (only,) = turn(feed(told)).announcements
    assert only.paper == Paper(
        id=only.paper.id,
        title="On the $k$-center problem of tides & harbours",
        abstract="We study tides and their centers. Abstract: no.\n\nA second paragraph.",
        authors=("Ana Marín", "Bo Li", "Chen Wei Jr"),
        categories=("cs.DS", "math.CO", "cond-mat.mes-hall"),
        classes=("68Q25", "F.2.2", "G.2.1"),
        versions=(Version(number=3, submitted_at=None),),
        partial=True,
    )
    assert only.paper.id == "arxiv:2603.01234"


def test_an_old_style_id_is_an_id(turn: Turn) -> None:
    (only,) = turn(feed(item("math/0306266", "replace", number=2))).announcements
    assert only.paper.id == "arxiv:math/0306266"


def test_the_day_is_that_of_new_york(turn: Turn) -> None:
    (only,) = turn(feed(item(), built="Tue, 10 Mar 2026 03:59:59 +0000"), now=NOW - DAY).announcements
    assert only.day == TODAY - DAY


def test_one_unreadable_item_costs_itself(turn: Turn) -> None:
    broken = (item("2603.00001", guid="tag:2603"), item("2603.00002", title=" "), item("2603.00003", "renewed"))
    page = turn(feed(*broken, item("2603.00004")))
    assert [each.paper.arxiv_id for each in page.announcements] == ["2603.00004"]
    assert page.skipped == (
        "tag:2603: not an arXiv id with a version",
        "oai:arXiv.org:2603.00002v1: no title",
        "oai:arXiv.org:2603.00003v1: not a kind of announcement: 'renewed'",
    )


def test_a_feed_of_which_nothing_can_be_read_is_a_fault(turn: Turn) -> None:
    assert problem(turn, feed(item(guid=""))).startswith("none of 1 items can be read; the first: an item without")


# ------------------------------------------------------------ faults


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "the answer is empty"),
        (b"<!DOCTYPE html><html>down</html>", "an HTML page instead of RSS"),
        (feed(item())[:-40], "the XML is damaged or cut short"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'/>", "the answer is not RSS but <feed>"),
        (b"<rss version='2.0'/>", "the answer is not RSS but <rss>"),
        (b"<!DOCTYPE rss [<!ENTITY a 'a'>]><rss><channel/></rss>", "declares a document type, which RSS never does"),
        (feed(item(), built=""), "the feed has no readable pubDate"),
        (feed(item(), built="yesterday"), "the feed has no readable pubDate"),
        (feed(item(), built="Tue, 20 Jun 2062 00:00:00 -0400"), "the feed is dated 2062-06-20, which is still to come"),
        (feed_error(), "there is no such listing; it answered “Feed error for query: cs.XX”"),
    ],
)
def test_what_is_no_listing_is_told_in_a_sentence(turn: Turn, body: bytes, sentence: str) -> None:
    assert sentence in problem(turn, body)


def test_a_refused_query_is_told_by_arxivs_own_words(turn: Turn) -> None:
    assert "Feed error for query: cs.XX" in problem(turn, feed_error(), status="400 Bad Request")


def test_another_bad_request_is_no_listing_whatever_it_holds(turn: Turn) -> None:
    assert problem(turn, feed(item(), title="Oh no"), status="400 Bad Request") == "answered HTTP 400: Oh no"


def test_a_feed_that_wants_rest_is_left_alone(turn: Turn) -> None:
    with pytest.raises(SourceResting, match="answered 429"):
        turn(b"", status="429 Too Many Requests")


@unhurried
@given(st.integers(0, 2000), st.binary(max_size=8), st.integers(0, 30))
def test_a_damaged_feed_is_a_page_or_an_error_of_the_source(place: int, put: bytes, lost: int) -> None:
    whole = feed(item("2603.00001"), item("2603.00002", "cross"))
    damaged = whole[:place] + put + whole[place + lost :]

    def reply(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=httpx.ByteStream(damaged))

    client = PoliteClient(
        "arxiv", user_agent="test", pace=Pace(0.0), cooldown=timedelta(0), transport=httpx.MockTransport(reply)
    )
    with suppress(SourceError):
        assert isinstance(ArxivRss(ArxivSettings(), client).page("cs.LG", None, now=NOW), Page)
    client.close()


# ------------------------------------------------------------ the days


def test_an_empty_feed_at_the_weekend_is_quiet_and_leaves_the_cursor_on_friday(turn: Turn, rss: ArxivRss) -> None:
    friday = turn(feed(item(), built="Fri, 13 Mar 2026 00:00:00 -0400"), now=SATURDAY - DAY).cursor
    page = turn(feed(built="Sat, 14 Mar 2026 00:00:00 -0400"), friday, now=SATURDAY)
    assert (page.announcements, page.skipped) == ((), ())
    assert page.cursor.since == date(2026, 3, 13)
    assert not rss.announcement_due("cs.LG", friday, now=SATURDAY)


def test_on_a_day_with_a_listing_papers_are_due_from_ten_past_midnight_in_new_york(rss: ArxivRss) -> None:
    early = datetime(2026, 3, 10, 4, 9, tzinfo=UTC)
    assert not rss.announcement_due("cs.LG", None, now=early)
    assert rss.announcement_due("cs.LG", None, now=early + timedelta(minutes=1))
    assert feed_ready_at(TODAY) == early + timedelta(minutes=1)


def test_a_deferred_evening_leaves_the_feed_of_the_next_day_empty() -> None:
    deferred = frozenset({date(2026, 11, 26)})
    friday = datetime(2026, 11, 27, 12, tzinfo=UTC)
    assert not feed_listing_due(friday, deferred)
    assert newest_feed_listing(friday, deferred) == date(2026, 11, 26)


@unhurried
@given(st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)))
def test_the_newest_listing_is_ready_and_the_one_after_it_is_not(now: datetime) -> None:
    newest = newest_feed_listing(now, frozenset())
    following = next(newest + n * DAY for n in range(1, 5) if (newest + n * DAY).weekday() < 5)
    assert feed_ready_at(newest) <= now < feed_ready_at(following)


def test_yesterdays_listing_is_stale_once_todays_is_due(turn: Turn) -> None:
    told = problem(turn, feed(item(), built=MONDAY))
    assert told.startswith("the listing is still that of 2026-03-09 although one of 2026-03-10 was due")
    assert turn(feed(item(), built=MONDAY), now=datetime(2026, 3, 10, 4, 5, tzinfo=UTC)).announcements


def test_fridays_listing_is_not_stale_at_the_weekend(turn: Turn) -> None:
    assert turn(feed(item(), built="Fri, 13 Mar 2026 00:00:00 -0400"), now=SATURDAY).announcements


def test_yesterdays_papers_under_todays_date_are_told_by_their_ids(turn: Turn) -> None:
    monday = turn(feed(item(), item("2603.00002"), built=MONDAY), now=NOW - DAY, etag='"1"').cursor
    told = problem(turn, feed(item("2603.00002"), item(), built=TUESDAY), monday, etag='"2"')
    assert told == "the listing of 2026-03-10 is still that of 2026-03-09 under another date"
    assert turn(feed(item(), item("2603.00003"), built=TUESDAY), monday).announcements


# ------------------------------------------------------------ conditional requests


@pytest.mark.parametrize(
    ("given_headers", "sent_back"),
    [
        ({"etag": 'W/"a:1 b"', "last_modified": "Tue, 10 Mar 2026 04:00:00 GMT"}, 'if-none-match: W/"a:1 b"'),
        ({"last_modified": "Tue, 10 Mar 2026 04:00:00 GMT"}, "if-modified-since: Tue, 10 Mar 2026 04:00:00 GMT"),
    ],
)
def test_a_feed_is_asked_for_only_if_it_has_changed(
    turn: Turn, server: Wire, given_headers: dict[str, str], sent_back: str
) -> None:
    first = turn(feed(item()), **given_headers).cursor
    later = NOW + timedelta(hours=1)
    second = turn(b"", first, now=later, status="304 Not Modified")
    assert sent_back.lower() in server.requests[1].lower()
    assert second == Page(announcements=(), cursor=replace(first, completed_at=later), unchanged=True)


def test_an_answer_without_a_validator_is_asked_for_without_condition(turn: Turn, server: Wire) -> None:
    first = turn(feed(item())).cursor
    turn(feed(item()), first)
    assert "if-" not in server.requests[1].lower()


@pytest.mark.parametrize("tag", ["", "x" * 1000])
def test_a_validator_that_cannot_be_sent_back_is_not_kept(turn: Turn, tag: str) -> None:
    assert "ETag" not in (turn(feed(item()), etag=tag).cursor.validator or "")


def test_unchanged_without_having_been_asked_is_refused(turn: Turn) -> None:
    assert problem(turn, b"", status="304 Not Modified") == "answered HTTP 304 Not Modified"


def test_unchanged_since_yesterday_is_stale_once_todays_listing_is_due(turn: Turn) -> None:
    monday = turn(feed(item(), built=MONDAY), now=NOW - DAY, etag='"1"').cursor
    told = problem(turn, b"", monday, status="304 Not Modified")
    assert told.startswith("the listing is still that of 2026-03-09")


# ------------------------------------------------------------ the sample


@pytest.mark.parametrize("category", ["cs.CL", "cs.RO", "q-bio.NC"])
@pytest.mark.parametrize("day", [9, 10, 11])
def test_a_days_feed_of_the_sample_brings_what_was_announced_on_it(
    clients: Clients, sample: SampleArxiv, category: str, day: int
) -> None:
    sample.today = date(2026, 3, day)
    now = datetime(2026, 3, day, 8, tzinfo=UTC)
    settings = ArxivSettings(categories=(category,), oai_url=sample.oai_url, rss_url=sample.rss_url)
    rss: Source = ArxivRss(settings, clients())

    first = rss.page(category, None, now=now)

    standing = [each.as_of(sample.today) for each in papers() if category in each.categories]
    wanted = {paper.id for paper in standing if paper and paper.datestamp == sample.today}
    assert {each.paper.arxiv_id for each in first.announcements} == wanted
    assert not first.skipped
    assert rss.page(category, first.cursor, now=now).unchanged


def test_an_item_of_the_sample_reads_as_its_record_does(clients: Clients, sample: SampleArxiv) -> None:
    settings = ArxivSettings(categories=("cs.CL",), oai_url=sample.oai_url, rss_url=sample.rss_url)
    now = datetime(2026, 3, 11, 8, tzinfo=UTC)
    for told in ArxivRss(settings, clients()).page("cs.CL", None, now=now).announcements:
        record = Arxiv(settings, clients()).lookup(told.paper.id, now=now)
        assert record is not None
        for field in ("title", "abstract", "authors", "categories", "newest_version"):
            assert getattr(told.paper, field) == getattr(record, field)


@pytest.fixture
def sample() -> Iterator[SampleArxiv]:
    with SampleArxiv(date(2026, 3, 11)) as serving:
        yield serving
