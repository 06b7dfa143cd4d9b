"""arXiv's listings through OAI-PMH: a stream for each category, read page by page until no token comes.

https://info.arxiv.org/help/oa/index.html
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from lxml import etree

from digest import identity
from digest.batches import Announces
from digest.errors import SourceError
from digest.papers import Announcement, AnnouncementKind, Cursor, Page, Paper, Skipped
from digest.sources import calendar, oai
from digest.sources.client import PoliteClient
from digest.sources.settings import ArxivSettings

log = logging.getLogger(__name__)
GATE = "arxiv"  # all hosts together: one request in three seconds, and one rest
LEDGER = "arxiv"  # the feeds and OAI-PMH list the same announcements
_PHYSICS = frozenset(
    "astro-ph cond-mat gr-qc hep-ex hep-lat hep-ph hep-th math-ph nlin nucl-ex nucl-th physics quant-ph".split()
)


class ArxivSource:
    """What all listings of arXiv have in common: the gate, the ledger, the categories and the calendar."""

    gate = GATE
    ledger = LEDGER
    name: str
    is_reference: bool

    def __init__(self, settings: ArxivSettings, client: PoliteClient) -> None:
        self._settings = settings
        self._client = client
        self._deferred = frozenset(settings.deferred_days)

    @property
    def streams(self) -> Sequence[str]:
        return self._settings.categories

    def announces(self, day: date) -> Announces:
        """Whether a listing carries this date: arXiv has a calendar, and knows."""
        return calendar.announces(day, self._deferred)


class ArxivHarvest(ArxivSource, ABC):
    """A harvest in one metadata format; what reads the format, and says what a record amounts to, is left open."""

    prefix: str  # the format's name

    @abstractmethod
    def read(self, element: etree._Element) -> Paper:
        """The paper a metadata element describes; ValueError says why there is none."""

    @abstractmethod
    def kind(self, paper: Paper, stream: str, *, listed: date, since: date | None) -> AnnouncementKind:
        """Why the record stands in the listing of `listed`; `since` is the last harvest's day, if any."""

    def shown_at(self, day: date) -> datetime:
        """When, UTC, OAI-PMH holds the whole listing of a day: late on the evening before."""
        return calendar.ready_at(day, self._settings.oai_ready)

    def page(self, stream: str, cursor: Cursor | None, *, now: datetime) -> Page:
        """The next page of a category; a harvest whose token has expired begins again at its first day.

        An answer without papers moves nothing: it may be silence, and it may be a fault that looks like it. That is
        for the ledger to judge, by the reference; a source beside it has been read.
        """
        start = cursor or Cursor(since=now.date() - timedelta(days=self._settings.first_days))
        answer = self._asked(stream, start, now)
        if answer.error == "badResumptionToken" and start.token is not None:
            log.warning(
                "harvest restarted source=%s stream=%s since=%s: its token is not valid any more",
                self.name,
                stream,
                start.since,
            )
            start = _begun_again(start)
            answer = self._asked(stream, start, now)
        if answer.error == "noRecordsMatch":
            return self._silence(start, now)
        if answer.error is not None:
            raise SourceError(self.name, f"answered {answer.error}: {answer.error_text[:200]}")
        return self._page(stream, start, answer, now)

    def _asked(self, stream: str, cursor: Cursor, now: datetime) -> oai.OaiAnswer:
        if cursor.token is not None:
            params = {"verb": "ListRecords", "resumptionToken": cursor.token}
        else:
            params = {
                "verb": "ListRecords",
                "metadataPrefix": self.prefix,
                "set": set_spec(stream),
                "from": cursor.since.isoformat(),
            }
        return oai.parse(self._client.get(self._settings.oai_url, params, now=now), source=self.name)

    def _page(self, stream: str, start: Cursor, answer: oai.OaiAnswer, now: datetime) -> Page:
        announcements, skipped = self._announced(stream, start, answer)
        if skipped and not announcements:
            raise SourceError(self.name, f"none of {len(skipped)} records can be read; the first: {skipped[0]}"[:300])
        if not announcements and (answer.token is None or not answer.records):
            return self._silence(start, now)
        began = start.began or max(start.since, min(answer.answered_on, now.date()))  # a source's clock may be wrong
        if answer.token is None:
            cursor = Cursor(since=began, completed_at=now)
        elif answer.token == start.token:
            raise SourceError(self.name, "the same page comes again and again")
        else:
            cursor = replace(start, token=answer.token, began=began)
        return Page(announcements=announcements, cursor=cursor, skipped=skipped)

    def _silence(self, start: Cursor, now: datetime) -> Page:
        completed_at = start.completed_at if self.is_reference else now
        return Page(announcements=(), cursor=replace(_begun_again(start), completed_at=completed_at))

    def _announced(
        self, stream: str, start: Cursor, answer: oai.OaiAnswer
    ) -> tuple[tuple[Announcement, ...], tuple[Skipped, ...]]:
        announcements: list[Announcement] = []
        skipped = [_skipped(each.identifier, each.datestamp, each.problem) for each in answer.unreadable]
        since = start.since if start.completed_at else None
        for record in answer.records:
            if record.metadata is None:
                continue  # a deleted record
            try:
                paper = self.read(record.metadata)
            except ValueError as error:
                skipped.append(_skipped(record.identifier, record.datestamp, str(error)))
                continue
            kind = self.kind(paper, stream, listed=record.datestamp, since=since)
            announcements.append(
                Announcement(source=self.name, stream=stream, paper=paper, kind=kind, day=record.datestamp)
            )
        return tuple(announcements), tuple(skipped)


def set_spec(category: str) -> str:
    """arXiv's group:archive:category spelling: `cs:cs:LG`, `physics:hep-th`, `physics:astro-ph:CO`."""
    archive, _, subject = category.partition(".")
    if archive in _PHYSICS:
        return f"physics:{archive}:{subject}" if subject else f"physics:{archive}"
    return f"{archive}:{archive}:{subject}" if subject else archive


def _begun_again(cursor: Cursor) -> Cursor:
    """The cursor before the first page of its harvest."""
    return replace(cursor, token=None, began=None)


def _skipped(identifier: str, day: date | None, problem: str) -> Skipped:
    arxiv = identity.arxiv_id(identifier)
    return Skipped(
        reason=f"{identifier[:80]}: {problem}" if identifier else problem,
        paper=identity.paper_id(arxiv) if arxiv else None,
        day=day,
    )
