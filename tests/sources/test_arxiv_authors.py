"""Feeds of authors: all of one person's papers, told as news only when they are, and signed by the right name."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.authors import AuthorKey, Byline
from digest.batches import Announces
from digest.errors import SourceError
from digest.identity import PaperId
from digest.papers import AnnouncementKind, Cursor, Page, Paper
from digest.sources import Source
from digest.sources.arxiv_authors import ArxivAuthorFeeds, author_key, signed
from digest.sources.arxiv_query import Feed
from digest.sources.settings import ArxivSettings
from tests.sources.conftest import NOW, unhurried
from tests.sources.query_api import Api, Said, asking, atom, entry

ORCID = "0000-0002-7970-7855"
BEFORE = Cursor(since=date(2026, 3, 9), completed_at=NOW - timedelta(days=1), validator='ETag: "one"')


def read(api: Api, after: Cursor | None = None, *, name: str = "marin_a_1") -> Page:
    with asking(api) as client:
        return ArxivAuthorFeeds(ArxivSettings(author_feeds=(name,)), client).page(name, after, now=NOW)


def problem(*script: Said) -> str:
    with pytest.raises(SourceError) as error:
        read(Api(*script))
    return error.value.problem


def feed(*entries: str, title: str = "Ana Marín's articles on arXiv", head: str = "") -> bytes:
    return atom(*entries, total="", title=title, head=head)


def written(days: float, name: str = "2603.01234v1") -> str:
    """An entry as an author's feed has it, about a paper so many days old."""
    moment = (NOW - timedelta(days=days)).isoformat()
    return entry(f"http://arxiv.org/abs/{name}", published=moment, updated=moment, authors=("Ana Marín, Bo Li",))


def signer(authors: Sequence[str], name: str = "marin_a_1", *, title: str = "", author: str = "") -> list[str]:
    """The printed names that carry the key of the feed."""
    paper = Paper(id=PaperId("arxiv:2603.01234"), title="Tides", authors=tuple(authors))
    told = signed(paper, name, author_key(name), Feed(papers=(), title=title, author=author))
    assert [byline.name for byline in told.bylines] in ([], list(authors))
    return [byline.name for byline in told.bylines if byline.keys == (author_key(name),)]


# ------------------------------------------------------------ names


def test_authors_are_asked_for_by_arxivs_id_or_by_orcid() -> None:
    api = Api(feed(written(1)))
    with asking(api) as client:
        settings = ArxivSettings(author_feeds=("marin_a_1", ORCID), site_url="https://arxiv.org/")
        source: Source = ArxivAuthorFeeds(settings, client)
        for stream in source.streams:
            source.page(stream, None, now=NOW)
        assert source.announces(NOW.date()) is Announces.PERHAPS
        assert source.shown_at(date(2026, 3, 10)) == datetime(2026, 3, 11, tzinfo=UTC)
    assert [str(request.url) for request in api.requests] == [
        "https://arxiv.org/a/marin_a_1.atom2",
        f"https://arxiv.org/a/{ORCID}.atom2",
    ]


@pytest.mark.parametrize(
    "name",
    ["", "Ana Marin", "marin_a", "marin_a_0", "marin_a_1/../x", "Marin_a_1", "0000-0002-7970-785", "marin_a_1\n"],
)
def test_what_names_no_author_is_refused_at_once(name: str) -> None:
    with asking(Api(feed())) as client, pytest.raises(ValueError, match="neither an arXiv author id"):
        ArxivAuthorFeeds(ArxivSettings(author_feeds=(name,)), client)


# ------------------------------------------------------------ news


def test_what_the_first_reading_brings_is_no_news() -> None:
    told = read(Api(feed(written(1), written(400, "2501.00001v1"))))
    assert [each.kind for each in told.announcements] == [AnnouncementKind.FOUND, AnnouncementKind.FOUND]
    assert told.cursor == Cursor(since=NOW.date(), completed_at=NOW, validator='ETag: "one"')


def test_later_a_young_paper_is_news_and_an_old_one_is_not() -> None:
    told = read(Api(feed(written(30), written(30.1, "2602.00001v1"), written(400, "2501.00001v2"))), BEFORE)
    assert [(each.paper.arxiv_id, each.kind.value, each.day) for each in told.announcements] == [
        ("2603.01234", "new", date(2026, 2, 8)),
        ("2602.00001", "found", date(2026, 2, 8)),
        ("2501.00001", "found", date(2025, 2, 3)),
    ]
    assert {(each.source, each.stream) for each in told.announcements} == {("arxiv-authors", "marin_a_1")}


def test_a_paper_without_a_date_is_found_today() -> None:
    (only,) = read(Api(feed(entry(published="soon"))), BEFORE).announcements
    assert (only.kind, only.day) == (AnnouncementKind.FOUND, NOW.date())


