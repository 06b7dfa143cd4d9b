"""The public pages of days, weeks and months, and their feeds."""

import json
import re
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote

import feedparser
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import html

from digest.batches import Batch, BatchState
from digest.browse.days import PAGE
from digest.rendering.settings import SiteSettings
from digest.signals import CODE, UPVOTES, Signal
from digest.web.days import IN_FULL
from tests.fakes import MONDAY, at, paper
from tests.store.builders import announce, announced
from tests.web.builders import Door, opened

FRIDAY = MONDAY - timedelta(days=3)


def get(door: Door, path: str, **headers: str) -> httpx.Response:
    return door.ask("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def read(answer: httpx.Response) -> html.HtmlElement:
    assert answer.status_code == 200
    return html.document_fromstring(answer.text)


def titles(page: html.HtmlElement) -> list[str]:
    return [each.text_content() for each in page.xpath("//article/h2 | //ul[contains(@class, 'list')]/li/h3")]


def announce_papers(door: Door, count: int, *, day: date = MONDAY) -> None:
    announce(
        door.store,
        *(
            announced(
                paper(f"Paper {n}", number=n + 100 * day.day, categories=("cs.LG", "cs.CL") if n % 2 else ("cs.LG",)),
                day=day,
            )
            for n in range(1, count + 1)
        ),
    )


def vote(door: Door, number: int, count: int) -> None:
    with door.store.begin() as tx:
        tx.signals.keep(
            [
                Signal(
                    subject=f"arxiv:2603.{number:05d}",
                    name=name,
                    value=value,
                    source="huggingface",
                    observed_at=at(MONDAY),
                )
                for name, value in ((UPVOTES, count), (CODE, "https://code.example"))
            ]
        )


def batch(door: Door, *, state: BatchState, day: date = MONDAY, papers: int = 0) -> None:
    with door.store.begin() as tx:
        tx.batches.keep(
            [
                Batch(
                    source="arxiv",
                    stream="cs.LG",
                    day=day,
                    state=state,
                    expected=papers,
                    arrived=papers,
                    closes_at=at(day),
                )
            ]
        )


# ------------------------------------------------------------ pages


def test_the_front_page_shows_the_newest_day_that_has_papers(door: Door) -> None:
    announce_papers(door, 3, day=FRIDAY)

    page = read(get(door, "/"))

    assert page.findtext(".//h1") == "Daily papers, Friday 27 February"
    assert titles(page) == ["Paper 3", "Paper 2", "Paper 1"]
    assert "Today’s listing is not there yet. Next listing: Tuesday 3 March, 03:45 UTC." in page.text_content()


def test_the_paper_with_most_votes_leads(door: Door) -> None:
    announce_papers(door, 3)
    vote(door, 201, 87)

    page = read(get(door, "/"))

    (lead,) = page.xpath("//article[@class='lead']")
    assert lead.findtext("h2/a") == "Paper 1"
    facts = " ".join(lead.xpath("string(p[@class='facts'])").split())
    assert facts == "New · cs.LG · 2 March · 87 upvotes · Code"
    assert "3 papers, 1 of them with votes of readers, which come first." in page.text_content()


def test_the_newest_come_first_where_that_is_asked_for(door: Door) -> None:
    announce_papers(door, 3)
    vote(door, 201, 87)

    assert titles(read(get(door, "/?sort=newest"))) == ["Paper 3", "Paper 2", "Paper 1"]


def test_a_category_shows_its_papers_and_stands_in_the_rail_with_its_count(door: Door) -> None:
    announce_papers(door, 5)

    page = read(get(door, "/?category=cs.CL"))

    assert titles(page) == ["Paper 5", "Paper 3", "Paper 1"]
    rail = page.xpath("//ul[@class='rail'][1]/li")
    assert [" ".join(line.text_content().split()) for line in rail] == ["All 5", "cs.LG 5", "cs.CL 3"]
    assert rail[2].xpath("a/@aria-current") == ["true"]


def test_a_category_without_papers_says_so(door: Door) -> None:
    announce_papers(door, 1)

    assert "No paper of these days is in math.AP." in read(get(door, "/?category=math.AP")).text_content()


def test_many_papers_are_twelve_in_full_then_titles_then_a_link(door: Door) -> None:
    announce_papers(door, PAGE + 1)

    page = read(get(door, "/2026-03-02"))

    assert len(page.xpath("//article")) == IN_FULL
    assert len(titles(page)) == PAGE
    assert "1 to 50 of 51" in page.text_content()
    assert page.xpath("//a[@rel='next']/@href") == ["/2026-03-02?page=2"]
    second = read(get(door, "/2026-03-02?page=2"))
    assert titles(second) == ["Paper 1"]
    assert second.xpath("//a[@rel='prev']/@href") == ["/2026-03-02"]


def test_days_lead_to_the_days_before_and_after(door: Door) -> None:
    announce_papers(door, 1, day=FRIDAY)
    announce_papers(door, 1)

    assert read(get(door, "/2026-02-27")).xpath("//a[@rel='next']/@href") == ["/2026-03-02"]
    assert read(get(door, "/")).xpath("//a[@rel='prev']/text()") == ["← 27 February"]


def test_weeks_and_months_have_pages(door: Door) -> None:
    announce_papers(door, 2, day=FRIDAY)
    announce_papers(door, 1)

    assert read(get(door, "/week")).findtext(".//h1") == "Week 10: 2 March to 8 March"
    assert len(titles(read(get(door, "/week/2026-W09")))) == 2
    assert read(get(door, "/month")).findtext(".//h1") == "March 2026"
    month = read(get(door, "/month/2026-02"))
    assert (len(titles(month)), month.xpath("//a[@rel='next']/@href")) == (2, ["/month/2026-03"])


def test_the_ledger_says_what_was_read(door: Door) -> None:
    announce_papers(door, 2)
    batch(door, state=BatchState.COMPLETE, papers=2)

    assert "2 of 2 papers read in cs.LG. Nothing is missing." in read(get(door, "/")).text_content()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/2026-03-01", "arXiv announced nothing on this day."),
        ("/2026-02-26", "Nothing is kept of this day."),
        ("/month/2026-01", "Nothing was announced in these days."),
        ("/", "Today’s listing is not there yet. Next listing: Tuesday 3 March, 03:45 UTC."),
    ],
)
def test_empty_days_say_so(door: Door, path: str, said: str) -> None:
    page = read(get(door, path))

    assert page.xpath("string(//p[@role='status'])") == said
    assert not titles(page)


