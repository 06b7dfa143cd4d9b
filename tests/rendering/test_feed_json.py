"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/): the same entries as Atom has, by the rules of the format."""

import json
from datetime import datetime
from typing import Any

from hypothesis import given
from lxml import etree

from digest.editions import Edition
from digest.rendering.feed import FeedLinks, FeedRenderer
from digest.rendering.settings import SiteSettings
from tests.fakes import paper
from tests.rendering.builders import (
    READ,
    SITE,
    TEMPLATES,
    atom,
    edition,
    hostile_editions,
    site,
    site_names,
    three_papers,
    unhurried,
)

HERE = "https://paperround.example/feed/abc.json"
ATOM = "{http://www.w3.org/2005/Atom}"


def raw(*editions: Edition, by: SiteSettings = SITE) -> bytes:
    return FeedRenderer(by, TEMPLATES).json(editions, links=FeedLinks(here=HERE, editions={1: READ}))


def read(*editions: Edition, by: SiteSettings = SITE) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(raw(*editions, by=by))
    return found


def assert_valid(feed: dict[str, Any]) -> None:
    """What the format demands, and what it has as text or as a list of texts."""
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"].strip()
    for name in ("home_page_url", "feed_url"):
        assert feed[name].startswith("https://")
    ids = [item["id"] for item in feed["items"]]
    assert len(set(ids)) == len(ids)
    for item in feed["items"]:
        assert all(isinstance(item[name], str) and item[name] for name in ("id", "url", "title", "content_html"))
        assert all(author["name"] for author in item["authors"])
        assert all(isinstance(tag, str) and tag for tag in item["tags"])
        for name in ("date_published", "date_modified"):
            assert datetime.fromisoformat(item[name]).tzinfo is not None  # RFC 3339


def test_the_feed_says_what_and_where_it_is() -> None:
    feed = read(three_papers())
    assert_valid(feed)
    assert (feed["title"], feed["home_page_url"], feed["feed_url"], feed["language"]) == (
        "Paperround: papers for you",
        "https://paperround.example",
        HERE,
        "en",
    )
    assert feed["description"].startswith("cs.LG: 400 of 400")


def test_an_entry_has_everything() -> None:
    item = read(three_papers())["items"][0]
    content = item.pop("content_html")
    summary = item.pop("summary")
    assert item == {
        "id": "https://arxiv.org/abs/2603.09001",
        "url": "https://arxiv.org/abs/2603.09001",
        "title": "Flat minima: why R² is not enough",
        "date_published": "2026-03-02T00:00:00+00:00",
        "date_modified": "2026-03-02T07:30:00+00:00",
        "authors": [{"name": name} for name in ("José Núñez", "Ada Ames", "Bo Berg", "Cy Cole")],
        "tags": ["cs.LG", "stat.ML", "math.OC"],
    }
    assert "<math " in content
    assert f'<a href="{READ}/1/more">More like this</a>' in content
    assert "O(n log n)" in summary


def test_it_has_the_entries_of_atom() -> None:
    letters = three_papers(), edition("Another", "And one more", id=2)
    ids = [entry.findtext(f"{ATOM}id") for entry in etree.fromstring(atom(*letters)).iterfind(f"{ATOM}entry")]
    assert [item["id"] for item in read(*letters)["items"]] == ids


def test_an_empty_feed_is_valid_and_a_feed_in_a_file_tells_no_address() -> None:
    assert_valid(read())
    assert read()["items"] == []
    assert "feed_url" not in json.loads(FeedRenderer(SITE, TEMPLATES).json([]))


def test_text_is_text_in_title_and_summary_and_escaped_in_content() -> None:
    text = "a<b & <script>alert(1)</script>"
    item = read(edition(paper(text, abstract=text)))["items"][0]
    assert (item["title"], item["summary"]) == (text, text)
    assert "<script" not in item["content_html"]
    assert "a&lt;b &amp; &lt;script&gt;" in item["content_html"]


@unhurried
@given(hostile_editions, site_names)
def test_whatever_the_world_sends_it_is_valid(letter: Edition, name: str) -> None:
    feed = read(letter, by=site(name=name))
    assert_valid(feed)
    assert raw(letter) == raw(letter)
    for item in feed["items"]:
        etree.fromstring(f"<div>{item['content_html']}</div>", etree.XMLParser(resolve_entities=False))
