"""bioRxiv and medRxiv: every version posted in an interval of days, in pages whose size is theirs to choose.

`GET {url}/details/{server}/{from}/{to}/{place}/json`, https://api.biorxiv.org/. A page was 100 rows and is now 30, so
the place moves by what was received. Journal DOIs, where a row tells one, are other names of the same work.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from digest.batches import Announces
from digest.errors import SourceError
from digest.identity import PaperId
from digest.papers import Announcement, AnnouncementKind, Cursor, Page, Paper, Skipped, merged
from digest.sources import biorxiv_rows
from digest.sources.biorxiv_rows import Listing
from digest.sources.client import PoliteClient
from digest.sources.settings import BiorxivSettings

log = logging.getLogger(__name__)
_DAY = timedelta(days=1)
# A row is dated in New York, and is there some hours after its day has begun: the days before are read again.
_AGAIN = timedelta(days=2)
# The total has been seen to count 31 rows that are never shown (github.com/ropensci/medrxivr/issues/19, a page of
# 100 then): an empty last page is the end, so long as less than a page of today is missing.
_NEVER_SHOWN = 29


class Biorxiv:
    """The servers of the settings as streams; each is read by pages until its own total is reached."""

    name = "biorxiv"
    gate = "biorxiv"
    ledger = "biorxiv"
    is_reference = True

    def __init__(self, settings: BiorxivSettings, client: PoliteClient) -> None:
        self._settings = settings
        self._client = client

    @property
    def streams(self) -> Sequence[str]:
        return self._settings.servers

    def page(self, stream: str, cursor: Cursor | None, *, now: datetime) -> Page:
        """The next rows of a server, from `cursor.since` to the day on which this harvest began, both included."""
        today = now.astimezone(UTC).date()
        start = cursor or Cursor(since=today - self._settings.first_days * _DAY)
        began = start.began or today
        start = replace(start, since=min(start.since, began), began=began)
        place = _Place.read(start.token)
        url = "/".join(
            [self._settings.url.rstrip("/"), "details", stream, f"{start.since}/{began}", f"{place.received}", "json"]
        )
        listing = biorxiv_rows.listing(self._client.get(url, {}, now=now), source=self.name)
        following = self._following(stream, start, place, listing, now)
        announcements, skipped = self._announced(stream, start.since, began, listing.rows)
        return Page(announcements=announcements, cursor=following, skipped=skipped)

    def announces(self, day: date) -> Announces:
        return Announces.PERHAPS

    def shown_at(self, day: date) -> datetime:
        return datetime.combine(day + _DAY, time.min, UTC)

    def _following(self, stream: str, start: Cursor, place: "_Place", listing: Listing, now: datetime) -> Cursor:
        received = place.received + len(listing.rows)
        expected = place.expected if listing.total is None else listing.total
        if listing.rows and received < expected:
            return replace(start, token=str(_Place(received, expected)))
        missing = expected - received
        if missing > (_NEVER_SHOWN if received else 0):
            raise SourceError(self.name, f"an empty page, although only {received} of {expected} rows have been shown")
        if missing > 0:
            log.warning("rows never shown source=%s stream=%s received=%d of=%d", self.name, stream, received, expected)
        since = max(start.since, (start.began or start.since) - _AGAIN) if received else start.since
        return Cursor(since=since, completed_at=now)

    def _announced(
        self, stream: str, since: date, until: date, rows: Sequence[object]
    ) -> tuple[tuple[Announcement, ...], tuple[Skipped, ...]]:
        told: list[tuple[Paper, date]] = []
        skipped: list[Skipped] = []
        for row in rows:
            try:
                told.append((biorxiv_rows.paper_of(row, stream), biorxiv_rows.posted_on(row)))
            except ValueError as error:
                skipped.append(biorxiv_rows.skipped(row, error))
        if skipped and not told:
            raise SourceError(
                self.name, f"none of {len(skipped)} rows can be read; the first: {skipped[0].reason[:200]}"
            )
        works = _works(paper for paper, _ in told)
        announcements = (
            Announcement(
                source=self.name,
                stream=stream,
                paper=works[paper.id],
                kind=_kind(paper, works[paper.id], is_news=since <= day <= until),
                day=min(day, until),
            )
            for paper, day in told
            if self._is_wanted(stream, paper)
        )
        return tuple(announcements), tuple(skipped)

    def _is_wanted(self, stream: str, paper: Paper) -> bool:
        wanted = {category for name in self._settings.subjects for category in biorxiv_rows.categories(stream, name)}
        return not wanted or not wanted.isdisjoint(paper.categories)


@dataclass(frozen=True, slots=True)
class _Place:
    """How far a harvest has come, as a cursor remembers it: "60/90"."""

    received: int = 0
    expected: int = 0

    @classmethod
    def read(cls, token: str | None) -> "_Place":
        received, _, expected = (token or "").partition("/")
        return cls(int(received), int(expected)) if received.isdecimal() and expected.isdecimal() else cls()

    def __str__(self) -> str:
        return f"{self.received}/{self.expected}"


def _works(papers: Iterable[Paper]) -> dict[PaperId, Paper]:
    """Each work once, as its newest version reads, with every version that was told."""
    works: dict[PaperId, Paper] = {}
    for paper in sorted(papers, key=lambda paper: paper.newest_version):
        works[paper.id] = merged(works[paper.id], paper) if paper.id in works else paper
    return works


def _kind(row: Paper, work: Paper, *, is_news: bool) -> AnnouncementKind:
    """Why a row is there; one that was not asked for, by its day, is no news."""
    if not is_news:
        return AnnouncementKind.FOUND
    if work.withdrawn:
        return AnnouncementKind.WITHDRAWN
    return AnnouncementKind.NEW if row.newest_version == 1 else AnnouncementKind.REPLACEMENT
