"""What all readers share of a feed, written once by feedgen, with gaps for what is a reader's own.

A head or an entry is written with a mark wherever something personal belongs, and parted there (`feed_forms`).

feedgen's traps are kept in this file: the last `link()` becomes the channel's in RSS, RSS drops the names of authors,
its descriptions need a second escape, `add_entry` prepends, and dates default to now.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache, partial
from html import escape
from threading import Lock

import jinja2
import markupsafe
import orjson
from feedgen.entry import FeedEntry
from feedgen.ext.dc import DcEntryExtension, DcExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from digest.identity import address_of
from digest.papers import Paper
from digest.rendering.feed_entries import Entries
from digest.rendering.feed_forms import (
    ABOUT,
    DATE,
    HERE,
    NOTE,
    PUBLISHED,
    SAID,
    TITLE,
    UPDATED,
    URI,
    VOTES,
    WHY,
    Form,
    parted,
)
from digest.rendering.feed_parts import entry_id
from digest.rendering.latex import readable
from digest.rendering.mathml import mathml
from digest.rendering.plain import clean, one_line
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import render
from digest.rendering.view import PaperView, paper_view
from digest.rendering.words import Words

_TTL_MINUTES = 60
_ONE_RSS_AT_A_TIME = Lock()  # to write a date, feedgen sets the locale of the whole process for a moment
_PARTING = "\ufdd0"  # of texts that are escaped together; no clean text holds it
_PARTED = _PARTING.encode()
SPECIAL = "&<>\"'\\"  # what is another one in XML, HTML or JSON
_SOME_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # in whose place a reader's own is put


class Style(StrEnum):
    """How a feed is written, and what is put into its gaps."""

    ATOM = "application/atom+xml"
    RSS = "application/rss+xml"
    JSON = "application/feed+json"

    def head(self, *, uri: str, here: str, title: str, about: str, date: bytes) -> tuple[bytes, ...]:
        """The values of a head, escaped."""
        return _in_text(uri), _in_attribute(here), _in_text(title), _in_text(about), date


def _in_text(text: str) -> bytes:
    return _as_text(text).encode()


def _as_text(text: str) -> str:
    """As lxml writes a text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _in_attribute(text: str) -> bytes:
    return _as_text(text).replace('"', "&quot;").encode()


def _html_in_text(text: str) -> bytes:
    return _in_text(str(markupsafe.escape(text)))


def _summary_in_text(text: str) -> bytes:
    return _in_text(escape(text))


def _html_in_json(text: str) -> bytes:
    return _in_json(str(markupsafe.escape(text)))


def _in_json(text: str) -> bytes:
    return orjson.dumps(text)[1:-1]


_Escape = Callable[[str], bytes]
# Of a text within an entry, and of one before its summary. Addresses hold no quotes (`SiteSettings`), so they may stand
# in attributes too.
_ESCAPES: dict[tuple[Style, bool], tuple[_Escape, _Escape]] = {
    (Style.ATOM, True): (_in_text, _summary_in_text),
    (Style.ATOM, False): (_html_in_text, _summary_in_text),
    (Style.RSS, True): (_html_in_text, _summary_in_text),
    (Style.RSS, False): (_html_in_text, _summary_in_text),
    (Style.JSON, True): (_html_in_json, _in_json),
    (Style.JSON, False): (_html_in_json, _in_json),
}


