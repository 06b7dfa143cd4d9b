"""Public lists of papers as Atom 1.0 (RFC 4287) and RSS 2.0, by feedgen, and as JSON Feed 1.1
(https://www.jsonfeed.org/version/1.1/): records in, the bytes of a feed out.

An entry is the same in all three, and its id is the paper's for ever. Its mathematics is MathML in Atom and JSON, and
readable text in RSS. Nothing depends on the moment of writing: the same records make the same bytes.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import cache
from typing import Any

import jinja2
from feedgen.feed import FeedGenerator

from digest.records import Record
from digest.rendering.feed_parts import (
    FeedEntry,
    add,
    as_text,
    entry_id,
    is_xml,
    item,
    one_rss_at_a_time,
    paragraphs,
    styled,
    with_mathml,
)
from digest.rendering.plain import one_line
from digest.rendering.public import PublicPaper, dated, public_paper
from digest.rendering.templates import environment, render, translated
from digest.rendering.view import PaperView, paper_view
from digest.rendering.words import ENGLISH, Words

FORMS = ("atom", "rss", "json")
MOST_ENTRIES = 50  # of one feed
NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # when a feed without entries last changed
_TTL_MINUTES = 60
_KINDS = {"atom": "application/atom+xml", "rss": "application/rss+xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    """What a feed says of itself."""

    title: str
    home: str
    here: str
    uri: str
    publisher: str
    thanks: str
    language: str
    updated: datetime


def public_feed(
    records: Sequence[Record],
    *,
    title: str,
    home: str,
    here: str,
    uri: str,
    words: Words = ENGLISH,
    form: str,
    publisher: str = "Paperround",
    style: str = "",
    templates: jinja2.Environment | None = None,
) -> bytes:
    """The first records, at most MOST_ENTRIES, in their order, as `atom`, `rss` or `json`.

    `home` is the address of the page that it is the feed of, `here` its own, and `uri` its id for ever; `style` is
    that of the stylesheet which a browser shows it with. ValueError for any other form.
    """
    if form not in FORMS:
        raise ValueError(f"no form of a feed: {form!r}")
    spoken = _builtin(words) if templates is None else translated(templates, words)
    entries = [_entry(each, words, spoken, form, home) for each in records[:MOST_ENTRIES]]
    head = _Head(
        title=one_line(title),
        home=home,
        here=here,
        uri=uri,
        publisher=one_line(publisher),
        thanks=words.gettext("Thank you to arXiv for use of its open access interoperability."),
        language=words.language,
        updated=last_changed(records),
    )
    return _json(head, entries, words) if form == "json" else _xml(head, entries, form, style)


def last_changed(records: Sequence[Record]) -> datetime:
    """When the newest text of a feed's papers changed, UTC; NEVER for a feed without any."""
    return max(map(_updated, records[:MOST_ENTRIES]), default=NEVER)


# ------------------------------------------------------------ what is in it


@cache
def _builtin(words: Words) -> jinja2.Environment:
    return translated(environment(), words)


def _entry(record: Record, words: Words, templates: jinja2.Environment, form: str, home: str) -> FeedEntry:
    paper, view = record.paper, paper_view(record.paper, words)
    written = as_text if form == "rss" else with_mathml
    published = _published(record)
    shown = public_paper(record, words, today=published.date())
    return FeedEntry(
        id=entry_id(paper),
        is_address=bool(view.url),
        url=view.url or home,
        title=view.title,
        authors=view.authors or (view.byline,),
        categories=tuple(filter(None, map(one_line, paper.categories))),
        published=published,
        updated=_updated(record),
        summary=view.abstract or view.no_abstract,
        content=_content(view, shown, paper.abstract, written, templates),
    )


def _content(
    view: PaperView, shown: PublicPaper, abstract: str, written: Callable[[str], str], templates: jinja2.Environment
) -> str:
    return render(
        templates,
        "feed_entry.html.j2",
        paper=view,
        abstract=paragraphs(abstract, written),
        note=shown.organisation,
        why=(),
        votes="",
    )


def _published(record: Record) -> datetime:
    when = dated(record)
    return datetime.combine(when, time(), UTC) if when else NEVER


def _updated(record: Record) -> datetime:
    """When the text last changed, and no earlier than it was announced: a signal changes nothing."""
    return max(_published(record), record.paper.changed_at or NEVER)


# ------------------------------------------------------------ how it is written


def _xml(head: _Head, entries: Sequence[FeedEntry], form: str, style: str) -> bytes:
    feed = FeedGenerator()
    feed.load_extension("dc")
    feed.id(head.uri)
    feed.title(head.title)
    feed.subtitle(head.thanks)
    feed.author(name=head.publisher)
    feed.link(href=head.here, rel="self", type=_KINDS[form])
    feed.link(href=head.home, rel="alternate")  # in RSS the last link becomes the channel's
    feed.language(head.language)
    feed.generator("Paperround")
    feed.ttl(_TTL_MINUTES)
    feed.updated(head.updated)  # feedgen's default is the time of writing
    feed.lastBuildDate(head.updated)
    for entry in entries:
        add(feed, entry, "xhtml" if form == "atom" and is_xml(entry.content) else "html")
    if form == "atom":
        return styled(feed.atom_str(pretty=True), style)
    with one_rss_at_a_time():
        return styled(feed.rss_str(pretty=True), style)


def _json(head: _Head, entries: Sequence[FeedEntry], words: Words) -> bytes:
    feed: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": head.title,
        "home_page_url": head.home,
        "feed_url": head.here,
        "description": head.thanks,
        "user_comment": words.gettext("This is a feed: give its address to a feed reader."),
        "language": head.language,
        "authors": [{"name": head.publisher}],
        "items": [item(entry) for entry in entries],
    }
    return json.dumps(feed, ensure_ascii=False).encode("utf-8", "replace")
