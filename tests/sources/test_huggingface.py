"""Hugging Face Daily Papers: every list read once and to its end, and nothing taken for a list that is none."""

import json
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.batches import Announces
from digest.errors import SourceError, SourceResting
from digest.papers import Announcement, AnnouncementKind, Cursor, Page, Paper, Skipped
from digest.sources import Source, huggingface
from digest.sources.client import Pace, PoliteClient
from digest.sources.huggingface import HuggingFace, listings
from digest.sources.settings import HuggingFaceSettings
from tests.sources.conftest import Clients, unhurried
from tests.sources.daily_papers import Reply, Site, entry, listing

NOW = datetime(2026, 1, 7, 6, 0, tzinfo=UTC)  # a Wednesday in the second week
TODAY = NOW.date()
FULL_PAGE = listing(*(entry(f"2601.{number:05d}") for number in range(100)))
Reader = Callable[..., HuggingFace]


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def reader(site: Site, clients: Clients) -> Reader:
    """Makes a source that reads the site."""

    def make(**values: Any) -> HuggingFace:
        client = clients(transport=httpx.MockTransport(site))
        return HuggingFace(HuggingFaceSettings(**values), client)

    return make


def harvest(source: Source, stream: str, after: Cursor | None = None, *, now: datetime = NOW) -> list[Page]:
    """Page by page to the end."""
    pages = [source.page(stream, after, now=now)]
    while not pages[-1].is_last:
        pages.append(source.page(stream, pages[-1].cursor, now=now))
    return pages


def problem(source: Source, site: Site, reply: Reply | bytes) -> str:
    site.replies["date=2026-01-07 p=0"] = reply
    with pytest.raises(SourceError) as refusal:
        source.page("day", Cursor(since=TODAY), now=NOW)
    return refusal.value.problem


# ------------------------------------------------------------ days


def test_the_first_harvest_asks_for_one_date_after_the_other_up_to_today(reader: Reader, site: Site) -> None:
    harvest(reader(first_days=3), "day")
    assert site.asked == [f"date=2026-01-0{day} p=0" for day in (4, 5, 6, 7)]
    assert site.queries[0] == {"path": "/api/daily_papers", "date": "2026-01-04", "limit": "100", "p": "0"}


def test_one_page_is_one_request_and_the_last_one_ends_at_today(reader: Reader, site: Site) -> None:
    source = reader(first_days=1)
    first = source.page("day", None, now=NOW)
    assert first.cursor == Cursor(since=date(2026, 1, 6), token="2026-01-07 0")
    assert len(site.queries) == 1
    assert source.page("day", first.cursor, now=NOW).cursor == Cursor(since=TODAY, completed_at=NOW)


def test_the_days_before_are_read_again_because_upvotes_grow(reader: Reader, site: Site) -> None:
    harvest(reader(again_days=2), "day", Cursor(since=date(2026, 1, 6), completed_at=NOW - timedelta(days=1)))
    assert site.asked == [f"date=2026-01-0{day} p=0" for day in (4, 5, 6, 7)]


def test_a_long_silence_is_caught_up_with(reader: Reader, site: Site) -> None:
    harvest(reader(again_days=0), "day", Cursor(since=date(2025, 12, 1), completed_at=NOW - timedelta(days=37)))
    assert (len(site.asked), site.asked[0], site.asked[-1]) == (38, "date=2025-12-01 p=0", "date=2026-01-07 p=0")


def test_after_a_full_page_the_same_day_is_asked_for_more(reader: Reader, site: Site) -> None:
    site.replies = {"date=2026-01-06 p=0": FULL_PAGE, "date=2026-01-06 p=1": listing(entry("2601.00100"))}
    pages = harvest(reader(first_days=1), "day")
    assert site.asked == ["date=2026-01-06 p=0", "date=2026-01-06 p=1", "date=2026-01-07 p=0"]
    assert [len(page.announcements) for page in pages] == [100, 1, 0]
    assert {item.day for page in pages for item in page.announcements} == {date(2026, 1, 6)}


def test_a_harvest_that_broke_off_goes_on_where_it_stood(reader: Reader, site: Site) -> None:
    harvest(reader(), "day", Cursor(since=date(2026, 1, 1), token="2026-01-06 2"))
    assert site.asked == ["date=2026-01-06 p=2", "date=2026-01-07 p=0"]


