"""Any RSS, Atom or JSON Feed — of a journal, a lab, a blog — as a stream: each address is asked whether it changed.

A paper is known by its arXiv id, else its DOI, else by its name within the feed. Its one category is the host of the
feed without "www.", such as "nature.com": so a reader asks for what comes from there. What an entry tells of a paper
with an arXiv id or a DOI is partial, because others tell more than a teaser; all else is the whole record there is.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlsplit

from digest import identity
from digest.batches import Announces
from digest.errors import SourceError
from digest.identity import PaperId
from digest.papers import Announcement, AnnouncementKind, Cursor, Page, Paper, Skipped, Version
from digest.sources import naming
from digest.sources.client import PoliteClient
from digest.sources.feed_entries import Entry
from digest.sources.feed_formats import read_feed
from digest.sources.recent import RECENT, day_of, is_recent
from digest.sources.settings import FeedSettings


class Feeds:
    """The addresses of the settings as streams, each a feed that shows its newest entries."""

    name = "feeds"
    gate = "feeds"
    ledger = "feeds"
    is_reference = True

    def __init__(self, settings: FeedSettings, client: PoliteClient) -> None:
        self._settings = settings
        self._client = client

    @property
    def streams(self) -> Sequence[str]:
        return self._settings.urls

    def page(self, stream: str, cursor: Cursor | None, *, now: datetime) -> Page:
        """What a feed shows now, or that it shows the same as at `cursor`.

        A feed that was not read whole is told of among what was skipped, and read again even if unchanged.
        """
        answer = self._client.changed(stream, cursor.validator if cursor else None, now=now)
        if answer.unchanged and cursor is not None:
            return Page(announcements=(), cursor=replace(cursor, completed_at=now), unchanged=True)
        feed = read_feed(answer.body, stream, source=self.name)
        announcements, skipped = self._announced(feed.entries, stream, is_first=cursor is None, now=now)
        if feed.damage:
            skipped = (*skipped, Skipped(reason=f"the feed was not read whole: {feed.damage}"))
        validator = None if feed.damage else answer.validator
        following = Cursor(since=now.astimezone(UTC).date(), completed_at=now, validator=validator)
        return Page(announcements=announcements, cursor=following, skipped=skipped)

    def announces(self, day: date) -> Announces:
        """Nobody knows when a journal or a blog has something to say."""
        return Announces.PERHAPS

    def shown_at(self, day: date) -> datetime:
        """The end of the day, UTC."""
        return datetime.combine(day, time.min, UTC) + timedelta(days=1)

    def _announced(
        self, entries: Sequence[Entry], stream: str, *, is_first: bool, now: datetime
    ) -> tuple[tuple[Announcement, ...], tuple[Skipped, ...]]:
        announcements: dict[PaperId, Announcement] = {}
        skipped: list[Skipped] = []
        for entry in entries:
            try:
                paper = paper_of(entry, stream)
            except ValueError as error:
                name = (entry.guid or entry.link)[:80] or "an entry without a name"
                skipped.append(Skipped(reason=f"{name}: {error}"))
                continue
            kind, day = self._kind(entry, is_first, now), day_of(entry.published, now)
            told = Announcement(source=self.name, stream=stream, paper=paper, kind=kind, day=day)
            announcements.setdefault(paper.id, told)
        if skipped and not announcements:
            first = skipped[0].reason[:200]
            raise SourceError(self.name, f"none of {len(skipped)} entries can be read; the first: {first}")
        return tuple(announcements.values()), tuple(skipped)

    def _kind(self, entry: Entry, is_first: bool, now: datetime) -> AnnouncementKind:
        """On the first reading most is old; later, what has no date is new."""
        within = timedelta(days=self._settings.first_days) if is_first else RECENT
        is_news = not is_first if entry.published is None else is_recent(entry.published, now, within)
        return AnnouncementKind.NEW if is_news else AnnouncementKind.FOUND


def paper_of(entry: Entry, place: str) -> Paper:
    """The paper that an entry of the feed at the address `place` is about; ValueError if it has no title."""
    if not entry.title:
        raise ValueError("no title")
    arxiv = naming.first_arxiv((entry.link, entry.guid, *entry.names))
    doi = naming.first_doi((*entry.names, entry.guid, entry.link))
    number = identity.doi_of(doi) if doi else ""
    is_preprint = identity.is_preprint(number)
    own = identity.entry_id(place, entry.guid or entry.link or entry.title)
    dated = Version(number=1, submitted_at=entry.published)
    return Paper(
        id=arxiv or doi or own,
        also=(doi,) if arxiv and doi and number else (),
        title=entry.title,
        abstract=entry.summary,
        authors=entry.authors,
        categories=(category_of(place),),
        versions=() if arxiv or entry.published is None else (dated,),
        doi="" if is_preprint else number,
        journal_ref="" if is_preprint else entry.journal_ref,
        url="" if arxiv else entry.link,
        partial=arxiv is not None or doi is not None,
    )


def category_of(place: str) -> str:
    """The category of a feed's papers: its host without "www."."""
    return (urlsplit(place).hostname or place).removeprefix("www.")