def escaped(texts: Sequence[str], style: Style, is_xhtml: bool = True) -> tuple[list[bytes], list[bytes]]:
    """Clean texts as they stand within an entry, and as they stand before its summary; all in one go."""
    if not texts:
        return [], []
    whole = _PARTING.join(texts)
    if not any(sign in whole for sign in SPECIAL):
        plain = whole.encode().split(_PARTED)
        return plain, plain
    within, said = _ESCAPES[style, is_xhtml]
    return within(whole).split(_PARTED), said(whole).split(_PARTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One paper."""

    id: str  # for ever
    is_address: bool  # whether the id is one
    url: str
    view: PaperView
    categories: tuple[str, ...]
    summary: str  # plain text
    content: str  # HTML that is XML too, unless an operator's template has it otherwise

    @property
    def authors(self) -> tuple[str, ...]:
        """Never nobody: RFC 4287 §4.1.2 would have the feed's author taken for it."""
        return self.view.authors or (self.view.byline,)


class Shared:
    """Heads and entries with gaps, in one language."""

    def __init__(self, site: SiteSettings, templates: jinja2.Environment, words: Words) -> None:
        self._site = site
        self._templates = templates
        self._words = words
        self._heads = cache(self._head)  # two of each style
        self._entries = {style: Entries(partial(self._text, style)) for style in Style}

    def head(self, style: Style, *, has_address: bool) -> tuple[Form, bytes]:
        """What stands before the entries, and what after them."""
        return self._heads(style, has_address)

    def entries(self, style: Style) -> Entries:
        """Papers as entries."""
        return self._entries[style]

    def _text(self, style: Style, paper: Paper, has_note: bool, reasons: int, has_votes: bool) -> tuple[str, bool]:
        """An entry with marks, and whether its text is elements."""
        written = _text if style is Style.RSS else _mathematics
        entry = self._entry(paper, NOTE * has_note, WHY[:reasons], VOTES * has_votes, written)
        if style is Style.JSON:
            return json.dumps(_item(entry), ensure_ascii=False), True
        feed = self._feed(style, has_address=False)
        is_xhtml = style is Style.RSS or _is_xml(entry.content)
        _add(feed, entry, "xhtml" if style is Style.ATOM and is_xhtml else "html")
        text = _text_of(feed, style)
        name, first, last = ("entry", "updated", "published") if style is Style.ATOM else ("item", "", "pubDate")
        begins, ends = text.index(f"<{name}>"), text.rindex(f"</{name}>") + len(f"</{name}>\n")
        begins = text.rindex("\n", 0, begins) + 1
        dated = _marked(text[begins:ends], last, PUBLISHED, text[begins:ends].rindex(f"<{last}>"))
        return _marked(dated, first, UPDATED, dated.index(f"<{first}>")) if first else dated, is_xhtml

    def _entry(self, paper: Paper, note: str, why: Sequence[str], votes: str, written: Callable[[str], str]) -> _Entry:
        view = paper_view(paper, self._words)
        content = render(
            self._templates,
            "feed_entry.html.j2",
            paper=view,
            abstract=_paragraphs(paper.abstract, written),
            note=note,
            why=list(why),
            votes=votes,
        )
        return _Entry(
            id=entry_id(paper),
            is_address=bool(address_of(paper.id)),
            url=view.url or self._site.url,
            view=view,
            categories=tuple(filter(None, map(one_line, paper.categories))),
            summary=" · ".join([*([SAID] if why else []), view.abstract or view.no_abstract]),
            content=content,
        )

    # ------------------------------------------------------------ heads

    def _head(self, style: Style, has_address: bool) -> tuple[Form, bytes]:
        text = _text_of(self._feed(style, has_address=has_address), style)
        name, date = ("feed", "updated") if style is Style.ATOM else ("channel", "lastBuildDate")
        ends = text.rindex(f"</{name}>")
        ends = text.rindex("\n", 0, ends) + 1
        return parted(_marked(text[:ends], date, DATE, text.index(f"<{date}>"))), text[ends:].encode()

    def _feed(self, style: Style, *, has_address: bool) -> FeedGenerator:
        """A feed without entries."""
        feed = FeedGenerator()
        feed.register_extension("dc", DcExtension, DcEntryExtension)  # by name it would be looked for on the disk
        feed.id(URI)
        feed.title(TITLE)
        feed.subtitle(ABOUT)
        feed.author(name=one_line(self._site.name))
        if has_address:
            feed.link(href=HERE, rel="self", type=style.value)
        feed.link(href=self._site.url, rel="alternate")  # in RSS the last link becomes the channel's
        feed.language(self._words.language)
        feed.generator("Paperround")
        feed.ttl(_TTL_MINUTES)
        feed.updated(_SOME_TIME)
        feed.lastBuildDate(_SOME_TIME)
        return feed


# ------------------------------------------------------------ how it is written


def _text_of(feed: FeedGenerator, style: Style) -> str:
    if style is Style.ATOM:
        return bytes(feed.atom_str(pretty=True)).decode()
    with _ONE_RSS_AT_A_TIME:
        return bytes(feed.rss_str(pretty=True)).decode()


def _add(feed: FeedGenerator, entry: _Entry, kind: str) -> None:
    """Put an entry into a feed; `kind` is how Atom has its content."""
    made: FeedEntry = feed.add_entry(order="append")
    made.id(entry.id)
    made.guid(entry.id, permalink=entry.is_address)
    made.title(entry.view.title)
    made.link(href=entry.url, rel="alternate")
    for name in entry.authors:
        made.author(name=name)
    made.dc.dc_creator(list(entry.view.authors))  # RSS drops atom's authors
    for category in entry.categories:
        made.category(term=category)
    made.published(_SOME_TIME)
    made.updated(_SOME_TIME)
    made.summary(escape(entry.summary), type="html")  # in RSS the description, which readers take for HTML
    made.content(entry.content, type=kind)


def _item(entry: _Entry) -> dict[str, object]:
    """An entry in JSON Feed."""
    return {
        "id": entry.id,
        "url": entry.url,
        "title": entry.view.title,
        "content_html": entry.content,
        "summary": entry.summary,
        "date_published": PUBLISHED,
        "date_modified": UPDATED,
        "authors": [{"name": name} for name in entry.authors],
        "tags": list(entry.categories),
    }


def _marked(text: str, name: str, mark: str, at: int) -> str:
    """With a mark for the text of the element that begins at a place."""
    begins = at + len(f"<{name}>")
    return text[:begins] + mark + text[text.index("<", begins) :]


def _paragraphs(abstract: str, written: Callable[[str], str]) -> list[str]:
    parts = (" ".join(part.split()) for part in clean(abstract).split("\n\n"))
    return list(filter(None, map(written, filter(None, parts))))


def _mathematics(source: str) -> str:
    return markupsafe.Markup(mathml(source))  # noqa: S704 - escaped there


def _text(source: str) -> str:
    return one_line(readable(source))


def _is_xml(content: str) -> bool:
    """Whether it can stand in a feed as XHTML; what an operator's template writes may be HTML alone."""
    try:
        etree.fromstring(f"<div>{content}</div>", etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return False
    return True