@pytest.mark.parametrize("token", ["", "2026-01-06", "2026-01-06 x", "2026-01-06 ²", "2025-01-06 0", "2026-W02 0"])
def test_a_token_that_says_nothing_of_use_begins_the_harvest_again(reader: Reader, site: Site, token: str) -> None:
    harvest(reader(), "day", Cursor(since=date(2026, 1, 6), token=token))
    assert site.asked == ["date=2026-01-06 p=0", "date=2026-01-07 p=0"]


def test_a_list_without_end_is_left_for_the_next(
    reader: Reader, site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(huggingface, "MOST_PAGES", 3)
    site.replies = {f"date=2026-01-06 p={number}": FULL_PAGE for number in range(9)}
    harvest(reader(first_days=1), "day")
    assert site.asked == [*(f"date=2026-01-06 p={number}" for number in range(3)), "date=2026-01-07 p=0"]
    assert "list without end source=huggingface list=2026-01-06 pages=3" in caplog.text


def test_today_is_that_of_utc_because_a_date_to_come_is_refused(reader: Reader, site: Site) -> None:
    in_tokyo = datetime(2026, 1, 8, 8, 0, tzinfo=timezone(timedelta(hours=9)))
    harvest(reader(first_days=1), "day", now=in_tokyo)
    assert site.asked[-1] == "date=2026-01-07 p=0"


def test_a_clock_that_was_set_back_asks_for_nothing_to_come(reader: Reader, site: Site) -> None:
    cursor = Cursor(since=date(2026, 2, 1), completed_at=NOW + timedelta(days=25))
    assert harvest(reader(again_days=1), "day", cursor)[-1].cursor.since == TODAY
    assert site.asked == ["date=2026-01-06 p=0", "date=2026-01-07 p=0"]


# ------------------------------------------------------------ weeks and months


@pytest.mark.parametrize(
    ("view", "asked", "day"),
    [("week", "week=2026-W02", date(2026, 1, 5)), ("month", "month=2026-01", date(2026, 1, 1))],
)
def test_the_current_week_or_month_is_read_to_its_end(
    reader: Reader, site: Site, view: str, asked: str, day: date
) -> None:
    site.replies = {f"{asked} p=0": FULL_PAGE, f"{asked} p=1": listing(entry("2601.00100"))}
    pages = harvest(reader(), view)
    assert site.asked == [f"{asked} p=0", f"{asked} p=1"]
    announced = [item for page in pages for item in page.announcements]
    assert len(announced) == 101
    assert {(item.stream, item.day, item.kind) for item in announced} == {(view, day, AnnouncementKind.TRENDING)}


def test_the_order_is_never_asked_for_because_the_site_then_forgets_the_period(reader: Reader, site: Site) -> None:
    for view in ("day", "week", "month"):
        harvest(reader(), view)
    assert not any("sort" in query for query in site.queries)


def test_a_week_is_read_once_more_after_its_end(reader: Reader, site: Site) -> None:
    sunday = datetime(2026, 1, 4, 6, tzinfo=UTC)
    harvest(reader(again_days=0), "week", Cursor(since=sunday.date(), completed_at=sunday))
    assert site.asked == ["week=2026-W01 p=0", "week=2026-W02 p=0"]


def test_in_the_first_days_of_a_month_the_last_one_is_read_again(reader: Reader, site: Site) -> None:
    source, second = reader(again_days=3), datetime(2026, 1, 2, 6, tzinfo=UTC)
    harvest(source, "month", Cursor(since=date(2026, 1, 2), completed_at=second), now=second)
    harvest(source, "month", Cursor(since=date(2026, 1, 7), completed_at=NOW))
    assert site.asked == ["month=2025-12 p=0", "month=2026-01 p=0", "month=2026-01 p=0"]


def test_a_fifty_third_week_which_the_site_refuses_is_read_by_its_days(reader: Reader, site: Site) -> None:
    saturday = datetime(2027, 1, 2, 6, tzinfo=UTC)
    site.replies = {"date=2026-12-30 p=0": listing(entry("2612.00001"))}
    pages = harvest(reader(), "week", now=saturday)
    assert site.asked == [f"date={day} p=0" for day in _days("2026-12-28", "2027-01-02")]
    (only,) = [item for page in pages for item in page.announcements]
    assert (only.stream, only.day) == ("week", date(2026, 12, 28))


def _days(first: str, last: str) -> list[str]:
    day, end = date.fromisoformat(first), date.fromisoformat(last)
    return [(day + timedelta(days=n)).isoformat() for n in range((end - day).days + 1)]


@unhurried
@given(st.dates(date(2023, 5, 1), date(2040, 1, 1)), st.integers(0, 500), st.sampled_from(["day", "week", "month"]))
def test_the_lists_of_a_span_hold_each_of_its_days_once_and_none_to_come(first: date, span: int, view: str) -> None:
    last = first + timedelta(days=span)
    lists = listings(view, first, last)
    assert len({each.name for each in lists}) == len(lists)
    assert [each.day for each in lists] == sorted(each.day for each in lists)
    assert lists[0].day <= first
    assert not any(each.by == "date" and each.name > last.isoformat() for each in lists)
    assert not any(each.name.endswith("-W53") for each in lists)
    for day in (first, last):
        assert any(_holds(each.by, each.name, day) for each in lists)


def _holds(by: str, name: str, day: date) -> bool:
    return name == {"date": f"{day:%Y-%m-%d}", "week": f"{day:%G-W%V}", "month": f"{day:%Y-%m}"}[by]


# ------------------------------------------------------------ what a list tells


def test_an_entry_is_an_announcement_and_what_is_said_of_its_paper(reader: Reader, site: Site) -> None:
    site.replies = {"date=2026-01-07 p=0": listing(entry("2601.00001"))}
    page = reader().page("day", Cursor(since=TODAY), now=NOW)
    (only,) = page.announcements
    paper = Paper(
        id=only.paper.id,
        title="Paper 2601.00001",
        abstract="We study tides.",
        authors=("Ana Marin", "Bo Li"),
        partial=True,
    )
    kind = AnnouncementKind.TRENDING
    assert only == Announcement(source="huggingface", stream="day", paper=paper, kind=kind, day=TODAY)
    assert [(each.subject, each.name, each.value) for each in page.signals] == [
        ("arxiv:2601.00001", "upvotes", 7),
        ("arxiv:2601.00001", "comments", 2),
    ]
    assert {(each.source, each.observed_at) for each in page.signals} == {("huggingface", NOW)}


def test_an_empty_list_is_an_honest_silence(reader: Reader) -> None:
    page = reader().page("day", Cursor(since=TODAY), now=NOW)
    assert page == Page(announcements=(), cursor=Cursor(since=TODAY, completed_at=NOW))


def test_an_unreadable_entry_costs_itself(reader: Reader, site: Site) -> None:
    entries = (entry("10.1101/2026"), entry("2601.00002", title=None, around={"title": " "}), None, entry("2601.00003"))
    site.replies = {"date=2026-01-07 p=0": listing(*entries)}
    page = reader().page("day", Cursor(since=TODAY), now=NOW)
    (only,) = page.announcements
    assert only.paper.arxiv_id == "2601.00003"
    assert page.skipped == (
        Skipped(reason="10.1101/2026: not an arXiv id", day=TODAY),
        Skipped(reason="2601.00002: no title", paper=page.skipped[1].paper, day=TODAY),
        Skipped(reason="entry 3: names no paper (NoneType)", day=TODAY),
    )
    assert page.skipped[1].paper == "arxiv:2601.00002"


def test_a_lone_entry_from_elsewhere_does_not_stop_the_harvest(reader: Reader, site: Site) -> None:
    site.replies = {"date=2026-01-06 p=0": listing(entry("10.1101/2026"))}
    pages = harvest(reader(first_days=1), "day")
    assert [len(page.skipped) for page in pages] == [1, 0]


# ------------------------------------------------------------ faults


@pytest.mark.parametrize(
    ("reply", "sentence"),
    [
        (b"", "2026-01-07: the answer is empty"),
        (b"<!doctype html><html>Sorry</html>", "2026-01-07: answered with a page instead of JSON"),
        (FULL_PAGE[:-40], "2026-01-07: the JSON is damaged or cut short"),
        (b"[" * 100_000, "2026-01-07: the JSON is nested without end"),
        (b'{"error": "\\u2716 Invalid\\n  date"}', "2026-01-07: answered “✖ Invalid date” instead of a list"),
        (b'{"error": null}', "2026-01-07: answered “” instead of a list"),
        (b'{"status": "ok", "data": []}', "2026-01-07: answered an object with status, data instead of a list"),
        (b"{}", "2026-01-07: answered an object with nothing in it instead of a list"),
        (b"null", "2026-01-07: answered NoneType instead of a list"),
        (
            b'["a", {"paper": []}]',
            "none of 2 entries names a paper; the first: entry 1: names no paper (str)",
        ),
        ((400, b'{"error": "must be a date"}'), "2026-01-07: answered HTTP 400"),
        ((404, b"Not Found"), "2026-01-07: answered HTTP 404"),
        ((500, b""), "2026-01-07: answered HTTP 500"),
    ],
)
def test_what_is_no_list_is_told_in_a_sentence(reader: Reader, site: Site, reply: Reply | bytes, sentence: str) -> None:
    assert problem(reader(), site, reply).startswith(sentence)


def test_a_site_that_wants_rest_is_left_alone(reader: Reader, site: Site) -> None:
    site.replies = {"date=2026-01-07 p=0": (429, b"")}
    with pytest.raises(SourceResting, match="answered 429"):
        reader().page("day", Cursor(since=TODAY), now=NOW)


def test_a_fault_leaves_the_cursor_where_the_next_run_can_go_on(reader: Reader, site: Site) -> None:
    source = reader(first_days=1)
    first = source.page("day", None, now=NOW)
    assert problem(source, site, (503, b""))
    site.replies = {"date=2026-01-07 p=0": listing(entry("2601.00001"))}
    assert len(source.page("day", first.cursor, now=NOW).announcements) == 1


def _page_of(body: bytes) -> Page | None:
    """What is made of an answer: a page, or nothing where it was refused by name."""
    site = Site({"date=2026-01-07 p=0": body})
    client = PoliteClient(
        "x", user_agent="test", pace=Pace(0.0), cooldown=timedelta(0), transport=httpx.MockTransport(site)
    )
    with closing(client), suppress(SourceError):
        return HuggingFace(HuggingFaceSettings(), client).page("day", Cursor(since=TODAY), now=NOW)
    return None


_KEYS = ["paper", "id", "title", "summary", "authors", "name", "user", "fullname", "upvotes", "numComments", "error"]
_KEYS += ["githubRepo", "githubStars", "projectPage", "organization", "ai_summary", "ai_keywords", "x"]
_ADDRESSES = ["https://github.com/a/b.git", "http://[", "https://x:99999/", "javascript:alert(1)", "//github.com/a/b"]
_LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.sampled_from(["2601.00001", "7", *_ADDRESSES])
)
_VALUES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_KEYS), inner), max_leaves=20
)
_ENTRIES = st.builds(
    lambda paper, around: entry(around=around, **paper),
    st.dictionaries(st.sampled_from(_KEYS[2:]), _VALUES),
    st.dictionaries(st.sampled_from(_KEYS[1:]), _VALUES),
)


