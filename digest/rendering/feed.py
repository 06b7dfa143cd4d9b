"""A reader's editions as Atom 1.0 (RFC 4287) and RSS 2.0, by feedgen, with its traps kept in this file."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from html import escape
from urllib.parse import quote

import jinja2
from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator

from digest.editions import Edition, Recommendation
from digest.identity import PaperId
from digest.rendering import words
from digest.rendering.plain import one_line
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import render
from digest.rendering.view import TEXT_CHARACTERS, PaperView, paper_view

MOST_ENTRIES = 200
_TTL_MINUTES = 60


class FeedRenderer:
    """Editions → Atom or RSS."""

    def __init__(self, site: SiteSettings, templates: jinja2.Environment) -> None:
        self._site = site
        self._templates = templates

    def atom(self, editions: Sequence[Edition], *, uri: str, since: datetime) -> bytes:
        """Atom; `uri` is the feed's id for ever, `since` what it says of its age while it is empty."""
        return bytes(self._feed(editions, uri, since).atom_str(pretty=True))

    def rss(self, editions: Sequence[Edition], *, uri: str, since: datetime) -> bytes:
        """RSS 2.0 with dc:creator and content:encoded."""
        return bytes(self._feed(editions, uri, since).rss_str(pretty=True))

    def _feed(self, editions: Sequence[Edition], uri: str, since: datetime) -> FeedGenerator:
        entries = list(_entries(editions))[:MOST_ENTRIES]
        feed = FeedGenerator()
        feed.load_extension("dc")
        feed.id(uri)
        feed.title(f"{one_line(self._site.name)}: papers for you")
        feed.subtitle(_subtitle(editions))
        feed.author(name=one_line(self._site.name))
        feed.link(href=self._site.url, rel="alternate")  # in RSS the last link becomes the channel's
        feed.language("en")
        feed.generator("Paperround")
        feed.ttl(_TTL_MINUTES)
        # feedgen's default is the time of writing, which would change the feed whenever it is asked for
        feed.updated(max((_updated(item, edition) for item, edition in entries), default=since))
        feed.lastBuildDate(feed.updated())
        for item, edition in entries:
            self._add(feed.add_entry(order="append"), item, edition)
        return feed

    def _add(self, entry: FeedEntry, item: Recommendation, edition: Edition) -> None:
        read = [category for category, _ in edition.considered]
        view = paper_view(item, edition.slot_date, limit=TEXT_CHARACTERS, read=read)
        address = item.paper.abstract_url
        entry.id(address or f"urn:paperround:{quote(item.paper.id)}")
        entry.guid(address or f"urn:paperround:{quote(item.paper.id)}", permalink=bool(address))
        entry.title(view.title)
        entry.link(href=address or self._site.url, rel="alternate")
        for name in view.authors or (view.byline,):  # RFC 4287 §4.1.2: without one the feed's author is taken for it
            entry.author(name=name)
        entry.dc.dc_creator(list(view.authors))  # RSS drops atom's authors
        for category in item.paper.categories:
            entry.category(term=one_line(category))
        entry.published(datetime.combine(item.announced, time(), UTC))
        entry.updated(_updated(item, edition))
        entry.summary(escape(_summary(view)), type="html")  # in RSS the description, which readers take for HTML
        entry.content(render(self._templates, "feed_entry.html.j2", paper=view), type="html")


def _subtitle(editions: Sequence[Edition]) -> str:
    newest = next((edition for edition in editions if edition.coverage), None)
    told = words.coverage(newest.coverage, today=newest.slot_date) if newest else "Chosen every day for one reader."
    return f"{told} Thank you to arXiv for use of its open access interoperability."


def _entries(editions: Sequence[Edition]) -> Iterator[tuple[Recommendation, Edition]]:
    """Every paper once, as the first edition that has it says."""
    seen: set[PaperId] = set()
    for edition in editions:
        for item in edition.recommendations:
            if item.paper.id not in seen:
                seen.add(item.paper.id)
                yield item, edition


def _updated(item: Recommendation, edition: Edition) -> datetime:
    """When the entry's content last changed: when it was chosen, or when the paper's text changed after that."""
    changed = item.paper.changed_at
    return max(edition.created_at, changed) if changed else edition.created_at


def _summary(view: PaperView) -> str:
    return " · ".join([*view.why, view.abstract or view.no_abstract])
