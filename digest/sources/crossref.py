"""Crossref: what publishers have registered for a venue, read by the day of registration.

`GET {url}/journals/{issn}/works` or `{url}/works`, https://api.crossref.org/swagger-ui, with `filter`, `sort=created`
and a deep-paging `cursor`; `mailto` leads into the polite pool. Journals, issues, reviews, corrections, retraction
notices and front matter are no papers and are not announced; nor is what was published long before it was registered
news (a publisher's back-file).
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import quote

from digest.batches import Announces
from digest.errors import SourceError
from digest.papers import Announcement, AnnouncementKind, Cursor, Page, Paper, Skipped
from digest.sources import crossref_works
from digest.sources.client import PoliteClient
from digest.sources.crossref_works import Listing
from digest.sources.settings import CrossrefSettings

log = logging.getLogger(__name__)
ROWS = 100  # asked for in a page
_DAY = timedelta(days=1)
_AGAIN = _DAY  # a record shows up to half an hour after its registration: the day before is read again
_BACK_FILE = timedelta(days=366)  # from publication to registration


class Crossref:
    """The venues of the settings as streams: "issn:2041-1723", or any filter of Crossref's as "filter:prefix:10.1038".

    Crossref keeps the place of a cursor on its side, moves it with every request and forgets it after some minutes.
    So only the cursor that this object was given last is asked again; a harvest broken off begins anew.
    """

    name = "crossref"
    gate = "crossref"
    ledger = "crossref"
    is_reference = True

    def __init__(self, settings: CrossrefSettings, client: PoliteClient, *, mail_to: str) -> None:
        """`mail_to` is where Crossref writes to if the requests are a burden; "" leaves it out."""
        self._settings = settings
        self._client = client
        self._mail_to = mail_to
        self._given: dict[str, str] = {}  # by stream

    @property
    def streams(self) -> Sequence[str]:
        return self._settings.venues

    def page(self, stream: str, cursor: Cursor | None, *, now: datetime) -> Page:
        """The next works registered from `cursor.since` to the day on which this harvest began, both included."""
        today = now.astimezone(UTC).date()
        start = cursor or Cursor(since=today - self._settings.first_days * _DAY)
        if start.token is not None and self._given.pop(stream, None) != start.token:
            log.info("harvest restarted source=%s stream=%s since=%s", self.name, stream, start.since)
            start = replace(start, token=None, began=None)
        began = start.began or today
        start = replace(start, since=min(start.since, began), began=began)
        place = _Place.read(start.token)
        url, venue_filter = self._venue(stream)
        params = {
            "filter": f"{venue_filter}from-created-date:{start.since},until-created-date:{began}",
            "sort": "created",
            "order": "asc",
            "rows": str(ROWS),
            "cursor": place.cursor,
        } | ({"mailto": self._mail_to} if self._mail_to else {})
        listing = crossref_works.listing(self._client.get(url, params, now=now), source=self.name)
        following = self._following(start, place, listing, now)
        announcements, skipped = self._announced(stream, start.since, began, listing.items)
        self._given[stream] = following.token or ""
        return Page(announcements=announcements, cursor=following, skipped=skipped)

    def announces(self, day: date) -> Announces:
        return Announces.PERHAPS

    def shown_at(self, day: date) -> datetime:
        return datetime.combine(day + _DAY, time.min, UTC)

    def _venue(self, stream: str) -> tuple[str, str]:
        """Where a venue is asked for, and the filter that singles it out."""
        base = self._settings.url.rstrip("/")
        kind, _, name = stream.partition(":")
        if kind == "issn":
            return f"{base}/journals/{quote(name.strip(), safe='')}/works", ""
        return f"{base}/works", f"{name.strip()},"

    def _following(self, start: Cursor, place: "_Place", listing: Listing, now: datetime) -> Cursor:
        received = place.received + len(listing.items)
        more = len(listing.items) >= ROWS if listing.total is None else received < listing.total
        if more and not listing.items:
            raise SourceError(
                self.name, f"an empty page, although only {received} of {listing.total} works have been shown"
            )
        if more and not listing.next_cursor:
            raise SourceError(self.name, f"no way to the next page after {received} works")
        if more:
            return replace(start, token=str(_Place(received, listing.next_cursor)))
        since = max(start.since, (start.began or start.since) - _AGAIN)
        return Cursor(since=since, completed_at=now)

    def _announced(
        self, stream: str, since: date, until: date, items: Sequence[object]
    ) -> tuple[tuple[Announcement, ...], tuple[Skipped, ...]]:
        announcements: list[Announcement] = []
        skipped: list[Skipped] = []
        for item in items:
            try:
                paper = crossref_works.paper_of(item)
            except ValueError as error:
                skipped.append(crossref_works.skipped(item, error))
                continue
            if paper is not None:
                day = crossref_works.registered_on(item)
                is_news = day is not None and since <= day <= until and not _is_back_file(paper, day)
                announcements.append(
                    Announcement(
                        source=self.name,
                        stream=stream,
                        paper=paper,
                        kind=_kind(paper, is_news=is_news),
                        day=min(day or until, until),
                    )
                )
        if items and len(skipped) == len(items):
            raise SourceError(
                self.name, f"none of {len(items)} works can be read; the first: {skipped[0].reason[:200]}"
            )
        return tuple(announcements), tuple(skipped)


@dataclass(frozen=True, slots=True)
class _Place:
    """How far a harvest has come, as a cursor remembers it: "100 DnF1ZXJ5"."""

    received: int = 0
    cursor: str = "*"

    @classmethod
    def read(cls, token: str | None) -> "_Place":
        received, _, cursor = (token or "").partition(" ")
        return cls(int(received), cursor) if received.isdecimal() and cursor else cls()

    def __str__(self) -> str:
        return f"{self.received} {self.cursor}"


def _kind(paper: Paper, *, is_news: bool) -> AnnouncementKind:
    if not is_news:
        return AnnouncementKind.FOUND
    return AnnouncementKind.WITHDRAWN if paper.withdrawn else AnnouncementKind.NEW


def _is_back_file(paper: Paper, registered: date) -> bool:
    return paper.submitted_at is not None and paper.submitted_at.date() < registered - _BACK_FILE