def test_a_listing_that_could_not_be_read_is_no_holiday(door: Door) -> None:
    batch(door, state=BatchState.STALLED)

    assert "could not be read yet" in read(get(door, "/")).text_content()


@pytest.mark.parametrize(
    "path",
    [
        "/2026-13-01",
        "/2026-03-04",
        "/1980-01-01",
        "/week/2026-W60",
        "/month/2026-00",
        "/?page=0",
        "/?page=x",
        "/?page=2",
        "/?sort=loudest",
        "/?category=%00",
        "/?category=" + "x" * 101,
        "/2026-03-02.xml",
        "/2026-03-2",
        "/２０２６-03-02",
        "/week/2026-13-01.atom",
    ],
)
def test_what_is_no_such_page_is_not_found(door: Door, path: str) -> None:
    announce_papers(door, 1)

    assert get(door, path).status_code == 404


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["/", "/week", "/month", "/trends", "/2026-03-02", "/feed.atom", "/week/2026-W10.json"]),
    st.dictionaries(st.sampled_from(["sort", "category", "page", "lang", "x"]), st.text(max_size=20), max_size=4),
)
def test_no_query_fails(door: Door, path: str, query: dict[str, str]) -> None:
    asked = "&".join(f"{name}={quote(value, safe='', errors='replace')}" for name, value in query.items())

    assert get(door, f"{path}?{asked}").status_code in (200, 404)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["", "week/", "month/"]), st.text(max_size=15))
def test_no_path_fails(door: Door, place: str, name: str) -> None:
    path = f"/{place}{quote(name, safe='', errors='replace')}"

    assert get(door, path).status_code in (200, 302, 404)


# ------------------------------------------------------------ answers


