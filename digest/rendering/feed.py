"""A reader's editions as Atom 1.0 (RFC 4287) and RSS 2.0, and as JSON Feed 1.1
(https://www.jsonfeed.org/version/1.1/).

An entry is the same in all three. Its mathematics is MathML in Atom and JSON, and readable text in RSS. In Atom its
text is XHTML, which a browser that opens the feed shows as it is, links and all.

What readers share of an entry is written once, by `feed_blocks`; what is a reader's own is put between. A template of
an entry (`feed_entry.html.j2`) has values of the paper, and marks for `note`, `votes` and each of `why`, which can be
tested for being there and shown, and nothing else.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from functools import cached_property, lru_cache
from html import escape
from typing import Any, NamedTuple

import jinja2

from digest.editions import Edition, Recommendation, Slot
from digest.identity import PaperId
from digest.rendering.feed_blocks import Shared, Style, escaped
from digest.rendering.feed_forms import BETWEEN, Form
from digest.rendering.plain import one_line
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import translated
from digest.rendering.words import ENGLISH, Words
from digest.subscribers import MAIN

MOST_ENTRIES = 200
_CHOSEN = Slot.CHOSEN


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLinks:
    """Where a feed is, and what it leads to; "" and nothing for a feed that is only a file."""

    here: str = ""  # its own address
    style: str = ""  # of the stylesheet that a browser shows it with
    editions: Mapping[int, str] = field(default_factory=dict)  # by number; votes are at `{edition}/{place}/more`


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedView:
    """Which feed of a reader's it is."""

    title: str = ""  # "" for the feed of all
    interest: str | None = None  # the name of the one whose papers it has alone
    about: str = ""  # what it says of itself; "" for what the ledger says


class FeedRenderer:
    """Editions → Atom, RSS or JSON Feed, in one language."""

    def __init__(self, site: SiteSettings, templates: jinja2.Environment, words: Words = ENGLISH) -> None:
        self._site = site
        self._words = words
        self._title = words.gettext("{name}: papers for you").format(name=one_line(site.name))
        self._shared = Shared(site, translated(templates, words), words)
        self._is_hasty = False

    @cached_property
    def hasty(self) -> "FeedRenderer":
        """The same, but raising NotAtHand (`feed_entries`) where an entry would have to be written first."""
        made = copy(self)
        made._is_hasty = True
        return made

    def atom(
        self,
        editions: Sequence[Edition],
        *,
        uri: str,
        since: datetime,
        links: FeedLinks | None = None,
        view: FeedView | None = None,
    ) -> bytes:
        """Atom; `uri` is the feed's id for ever, `since` what it says of its age while it is empty."""
        return self._xml(Style.ATOM, editions, uri, since, links or FeedLinks(), view or FeedView())

    def rss(
        self,
        editions: Sequence[Edition],
        *,
        uri: str,
        since: datetime,
        links: FeedLinks | None = None,
        view: FeedView | None = None,
    ) -> bytes:
        """RSS 2.0 with dc:creator and content:encoded."""
        return self._xml(Style.RSS, editions, uri, since, links or FeedLinks(), view or FeedView())

    def json(
        self, editions: Sequence[Edition], *, links: FeedLinks | None = None, view: FeedView | None = None
    ) -> bytes:
        """JSON Feed 1.1, in UTF-8."""
        links, view = links or FeedLinks(), view or FeedView()
        feed: dict[str, Any] = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": one_line(view.title) or self._title,
            "home_page_url": self._site.url,
            "feed_url": links.here,
            "description": self._about(editions, view),
            "user_comment": self._words.gettext("This is a feed: give its address to a feed reader."),
            "language": self._words.language,
            "authors": [{"name": one_line(self._site.name)}],
        }
        head = json.dumps({name: value for name, value in feed.items() if value != ""}, ensure_ascii=False)
        items = b", ".join(self._entries(Style.JSON, _papers(editions, view.interest), links))
        return b'%b, "items": [%b]}' % (head[:-1].encode(), items)

    def _xml(
        self, style: Style, editions: Sequence[Edition], uri: str, since: datetime, links: FeedLinks, view: FeedView
    ) -> bytes:
        papers = _papers(editions, view.interest)
        head, end = self._shared.head(style, has_address=bool(links.here))
        # the moment of writing would change the feed whenever it is asked for
        updated = max((_updated(item, edition) for item, _, edition in papers), default=since)
        written = _written(style)
        values = style.head(
            uri=uri,
            here=links.here,
            title=one_line(view.title) or self._title,
            about=self._about(editions, view),
            date=written(updated),
        )
        entries = self._entries(style, papers, links)
        return b"".join((_styled(head.filled(values), links.style), *entries, end))

    def _entries(
        self, style: Style, papers: "Sequence[tuple[Recommendation, int, Edition]]", links: FeedLinks
    ) -> list[bytes]:
        rows = self._rows(style, papers, links)
        within, said = escaped([BETWEEN.join(row[1]) for row in rows], style)
        entries: list[bytes] = []
        values: Sequence[bytes]
        for (form, why, day, context, place, updated), inside, before in zip(rows, within, said, strict=True):
            if form.is_usual:
                values = (day.published, updated, day.note, b"%b/%d" % (context.page, place), before, inside)
            else:
                values = _apart(style, form, why, day, context, place, updated)
            entries.append(form.text % form.pick(values))
        return entries

    def _rows(
        self, style: Style, papers: "Sequence[tuple[Recommendation, int, Edition]]", links: FeedLinks
    ) -> "list[_Row]":
        words, written, entries = self._words, _written(style), self._shared.entries(style)
        entry = entries.at_hand if self._is_hasty else entries.entry
        contexts: dict[int, _Context] = {}
        rows: list[_Row] = []
        for item, place, edition in papers:
            context = contexts.get(edition.id)
            if context is None:
                context = contexts[edition.id] = _Context(style, words, edition, links.editions.get(edition.id, ""))
            why = words.why(item)
            if item.slot is not _CHOSEN and (mark := words.mark(item, context.categories)):
                why = (mark, *why)
            paper = item.paper
            day, changed = context.days.get((item.announced, item.late)) or context.day(item), paper.changed_at
            updated = written(changed) if changed and changed > context.since else context.updated
            form = entry(paper, day.has_note, len(why), context.has_page)
            rows.append((form, why, day, context, place, updated))
        return rows

    def _about(self, editions: Sequence[Edition], view: FeedView) -> str:
        words, newest = self._words, next((edition for edition in editions if edition.coverage), None)
        chosen = words.gettext("Chosen every day for one reader.")
        told = view.about or (words.coverage(newest.coverage, today=newest.slot_date) if newest else chosen)
        return f"{told} {words.gettext('Thank you to arXiv for use of its open access interoperability.')}"


