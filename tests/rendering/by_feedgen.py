"""A feed written by feedgen alone, entry by entry and reader by reader: what the shared blocks must come to."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from html import escape
from threading import Lock
from typing import Any

import jinja2
from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml import etree
from markupsafe import Markup

from digest.editions import Edition, Recommendation
from digest.identity import PaperId, address_of
from digest.rendering.feed import MOST_ENTRIES, FeedLinks
from digest.rendering.feed_parts import entry_id
from digest.rendering.latex import readable
from digest.rendering.mathml import mathml
from digest.rendering.plain import clean, one_line
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import render, translated
from digest.rendering.view import PaperView, paper_view
from digest.rendering.words import ENGLISH, Words

_TTL_MINUTES = 60
_ATOM, _RSS = "application/atom+xml", "application/rss+xml"
_ONE_RSS_AT_A_TIME = Lock()  # to write a date, feedgen sets the locale of the whole process for a moment


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One paper."""

    id: str  # for ever
    is_address: bool  # whether the id is one
    url: str
    view: PaperView
    categories: tuple[str, ...]
    published: datetime
    updated: datetime
    summary: str  # plain text
    content: str  # HTML that is XML too, unless an operator's template has it otherwise

    @property
    def authors(self) -> tuple[str, ...]:
        """Never nobody: RFC 4287 §4.1.2 would have the feed's author taken for it."""
        return self.view.authors or (self.view.byline,)


class ByFeedgen:
    """Editions → Atom, RSS or JSON Feed, each whole by itself."""

    def __init__(self, site: SiteSettings, templates: jinja2.Environment, words: Words = ENGLISH) -> None:
        self._site = site
        self._words = words
        self._templates = translated(templates, words)
        self._title = words.gettext("{name}: papers for you").format(name=one_line(site.name))

    def atom(self, editions: Sequence[Edition], *, uri: str, since: datetime, links: FeedLinks | None = None) -> bytes:
        """Atom; `uri` is the feed's id for ever, `since` what it says of its age while it is empty."""
        links = links or FeedLinks()
        feed = self._feed(editions, uri, since, links.here, _ATOM)
        for entry in self._entries(editions, links, _mathematics):
            _add(feed, entry, "xhtml" if _is_xml(entry.content) else "html")
        return _styled(feed.atom_str(pretty=True), links.style)

    def rss(self, editions: Sequence[Edition], *, uri: str, since: datetime, links: FeedLinks | None = None) -> bytes:
        """RSS 2.0 with dc:creator and content:encoded."""
        links = links or FeedLinks()
        feed = self._feed(editions, uri, since, links.here, _RSS)
        for entry in self._entries(editions, links, _text):
            _add(feed, entry, "html")
        with _ONE_RSS_AT_A_TIME:
            return _styled(feed.rss_str(pretty=True), links.style)

    def json(self, editions: Sequence[Edition], *, links: FeedLinks | None = None) -> bytes:
        """JSON Feed 1.1, in UTF-8."""
        links = links or FeedLinks()
        feed: dict[str, Any] = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self._title,
            "home_page_url": self._site.url,
            "feed_url": links.here,
            "description": self._subtitle(editions),
            "user_comment": self._words.gettext("This is a feed: give its address to a feed reader."),
            "language": self._words.language,
            "authors": [{"name": one_line(self._site.name)}],
            "items": [_item(entry) for entry in self._entries(editions, links, _mathematics)],
        }
        return json.dumps({name: value for name, value in feed.items() if value != ""}, ensure_ascii=False).encode()

    def _feed(self, editions: Sequence[Edition], uri: str, since: datetime, here: str, kind: str) -> FeedGenerator:
        """The feed without its entries."""
        feed = FeedGenerator()
        feed.load_extension("dc")
        feed.id(uri)
        feed.title(self._title)
        feed.subtitle(self._subtitle(editions))
        feed.author(name=one_line(self._site.name))
        if here:
            feed.link(href=here, rel="self", type=kind)
        feed.link(href=self._site.url, rel="alternate")  # in RSS the last link becomes the channel's
        feed.language(self._words.language)
        feed.generator("Paperround")
        feed.ttl(_TTL_MINUTES)
        # feedgen's default is the time of writing, which would change the feed whenever it is asked for
        feed.updated(max((_updated(item, edition) for item, _, edition in _papers(editions)), default=since))
        feed.lastBuildDate(feed.updated())
        return feed

    def _entries(
        self, editions: Sequence[Edition], links: FeedLinks, written: Callable[[str], str]
    ) -> Iterator[_Entry]:
        for item, place, edition in _papers(editions):
            page = links.editions.get(edition.id)
            yield self._entry(item, edition, f"{page}/{place}" if page else "", written)

    def _entry(self, item: Recommendation, edition: Edition, votes: str, written: Callable[[str], str]) -> _Entry:
        view = paper_view(item.paper, self._words)
        why = self._why(item, [category for category, _ in edition.considered])
        content = render(
            self._templates,
            "feed_entry.html.j2",
            paper=view,
            abstract=_paragraphs(item.paper.abstract, written),
            note=self._words.announced(item, edition.slot_date, kind=edition.kind),
            why=why,
            votes=votes,
        )
        return _Entry(
            id=entry_id(item.paper),
            is_address=bool(address_of(item.paper.id)),
            url=view.url or self._site.url,
            view=view,
            categories=tuple(filter(None, map(one_line, item.paper.categories))),
            published=datetime.combine(item.announced, time(), UTC),
            updated=_updated(item, edition),
            summary=" · ".join([*why, view.abstract or view.no_abstract]),
            content=content,
        )

    def _why(self, item: Recommendation, read: Sequence[str]) -> list[str]:
        """The mark of a paper, where it has one, and its reasons."""
        return list(filter(None, (self._words.mark(item, read), *self._words.why(item))))

    def _subtitle(self, editions: Sequence[Edition]) -> str:
        words, newest = self._words, next((edition for edition in editions if edition.coverage), None)
        chosen = words.gettext("Chosen every day for one reader.")
        told = words.coverage(newest.coverage, today=newest.slot_date) if newest else chosen
        return f"{told} {words.gettext('Thank you to arXiv for use of its open access interoperability.')}"