@unhurried
@given(st.binary(max_size=60) | st.builds(lambda value: json.dumps(value).encode(), _VALUES))
def test_any_answer_is_a_page_or_an_error_of_the_source(body: bytes) -> None:
    page = _page_of(body)
    assert page is None or page.is_last


@unhurried
@given(st.integers(0, 900), st.binary(max_size=8), st.integers(0, 30))
def test_a_damaged_list_is_a_page_or_an_error_of_the_source(place: int, put: bytes, lost: int) -> None:
    whole = listing(entry("2601.00001", githubRepo=_ADDRESSES[0], ai_keywords=["tides"]), entry("2601.00002"))
    page = _page_of(whole[:place] + put + whole[place + lost :])
    assert page is None or page.is_last


@unhurried
@given(st.lists(_ENTRIES, min_size=1, max_size=3))
def test_whatever_an_entry_holds_what_comes_of_it_is_clean(entries: list[object]) -> None:
    page = _page_of(listing(*entries))
    assert page is not None
    assert len(page.announcements) + len(page.skipped) == len(entries)
    for paper in (item.paper for item in page.announcements):
        for text in (paper.title, *paper.authors, *paper.abstract.split("\n\n")):
            assert text == " ".join(text.split())
            assert not any(c < " " or "\x7f" <= c <= "\x9f" or c in "\u202e\u2066\ud800" for c in text)
    for signal in page.signals:
        if signal.name in {"upvotes", "comments", "stars"}:
            assert isinstance(signal.value, int)
            assert 0 <= signal.value <= 10**9
        if signal.name in {"code", "project"}:
            assert str(signal.value).startswith(("http://", "https://"))
        assert signal.value not in ("", ())


# ------------------------------------------------------------ the calendar


def test_a_list_may_stand_on_any_day_and_is_whole_at_its_end(reader: Reader) -> None:
    source: Source = reader()
    assert {source.announces(date(2026, 1, day)) for day in range(5, 12)} == {Announces.PERHAPS}
    assert source.shown_at(date(2026, 1, 31)) == datetime(2026, 2, 1, tzinfo=UTC)


def test_the_views_of_the_settings_are_the_streams(reader: Reader) -> None:
    source = reader(views=("day", "month"))
    assert source.streams == ("day", "month")
    assert (source.name, source.gate, source.ledger, source.is_reference) == (*["huggingface"] * 3, True)