def test_a_paper_from_the_future_stands_on_today() -> None:
    (only,) = read(Api(feed(written(-300))), BEFORE).announcements
    assert (only.kind, only.day) == (AnnouncementKind.NEW, NOW.date())


def test_a_feed_that_did_not_change_is_not_read_again() -> None:
    api = Api((304, b""))
    told = read(api, BEFORE)
    assert api.requests[0].headers["If-None-Match"] == '"one"'
    assert (told.announcements, told.unchanged) == ((), True)
    assert told.cursor == Cursor(since=BEFORE.since, completed_at=NOW, validator='ETag: "one"')


def test_an_author_without_papers_is_no_fault() -> None:
    assert read(Api(feed())).announcements == ()


def test_an_unreadable_paper_costs_itself() -> None:
    told = read(Api(feed(entry("tag:1"), written(1))))
    assert [skipped.reason for skipped in told.skipped] == ["tag:1: not an arXiv id"]
    assert len(told.announcements) == 1


@pytest.mark.parametrize("status", [400, 404])
def test_an_author_whom_arxiv_does_not_know_is_told_in_a_sentence(status: int) -> None:
    assert problem((status, b"Not Found")).startswith("arXiv has no feed of this author")


@pytest.mark.parametrize("body", [b"", feed(written(1))[:-30], b"<html>down</html>", b"<rss/>"])
def test_what_is_no_feed_is_a_fault(body: bytes) -> None:
    assert problem(body)


# ------------------------------------------------------------ whose name it is


def test_the_author_of_the_feed_carries_the_key() -> None:
    (only,) = read(Api(feed(written(1)))).announcements
    assert only.paper.authors == ("Ana Marín", "Bo Li")
    assert only.paper.bylines == (Byline(name="Ana Marín", keys=(AuthorKey("arxiv:marin_a_1"),)), Byline(name="Bo Li"))


def test_the_key_joins_what_was_told_of_the_author() -> None:
    told = """<author><name>A. Marin</name><arxiv:affiliation>CfA</arxiv:affiliation></author>"""
    (only,) = read(Api(feed(entry(authors=("Bo Li",), extra=told))), name="marin_a_1").announcements
    assert only.paper.bylines[1] == Byline(name="A. Marin", affiliations=("CfA",), keys=(AuthorKey("arxiv:marin_a_1"),))


def test_an_orcid_is_told_by_the_title_of_the_feed_or_by_its_author() -> None:
    title = "Simeon Warner's articles on arXiv"
    assert signer(["Bo Li", "S. Warner"], ORCID, title=title) == ["S. Warner"]
    assert signer(["Bo Li", "Simeon Warner"], ORCID, title="Simeon Warner") == ["Simeon Warner"]
    assert signer(["Bo Li", "Simeon Warner"], ORCID, title="Articles", author="Simeon Warner") == ["Simeon Warner"]
    assert signer(["Bo Li", "Simeon Warner"], ORCID, title=f"{ORCID}'s articles on arXiv") == []


@pytest.mark.parametrize(
    ("authors", "name", "who"),
    [
        (["Bo Li", "Ana Marín"], "marin_a_1", ["Ana Marín"]),
        (["Bo Li", "A. M. Marin"], "marin_a_1", ["A. M. Marin"]),
        (["Joost van der Putten", "P. Putten"], "vanderputten_j_1", ["Joost van der Putten"]),
        (["Seán O'Brien", "Bo Li"], "obrien_s_2", ["Seán O'Brien"]),
        (["Anna Marin", "Alba Marin"], "marin_a_1", []),
        (["Bea Marin", "Marin"], "marin_a_1", []),
        (["A. Sanmarin"], "marin_a_1", []),
        (["Tides Collaboration"], "marin_a_1", []),
        ([], "marin_a_1", []),
    ],
)
def test_the_key_goes_to_the_one_printed_name_that_fits(authors: list[str], name: str, who: list[str]) -> None:
    assert signer(authors, name) == who


def test_of_two_that_fit_the_whole_name_decides() -> None:
    assert signer(["Anna Marin", "Ana Marin"], title="Ana Marin's articles on arXiv") == ["Ana Marin"]
    assert signer(["王伟", "王强"], ORCID, title="王强's articles on arXiv") == ["王强"]


names = st.text(min_size=1).map(lambda text: " ".join(text.split())).filter(bool)


@unhurried
@given(st.lists(names, max_size=5), st.sampled_from([ORCID, "marin_a_1"]), st.text())
def test_whatever_is_printed_at_most_one_name_carries_the_key(authors: list[str], name: str, title: str) -> None:
    assert len(signer(authors, name, title=title)) <= 1
