"""arXiv's feeds, RSS or Atom: the listing of the day as soon as it is out, with less of each paper than OAI-PMH tells.

https://info.arxiv.org/help/rss.html; thank you to arXiv for use of its open access interoperability.
"""

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import quote

from digest.errors import SourceError
from digest.papers import Announcement, Cursor, Page, Skipped
from digest.sources import calendar
from digest.sources.arxiv_harvest import ArxivSource
from digest.sources.arxiv_items import Item, Listing, kind_of, paper_of
from digest.sources.arxiv_wire import listing
from digest.sources.settings import ListingFormat

log = logging.getLogger(__name__)
_FORMS = {ListingFormat.RSS: "RSS", ListingFormat.ATOM: "Atom"}
_REFUSAL = "Feed error for query:"
_MOST = 2000  # arXiv puts no more items than this into a feed
_DAY = timedelta(days=1)


class ArxivRss(ArxivSource):
    """The categories of the settings as streams, each a feed that holds one day's listing."""

    name = "arxiv-rss"
    is_reference = False

    def shown_at(self, day: date) -> datetime:
        """When, UTC, the feeds show the listing of a day: soon after its midnight in New York."""
        return calendar.feed_ready_at(day, self._settings.rss_ready)

    def page(self, stream: str, cursor: Cursor | None, *, now: datetime) -> Page:
        """The listing that a category's feed shows now, or that it shows the same as at `cursor`.

        A feed without papers leaves the cursor at the day before; whether it is silence or a fault, the ledger judges.
        """
        mark = _Mark.read(cursor.validator if cursor else None)
        form = self._settings.listing_format
        url = f"{self._settings.rss_url.rstrip('/')}/{form.value}/{quote(stream, safe='')}"
        answer = self._client.changed(url, mark.http, now=now, also=frozenset({400}))
        if answer.unchanged and cursor is not None:
            self._refuse_stale(cursor.since, now)
            return Page(announcements=(), cursor=replace(cursor, completed_at=now), unchanged=True)
        feed = listing(answer.body, source=self.name, form=_FORMS[form])
        self._refuse_refusal(feed, answer.status)
        day = self._day(feed, now)
        self._refuse_stale(day, now)
        if not feed.items:
            return Page(announcements=(), cursor=self._after_silence(cursor, day, mark, answer.validator, now))
        ids = _fingerprint(feed.items)
        if cursor is not None and day > cursor.since and ids == mark.ids:
            raise SourceError(self.name, f"the listing of {day} is still that of {cursor.since} under another date")
        announcements, skipped = self._announced(feed.items, stream, day)
        following = _Mark(http=answer.validator, ids=ids)
        return Page(
            announcements=announcements,
            cursor=Cursor(since=day, completed_at=now, validator=str(following)),
            skipped=skipped,
        )

    def _refuse_refusal(self, feed: Listing, status: int) -> None:
        if feed.title.startswith(_REFUSAL):
            raise SourceError(self.name, f"there is no such listing; it answered “{feed.title[:200]}”")
        if status != 200:
            raise SourceError(self.name, f"answered HTTP {status}: {feed.title[:200]}")

    def _day(self, feed: Listing, now: datetime) -> date:
        try:
            day = feed.built_at.astimezone(calendar.NEW_YORK).date() if feed.built_at else None
        except OverflowError:
            day = None
        if day is None:
            raise SourceError(self.name, "the feed has no readable date")
        if day > now.astimezone(calendar.NEW_YORK).date() + _DAY:  # one day, for clocks that differ
            raise SourceError(self.name, f"the feed is dated {day}, which is still to come")
        return day

    def _refuse_stale(self, shown: date, now: datetime) -> None:
        due = calendar.newest_feed_listing(now, self._deferred, self._settings.rss_ready)
        if shown < due:
            raise SourceError(
                self.name, f"the listing is still that of {shown} although one of {due} was due; run again later"
            )

    def _after_silence(
        self, cursor: Cursor | None, day: date, mark: "_Mark", validator: str | None, now: datetime
    ) -> Cursor:
        """The cursor after an empty feed; while papers are due, the next is asked for without a condition."""
        is_due = calendar.feed_listing_due(now, self._deferred, self._settings.rss_ready)
        following = replace(mark, http=None if is_due else validator)
        return replace(cursor or Cursor(since=day - _DAY), completed_at=now, validator=str(following))

    def _announced(
        self, items: tuple[Item, ...], stream: str, day: date
    ) -> tuple[tuple[Announcement, ...], tuple[Skipped, ...]]:
        if len(items) >= _MOST:
            log.info("full feed source=%s stream=%s items=%d: OAI-PMH tells the rest", self.name, stream, len(items))
        announcements: list[Announcement] = []
        skipped: list[Skipped] = []
        for item in items:
            try:
                kind, paper = kind_of(item), paper_of(item)
            except ValueError as error:
                skipped.append(Skipped(reason=f"{item.name}: {error}", paper=item.paper, day=day))
                continue
            announcements.append(Announcement(source=self.name, stream=stream, paper=paper, kind=kind, day=day))
        if skipped and not announcements:
            raise SourceError(self.name, f"none of {len(skipped)} items can be read; the first: {skipped[0]}"[:300])
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


def _fingerprint(items: Iterable[Item]) -> str:
    guids = sorted(item.guid for item in items)
    return hashlib.blake2b("\n".join(guids).encode(), digest_size=8).hexdigest()
