"""arXiv's RSS feeds: the listing of the day as soon as it is out, with less of each paper than OAI-PMH tells.

https://info.arxiv.org/help/rss_specifications.html; thank you to arXiv for use of its open access interoperability.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import quote

from lxml import etree

from digest import identity
from digest.errors import SourceError
from digest.papers import Announcement, AnnouncementKind, Cursor, Page, Paper, Version
from digest.sources import calendar
from digest.sources.arxiv import GATE
from digest.sources.arxiv_raw import author_names, class_codes, paragraphs
from digest.sources.client import PoliteClient
from digest.sources.settings import ArxivSettings
from digest.sources.xml import strict_root, text_of

_ARXIV = "{http://arxiv.org/schemas/atom}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_KINDS = {
    "new": AnnouncementKind.NEW,
    "cross": AnnouncementKind.CROSS_LIST,
    "replace": AnnouncementKind.REPLACEMENT,
    "replace-cross": AnnouncementKind.REPLACEMENT,
}
_GUID = re.compile(r"oai:arXiv\.org:(.+)v([1-9]\d{0,3})", re.ASCII)
_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)*(?:\.[A-Za-z-]+)?", re.ASCII)  # not 68T50, I.2.7
_REFUSAL = "Feed error for query:"


class ArxivRss:
    """The categories of the settings as streams, each a feed that holds one day's listing."""

    name = "arxiv-rss"
    gate = GATE

    def __init__(self, settings: ArxivSettings, client: PoliteClient) -> None:
        self._settings = settings
        self._client = client
        self._deferred = frozenset(settings.deferred_days)

    @property
    def last_request_at(self) -> datetime | None:
        return self._client.pace.last

    @property
    def streams(self) -> Sequence[str]:
        return self._settings.categories

    def page(self, stream: str, cursor: Cursor | None, *, now: datetime) -> Page:
        """The listing that a category's feed shows now, or that it shows the same as at `cursor`."""
        mark = _Mark.read(cursor.validator if cursor else None)
        url = f"{self._settings.rss_url.rstrip('/')}/rss/{quote(stream, safe='')}"
        answer = self._client.changed(url, mark.http, now=now, also=frozenset({400}))
        if answer.unchanged and cursor is not None:
            self._refuse_stale(cursor.since, now)
            return Page(announcements=(), cursor=replace(cursor, completed_at=now), unchanged=True)
        channel = self._channel(answer.body, answer.status)
        day = self._day(channel, now)
        self._refuse_stale(day, now)
        items = channel.findall("item")
        ids = _fingerprint(items) if items else mark.ids
        if items and cursor is not None and day > cursor.since and ids == mark.ids:
            raise SourceError(self.name, f"the listing of {day} is still that of {cursor.since} under another date")
        announcements, skipped = self._announced(items, stream, day)
        since = cursor.since if cursor and not items else day
        following = Cursor(since=since, completed_at=now, validator=str(_Mark(http=answer.validator, ids=ids)))
        return Page(announcements=announcements, cursor=following, skipped=skipped)

    def announcement_due(self, stream: str, cursor: Cursor | None, *, now: datetime) -> bool:
        """Whether the feed must hold papers at this moment, whatever was read before: it holds one day."""
        return calendar.feed_listing_due(now, self._deferred, self._settings.rss_ready)

    def _channel(self, body: bytes, status: int) -> etree._Element:
        root = strict_root(body, source=self.name, form="RSS")
        channel = root.find("channel")
        if root.tag != "rss" or channel is None:
            raise SourceError(self.name, f"the answer is not RSS but <{etree.QName(root).localname[:40]}>")
        title = text_of(channel.find("title"))
        if title.startswith(_REFUSAL):
            raise SourceError(self.name, f"there is no such listing; it answered “{title[:200]}”")
        if status != 200:
            raise SourceError(self.name, f"answered HTTP {status}: {title[:200]}")
        return channel

    def _day(self, channel: etree._Element, now: datetime) -> date:
        try:
            built = parsedate_to_datetime(text_of(channel.find("pubDate")))
            day = (built if built.tzinfo else built.replace(tzinfo=UTC)).astimezone(calendar.NEW_YORK).date()
        except (ValueError, TypeError, OverflowError) as error:
            raise SourceError(self.name, "the feed has no readable pubDate") from error
        if day > _today(now) + timedelta(days=1):  # one day, for clocks that differ
            raise SourceError(self.name, f"the feed is dated {day}, which is still to come")
        return day

    def _refuse_stale(self, shown: date, now: datetime) -> None:
        due = calendar.newest_feed_listing(now, self._deferred, self._settings.rss_ready)
        if shown < due:
            raise SourceError(
                self.name, f"the listing is still that of {shown} although one of {due} was due; run again later"
            )

    def _announced(
        self, items: Sequence[etree._Element], stream: str, day: date
    ) -> tuple[tuple[Announcement, ...], tuple[str, ...]]:
        announcements: list[Announcement] = []
        skipped: list[str] = []
        for item in items:
            try:
                kind, paper = kind_of(item), paper_of(item)
                announcements.append(Announcement(source=self.name, stream=stream, paper=paper, kind=kind, day=day))
            except ValueError as error:
                skipped.append(f"{text_of(item.find('guid'))[:60] or 'an item without a guid'}: {error}")
        if skipped and not announcements:
            raise SourceError(self.name, f"none of {len(skipped)} items can be read; the first: {skipped[0][:200]}")
        return tuple(announcements), tuple(skipped)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """What a cursor remembers of a feed: its validator, and which papers it showed.

    A feed can be stale under a fresh date, and then has another validator too; only the ids tell.
    """

    http: str | None = None
    ids: str = ""

    @classmethod
    def read(cls, text: str | None) -> "_Mark":
        ids, _, http = (text or "").partition(" ")
        return cls(http=http or None, ids=ids)

    def __str__(self) -> str:
        return f"{self.ids} {self.http or ''}"


def kind_of(item: etree._Element) -> AnnouncementKind:
    """Why the item stands in the feed, relative to the feed's category; ValueError if it does not say."""
    said = text_of(item.find(f"{_ARXIV}announce_type"))
    if said not in _KINDS:
        raise ValueError(f"not a kind of announcement: {said[:40]!r}")
    return _KINDS[said]


def paper_of(item: etree._Element) -> Paper:
    """What an item tells of its paper; ValueError if it has no usable id or title."""
    guid = _GUID.fullmatch(text_of(item.find("guid")))
    arxiv = identity.arxiv_id(guid[1]) if guid else None
    if guid is None or arxiv is None:
        raise ValueError("not an arXiv id with a version")
    title = text_of(item.find("title"))
    if not title:
        raise ValueError("no title")
    listed = dict.fromkeys(text_of(element) for element in item.iterfind("category"))
    return Paper(
        id=identity.paper_id(arxiv),
        title=title,
        abstract=paragraphs((item.findtext("description") or "").partition("Abstract:")[2]),
        authors=author_names(", ".join(text_of(element) for element in item.iterfind(f"{_DC}creator"))),
        categories=tuple(filter(_CATEGORY.fullmatch, listed)),
        classes=class_codes(" ".join(text for text in listed if not _CATEGORY.fullmatch(text))),
        versions=(Version(number=int(guid[2]), submitted_at=None),),
        partial=True,
    )


def _fingerprint(items: Sequence[etree._Element]) -> str:
    guids = sorted(text_of(item.find("guid")) for item in items)
    return hashlib.blake2b("\n".join(guids).encode(), digest_size=8).hexdigest()


def _today(now: datetime) -> date:
    return now.astimezone(calendar.NEW_YORK).date()
