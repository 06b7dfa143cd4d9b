"""Harvesting a venue through Crossref, whose cursors move on its side and are soon forgotten."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.batches import Announces
from digest.errors import SourceError
from digest.papers import Announcement, AnnouncementKind, Cursor, Page
from digest.sources.client import Pace, PoliteClient
from digest.sources.crossref import Crossref
from digest.sources.settings import CrossrefSettings
from tests.sources.conftest import NOW, unhurried
from tests.sources.harvest import harvest, titles

ODD = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text(), max_size=2)
TODAY = date(2026, 3, 10)
YESTERDAY = TODAY - timedelta(days=1)
JOURNAL, PREFIX = "issn:2041-1723", "filter:prefix:10.1038,type:journal-article"


def item(number: int = 1, *, day: date = YESTERDAY, **told: object) -> dict[str, Any]:
    """The numbered article, registered and published on a day."""
    parts = [[day.year, day.month, day.day]]
    plain = {
        "DOI": f"10.1038/s41467-026-{number:05d}-2",
        "type": "journal-article",
        "title": [f"Article {number}"],
        "author": [{"given": "Ana", "family": "Marin"}],
        "created": {"date-parts": parts, "date-time": f"{day}T05:12:33Z"},
        "published": {"date-parts": parts},
    }
    return plain | {name.replace("_", "-"): value for name, value in told.items()}


@dataclass
class Server:
    """A Crossref that holds works. Each of its cursors has a place that moves when it is asked, as scrolls do."""

    items: list[Any] = field(default_factory=list)
    page_sizes: list[int] = field(default_factory=lambda: [100])  # the last one for all further pages
    total: object = None  # what it says there are, where that is not the truth
    empty: bool = False  # the next page, whatever there is
    no_way: bool = False  # it tells no cursor
    scrolls: dict[str, int] = field(default_factory=dict)
    asked: list[httpx.URL] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url)
        cursor = request.url.params["cursor"]
        if cursor == "*":
            cursor = f"DnF1 {len(self.asked)}+/=="
            self.scrolls[cursor] = 0
        if cursor not in self.scrolls:
            return self._answer(404, {"status": "failed", "message": [{"message": "Cursor is invalid"}]})
        place = self.scrolls[cursor]
        size = self.page_sizes.pop(0) if len(self.page_sizes) > 1 else self.page_sizes[0]
        shown = [] if self.empty else self.items[place : place + size]
        self.scrolls[cursor] += len(shown)
        self.empty = False
        total = len(self.items) if self.total is None else self.total
        message = {"items": shown, "total-results": total, "next-cursor": None if self.no_way else cursor}
        return self._answer(200, {"status": "ok", "message-type": "work-list", "message": message})

    @staticmethod
    def _answer(status: int, told: dict[str, Any]) -> httpx.Response:
        return httpx.Response(status, stream=httpx.ByteStream(json.dumps(told).encode()))


def asking(server: Server, *, mail_to: str = "operator@example.org", **settings: Any) -> Crossref:
    client = PoliteClient(
        "crossref",
        user_agent="Paperround/1",
        pace=Pace(0.0),
        cooldown=timedelta(minutes=10),
        transport=httpx.MockTransport(server),
    )
    return Crossref(CrossrefSettings(**{"venues": (JOURNAL, PREFIX)} | settings), client, mail_to=mail_to)


pages = partial(harvest, stream=JOURNAL)  # a whole harvest


def harvested(server: Server, cursor: Cursor | None = None, **settings: Any) -> list[Announcement]:
    return [item for page in pages(asking(server, **settings), cursor) for item in page.announcements]


ALL = [f"Article {number}" for number in range(250)]


@pytest.mark.parametrize("sizes", [[100], [20], [250], [125], [100, 1, 30, 100]])
def test_a_harvest_reads_every_work_whatever_the_size_of_the_pages(sizes: list[int]) -> None:
    server = Server([item(number) for number in range(250)], page_sizes=sizes)

    assert titles(harvested(server)) == ALL


@unhurried
@given(st.integers(0, 60), st.lists(st.integers(1, 40), min_size=1, max_size=5), st.sampled_from([int, str, float]))
def test_no_page_size_and_no_way_to_write_a_number_loses_a_work(count: int, sizes: list[int], number: type) -> None:
    server = Server([item(n) for n in range(count)], page_sizes=sizes, total=number(count))

    assert titles(harvested(server)) == [f"Article {n}" for n in range(count)]


@pytest.mark.parametrize("total", ["many", float("nan"), -1, [7]])
def test_without_a_total_a_page_that_is_not_full_is_the_last(total: object) -> None:
    server = Server([item(number) for number in range(250)], total=total)

    assert titles(harvested(server)) == ALL
    assert len(server.asked) == 3


def test_a_journal_is_asked_for_by_its_issn_and_the_operator_is_named() -> None:
    server = Server([item()])

    harvested(server, first_days=7)

    assert server.asked[0].path == "/journals/2041-1723/works"
    assert dict(server.asked[0].params) == {
        "filter": "from-created-date:2026-03-03,until-created-date:2026-03-10",
        "sort": "created",
        "order": "asc",
        "rows": "100",
        "cursor": "*",
        "mailto": "operator@example.org",
    }


def test_any_filter_of_crossref_s_is_a_venue() -> None:
    server = Server([item()])

    list(pages(asking(server), stream=PREFIX))

    assert server.asked[0].path == "/works"
    assert server.asked[0].params["filter"] == (
        "prefix:10.1038,type:journal-article,from-created-date:2026-03-03,until-created-date:2026-03-10"
    )


def test_nobody_is_named_where_there_is_nobody() -> None:
    server = Server([item()])

    next(pages(asking(server, mail_to="")))

    assert "mailto" not in server.asked[0].params


def test_the_next_harvest_reads_the_day_before_the_last_one_again() -> None:
    server = Server([item()])
    source = asking(server)
    *_, last = pages(source)

    assert last.cursor == Cursor(since=YESTERDAY, completed_at=NOW)
    next(pages(source, last.cursor, now=NOW + timedelta(days=1)))
    assert server.asked[-1].params["filter"] == "from-created-date:2026-03-09,until-created-date:2026-03-11"


def test_days_that_were_never_asked_for_are_not_asked_for_later() -> None:
    *_, last = pages(asking(Server([item(day=TODAY)])), Cursor(since=TODAY))

    assert last.cursor.since == TODAY


@pytest.mark.parametrize("broken_off_after", range(4))
@pytest.mark.parametrize("forgotten", [True, False])
def test_a_harvest_broken_off_after_any_page_begins_anew_and_loses_nothing(
    broken_off_after: int, forgotten: bool
) -> None:
    server = Server([item(number) for number in range(250)])
    read: list[Announcement] = []
    cursor = None
    source = asking(server)
    for _ in range(broken_off_after):
        page = source.page(JOURNAL, cursor, now=NOW)
        read += page.announcements
        cursor = page.cursor
    if forgotten:
        server.scrolls.clear()

    read += harvested(server, cursor)

    assert set(titles(read)) == set(ALL)


def test_a_page_that_was_answered_and_never_kept_is_not_lost() -> None:
    server = Server([item(number) for number in range(250)])
    source = asking(server)
    first = source.page(JOURNAL, None, now=NOW)
    source.page(JOURNAL, first.cursor, now=NOW)  # moves the cursor on Crossref's side, and the process ends

    assert set(titles(harvested(server, first.cursor))) == set(ALL)


def test_a_page_that_failed_is_not_asked_for_again_with_the_same_cursor() -> None:
    server = Server([item(number) for number in range(250)])
    source = asking(server)
    first = source.page(JOURNAL, None, now=NOW)
    server.scrolls.clear()

    with pytest.raises(SourceError, match="404"):
        source.page(JOURNAL, first.cursor, now=NOW)

    again = [item for page in pages(source, first.cursor) for item in page.announcements]
    assert titles(again) == ALL


def test_a_harvest_that_begins_anew_on_a_later_day_reads_up_to_that_day() -> None:
    server = Server([item(number) for number in range(250)])
    first = asking(server).page(JOURNAL, None, now=NOW)

    *_, last = pages(asking(server), first.cursor, now=NOW + timedelta(days=1))

    assert server.asked[-1].params["filter"] == "from-created-date:2026-03-03,until-created-date:2026-03-11"
    assert last.cursor.since == TODAY


def test_two_venues_do_not_share_a_cursor() -> None:
    server = Server([item(number) for number in range(250)])
    source = asking(server)
    first = {stream: source.page(stream, None, now=NOW) for stream in source.streams}

    for stream, page in first.items():
        rest = [item for page in pages(source, page.cursor, stream=stream) for item in page.announcements]
        assert titles([*page.announcements, *rest]) == ALL


def test_an_empty_page_in_the_middle_is_a_fault() -> None:
    server = Server([item(number) for number in range(250)])
    source = asking(server)
    first = source.page(JOURNAL, None, now=NOW)
    server.empty = True

    with pytest.raises(SourceError, match="only 100 of 250 works"):
        source.page(JOURNAL, first.cursor, now=NOW)


def test_works_to_come_without_a_way_to_them_are_a_fault() -> None:
    server = Server([item(number) for number in range(250)], no_way=True)

    with pytest.raises(SourceError, match="no way to the next page after 100 works"):
        harvested(server)


def test_a_venue_that_published_nothing_is_silent() -> None:
    *_, only = pages(asking(Server()), Cursor(since=date(2026, 3, 8)))

    assert not only.announcements
    assert only.cursor == Cursor(since=YESTERDAY, completed_at=NOW)


def test_what_was_registered_in_these_days_is_new() -> None:
    (announced,) = harvested(Server([item()]))

    assert (announced.kind, announced.day, announced.stream) == (AnnouncementKind.NEW, YESTERDAY, JOURNAL)


@pytest.mark.parametrize(
    ("told", "day"),
    [
        ({"day": date(2025, 1, 1)}, date(2025, 1, 1)),  # not asked for
        ({"day": date(2027, 1, 1)}, TODAY),
        ({"created": None}, TODAY),
        ({"published": {"date-parts": [[1998, 6, 20]]}}, YESTERDAY),  # a back-file
    ],
)
def test_what_is_old_or_was_not_asked_for_is_no_news(told: dict[str, Any], day: date) -> None:
    (announced,) = harvested(Server([item(**told)]))

    assert (announced.kind, announced.day) == (AnnouncementKind.FOUND, day)


def test_a_retracted_article_is_announced_as_withdrawn() -> None:
    (announced,) = harvested(Server([item(title=["RETRACTED: Article 1"])]))

    assert announced.kind is AnnouncementKind.WITHDRAWN


def test_what_is_no_paper_is_passed_over_in_silence() -> None:
    server = Server([item(1, type="journal-issue"), item(2, author=[]), item(3, type="component")])

    (page,) = pages(asking(server))

    assert (page.announcements, page.skipped) == ((), ())


def test_one_item_that_cannot_be_read_costs_itself_alone() -> None:
    (page,) = pages(asking(Server([item(1), item(2, title=None), 7, item(3)])))

    assert titles(list(page.announcements)) == ["Article 1", "Article 3"]
    assert [str(note) for note in page.skipped] == [
        "10.1038/s41467-026-00002-2: no title",
        "an item without a DOI: not a record",
    ]
    assert (page.skipped[0].paper, page.skipped[0].day) == ("doi:10.1038/s41467-026-00002-2", YESTERDAY)


def test_a_page_of_which_nothing_can_be_read_is_a_fault() -> None:
    with pytest.raises(SourceError, match="none of 2 works can be read; the first: an item without a DOI"):
        harvested(Server([{}, None]))


@unhurried
@given(st.lists(ODD | st.dictionaries(st.sampled_from(list(item())), ODD).map(lambda odd: item() | odd)))
def test_each_item_of_any_answer_is_announced_or_skipped_or_no_paper(items: list[Any]) -> None:
    problem = ""
    read: list[Page] = []
    try:
        read += pages(asking(Server(items)))
    except SourceError as fault:
        problem = fault.problem
    told = sum(len(page.announcements) + len(page.skipped) for page in read)
    assert "can be read" in problem or told <= len(items)


def test_a_cursor_from_the_future_asks_for_today() -> None:
    server = Server([item()])

    harvested(server, Cursor(since=date(2027, 1, 1)))

    assert server.asked[0].params["filter"] == "from-created-date:2026-03-10,until-created-date:2026-03-10"


def test_it_has_no_calendar_and_shows_a_day_when_the_day_is_over() -> None:
    source = asking(Server())

    assert source.announces(TODAY) is Announces.PERHAPS
    assert source.shown_at(TODAY) == datetime(2026, 3, 11, tzinfo=UTC)
    assert source.streams == (JOURNAL, PREFIX)
