"""Harvesting arXiv page by page: nothing twice in vain, nothing lost."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import SourceError
from digest.identity import PaperId
from digest.papers import Announcement, AnnouncementKind, Cursor, Page
from digest.sample import SampleArxiv, papers
from digest.sources.arxiv import Arxiv
from digest.sources.arxiv_details import ArxivDetails
from digest.sources.client import Pace, PoliteClient
from digest.sources.settings import ArxivSettings
from tests.sources.conftest import NOW, Clients, unhurried
from tests.sources.damage import damaged
from tests.sources.pages import (
    FULL_METADATA,
    author,
    deleted,
    details,
    error,
    header,
    metadata,
    one,
    page,
    record,
    version,
)

FIRST_DAY = date(2026, 3, 3)
NEXT = Cursor(since=FIRST_DAY, token="2nd", began=date(2026, 3, 10))
LEARNING: dict[str, Any] = {"verb": "ListRecords", "metadataPrefix": "arXivRaw", "set": "cs:cs:LG"}


@dataclass
class Replies:
    """An arXiv that gives prepared answers, the last again and again, and remembers what it was asked."""

    script: list[bytes] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(dict(request.url.params))
        body = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return httpx.Response(200, stream=httpx.ByteStream(body))


@pytest.fixture
def replies() -> Replies:
    return Replies()


@pytest.fixture
def arxiv(replies: Replies, clients: Clients) -> Arxiv:
    return Arxiv(ArxivSettings(categories=("cs.LG",), first_days=7), clients(transport=httpx.MockTransport(replies)))


@pytest.fixture
def turn(arxiv: Arxiv, replies: Replies) -> Callable[..., Page]:
    """Ask for the page after a cursor; arXiv answers as prepared."""

    def ask(*script: bytes, after: Cursor | None = None, stream: str = "cs.LG") -> Page:
        replies.script = list(script)
        return arxiv.page(stream, after, now=NOW)

    return ask


def ids(announcements: tuple[Announcement, ...]) -> list[str]:
    return [each.paper.arxiv_id for each in announcements]


# ------------------------------------------------------------ one page after the other


def test_the_first_harvest_goes_back_the_first_days(turn: Callable[..., Page], replies: Replies) -> None:
    turn(page(record()))
    assert replies.asked == [LEARNING | {"from": "2026-03-03"}]


def test_a_later_page_is_asked_for_by_its_token_alone(turn: Callable[..., Page], replies: Replies) -> None:
    turn(page(record()), after=NEXT)
    assert replies.asked == [{"verb": "ListRecords", "resumptionToken": "2nd"}]


def test_a_page_announces_its_papers_on_the_day_they_were_listed(turn: Callable[..., Page]) -> None:
    (only,) = turn(page(record("2603.00001", day="2026-03-09"))).announcements
    assert (only.source, only.stream, only.day) == ("arxiv", "cs.LG", date(2026, 3, 9))
    assert (only.paper.id, only.kind) == ("arxiv:2603.00001", AnnouncementKind.NEW)


def test_a_page_with_a_token_is_followed_by_another(turn: Callable[..., Page]) -> None:
    cursor = turn(page(record(), token="2nd")).cursor
    assert cursor == NEXT


def test_the_next_harvest_begins_on_the_day_this_one_did(turn: Callable[..., Page]) -> None:
    first = turn(page(record(), token="2nd", answered="2026-03-09T23:58:00Z"))
    last = turn(page(record(), token="", answered="2026-03-10T00:03:00Z"), after=first.cursor)
    assert last.is_last
    assert last.cursor == Cursor(since=date(2026, 3, 9), completed_at=NOW)


def test_a_source_whose_clock_runs_ahead_does_not_take_us_along(turn: Callable[..., Page]) -> None:
    assert turn(page(record(), answered="2062-03-10T08:00:00Z")).cursor.since == NOW.date()


def test_a_source_whose_clock_is_behind_does_not_take_us_back(turn: Callable[..., Page]) -> None:
    assert turn(page(record(), answered="0001-01-01T08:00:00Z")).cursor.since == FIRST_DAY


def test_a_record_dated_when_there_was_no_arxiv_is_still_a_record(turn: Callable[..., Page]) -> None:
    (only,) = turn(page(record("2603.00001", day="0001-01-01"))).announcements
    assert only.day == date(1, 1, 1)


def test_an_expired_token_begins_the_harvest_again_at_its_first_day(
    turn: Callable[..., Page], replies: Replies
) -> None:
    yesterday = replace(NEXT, began=date(2026, 3, 9))
    again = turn(error("badResumptionToken"), page(record("2603.00001"), token="new"), after=yesterday)
    assert replies.asked[1] == LEARNING | {"from": "2026-03-03"}
    assert ids(again.announcements) == ["2603.00001"]
    assert again.cursor == Cursor(since=FIRST_DAY, token="new", began=date(2026, 3, 10))


@pytest.mark.parametrize("after", [None, Cursor(since=FIRST_DAY), NEXT])
@pytest.mark.parametrize(
    "answer",
    [
        error("noRecordsMatch"),
        page(),
        page(token="3rd"),
        page(deleted("2603.00001"), deleted("2603.00002")),
    ],
    ids=["no records match", "no records", "no records and more to come", "deleted records only"],
)
def test_an_answer_without_papers_leaves_the_cursor_at_its_first_day(
    turn: Callable[..., Page], after: Cursor | None, answer: bytes
) -> None:
    assert turn(answer, after=after) == Page(announcements=(), cursor=Cursor(since=FIRST_DAY))


def test_silence_does_not_take_the_last_harvest_away(turn: Callable[..., Page]) -> None:
    done = Cursor(since=date(2026, 3, 9), completed_at=NOW - timedelta(days=1))
    assert turn(error("noRecordsMatch"), after=done).cursor == done


def test_deleted_records_before_others_are_passed_over(turn: Callable[..., Page]) -> None:
    read = turn(page(deleted("2603.00001"), token="2nd"))
    assert (read.announcements, read.cursor) == ((), NEXT)


@pytest.mark.parametrize(
    ("after", "kind"),
    [
        (None, AnnouncementKind.REPLACEMENT),
        (Cursor(since=date(2026, 3, 9), completed_at=NOW), AnnouncementKind.NEW),
        (Cursor(since=date(2026, 3, 9), token="2nd", completed_at=NOW), AnnouncementKind.NEW),
    ],
)
def test_a_paper_already_replaced_is_new_only_to_who_has_harvested_before(
    turn: Callable[..., Page], after: Cursor | None, kind: AnnouncementKind
) -> None:
    replaced = metadata("2603.00001", version(1, date="Mon, 09 Mar 2026 10:00:00 GMT"), version(2))
    (only,) = turn(page(record("2603.00001", body=replaced)), after=after).announcements
    assert only.kind == kind


def test_deleted_records_are_no_papers_and_no_faults(turn: Callable[..., Page]) -> None:
    read = turn(page(deleted("2603.00001"), record("2603.00002")))
    assert (ids(read.announcements), read.skipped) == (["2603.00002"], ())


def test_unreadable_records_are_named_and_the_rest_is_read(turn: Callable[..., Page]) -> None:
    untitled, bare = record("2603.00001", body=metadata("2603.00001", title="")), f"<record>{header('2603.3')}</record>"
    read = turn(page(untitled, record("2603.00002"), bare))
    assert ids(read.announcements) == ["2603.00002"]
    assert [str(each) for each in read.skipped] == [
        "oai:arXiv.org:2603.3: no metadata",
        "oai:arXiv.org:2603.00001: no title",
    ]


def test_an_unreadable_record_says_which_paper_of_which_day_it_is_as_far_as_it_can(turn: Callable[..., Page]) -> None:
    untitled = record("2603.00001", day="2026-03-09", body=metadata("2603.00001", title=""))
    bare = f"<record>{header('math/0306266', '2026-03-08')}</record>"
    dateless = record("2603.00002", day="soon")
    nameless = "<record><header><datestamp>2026-03-07</datestamp></header></record>"
    read = turn(page(untitled, bare, dateless, nameless, record("2603.00003")))
    assert {(each.paper, each.day) for each in read.skipped} == {
        ("arxiv:2603.00001", date(2026, 3, 9)),
        ("arxiv:math/0306266", date(2026, 3, 8)),
        ("arxiv:2603.00002", None),
        (None, date(2026, 3, 7)),
    }


def test_a_page_of_which_nothing_can_be_read_is_a_fault(turn: Callable[..., Page]) -> None:
    with pytest.raises(SourceError, match=r"none of 1 records can be read; the first: oai:arXiv\.org:2603\.1: no meta"):
        turn(page(f"<record>{header('2603.1')}</record>"))


# ------------------------------------------------------------ refusals


def test_the_same_token_again_is_refused(turn: Callable[..., Page]) -> None:
    with pytest.raises(SourceError, match="the same page comes again and again"):
        turn(page(record(), token="2nd"), after=NEXT)


@pytest.mark.parametrize("code", ["badArgument", "badVerb", "cannotDisseminateFormat", "badResumptionToken", "new"])
def test_an_error_of_arxiv_is_named(turn: Callable[..., Page], code: str) -> None:
    with pytest.raises(SourceError, match=rf"{code}: The set is closed\."):
        turn(error(code, "The set\n is closed."))


def test_a_token_refused_twice_is_an_error(turn: Callable[..., Page], replies: Replies) -> None:
    with pytest.raises(SourceError, match="badResumptionToken"):
        turn(error("badResumptionToken"), after=NEXT)
    assert len(replies.asked) == 2


WHOLE = page(
    record("2603.00001", body=FULL_METADATA), record(body=metadata("math/0306266")), deleted("2603.2"), token="2nd"
)
DETAILED = page(record(body=details(authors=[author("Marin", "Ana", "MIT"), author("Li", "Bo")])), record())


@unhurried
@given(damaged(WHOLE) | damaged(DETAILED), st.sampled_from([Arxiv, ArxivDetails]), st.sampled_from([None, NEXT]))
def test_whatever_comes_is_a_page_or_an_error_of_the_source(
    body: bytes, kind: type[Arxiv | ArxivDetails], after: Cursor | None
) -> None:
    client = PoliteClient(
        "arxiv",
        user_agent="test",
        pace=Pace(0.0),
        cooldown=timedelta(0),
        transport=httpx.MockTransport(Replies([body])),
    )
    with suppress(SourceError):
        read = kind(ArxivSettings(), client).page("cs.LG", after, now=NOW)
        assert read.cursor.since >= FIRST_DAY
        assert all(one_line(each) for each in read.announcements)
    client.close()


def one_line(told: Announcement) -> bool:
    """Whether what the product prints on one line would stand on one."""
    names = [*told.paper.authors, *(place for byline in told.paper.bylines for place in byline.affiliations)]
    texts = [told.paper.title, told.paper.comment, told.paper.doi, told.paper.submitter, *names]
    return all(len(text.splitlines()) <= 1 and text == text.strip() for text in texts)


# ------------------------------------------------------------ one paper


def test_a_known_paper_is_looked_up_by_its_identifier(arxiv: Arxiv, replies: Replies) -> None:
    replies.script = [one(record("math/0306266"))]
    found = arxiv.lookup(PaperId("arxiv:math/0306266"), now=NOW)
    assert found is not None
    assert found.title == "Paper math/0306266"
    asked = {"verb": "GetRecord", "metadataPrefix": "arXivRaw", "identifier": "oai:arXiv.org:math/0306266"}
    assert replies.asked == [asked]


def test_an_unknown_paper_is_none(arxiv: Arxiv, replies: Replies) -> None:
    replies.script = [error("idDoesNotExist")]
    assert arxiv.lookup(PaperId("arxiv:2603.99999"), now=NOW) is None


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (error("badArgument"), "no record of 2603.01234: badArgument"),
        (one(deleted("2603.01234")), "no record of 2603.01234: it is marked deleted"),
        (one(f"<record>{header('2603.01234')}</record>"), "no record of 2603.01234: no metadata"),
        (one(record(body=metadata(title=""))), "the record of 2603.01234 cannot be read: no title"),
    ],
)
def test_a_paper_that_cannot_be_had_is_an_error_with_its_reason(
    arxiv: Arxiv, replies: Replies, body: bytes, problem: str
) -> None:
    replies.script = [body]
    with pytest.raises(SourceError, match=problem):
        arxiv.lookup(PaperId("arxiv:2603.01234"), now=NOW)


# ------------------------------------------------------------ the whole sample

CATEGORIES = ("cs.CL", "cs.RO", "q-bio.NC")
LAST_EVENING = datetime(2026, 3, 11, 8, tzinfo=UTC)


@pytest.fixture
def sample() -> Iterator[SampleArxiv]:
    with SampleArxiv(LAST_EVENING.date(), page_size=7) as serving:
        yield serving


@pytest.fixture
def reader(sample: SampleArxiv, clients: Clients) -> Arxiv:
    return Arxiv(ArxivSettings(categories=CATEGORIES, oai_url=sample.oai_url), clients())


def expected(category: str, since: date = date.min) -> list[str]:
    return sorted(each.id for each in papers() if category in each.categories and each.datestamp >= since)


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_harvest_of_the_sample_brings_each_of_its_papers_once(reader: Arxiv, category: str) -> None:
    found: list[str] = []
    cursor = None
    while cursor is None or cursor.token is not None:
        read = reader.page(category, cursor, now=LAST_EVENING)
        found += ids(read.announcements)
        assert not read.skipped
        cursor = read.cursor
    assert sorted(found) == expected(category)
    assert cursor == Cursor(since=LAST_EVENING.date(), completed_at=LAST_EVENING)


def test_a_harvest_over_midnight_begins_again_and_loses_nothing(sample: SampleArxiv, reader: Arxiv) -> None:
    sample.today = date(2026, 3, 10)
    cursor = reader.page("cs.CL", None, now=LAST_EVENING - timedelta(days=1)).cursor
    sample.today = date(2026, 3, 11)
    found: set[str] = set()
    while cursor.token is not None:
        read = reader.page("cs.CL", cursor, now=LAST_EVENING)
        found.update(ids(read.announcements))
        cursor = read.cursor
    assert sorted(found) == expected("cs.CL")


def test_papers_of_the_sample_are_looked_up_one_by_one(reader: Arxiv) -> None:
    found = [reader.lookup(PaperId(f"arxiv:{each.id}"), now=LAST_EVENING) for each in papers()[:5]]
    assert [paper and paper.arxiv_id for paper in found] == [each.id for each in papers()[:5]]
    assert reader.lookup(PaperId("arxiv:2603.12345"), now=LAST_EVENING) is None