def test_who_has_the_page_gets_nothing_again(door: Door) -> None:
    announce_papers(door, 1)
    first = get(door, "/")

    again = get(door, "/", if_none_match=first.headers["etag"])

    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["cache-control"] == "public, max-age=60"
    assert first.headers["vary"] == "Accept-Encoding, Accept-Language"
    assert first.headers["x-robots-tag"] == "all"


def test_a_head_request_is_answered_without_a_body(door: Door) -> None:
    announce_papers(door, 1)

    answer = door.ask("HEAD", "/")

    assert (answer.status_code, answer.content) == (200, b"")


def test_reading_changes_nothing(door: Door) -> None:
    announce_papers(door, 2)
    get(door, "/feed.atom")  # which has its name from now on
    before = door.kept()

    for path in ("/", "/week", "/month/2026-03", "/trends", "/feed.atom", "/week.json"):
        assert get(door, path).status_code == 200

    assert door.kept() == before


def test_a_page_speaks_the_readers_language(door: Door) -> None:
    announce_papers(door, 1)

    assert read(get(door, "/", accept_language="de")).get("lang") == "de"
    asked = read(get(door, "/?lang=de"))
    assert asked.get("lang") == "de"
    assert asked.xpath("//p[contains(@class, 'turn')]/a[1]/@href") == ["/?lang=de"]


def test_hostile_titles_are_text(door: Door) -> None:
    announce(door.store, announced(paper("<script>alert(1)</script>", abstract="<img src=x onerror=alert(1)>")))

    text = get(door, "/").text

    assert "<script>alert" not in text
    assert "<img" not in text


def test_no_page_needs_a_style_or_a_script(door: Door) -> None:
    announce_papers(door, 20)

    for path in ("/", "/trends"):
        text = get(door, path).text
        assert not re.search(r"\sstyle=|<style|<script|\son\w+=", text)


def test_below_a_path_every_link_has_it(tmp_path: Path, upgraded_file: Path) -> None:
    with opened(tmp_path, upgraded_file) as door:
        door.site = SiteSettings(sender="digest@example.org", url="https://digest.example/papers")
        announce_papers(door, PAGE + 1)
        page = read(get(door, "/"))

    ours = [each for each in page.xpath("//a/@href") if each.startswith("/")]
    assert ours
    assert all(each.startswith("/papers/") for each in ours)


# ------------------------------------------------------------ feeds


def test_a_page_names_its_feeds(door: Door) -> None:
    announce_papers(door, 1)

    links = read(get(door, "/week?category=cs.CL")).xpath("//link[@rel='alternate']")

    assert [(each.get("type"), each.get("href")) for each in links] == [
        ("application/atom+xml", "/week.atom?category=cs.CL"),
        ("application/rss+xml", "/week.rss?category=cs.CL"),
        ("application/feed+json", "/week.json?category=cs.CL"),
    ]


@pytest.mark.parametrize("path", ["/feed", "/2026-03-02", "/week", "/week/2026-W10", "/month", "/month/2026-03"])
def test_every_page_has_its_feed_in_three_forms(door: Door, path: str) -> None:
    announce_papers(door, 2)

    for form in ("atom", "rss"):
        found = feedparser.parse(get(door, f"{path}.{form}").content)
        assert not found.bozo
        assert [each.title for each in found.entries] == ["Paper 2", "Paper 1"]
    items = json.loads(get(door, f"{path}.json").content)["items"]
    assert [each["title"] for each in items] == ["Paper 2", "Paper 1"]


def test_a_feed_keeps_its_name_and_every_view_has_its_own(door: Door) -> None:
    announce_papers(door, 2)

    def name(path: str) -> str:
        return str(feedparser.parse(get(door, path).content).feed.id)

    assert name("/feed.atom") == name("/feed.atom")
    assert len({name(path) for path in ("/feed.atom", "/week.atom", "/week.atom?category=cs.CL")}) == 3


def test_a_feed_is_public_and_conditional(door: Door) -> None:
    announce_papers(door, 1)
    first = get(door, "/feed.rss")

    assert first.headers["cache-control"] == "public, max-age=900"
    assert first.headers["content-type"] == "application/xml; charset=utf-8"
    again = get(door, "/feed.rss", if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")


def test_a_feed_of_a_day_that_is_none_is_not_found(door: Door) -> None:
    assert get(door, "/2026-13-01.atom").status_code == 404
