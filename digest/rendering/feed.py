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

from digest.editions import Edition
from digest.identity import PaperId
from digest.rendering.feed_blocks import Shared, Style, escaped
from digest.rendering.feed_forms import BETWEEN, Form
from digest.rendering.feed_whys import Whys
from digest.rendering.plain import one_line
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import translated
from digest.rendering.words import ENGLISH, Words
from digest.subscribers import MAIN
from digest.tellings import Line, Telling, telling

MOST_ENTRIES = 200
Editions = Sequence[Edition] | Sequence[Telling]  # newest first


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
        self._whys = {style: Whys(style, words) for style in Style}
        self._is_hasty = False

    @cached_property
    def hasty(self) -> "FeedRenderer":
        """The same, but raising NotAtHand (`feed_entries`) where an entry would have to be written first."""
        made = copy(self)
        made._is_hasty = True
        return made

    def atom(
        self,
        editions: Editions,
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
        editions: Editions,
        *,
        uri: str,
        since: datetime,
        links: FeedLinks | None = None,
        view: FeedView | None = None,
    ) -> bytes:
        """RSS 2.0 with dc:creator and content:encoded."""
        return self._xml(Style.RSS, editions, uri, since, links or FeedLinks(), view or FeedView())

    def json(self, editions: Editions, *, links: FeedLinks | None = None, view: FeedView | None = None) -> bytes:
        """JSON Feed 1.1, in UTF-8."""
        links, view, tellings = links or FeedLinks(), view or FeedView(), _tellings(editions)
        feed: dict[str, Any] = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": one_line(view.title) or self._title,
            "home_page_url": self._site.url,
            "feed_url": links.here,
            "description": self._about(tellings, view),
            "user_comment": self._words.gettext("This is a feed: give its address to a feed reader."),
            "language": self._words.language,
            "authors": [{"name": one_line(self._site.name)}],
        }
        head = json.dumps({name: value for name, value in feed.items() if value != ""}, ensure_ascii=False)
        items = b", ".join(self._entries(Style.JSON, _papers(tellings, view.interest), links))
        return b'%b, "items": [%b]}' % (head[:-1].encode(), items)

    def _xml(
        self, style: Style, editions: Editions, uri: str, since: datetime, links: FeedLinks, view: FeedView
    ) -> bytes:
        tellings = _tellings(editions)
        papers = _papers(tellings, view.interest)
        head, end = self._shared.head(style, has_address=bool(links.here))
        # the moment of writing would change the feed whenever it is asked for
        updated = _last(papers, since)
        written = _written(style)
        values = style.head(
            uri=uri,
            here=links.here,
            title=one_line(view.title) or self._title,
            about=self._about(tellings, view),
            date=written(updated),
        )
        entries = self._entries(style, papers, links)
        return b"".join((_styled(head.filled(values), links.style), *entries, end))

    def _entries(self, style: Style, papers: "Sequence[_Placed]", links: FeedLinks) -> list[bytes]:
        whys, shared = self._whys[style], self._shared.entries(style)
        entry = shared.at_hand if self._is_hasty else shared.entry
        context: _Context | None = None
        entries: list[bytes] = []
        for (line, place, edition), (reasons, within, said) in zip(papers, whys.of(papers), strict=True):
            if context is None or context.edition is not edition:
                context = _Context(style, self._words, edition, links.editions.get(edition.id, ""))
            paper = line.paper
            day = context.days.get((line.announced, line.late)) or context.day(line)
            changed = paper.changed_at
            updated = context.written(changed) if changed and changed > context.since else context.updated
            form = entry(paper, day.has_note, reasons, context.has_page)
            values: Sequence[bytes] = day.published, updated, day.note, b"%b/%d" % (context.page, place), said, within
            if not form.is_usual:
                values = _apart(style, form, whys.texts(line, edition), day, context, place, updated)
            entries.append(form.text % form.pick(values))
        return entries

    def _about(self, editions: Editions, view: FeedView) -> str:
        words, newest = self._words, next((edition for edition in editions if edition.coverage), None)
        chosen = words.gettext("Chosen every day for one reader.")
        told = view.about or (words.coverage(newest.coverage, today=newest.slot_date) if newest else chosen)
        return f"{told} {words.gettext('Thank you to arXiv for use of its open access interoperability.')}"


def last_changed(editions: Editions, *, since: datetime) -> datetime:
    """When the feed of these editions last became another one; an edition without papers changes its subtitle."""
    told = _tellings(editions)
    papers = [line.paper.changed_at for edition in told for line in edition.lines]
    return max([*filter(None, papers), *[edition.created_at for edition in told]], default=since)


# ------------------------------------------------------------ what is in it

_Placed = tuple[Line, int, Telling]  # a paper, its place, and the edition that has it


def _tellings(editions: Editions) -> list[Telling]:
    return [each if isinstance(each, Telling) else telling(each) for each in editions]


def _papers(editions: Sequence[Telling], interest: str | None = None) -> list[_Placed]:
    """Every paper once, with its place, as the newest edition that has it says; the oldest leave a long feed."""
    found: dict[PaperId, _Placed] = {}
    for edition in editions:
        for place, line in enumerate(edition.lines, start=1):
            if interest is None or (line.interest or MAIN).casefold() == interest.casefold():
                found.setdefault(line.paper.id, (line, place, edition))
    return list(found.values())[:MOST_ENTRIES]


def _last(papers: Sequence[_Placed], since: datetime) -> datetime:
    """When the content of one of them last changed: when it was chosen, or its text after that."""
    changed = [line.paper.changed_at for line, _, _ in papers]
    return max([*[edition.created_at for _, _, edition in papers], *filter(None, changed)], default=since)


class _Day(NamedTuple):
    """What the entries of one edition share whose papers were announced on one day."""

    published: bytes
    has_note: bool
    text: str  # of the note
    note: bytes  # the same as a feed has it


class _Context:
    """What the entries of one edition share."""

    def __init__(self, style: Style, words: Words, edition: Telling, page: str) -> None:
        """`page` is "" where there is none."""
        self._style = style
        self._words = words
        self.edition = edition
        self.written = _written(style)
        self.days: dict[tuple[date, bool], _Day] = {}  # by when a paper was announced, and whether it was late
        self.address = page
        self.has_page = page != ""
        self.page = _escaped(page, style)
        self.since = edition.created_at
        self.updated = self.written(edition.created_at)

    def day(self, line: Line) -> _Day:
        """What a paper shares with those that were announced like it, found for the first of them."""
        text = self._words.announced(line, self.edition.slot_date, kind=self.edition.kind)
        published = _midnight(self.written, line.announced)
        made = self.days[line.announced, line.late] = _Day(published, text != "", text, _escaped(text, self._style))
        return made


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
