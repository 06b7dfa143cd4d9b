"""What a feed on the web has beyond one in a file: its own address, votes, a look, and a time of its last change."""

import json
from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any

import feedparser
import pytest
from hypothesis import given
from lxml import etree

from digest.editions import Edition
from digest.rendering.feed import FeedLinks, FeedRenderer, last_changed
from digest.rendering.words import Words
from tests.fakes import MONDAY, at, paper
from tests.rendering.builders import NOW, READ, SITE, TEMPLATES, edition, hostile_editions, three_papers, unhurried
from tests.rendering.pages import Page

HERE = "https://paperround.example/feed/abc.atom"
LINKS = FeedLinks(here=HERE, style="/static/feed.css", editions={1: READ})
ATOM = "{http://www.w3.org/2005/Atom}"
TUESDAY = MONDAY + timedelta(days=1)


def written(form: str, *editions: Edition, links: FeedLinks = LINKS) -> bytes:
    renderer = FeedRenderer(SITE, TEMPLATES)
    write: Callable[..., bytes] = renderer.atom if form == "atom" else renderer.rss
    return write(editions, uri="tag:paperround.example,2026:feed-1", since=NOW, links=links)


both = pytest.mark.parametrize("form", ["atom", "rss"])


@both
def test_the_feed_tells_its_own_address_and_in_rss_the_channel_is_still_the_site(form: str) -> None:
    feed = written(form, three_papers())
    links = {(link["rel"], link["href"], link.get("type")) for link in feedparser.parse(feed).feed.links}
    assert links == {
        ("self", HERE, f"application/{form}+xml"),
        ("alternate", "https://paperround.example", "text/html"),
    }
    channel = etree.fromstring(feed).find("channel")
    assert channel is None or channel.findtext("link") == "https://paperround.example"


@both
def test_every_paper_has_the_votes_of_its_place_in_its_edition(form: str) -> None:
    other = edition(paper("Other"), day=TUESDAY, id=2)
    read = feedparser.parse(written(form, other, three_papers(), links=FeedLinks(editions={1: READ})))
    votes = [
        [tag.attributes["href"] for tag in Page(f"<body>{entry.content[0].value}</body>").all("a")][2:]
        for entry in read.entries
    ]
    assert votes == [[], *([f"{READ}/{place}/{deed}" for deed in ("more", "less", "save")] for place in (1, 2, 3))]


@both
def test_a_paper_in_two_editions_has_the_votes_of_the_newer(form: str) -> None:
    item = paper("Twice")
    links = FeedLinks(editions={1: "https://x.example/old", 2: "https://x.example/new"})
    feed = written(form, edition("First", item, day=TUESDAY, id=2), edition(item), links=links).decode()
    assert "https://x.example/new/2/more" in feed
    assert "https://x.example/old" not in feed


@both
def test_a_browser_is_told_of_the_stylesheet_before_the_first_element(form: str) -> None:
    feed = written(form, three_papers(), links=FeedLinks(style='/x?"a&b".css'))
    assert feed.startswith(
        b"<?xml version='1.0' encoding='UTF-8'?>\n"
        b'<?xml-stylesheet type="text/css" href="/x?&quot;a&amp;b&quot;.css"?>\n<'
    )
    assert not feedparser.parse(feed).bozo
    assert b"xml-stylesheet" not in written(form, three_papers(), links=FeedLinks())


@unhurried
@given(hostile_editions)
def test_whatever_the_world_sends_links_lead_to_papers_and_to_us_alone(letter: Edition) -> None:
    root = etree.fromstring(written("atom", letter))
    places = [element.get("href") or "" for element in root.iter() if element.get("href") is not None]
    assert all(place.startswith(("https://", "http://")) for place in places)
    tags = {etree.QName(element).localname for element in root.iter() if isinstance(element.tag, str)}
    assert not tags & {"script", "style", "img", "iframe", "object", "form", "input", "base", "meta", "image", "use"}
    names = {str(name) for element in root.iter() for name in element.attrib}
    assert not {name for name in names if name.startswith("on") or name == "style"}


def test_a_feed_changed_when_an_edition_was_made_or_a_paper_of_it_was_changed() -> None:
    assert last_changed([], since=NOW) == NOW
    assert last_changed([edition("A")], since=at(TUESDAY)) == at(MONDAY)
    assert last_changed([edition(day=TUESDAY), edition("A")], since=NOW) == at(TUESDAY)
    later = at(TUESDAY) + timedelta(hours=3)
    assert last_changed([edition(paper("A", changed_at=later)), edition("B")], since=NOW) == later


def test_what_was_saved_one_by_one_has_dates_of_its_own() -> None:
    saved = [edition("A", id=0, created_at=at(TUESDAY)), edition(paper("B", number=2), id=0)]
    feed = FeedRenderer(SITE, TEMPLATES).atom(saved, uri="tag:x,2026:1", since=NOW)
    assert [each.updated for each in feedparser.parse(feed).entries] == [
        when.isoformat() for when in (at(TUESDAY), at(MONDAY))
    ]


def test_a_feed_speaks_one_language_and_says_which() -> None:
    german = FeedRenderer(SITE, TEMPLATES, Words("de"))
    given: dict[str, Any] = {"uri": "tag:x,2026:1", "since": NOW}
    assert feedparser.parse(german.atom([three_papers()], **given)).feed.title_detail.language == "de"
    assert feedparser.parse(german.rss([three_papers()], **given)).feed.language == "de"
    assert json.loads(german.json([three_papers()]))["language"] == "de"
    assert "Freitag" in german.atom([three_papers()], **given).decode()


def test_rss_is_written_by_many_at_once() -> None:
    wanted, found = written("rss", three_papers()), list[bytes]()
    threads = [Thread(target=lambda: found.append(written("rss", three_papers()))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [wanted] * 4
