"""What every feed is made of, whoever it is for: the texts of an entry, how feedgen takes it, and JSON Feed's item.

feedgen's traps are kept here: RSS drops the names of authors, its descriptions need a second escape, `add_entry`
prepends, and writing RSS sets the locale of the whole process for a moment.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from html import escape
from threading import Lock
from typing import Any
from urllib.parse import quote

from feedgen.feed import FeedGenerator
from lxml import etree
from markupsafe import Markup

from digest.identity import address_of
from digest.papers import Paper
from digest.rendering.latex import readable
from digest.rendering.mathml import mathml
from digest.rendering.plain import clean, one_line

_ONE_RSS = Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One paper."""

    id: str
    is_address: bool  # whether the id is one
    url: str
    title: str
    authors: tuple[str, ...]  # never nobody: RFC 4287 §4.1.2 would have the feed's author taken for it
    categories: tuple[str, ...]
    published: datetime
    updated: datetime
    summary: str  # plain text
    content: str  # HTML that is XML too, unless an operator's template has it otherwise


@contextmanager
def one_rss_at_a_time() -> Iterator[None]:
    """Within it feedgen may write dates as RSS has them."""
    with _ONE_RSS:
        yield


def entry_id(paper: Paper) -> str:
    """The id of a paper in every feed, for ever, and of no other one: the address that its key has, or a name of ours.

    Not where a source says that it is read, which may be one place for many.
    """
    return address_of(paper.id) or f"urn:paperround:{quote(paper.id)}"


def paragraphs(abstract: str, written: Callable[[str], str]) -> list[str]:
    """The paragraphs of an abstract, each written by `with_mathml` or `as_text`."""
    parts = (" ".join(part.split()) for part in clean(abstract).split("\n\n"))
    return list(filter(None, map(written, filter(None, parts))))


def with_mathml(source: str) -> str:
    """For Atom and JSON Feed."""
    return Markup(mathml(source))  # noqa: S704 - escaped there


def as_text(source: str) -> str:
    """For RSS, whose readers show no MathML."""
    return one_line(readable(source))


def add(feed: FeedGenerator, entry: FeedEntry, kind: str) -> None:
    """Put an entry at the end; `kind` is how Atom has its content."""
    made = feed.add_entry(order="append")
    made.id(entry.id)
    made.guid(entry.id, permalink=entry.is_address)
    made.title(entry.title)
    made.link(href=entry.url, rel="alternate")
    for name in entry.authors:
        made.author(name=name)
    made.dc.dc_creator(list(entry.authors))  # RSS drops atom's authors
    for category in entry.categories:
        made.category(term=category)
    made.published(entry.published)
    made.updated(entry.updated)
    made.summary(escape(entry.summary), type="html")  # in RSS the description, which readers take for HTML
    made.content(entry.content, type=kind)


def is_xml(content: str) -> bool:
    """Whether it can stand in a feed as XHTML; what an operator's template writes may be HTML alone."""
    try:
        etree.fromstring(f"<div>{content}</div>", etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return False
    return True


def styled(feed: bytes, style: str) -> bytes:
    """With the stylesheet named before its first element, as https://www.w3.org/TR/xml-stylesheet/ has it."""
    declaration, end, rest = feed.partition(b"?>\n")
    named = f'<?xml-stylesheet type="text/css" href="{escape(style)}"?>\n' if style else ""
    return declaration + end + named.encode() + rest


def item(entry: FeedEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "content_html": entry.content,
        "summary": entry.summary,
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "authors": [{"name": name} for name in entry.authors],
        "tags": list(entry.categories),
    }