# ------------------------------------------------------------ what is in it


def _papers(editions: Sequence[Edition]) -> list[tuple[Recommendation, int, Edition]]:
    """Every paper once, with its place, as the newest edition that has it says; the oldest leave a long feed."""
    found: dict[PaperId, tuple[Recommendation, int, Edition]] = {}
    for edition in editions:
        for place, item in enumerate(edition.recommendations, start=1):
            found.setdefault(item.paper.id, (item, place, edition))
    return list(found.values())[:MOST_ENTRIES]


def _updated(item: Recommendation, edition: Edition) -> datetime:
    """When the entry's content last changed: when it was chosen, or when the paper's text changed after that."""
    changed = item.paper.changed_at
    return max(edition.created_at, changed) if changed else edition.created_at


def _paragraphs(abstract: str, written: Callable[[str], str]) -> list[str]:
    parts = (" ".join(part.split()) for part in clean(abstract).split("\n\n"))
    return list(filter(None, map(written, filter(None, parts))))


def _mathematics(source: str) -> str:
    return Markup(mathml(source))


def _text(source: str) -> str:
    return one_line(readable(source))


# ------------------------------------------------------------ how it is written


def _add(feed: FeedGenerator, entry: _Entry, kind: str) -> None:
    """Put an entry at the end; `kind` is how Atom has its content."""
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
    made.published(entry.published)
    made.updated(entry.updated)
    made.summary(escape(entry.summary), type="html")  # in RSS the description, which readers take for HTML
    made.content(entry.content, type=kind)


def _is_xml(content: str) -> bool:
    """Whether it can stand in a feed as XHTML; what an operator's template writes may be HTML alone."""
    try:
        etree.fromstring(f"<div>{content}</div>", etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return False
    return True


def _styled(feed: bytes, style: str) -> bytes:
    """With the stylesheet named before its first element, as https://www.w3.org/TR/xml-stylesheet/ has it."""
    declaration, end, rest = feed.partition(b"?>\n")
    named = f'<?xml-stylesheet type="text/css" href="{escape(style)}"?>\n' if style else ""
    return declaration + end + named.encode() + rest


def _item(entry: _Entry) -> dict[str, Any]:
    """An entry in JSON Feed."""
    return {
        "id": entry.id,
        "url": entry.url,
        "title": entry.view.title,
        "content_html": entry.content,
        "summary": entry.summary,
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "authors": [{"name": name} for name in entry.authors],
        "tags": list(entry.categories),
    }
