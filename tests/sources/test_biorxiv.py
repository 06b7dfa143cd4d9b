"""Harvesting bioRxiv page by page: nothing twice in vain, nothing lost, whatever size its pages have."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import permutations
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.batches import Announces
from digest.errors import SourceError
from digest.papers import Announcement, AnnouncementKind, Cursor, Page, merged
from digest.sources.biorxiv import Biorxiv
from digest.sources.client import Pace, PoliteClient
from digest.sources.settings import BiorxivSettings
from tests.sources.conftest import NOW, unhurried
from tests.sources.harvest import harvest, titles

ODD = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text(), max_size=2)
TODAY = date(2026, 3, 10)
YESTERDAY = TODAY - timedelta(days=1)


def row(number: int = 1, *, version: int = 1, day: date = YESTERDAY, **told: object) -> dict[str, Any]:
    """A version of the numbered preprint."""
    plain = {
        "doi": f"10.64898/2026.03.01.{700_000 + number}",
        "title": f"Preprint {number}",
        "authors": "Marin, A.; Li, B.",
        "date": day.isoformat(),
        "version": str(version),
        "category": "neuroscience",
        "abstract": f"What version {version} says.",
        "published": "NA",
        "server": "bioRxiv",
    }
    return plain | told


@dataclass
class Server:
    """A bioRxiv that holds rows, shows them in pages, and remembers which paths it was asked for."""

    rows: list[Any] = field(default_factory=list)
    page_sizes: list[int] = field(default_factory=lambda: [30])  # the last one for all further pages
    numbers: Callable[[int], object] = str  # how it writes a total
    uncounted: int = 0  # so many rows does it count and never show
    empty: bool = False  # the next page, whatever it holds
    meanwhile: list[Any] = field(default_factory=list)  # rows that are posted after the first page
    asked: list[str] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        place = int(request.url.path.split("/")[-2])
        size = self.page_sizes.pop(0) if len(self.page_sizes) > 1 else self.page_sizes[0]
        shown = [] if self.empty else self.rows[place : place + size]
        said = {"status": "ok", "count": len(shown), "total": self.numbers(len(self.rows) + self.uncounted)}
        if not shown and not self.empty:
            said = {"status": "no posts found"}
        self.empty = False
        self.rows += self.meanwhile
        self.meanwhile = []
        body = json.dumps({"messages": [said], "collection": shown}).encode()
        return httpx.Response(200, stream=httpx.ByteStream(body))


def asking(server: Server, **settings: Any) -> Biorxiv:
    client = PoliteClient(
        "biorxiv",
        user_agent="Paperround/1",
        pace=Pace(0.0),
        cooldown=timedelta(minutes=10),
        transport=httpx.MockTransport(server),
    )
    return Biorxiv(BiorxivSettings(servers=("biorxiv",), **settings), client)


pages = partial(harvest, stream="biorxiv")  # a whole harvest


def harvested(server: Server, cursor: Cursor | None = None, **settings: Any) -> list[Announcement]:
    return [item for page in pages(asking(server, **settings), cursor) for item in page.announcements]


ALL = [f"Preprint {number}" for number in range(95)]


@pytest.mark.parametrize("sizes", [[30], [100], [1], [95], [30, 100, 7, 30]])
def test_a_harvest_reads_every_row_whatever_the_size_of_the_pages(sizes: list[int]) -> None:
    server = Server([row(number) for number in range(95)], page_sizes=sizes)

    assert titles(harvested(server)) == ALL


@unhurried
@given(st.integers(0, 60), st.lists(st.integers(1, 40), min_size=1, max_size=5), st.sampled_from([int, str, float]))
def test_no_page_size_and_no_way_to_write_a_number_loses_a_row(
    count: int, sizes: list[int], numbers: Callable[[int], object]
) -> None:
    server = Server([row(number) for number in range(count)], page_sizes=sizes, numbers=numbers)

    assert titles(harvested(server)) == [f"Preprint {number}" for number in range(count)]


def test_the_first_harvest_asks_for_the_days_of_the_settings_up_to_today() -> None:
    server = Server([row(number) for number in range(40)])

    harvested(server, first_days=7)

    assert server.asked == [
        "/details/biorxiv/2026-03-03/2026-03-10/0/json",
        "/details/biorxiv/2026-03-03/2026-03-10/30/json",
    ]


def test_the_next_harvest_reads_the_two_days_before_the_last_one_again() -> None:
    server = Server([row()])
    *_, last = pages(asking(server))

    assert last.cursor == Cursor(since=date(2026, 3, 8), completed_at=NOW)
    next(pages(asking(server), last.cursor, now=NOW + timedelta(days=1)))
    assert server.asked[-1] == "/details/biorxiv/2026-03-08/2026-03-11/0/json"


def test_days_that_were_never_asked_for_are_not_asked_for_later() -> None:
    *_, last = pages(asking(Server([row(day=TODAY)])), Cursor(since=YESTERDAY))

    assert last.cursor.since == YESTERDAY


def test_a_harvest_that_goes_on_after_midnight_keeps_its_days() -> None:
    server = Server([row(number) for number in range(40)])
    source = asking(server)
    first = source.page("biorxiv", None, now=NOW)

    last = source.page("biorxiv", first.cursor, now=NOW + timedelta(days=1))

    assert server.asked[-1] == "/details/biorxiv/2026-03-03/2026-03-10/30/json"
    assert last.cursor.since == date(2026, 3, 8)


def test_rows_posted_during_the_harvest_are_read_too() -> None:
    server = Server([row(number) for number in range(60)], meanwhile=[row(number) for number in range(60, 95)])

    assert titles(harvested(server)) == ALL


@pytest.mark.parametrize("broken_off_after", range(5))
def test_a_harvest_broken_off_after_any_page_goes_on_where_it_was(broken_off_after: int) -> None:
    server = Server([row(number) for number in range(95)], page_sizes=[20])
    read: list[Announcement] = []
    cursor = None
    for page, _ in zip(pages(asking(server)), range(broken_off_after), strict=False):
        read += page.announcements
        cursor = page.cursor

    assert titles(read + harvested(server, cursor)) == ALL


def test_an_empty_page_in_the_middle_is_a_fault_and_is_asked_for_again() -> None:
    server = Server([row(number) for number in range(95)])
    source = asking(server)
    first = source.page("biorxiv", None, now=NOW)
    server.empty = True

    with pytest.raises(SourceError, match="only 30 of 95 rows"):
        source.page("biorxiv", first.cursor, now=NOW)

    assert titles([*first.announcements, *harvested(server, first.cursor)]) == ALL


def test_an_empty_first_page_that_counts_rows_is_a_fault() -> None:
    server = Server([row()], empty=True)

    with pytest.raises(SourceError, match="only 0 of 1 rows"):
        asking(server).page("biorxiv", None, now=NOW)


def test_a_few_rows_that_are_counted_and_never_shown_do_not_hold_the_harvest_up() -> None:
    server = Server([row(number) for number in range(60)], uncounted=29)

    *_, last = pages(asking(server))

    assert last.is_last
    assert last.cursor.completed_at == NOW


def test_many_rows_that_are_counted_and_never_shown_are_a_fault() -> None:
    server = Server([row(number) for number in range(60)], uncounted=30)

    with pytest.raises(SourceError, match="only 60 of 90 rows"):
        harvested(server)


def test_a_silence_is_no_fault_and_the_same_days_are_asked_for_next_time() -> None:
    *_, only = pages(asking(Server()), Cursor(since=date(2026, 3, 5)))

    assert not only.announcements
    assert only.cursor == Cursor(since=date(2026, 3, 5), completed_at=NOW)


def test_a_first_version_is_new_and_a_later_one_a_replacement() -> None:
    first, later = harvested(Server([row(1), row(2, version=3)]))

    assert (first.kind, first.day, first.stream) == (AnnouncementKind.NEW, YESTERDAY, "biorxiv")
    assert later.kind is AnnouncementKind.REPLACEMENT


@pytest.mark.parametrize("versions", [*permutations([1, 2, 3])])
def test_versions_in_one_answer_are_one_paper_in_its_newest_words(versions: tuple[int, ...]) -> None:
    announced = harvested(Server([row(1, version=version, day=date(2026, 3, version)) for version in versions]))

    assert len({item.paper for item in announced}) == 1
    assert announced[0].paper.abstract == "What version 3 says."
    assert announced[0].paper.url.endswith("v3")
    assert [version.submitted_at for version in announced[0].paper.versions] == [
        datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2, 3)
    ]


@pytest.mark.parametrize("versions", [*permutations([1, 2, 3])])
def test_an_older_version_told_later_takes_no_words_back_and_no_version_away(versions: tuple[int, ...]) -> None:
    server = Server([row(1, version=version) for version in versions], page_sizes=[1])
    first, *others = [item.paper for item in harvested(server)]

    kept = first
    for told in others:
        kept = merged(kept, told)

    assert kept.abstract == "What version 3 says."
    assert [version.number for version in kept.versions] == [1, 2, 3]


def test_a_withdrawal_is_announced_as_one() -> None:
    announced = harvested(Server([row(1), row(1, version=2, title="Withdrawn: Preprint 1")]))

    assert {item.kind for item in announced} == {AnnouncementKind.WITHDRAWN}
    assert announced[0].paper.withdrawn


def test_rows_of_other_days_than_those_asked_for_are_no_news() -> None:
    old, early = harvested(Server([row(1, day=date(2024, 1, 1)), row(2, day=date(2027, 1, 1))]))

    assert (old.kind, old.day) == (AnnouncementKind.FOUND, date(2024, 1, 1))
    assert (early.kind, early.day) == (AnnouncementKind.FOUND, TODAY)


@pytest.mark.parametrize("subject", ["Cancer Biology", "cancer biology", "cancer_biology", "CANCER-BIOLOGY"])
def test_only_the_subjects_asked_for_are_announced(subject: str) -> None:
    server = Server([row(1), row(2, category="cancer biology"), row(3, category="NA"), row(4, category=None)])

    assert titles(harvested(server, subjects=(subject, "zoology"))) == ["Preprint 2"]


def test_one_row_that_cannot_be_read_costs_itself_alone() -> None:
    *_, page = pages(asking(Server([row(1), row(2, title=""), None, row(3)])))

    assert titles(list(page.announcements)) == ["Preprint 1", "Preprint 3"]
    assert [str(note) for note in page.skipped] == [
        "10.64898/2026.03.01.700002: no title",
        "a row without a DOI: not a record",
    ]


def test_a_page_of_which_nothing_can_be_read_is_a_fault() -> None:
    with pytest.raises(SourceError, match="none of 2 rows can be read; the first: a row without a DOI"):
        harvested(Server([{}, {}]))


def test_subjects_that_nobody_wrote_about_are_no_fault() -> None:
    assert harvested(Server([row(1), row(2, title="")]), subjects=("zoology",)) == []


@unhurried
@given(
    st.lists(
        ODD | st.dictionaries(st.sampled_from(list(row())), ODD | st.dates().map(str)).map(lambda odd: row() | odd)
    )
)
def test_each_row_of_any_answer_is_announced_or_skipped(rows: list[Any]) -> None:
    problem = ""
    read: list[Page] = []
    try:
        read += pages(asking(Server(rows)))
    except SourceError as fault:
        problem = fault.problem
    told = sum(len(page.announcements) + len(page.skipped) for page in read)
    assert "can be read" in problem or told == len(rows)


def test_a_cursor_from_the_future_asks_for_today() -> None:
    server = Server([row()])

    harvested(server, Cursor(since=date(2027, 1, 1)))

    assert server.asked == ["/details/biorxiv/2026-03-10/2026-03-10/0/json"]


def test_it_has_no_calendar_and_shows_a_day_when_the_day_is_over() -> None:
    source = asking(Server())

    assert source.announces(TODAY) is Announces.PERHAPS
    assert source.shown_at(TODAY) == datetime(2026, 3, 11, tzinfo=UTC)
    assert source.streams == ("biorxiv",)