def last_changed(editions: Sequence[Edition], *, since: datetime) -> datetime:
    """When the feed of these editions last became another one; an edition without papers changes its subtitle."""
    papers = (item.paper.changed_at for edition in editions for item in edition.recommendations)
    return max([*filter(None, papers), *(edition.created_at for edition in editions)], default=since)


# ------------------------------------------------------------ what is in it


def _papers(editions: Sequence[Edition], interest: str | None = None) -> list[tuple[Recommendation, int, Edition]]:
    """Every paper once, with its place, as the newest edition that has it says; the oldest leave a long feed."""
    found: dict[PaperId, tuple[Recommendation, int, Edition]] = {}
    for edition in editions:
        for place, item in enumerate(edition.recommendations, start=1):
            if interest is None or (item.interest or MAIN).casefold() == interest.casefold():
                found.setdefault(item.paper.id, (item, place, edition))
    return list(found.values())[:MOST_ENTRIES]


def _updated(item: Recommendation, edition: Edition) -> datetime:
    """When the entry's content last changed: when it was chosen, or when the paper's text changed after that."""
    changed = item.paper.changed_at
    return max(edition.created_at, changed) if changed else edition.created_at


class _Day(NamedTuple):
    """What the entries of one edition share whose papers were announced on one day."""

    published: bytes
    has_note: bool
    text: str  # of the note
    note: bytes  # the same as a feed has it


class _Context:
    """What the entries of one edition share."""

    def __init__(self, style: Style, words: Words, edition: Edition, page: str) -> None:
        """`page` is "" where there is none."""
        self._style = style
        self._words = words
        self._edition = edition
        self.days: dict[tuple[date, bool], _Day] = {}  # by when a paper was announced, and whether it was late
        self.address = page
        self.has_page = page != ""
        self.page = _escaped(page, style)
        self.categories = [category for category, _ in edition.considered]  # that it was chosen from
        self.since = edition.created_at
        self.updated = _written(style)(edition.created_at)

    def day(self, item: Recommendation) -> _Day:
        """What a paper shares with those that were announced like it, found for the first of them."""
        text = self._words.announced(item, self._edition.slot_date, kind=self._edition.kind)
        published = _midnight(_written(self._style), item.announced)
        made = self.days[item.announced, item.late] = _Day(published, text != "", text, _escaped(text, self._style))
        return made


_Row = tuple[Form, Sequence[str], _Day, _Context, int, bytes]  # of an entry, with its place and when it was changed


def _escaped(text: str, style: Style, is_xhtml: bool = True) -> bytes:
    return escaped([text], style, is_xhtml)[0][0]


def _apart(
    style: Style, form: Form, why: Sequence[str], day: _Day, context: _Context, place: int, updated: bytes
) -> list[bytes]:
    """The values of an entry whose template puts something else between its reasons, or whose text is no XML."""
    within, said = escaped(why, style, form.is_xhtml)
    note, page = (_escaped(text, style, form.is_xhtml) for text in (day.text, context.address))
    reasons = [between.join(within) for between in form.betweens] or within
    return [day.published, updated, note, b"%b/%d" % (page, place), BETWEEN.encode().join(said), *reasons]


Written = Callable[[datetime], bytes]


def _written(style: Style) -> Written:
    """How a moment is written: RFC 3339, in RSS RFC 2822."""
    return _as_mail_has_it if style is Style.RSS else _as_the_web_has_it


def _as_the_web_has_it(moment: datetime) -> bytes:
    return moment.isoformat().encode()


@lru_cache(maxsize=4096)
def _as_mail_has_it(moment: datetime) -> bytes:
    return format_datetime(moment).encode()


@lru_cache(maxsize=4096)
def _midnight(written: Written, day: date) -> bytes:
    return written(datetime.combine(day, time(), UTC))


def _styled(head: bytes, style: str) -> bytes:
    """With the stylesheet named before its first element, as https://www.w3.org/TR/xml-stylesheet/ has it."""
    declaration, end, rest = head.partition(b"?>\n")
    named = f'<?xml-stylesheet type="text/css" href="{escape(style)}"?>\n' if style else ""
    return declaration + end + named.encode() + rest
