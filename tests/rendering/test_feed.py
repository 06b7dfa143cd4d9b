"""The feeds: valid, the same until something changes, and true to the paper.

`approved/feed.atom` and `approved/feed.rss` are what they look like, byte for byte. When a change of them is meant,
write them anew and look at the difference before keeping it:

    APPROVE=1 .venv/bin/python -m pytest tests/rendering
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import feedparser
import pytest
from hypothesis import given
from lxml import etree

from digest.editions import Edition, ReasonKind, Slot
from digest.papers import Paper
from digest.rendering.feed import MOST_ENTRIES, FeedRenderer
from digest.rendering.templates import environment
from tests.fakes import MONDAY, paper
from tests.rendering.builders import (
    HOSTILE,
    NOW,
    SITE,
    approved,
    atom,
    chosen,
    edition,
    hostile_editions,
    reason,
    rss,
    site,
    site_names,
    three_papers,
    titles,
    unhurried,
)
from tests.rendering.pages import Page

ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
XHTML = "{http://www.w3.org/1999/xhtml}"
MATHML = "{http://www.w3.org/1998/Math/MathML}"
TUESDAY = MONDAY + timedelta(days=1)

Write = Callable[..., bytes]
both = pytest.mark.parametrize("write", [atom, rss])


def tree(feed: bytes) -> etree._Element:
    return etree.fromstring(feed, etree.XMLParser(resolve_entities=False, no_network=True))


def entries(feed: bytes) -> list[etree._Element]:
    root = tree(feed)
    return [*root.iterfind(f"{ATOM}entry"), *root.iterfind("channel/item")]


def ids(feed: bytes) -> list[str | None]:
    return [entry.findtext(f"{ATOM}id") or entry.findtext("guid") for entry in entries(feed)]


def content_of(entry: etree._Element) -> str:
    """The HTML of an entry, in which Atom has it as elements."""
    div = entry.find(f"{ATOM}content/{XHTML}div")
    if div is not None:
        return etree.tostring(div, encoding="unicode", with_tail=False)
    return entry.findtext(f"{ATOM}content") or entry.findtext(f"{CONTENT}encoded") or ""


def only(feed: bytes) -> etree._Element:
    (entry,) = entries(feed)
    return entry


@both
def test_the_feed_is_the_approved_one(write: Write) -> None:
    feed = write(three_papers())
    assert feed == approved(f"feed.{write.__name__}", feed)


# ------------------------------------------------------------ who it is, and of what


@both
def test_an_entry_is_known_by_its_paper_and_by_nothing_of_ours(write: Write) -> None:
    assert ids(write(edition(paper(number=7)))) == ["https://arxiv.org/abs/2603.00007"]


def test_a_guid_is_an_address_and_says_so() -> None:
    guid = only(rss(edition("A"))).find("guid")
    assert guid is not None
    assert guid.get("isPermaLink") == "true"


@both
def test_the_newest_edition_comes_first_and_the_best_paper_of_each(write: Write) -> None:
    monday = edition(paper("C", number=3), paper("D", number=1))
    tuesday = edition(paper("A", number=2), paper("B", number=4), day=TUESDAY)
    assert [entry.title for entry in feedparser.parse(write(tuesday, monday)).entries] == ["A", "B", "C", "D"]


@both
def test_no_paper_comes_twice(write: Write) -> None:
    again = paper("A", number=7)
    feed = write(edition(again, "B", day=TUESDAY), edition("C", again))
    assert [entry.title for entry in feedparser.parse(feed).entries] == ["A", "B", "C"]


@both
def test_the_oldest_entries_leave_a_long_feed(write: Write) -> None:
    many = titles(MOST_ENTRIES + 20)
    read = feedparser.parse(write(edition(*many[:110], day=TUESDAY), edition(*many[110:])))
    assert [entry.title for entry in read.entries] == [item.title for item in many[:MOST_ENTRIES]]


def test_in_rss_the_channel_links_to_the_site_and_not_to_a_paper() -> None:
    assert tree(rss(edition("A", "B"))).findtext("channel/link") == "https://paperround.example"


@both
def test_all_authors_are_named_also_in_rss(write: Write) -> None:
    names = tuple(f"Author {n}" for n in range(50))
    entry = only(write(edition(paper(authors=names))))
    assert [creator.text for creator in entry.iterfind(f"{DC}creator")] == list(names)


@both
def test_feedparser_reads_everything(write: Write) -> None:
    read = feedparser.parse(write(three_papers()))
    assert not read.bozo
    assert read.feed.title == "Paperround: papers for you"
    lead = read.entries[0]
    assert lead.title == "Flat minima: why R² is not enough"
    assert lead.id == lead.link == "https://arxiv.org/abs/2603.09001"
    assert [author["name"] for author in lead.authors][:2] == ["José Núñez", "Ada Ames"]
    assert [tag["term"] for tag in lead.tags] == ["cs.LG", "stat.ML", "math.OC"]
    assert "e.g. minima. They are flat – mostly." in lead.content[0].value


# ------------------------------------------------------------ when it changes


@both
def test_two_renderings_are_the_same_bytes(write: Write) -> None:
    assert write(three_papers()) == write(three_papers())


def updated(feed: bytes) -> tuple[str | None, str | None]:
    """The feed's and its first entry's."""
    return tree(feed).findtext(f"{ATOM}updated"), tree(feed).findtext(f"{ATOM}entry/{ATOM}updated")


def changed(minutes: int) -> Paper:
    return paper("A", number=7, changed_at=NOW + timedelta(minutes=minutes))


def test_an_entry_is_as_old_as_the_edition_that_chose_it() -> None:
    for item in (paper("A", number=7), changed(-60)):
        assert updated(atom(edition(item, created_at=NOW))) == ("2026-03-02T07:30:00+00:00",) * 2


def test_an_entry_is_newer_when_its_paper_was_changed_since() -> None:
    assert updated(atom(edition(changed(60), created_at=NOW))) == ("2026-03-02T08:30:00+00:00",) * 2


def test_the_feed_is_as_new_as_its_newest_entry() -> None:
    feed = atom(edition("B", day=TUESDAY), edition(changed(60)))
    assert updated(feed) == ("2026-03-03T07:30:00+00:00", "2026-03-03T07:30:00+00:00")
    assert tree(rss(edition("B", day=TUESDAY))).findtext("channel/lastBuildDate") == "Tue, 03 Mar 2026 07:30:00 +0000"


def test_a_paper_is_published_on_the_day_of_its_listing() -> None:
    item = chosen("A", announced=MONDAY)
    assert only(atom(edition(item, day=TUESDAY))).findtext(f"{ATOM}published") == "2026-03-02T00:00:00+00:00"
    assert only(rss(edition(item, day=TUESDAY))).findtext("pubDate") == "Mon, 02 Mar 2026 00:00:00 +0000"


# ------------------------------------------------------------ whether it is valid


def test_an_empty_feed_has_an_age_and_all_that_a_feed_needs() -> None:
    assert updated(atom()) == ("2026-03-02T07:30:00+00:00", None)
    assert_valid_atom(atom())
    assert not entries(rss())
    assert not feedparser.parse(rss()).bozo


def assert_valid_atom(feed: bytes) -> None:
    """RFC 4287 §4.1.1 and §4.1.2: what must be there once, and an author for every entry."""
    root = tree(feed)
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.iterfind(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert [bool((found.text or "").strip()) for found in element.iterfind(ATOM + name)] == [True]
        for author in element.iterfind(f"{ATOM}author"):
            assert author.findtext(f"{ATOM}name")
        links = [(link.get("rel", "alternate"), link.get("href")) for link in element.iterfind(f"{ATOM}link")]
        assert len([rel for rel, _ in links if rel == "alternate"]) == 1
    without = [entry for entry in root.iterfind(f"{ATOM}entry") if entry.find(f"{ATOM}author") is None]
    assert not without or root.find(f"{ATOM}author") is not None


def assert_valid_rss(feed: bytes) -> None:
    """RSS 2.0: what a channel and an item must have."""
    channel = tree(feed).find("channel")
    assert channel is not None
    for element in (channel, *channel.iterfind("item")):
        for name in ("title", "link", "description"):
            assert len(element.findall(name)) == 1
            assert element.findtext(name)


def test_a_paper_without_authors_is_not_taken_for_ours() -> None:
    feed = atom(edition(paper(authors=())))
    assert_valid_atom(feed)
    assert feedparser.parse(feed).entries[0].author == "Authors not named in the listing"


@unhurried
@given(hostile_editions, site_names)
def test_whatever_the_world_sends_the_feeds_are_valid(letter: Edition, name: str) -> None:
    feed = atom(letter, by=site(name=name))
    assert_valid_atom(feed)
    assert_valid_rss(rss(letter, by=site(name=name)))
    found = ids(feed)
    assert sorted(found, key=str) == sorted(ids(rss(letter)), key=str)
    assert len(found) == len({item.paper.id for item in letter.recommendations})
    assert all(str(name).casefold().startswith(("https://", "http://", "urn:paperround:")) for name in found)


@both
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
def test_one_bad_abstract_costs_no_other_paper(write: Write, text: str) -> None:
    feed = write(edition(paper(text, abstract=text, authors=(text,)), "Noise"))
    assert [entry.title for entry in feedparser.parse(feed).entries][1:] == ["Noise"]


# ------------------------------------------------------------ what a reader sees


@both
def test_mathematics_in_a_title_is_readable(write: Write) -> None:
    read = feedparser.parse(write(edition(r"An $R^2$ of $O(n \log n)$ -- a study")))
    assert read.entries[0].title == "An R² of O(n log n) – a study"


@both
def test_markup_in_an_abstract_reaches_the_reader_as_text(write: Write) -> None:
    text = "For a<b, <em>x</em> & <script>alert(1)</script>."
    entry = only(write(edition(paper(abstract=text))))
    summary = entry.findtext(f"{ATOM}summary") or entry.findtext("description") or ""
    content = content_of(entry)
    assert unescape(summary) == text  # the XML parser undid one escape, a reader undoes the other
    assert text in Page(f"<body>{content}</body>").all("body")[0].text
    assert "<script" not in summary + content


def test_atom_says_which_of_its_texts_are_html_or_xhtml() -> None:
    entry = only(atom(edition("A <b>bold</b> claim")))
    kinds = {name: entry.find(ATOM + name) for name in ("title", "summary", "content")}
    assert {name: found.get("type") for name, found in kinds.items() if found is not None} == {
        "title": None,  # text
        "summary": "html",
        "content": "xhtml",
    }


def test_mathematics_is_mathml_in_atom_and_text_in_rss() -> None:
    item = paper(abstract="For $n^2$ & more.\n\nA second paragraph, with $\\unknown{x}$.")
    found = only(atom(edition(item))).findall(f"{ATOM}content//{MATHML}math")
    assert [(math.get("alttext"), [child.tag for child in math.iter()][2:]) for math in found] == [
        ("n^2", [f"{MATHML}{name}" for name in ("msup", "mi", "mn")])
    ]
    plain = Page(f"<body>{content_of(only(rss(edition(item))))}</body>").all("p")
    assert [tag.text for tag in plain][1:3] == ["For n² & more.", "A second paragraph, with $\\unknown{x}$."]


def test_the_text_of_atom_is_one_div_as_rfc_4287_has_it() -> None:
    for entry in entries(atom(three_papers())):
        content = entry.find(f"{ATOM}content")
        assert content is not None
        assert [child.tag for child in content] == [f"{XHTML}div"]


def test_a_template_that_is_no_xml_is_html(tmp_path: Path) -> None:
    (tmp_path / "feed_entry.html.j2").write_text("One<br>two &nbsp; {{ paper.title }}")
    renderer = FeedRenderer(SITE, environment(tmp_path))
    content = only(renderer.atom([edition("A & b")], uri="tag:x,2026:1", since=NOW)).find(f"{ATOM}content")
    assert content is not None
    assert (content.get("type"), content.text) == ("html", "One<br>two &nbsp; A &amp; b")


@both
def test_the_whole_abstract_is_there_with_its_reason(write: Write) -> None:
    long = "A sentence of it. " * 300
    item = chosen(paper(abstract=long), reason("Ada Ames", ReasonKind.AUTHOR))
    content = feedparser.parse(write(edition(item))).entries[0].content[0].value
    assert long.strip() in content
    assert "author you follow: Ada Ames" in content


@both
def test_a_mark_stands_before_the_reasons_and_is_escaped_as_they_are(write: Write) -> None:
    item = chosen(paper(categories=("<b>x",)), reason("<i>Ann", ReasonKind.AUTHOR), slot=Slot.EVERYTHING)
    feed = write(replace(edition(item), considered=(("<b>x", 1),)))
    entry = only(feed)
    summary = entry.findtext(f"{ATOM}summary") or entry.findtext("description") or ""
    assert unescape(summary).startswith("everything in <b>x · author you follow: <i>Ann · ")
    content = feedparser.parse(feed).entries[0].content[0].value
    assert "<em>Why it is here:</em> everything in &lt;b&gt;x · author you follow: &lt;i&gt;Ann" in content


def test_a_withdrawn_paper_says_so() -> None:
    assert "Withdrawn" in feedparser.parse(atom(three_papers())).entries[2].content[0].value
