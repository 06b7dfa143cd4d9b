"""arXiv's feeds: one day each, told once, and never taken for what they are not, in RSS as in Atom."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import SourceError, SourceResting
from digest.papers import AnnouncementKind, Cursor, Page
from digest.sample import SampleArxiv, papers
from digest.sources import Source
from digest.sources.arxiv import Arxiv
from digest.sources.arxiv_rss import ArxivRss
from digest.sources.client import Pace, PoliteClient
from digest.sources.settings import ArxivSettings, ListingFormat
from tests.sources.conftest import NOW, Clients, unhurried
from tests.sources.damage import damaged
from tests.sources.feeds import FRIDAY, MONDAY, SATURDAY, WRITTEN, Feed, atom, feed_error, item, rss
from tests.sources.wire import Wire, answer

TODAY = date(2026, 3, 10)  # a Tuesday
DAY = timedelta(days=1)
ON_SATURDAY = datetime(2026, 3, 7, 12, tzinfo=UTC)
Turn = Callable[..., Page]


@pytest.fixture(params=list(ListingFormat))
def form(request: pytest.FixtureRequest) -> ListingFormat:
    """Each story is told in both formats."""
    return ListingFormat(request.param)


@pytest.fixture
def feed(form: ListingFormat) -> Feed:
    return WRITTEN[form]


@pytest.fixture
def source(form: ListingFormat, server: Wire, clients: Clients) -> ArxivRss:
    url = f"http://127.0.0.1:{server.port}/"
    return ArxivRss(ArxivSettings(categories=("cs.LG",), rss_url=url, listing_format=form), clients(user_agent="test"))


@pytest.fixture
def turn(source: ArxivRss, server: Wire) -> Turn:
    """Ask for the feed after a cursor; arXiv answers as told, over a real connection."""

    def ask(
        body: bytes, after: Cursor | None = None, *, now: datetime = NOW, status: str = "200 OK", **headers: str
    ) -> Page:
        server.answers(answer(status, body, **headers))
        return source.page("cs.LG", after, now=now)

    return ask


def problem(turn: Turn, *arguments: object, **values: object) -> str:
    with pytest.raises(SourceError) as refusal:
        turn(*arguments, **values)
    return refusal.value.problem


# ------------------------------------------------------------ a listing


def test_a_feed_is_asked_for_by_its_category_in_the_format_of_the_settings(
    turn: Turn, feed: Feed, form: ListingFormat, server: Wire
) -> None:
    turn(feed(item()))
    assert server.requests[0].startswith(f"GET /{form.value}/cs.LG HTTP/1.1\r\n")
    assert "if-" not in server.requests[0].lower()


def test_a_feed_announces_its_papers_on_its_day(turn: Turn, feed: Feed) -> None:
    first, second = turn(feed(item("2603.00001"), item("2603.00002", "replace-cross", number=2))).announcements
    assert (first.source, first.stream, first.day) == ("arxiv-rss", "cs.LG", TODAY)
    assert (first.paper.id, first.kind) == ("arxiv:2603.00001", AnnouncementKind.NEW)
    assert (second.paper.newest_version, second.kind) == (2, AnnouncementKind.REPLACEMENT)


def test_the_feeds_share_the_ledger_and_the_gate_of_oai_and_complete_nothing() -> None:
    assert (ArxivRss.name, ArxivRss.ledger, ArxivRss.gate) == ("arxiv-rss", Arxiv.ledger, Arxiv.gate)
    assert (ArxivRss.is_reference, Arxiv.is_reference) == (False, True)


def test_the_day_is_that_of_new_york(turn: Turn, feed: Feed) -> None:
    late = datetime(2026, 3, 10, 3, 59, 59, tzinfo=UTC)
    (only,) = turn(feed(item(), built=late), now=NOW - DAY).announcements
    assert only.day == TODAY - DAY


def test_one_unreadable_item_costs_itself_and_says_which_paper_it_was(turn: Turn, feed: Feed) -> None:
    broken = (item("2603.00001", guid="tag:2603"), item("2603.00002", title=" "), item("2603.00003", "renewed"))
    page = turn(feed(*broken, item("2603.00004")))
    assert [each.paper.arxiv_id for each in page.announcements] == ["2603.00004"]
    assert [(str(each), each.paper, each.day) for each in page.skipped] == [
        ("tag:2603: not an arXiv id with a version", None, TODAY),
        ("oai:arXiv.org:2603.00002v1: no title", "arxiv:2603.00002", TODAY),
        ("oai:arXiv.org:2603.00003v1: not a kind of announcement: 'renewed'", "arxiv:2603.00003", TODAY),
    ]


def test_a_feed_of_which_nothing_can_be_read_is_a_fault(turn: Turn, feed: Feed) -> None:
    assert problem(turn, feed(item(guid=None))).startswith("none of 1 items can be read; the first: an item without an")


def test_a_full_feed_is_read_whole_and_said_to_be_full(
    turn: Turn, feed: Feed, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    page = turn(feed(*(item(f"2603.{number:05}") for number in range(1, 2002))))
    assert len(page.announcements) == 2001
    assert "full feed source=arxiv-rss stream=cs.LG items=2001: OAI-PMH tells the rest" in caplog.messages


# ------------------------------------------------------------ faults


@pytest.mark.parametrize("built", ["", "yesterday"])
def test_a_feed_without_a_date_is_no_listing(turn: Turn, feed: Feed, built: str) -> None:
    assert problem(turn, feed(item(), built=built)) == "the feed has no readable date"


def test_a_listing_of_the_future_is_none(turn: Turn, feed: Feed) -> None:
    later = datetime(2062, 6, 20, 12, tzinfo=UTC)
    assert problem(turn, feed(item(), built=later)) == "the feed is dated 2062-06-20, which is still to come"


def test_a_page_of_another_kind_is_told_by_the_format_that_was_asked_for(turn: Turn, form: ListingFormat) -> None:
    name = {ListingFormat.RSS: "RSS", ListingFormat.ATOM: "Atom"}[form]
    assert problem(turn, b"<html>down</html>").startswith(f"answered with an HTML page instead of {name};")
    assert problem(turn, b"<tides/>") == f"the answer is not {name} but <tides>"


def test_a_feed_in_the_other_format_is_taken_too(turn: Turn, form: ListingFormat) -> None:
    other = WRITTEN[ListingFormat.RSS if form is ListingFormat.ATOM else ListingFormat.ATOM]
    assert len(turn(other(item())).announcements) == 1


@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request"])
def test_a_refused_query_is_told_by_arxivs_own_words(turn: Turn, feed: Feed, status: str) -> None:
    told = "there is no such listing; it answered “Feed error for query: cs.XX”"
    assert problem(turn, feed_error("cs.XX"), status=status) == told
    assert problem(turn, feed(title="Feed error for query: cs.XX"), status=status) == told


def test_another_bad_request_is_no_listing_whatever_it_holds(turn: Turn, feed: Feed) -> None:
    assert problem(turn, feed(item(), title="Oh no"), status="400 Bad Request") == "answered HTTP 400: Oh no"


def test_a_feed_that_wants_rest_is_left_alone(turn: Turn) -> None:
    with pytest.raises(SourceResting, match="answered 429"):
        turn(b"", status="429 Too Many Requests")


ITEMS = (item("2603.00001"), item("2603.00002", "cross"))


@unhurried
@given(damaged(rss(*ITEMS)) | damaged(atom(*ITEMS)), st.sampled_from(ListingFormat))
def test_whatever_comes_is_a_page_or_an_error_of_the_source(body: bytes, form: ListingFormat) -> None:
    def reply(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=httpx.ByteStream(body))

    client = PoliteClient(
        "arxiv", user_agent="test", pace=Pace(0.0), cooldown=timedelta(0), transport=httpx.MockTransport(reply)
    )
    with suppress(SourceError):
        page = ArxivRss(ArxivSettings(listing_format=form), client).page("cs.LG", None, now=NOW)
        assert TODAY - DAY <= page.cursor.since <= TODAY + DAY
    client.close()


# ------------------------------------------------------------ the days


def test_an_empty_feed_at_the_weekend_is_quiet_and_leaves_the_cursor_on_friday(turn: Turn, feed: Feed) -> None:
    friday = turn(feed(item(), built=FRIDAY), now=ON_SATURDAY - DAY).cursor
    page = turn(feed(built=SATURDAY), friday, now=ON_SATURDAY)
    assert (page.announcements, page.skipped, page.unchanged) == ((), (), False)
    assert (page.cursor.since, page.cursor.completed_at) == (date(2026, 3, 6), ON_SATURDAY)


def test_an_empty_feed_on_a_day_with_a_listing_leaves_the_cursor_on_the_day_before(turn: Turn, feed: Feed) -> None:
    monday = turn(feed(item(), built=MONDAY), now=NOW - DAY).cursor
    page = turn(feed(), monday)
    assert (page.announcements, page.skipped, page.unchanged) == ((), (), False)
    assert (page.cursor.since, page.cursor.completed_at) == (date(2026, 3, 9), NOW)
    assert len(turn(feed(item("2603.00002")), page.cursor).announcements) == 1


def test_while_papers_are_due_an_empty_feed_is_asked_for_whole_again(turn: Turn, feed: Feed, server: Wire) -> None:
    page = turn(feed(), None, etag='"1"')
    turn(feed(), page.cursor, etag='"1"')
    assert "if-" not in server.requests[1].lower()


def test_an_empty_feed_at_the_weekend_is_asked_for_only_if_it_has_changed(turn: Turn, feed: Feed, server: Wire) -> None:
    friday = turn(feed(item(), built=FRIDAY), now=ON_SATURDAY - DAY).cursor
    quiet = turn(feed(built=SATURDAY), friday, now=ON_SATURDAY, etag='"2"').cursor
    assert turn(b"", quiet, now=ON_SATURDAY, status="304 Not Modified").unchanged
    assert 'if-none-match: "2"' in server.requests[2].lower()


def test_an_empty_feed_does_not_hide_that_the_next_is_stale(turn: Turn, feed: Feed) -> None:
    monday = turn(feed(item(), built=MONDAY), now=NOW - DAY).cursor
    empty = turn(feed(), monday).cursor
    assert "under another date" in problem(turn, feed(item()), empty)


def test_an_empty_first_feed_claims_no_day(turn: Turn, feed: Feed) -> None:
    assert turn(feed()).cursor.since == TODAY - DAY


def test_yesterdays_listing_is_stale_once_todays_is_due(turn: Turn, feed: Feed) -> None:
    told = problem(turn, feed(item(), built=MONDAY))
    assert told.startswith("the listing is still that of 2026-03-09 although one of 2026-03-10 was due")
    assert turn(feed(item(), built=MONDAY), now=datetime(2026, 3, 10, 4, 5, tzinfo=UTC)).announcements


def test_fridays_listing_is_not_stale_at_the_weekend(turn: Turn, feed: Feed) -> None:
    assert turn(feed(item(), built=FRIDAY), now=ON_SATURDAY).announcements


def test_yesterdays_papers_under_todays_date_are_told_by_their_ids(turn: Turn, feed: Feed) -> None:
    monday = turn(feed(item(), item("2603.00002"), built=MONDAY), now=NOW - DAY, etag='"1"').cursor
    told = problem(turn, feed(item("2603.00002"), item()), monday, etag='"2"')
    assert told == "the listing of 2026-03-10 is still that of 2026-03-09 under another date"
    assert turn(feed(item(), item("2603.00003")), monday).announcements


def test_yesterdays_papers_are_known_in_either_format(turn: Turn) -> None:
    monday = turn(rss(item(), item("2603.00002"), built=MONDAY), now=NOW - DAY).cursor
    assert "under another date" in problem(turn, atom(item("2603.00002"), item()), monday)


# ------------------------------------------------------------ conditional requests


@pytest.mark.parametrize(
    ("given_headers", "sent_back"),
    [
        ({"etag": 'W/"a:1 b"', "last_modified": "Tue, 10 Mar 2026 04:00:00 GMT"}, 'if-none-match: W/"a:1 b"'),
        ({"last_modified": "Tue, 10 Mar 2026 04:00:00 GMT"}, "if-modified-since: Tue, 10 Mar 2026 04:00:00 GMT"),
    ],
)
def test_a_feed_is_asked_for_only_if_it_has_changed(
    turn: Turn, feed: Feed, server: Wire, given_headers: dict[str, str], sent_back: str
) -> None:
    first = turn(feed(item()), **given_headers).cursor
    later = NOW + timedelta(hours=1)
    second = turn(b"", first, now=later, status="304 Not Modified")
    assert sent_back.lower() in server.requests[1].lower()
    assert second == Page(announcements=(), cursor=replace(first, completed_at=later), unchanged=True)


def test_an_answer_without_a_validator_is_asked_for_without_condition(turn: Turn, feed: Feed, server: Wire) -> None:
    first = turn(feed(item())).cursor
    turn(feed(item()), first)
    assert "if-" not in server.requests[1].lower()


@pytest.mark.parametrize("tag", ["", "x" * 1000])
def test_a_validator_that_cannot_be_sent_back_is_not_kept(turn: Turn, feed: Feed, tag: str) -> None:
    assert "ETag" not in (turn(feed(item()), etag=tag).cursor.validator or "")


def test_unchanged_without_having_been_asked_is_refused(turn: Turn) -> None:
    assert problem(turn, b"", status="304 Not Modified").startswith("answered HTTP 304 Not Modified")


def test_unchanged_since_yesterday_is_stale_once_todays_listing_is_due(turn: Turn, feed: Feed) -> None:
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
    source: Source = ArxivRss(settings, clients())

    first = source.page(category, None, now=now)

    standing = [each.as_of(sample.today) for each in papers() if category in each.categories]
    wanted = {paper.id for paper in standing if paper and paper.datestamp == sample.today}
    assert {each.paper.arxiv_id for each in first.announcements} == wanted
    assert not first.skipped
    assert source.page(category, first.cursor, now=now).unchanged


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
