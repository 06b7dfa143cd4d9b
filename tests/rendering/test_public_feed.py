"""Public lists as feeds: what RFC 4287, RSS 2.0 and JSON Feed 1.1 ask for, and that nothing moves by itself."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from digest.identity import PaperId
from digest.records import Record
from digest.rendering.catalogues import words
from digest.rendering.public_feed import FORMS, MOST_ENTRIES, NEVER, last_changed, public_feed
from digest.signals import UPVOTES, Signal
from tests.fakes import MONDAY, at, paper

ATOM = "{http://www.w3.org/2005/Atom}"
HERE, HOME, URI = "https://digest.example/week.atom", "https://digest.example/week", "urn:uuid:0"


def record(title: str = "Flat minima", **values: Any) -> Record:
    return Record(paper=paper(title, **({"number": 1} | values)), announced=MONDAY)


def feed(*records: Record, form: str = "atom", **values: Any) -> bytes:
    given_values = {"title": "The week", "home": HOME, "here": HERE, "uri": URI} | values
    return public_feed(records, form=form, **given_values)


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_a_reader_finds_each_paper_once_in_order(form: str) -> None:
    found = feedparser.parse(feed(record("One", number=1), record("Two", number=2), form=form))

    assert not found.bozo
    assert [each.title for each in found.entries] == ["One", "Two"]
    assert [each.id for each in found.entries] == [
        "https://arxiv.org/abs/2603.00001",
        "https://arxiv.org/abs/2603.00002",
    ]
    assert found.entries[0].authors[0]["name"] == "Ada Ames"
    assert [tag.term for tag in found.entries[0].tags] == ["cs.LG"]


def test_atom_has_what_rfc_4287_requires() -> None:
    root = etree.fromstring(feed(record()))

    assert [root.findtext(f"{ATOM}{name}") for name in ("id", "title")] == [URI, "The week"]
    assert root.findtext(f"{ATOM}updated") == "2026-03-02T00:00:00+00:00"
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links == {"self": HERE, "alternate": HOME}
    (entry,) = root.findall(f"{ATOM}entry")
    assert all(entry.findtext(f"{ATOM}{name}") for name in ("id", "title", "updated", "published", "summary"))


def test_the_channel_of_rss_leads_to_the_page() -> None:
    channel = etree.fromstring(feed(record(), form="rss")).find("channel")

    assert channel is not None
    assert (channel.findtext("link"), channel.findtext("ttl")) == (HOME, "60")
    assert [guid.get("isPermaLink") for guid in channel.iterfind("item/guid")] == ["true"]


def test_json_feed_has_what_its_version_requires() -> None:
    found = json.loads(feed(record(), form="json", publisher="The Digest"))

    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert (found["feed_url"], found["home_page_url"], found["authors"]) == (HERE, HOME, [{"name": "The Digest"}])
    (item,) = found["items"]
    assert item["id"] == "https://arxiv.org/abs/2603.00001"
    assert "what we did" in item["content_html"]


@pytest.mark.parametrize("form", FORMS)
def test_the_same_papers_make_the_same_bytes(form: str) -> None:
    assert feed(record(), form=form) == feed(record(), form=form)


@pytest.mark.parametrize("form", FORMS)
def test_a_vote_changes_no_entry(form: str) -> None:
    voted = replace(
        record(),
        signals=(Signal(subject="arxiv:2603.00001", name=UPVOTES, value=9, source="x", observed_at=at(MONDAY)),),
    )

    assert feed(voted, form=form) == feed(record(), form=form)


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_feed_is_a_feed(form: str) -> None:
    content = feed(form=form)

    if form == "json":
        assert json.loads(content)["items"] == []
    else:
        assert not feedparser.parse(content).bozo
    assert last_changed([]) == NEVER


def test_a_new_version_moves_the_date_of_its_entry() -> None:
    changed = at(MONDAY) + timedelta(days=3)

    assert last_changed([record(), record(changed_at=changed)]) == changed
    assert last_changed([record(changed_at=datetime(2020, 1, 1, tzinfo=UTC))]) == datetime(2026, 3, 2, tzinfo=UTC)


def test_a_long_list_is_cut() -> None:
    many = [record(number=number) for number in range(1, MOST_ENTRIES + 10)]

    assert len(feedparser.parse(feed(*many)).entries) == MOST_ENTRIES


def test_a_paper_that_is_nowhere_on_the_web_has_an_id_and_leads_to_the_page() -> None:
    (entry,) = feedparser.parse(feed(record(id=PaperId("entry:00ff")))).entries

    assert (entry.id, entry.link) == ("urn:paperround:entry%3A00ff", HOME)


def test_mathematics_is_mathml_in_atom_and_text_in_rss() -> None:
    told = record(abstract="We bound $x^2$.")

    assert b"<math" in feed(told)
    assert b"<math" not in feed(told, form="rss")
    assert "x²" in feed(told, form="rss").decode()


def test_a_browser_is_told_of_a_stylesheet() -> None:
    assert b'<?xml-stylesheet type="text/css" href="/static/feed.css"?>' in feed(record(), style="/static/feed.css")


def test_a_feed_speaks_other_languages() -> None:
    root = etree.fromstring(feed(record(authors=()), words=words("de")))

    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "de"


def test_a_form_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="no form"):
        feed(form="xml")


@settings(deadline=None)
@given(st.text(), st.text(), st.lists(st.text(), max_size=3), st.sampled_from(FORMS))
def test_whatever_a_source_says_the_feed_can_be_read(title: str, abstract: str, authors: list[str], form: str) -> None:
    content = feed(record(title, abstract=abstract, authors=tuple(authors)), form=form)

    if form == "json":
        assert len(json.loads(content)["items"]) == 1
    else:
        assert len(feedparser.parse(content).entries) == 1
        etree.fromstring(content)
