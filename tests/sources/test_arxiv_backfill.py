"""The back-fill: window after window, each once, and no silence believed at the first word."""

from datetime import UTC, date, datetime

import pytest

from digest.batches import Announces
from digest.errors import InvalidInput, SourceError
from digest.papers import Announcement, AnnouncementKind, Cursor, Page
from digest.sources import Source
from digest.sources.arxiv_backfill import ArxivBackfill
from digest.sources.settings import ArxivSettings
from tests.sources.conftest import NOW
from tests.sources.query_api import Api, Said, asking, atom, entry, numbered

MONDAY, TUESDAY = date(2026, 1, 5), date(2026, 1, 6)
WINDOW = "cs.LG 2026-01-05"


def page(api: Api, after: Cursor | None = None, *, stream: str = WINDOW, page_size: int = 2_000) -> Page:
    with asking(api) as client:
        source = ArxivBackfill(ArxivSettings(), client, ["cs.LG", "math"], MONDAY, TUESDAY, page_size=page_size)
        return source.page(stream, after, now=NOW)


def problem(*script: Said, after: Cursor | None = None) -> str:
    with pytest.raises(SourceError) as error:
        page(Api(*script), after)
    return error.value.problem


def ids(told: Page) -> list[str]:
    return [announcement.paper.arxiv_id for announcement in told.announcements]


@pytest.fixture
def backfill() -> ArxivBackfill:
    with asking(Api(atom())) as client:
        return ArxivBackfill(ArxivSettings(), client, ["cs.LG", "math"], MONDAY, TUESDAY)


# ------------------------------------------------------------ windows


def test_windows_come_day_by_day_oldest_first(backfill: ArxivBackfill) -> None:
    source: Source = backfill
    assert list(source.streams) == ["cs.LG 2026-01-05", "math 2026-01-05", "cs.LG 2026-01-06", "math 2026-01-06"]


@pytest.mark.parametrize(
    ("categories", "first", "sentence"),
    [(["cs.LG"], date(2026, 1, 7), "would end on 2026-01-06"), (["cs.LG OR all:x"], MONDAY, "is not a category")],
)
def test_what_cannot_be_filled_is_refused_at_once(categories: list[str], first: date, sentence: str) -> None:
    with asking(Api(atom())) as client, pytest.raises(InvalidInput, match=sentence):
        ArxivBackfill(ArxivSettings(), client, categories, first, TUESDAY)


def test_a_window_asks_for_one_category_and_one_day_of_submission() -> None:
    api = Api(atom(*numbered(1)))
    page(api)
    page(api, stream="math 2026-01-06", page_size=50)
    assert api.asked == [
        {
            "search_query": "cat:cs.LG AND submittedDate:[202601050000 TO 202601052359]",
            "sortBy": "submittedDate",
            "sortOrder": "ascending",
            "start": "0",
            "max_results": "2000",
        },
        {
            "search_query": "(cat:math OR cat:math.*) AND submittedDate:[202601060000 TO 202601062359]",
            "sortBy": "submittedDate",
            "sortOrder": "ascending",
            "start": "0",
            "max_results": "50",
        },
    ]


def test_what_is_found_is_no_news_and_stands_on_the_windows_day() -> None:
    told = page(Api(atom(entry(""), *numbered(1), total=2)))
    (found,) = told.announcements
    assert found == Announcement(
        source="arxiv-backfill", stream="cs.LG", paper=found.paper, kind=AnnouncementKind.FOUND, day=MONDAY
    )
    assert found.paper.arxiv_id == "2603.00001"
    assert [skipped.reason for skipped in told.skipped] == ["an entry without an id: not an arXiv id"]


def test_a_window_is_read_page_by_page_by_what_came() -> None:
    api = Api(atom(*numbered(1, 2), total=4), atom(*numbered(3), total=4), atom(*numbered(4), total=4))
    first = page(api, page_size=3)
    second = page(api, first.cursor, page_size=3)
    third = page(api, second.cursor, page_size=3)
    assert [ids(told) for told in (first, second, third)] == [
        ["2603.00001", "2603.00002"],
        ["2603.00003"],
        ["2603.00004"],
    ]
    assert [told.is_last for told in (first, second, third)] == [False, False, True]
    assert [each["start"] for each in api.asked] == ["0", "2", "3"]
    assert third.cursor == Cursor(since=MONDAY, completed_at=NOW)


# ------------------------------------------------------------ what is done


def test_a_window_read_to_its_end_is_done(backfill: ArxivBackfill) -> None:
    whole = page(Api(atom(*numbered(1)))).cursor
    half = page(Api(atom(*numbered(1), total=2))).cursor
    assert [backfill.is_done(WINDOW, cursor) for cursor in (None, half, whole)] == [False, False, True]


def test_a_window_read_before_its_day_was_over_is_not_done(backfill: ArxivBackfill) -> None:
    evening = Cursor(since=MONDAY, completed_at=datetime(2026, 1, 5, 23, 59, tzinfo=UTC))
    midnight = Cursor(since=MONDAY, completed_at=datetime(2026, 1, 6, tzinfo=UTC))
    assert [backfill.is_done(WINDOW, cursor) for cursor in (evening, midnight)] == [False, True]


def test_no_day_must_have_papers_and_none_is_whole_before_it_is_over(backfill: ArxivBackfill) -> None:
    assert backfill.announces(MONDAY) is Announces.PERHAPS
    assert backfill.shown_at(MONDAY) == datetime(2026, 1, 6, tzinfo=UTC)


# ------------------------------------------------------------ silence


def test_a_window_is_empty_when_arxiv_says_so_twice() -> None:
    api = Api(atom(total=0))
    told = page(api)
    assert (told.announcements, told.cursor) == ((), Cursor(since=MONDAY, completed_at=NOW))
    assert len(api.asked) == 2
    assert api.asked[0] == api.asked[1]


def test_a_window_that_seemed_empty_is_read_when_it_is_not() -> None:
    assert ids(page(Api(atom(total=0), atom(*numbered(1))))) == ["2603.00001"]


def test_a_page_without_papers_before_the_end_is_a_fault() -> None:
    assert problem(atom(total=4)).startswith("the answer holds no paper although 4 were found")
    assert problem(atom(total=4), after=Cursor(since=MONDAY, token="3")).startswith("the answer holds no paper")


def test_a_window_that_had_papers_is_never_empty() -> None:
    assert problem(atom(total=0), after=Cursor(since=MONDAY, token="3")).startswith(
        "the answer tells of no paper, after 3 were given"
    )


def test_a_window_that_shrank_meanwhile_is_at_its_end() -> None:
    told = page(Api(atom(total=2)), Cursor(since=MONDAY, token="3"))
    assert (told.announcements, told.is_last) == ((), True)


def test_more_papers_than_the_api_gives_is_a_fault() -> None:
    assert problem(atom(*numbered(1), total=30_001)) == "tells of 30,001 papers in a day, and gives at most 30,000"


def test_a_refusal_is_told_by_arxivs_own_words() -> None:
    error = "<entry><id>http://arxiv.org/api/errors#x</id><title>Error</title><summary>bad date</summary></entry>"
    assert problem((400, atom(error))) == "refused the question: bad date"
