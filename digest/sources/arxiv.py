"""arXiv through OAI-PMH, its reference interface.

https://info.arxiv.org/help/oa/index.html; thank you to arXiv for use of its open access interoperability.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from digest import identity
from digest.errors import SourceError
from digest.identity import PaperId
from digest.papers import Announcement, AnnouncementKind, Cursor, Page, Paper
from digest.sources import calendar, oai
from digest.sources.arxiv_raw import paper_of
from digest.sources.client import PoliteClient
from digest.sources.settings import ArxivSettings

FRIENDS = frozenset({"oaipmh.arxiv.org", "export.arxiv.org", "rss.arxiv.org", "arxiv.org"})
log = logging.getLogger(__name__)
GATE = "arxiv"  # all hosts together: one request in three seconds, and one rest
_PHYSICS = frozenset(
    "astro-ph cond-mat gr-qc hep-ex hep-lat hep-ph hep-th math-ph nlin nucl-ex nucl-th physics quant-ph".split()
)
# A paper may wait in moderation between its submission and its announcement.
_MODERATION = timedelta(days=5)


class Arxiv:
    """The categories of the settings as streams; each is harvested by pages until no token comes."""

    name = "arxiv"
    gate = GATE

    def __init__(self, settings: ArxivSettings, client: PoliteClient) -> None:
        self._settings = settings
        self._client = client

    @property
    def last_request_at(self) -> datetime | None:
        return self._client.pace.last

    @property
    def streams(self) -> Sequence[str]:
        return self._settings.categories

    def page(self, stream: str, cursor: Cursor | None, *, now: datetime) -> Page:
        """The next page of a category; a harvest whose token has expired begins again at its first day."""
        start = cursor or Cursor(since=now.date() - timedelta(days=self._settings.first_days))
        answer = self._asked(stream, start, now)
        if answer.error == "badResumptionToken" and start.token is not None:
            log.warning(
                "harvest restarted source=%s stream=%s since=%s: its token is not valid any more",
                self.name,
                stream,
                start.since,
            )
            start = replace(start, token=None, began=None)
            answer = self._asked(stream, start, now)
        if answer.error == "noRecordsMatch":
            return Page(announcements=(), cursor=replace(start, token=None, began=None))
        if answer.error is not None:
            raise SourceError(self.name, f"answered {answer.error}: {answer.error_text[:200]}")
        return self._page(stream, start, answer, now)

    def lookup(self, paper: PaperId, *, now: datetime) -> Paper | None:
        arxiv = paper.removeprefix("arxiv:")
        params = {"verb": "GetRecord", "identifier": f"oai:arXiv.org:{arxiv}", "metadataPrefix": "arXivRaw"}
        answer = oai.parse(self._client.get(self._settings.oai_url, params, now=now), source=self.name)
        if answer.error == "idDoesNotExist":
            return None
        if answer.error is not None or not answer.records or answer.records[0].metadata is None:
            problem = answer.error or "; ".join(answer.unreadable) or "it is marked deleted"
            raise SourceError(self.name, f"no record of {arxiv}: {problem}")
        try:
            return paper_of(answer.records[0].metadata)
        except ValueError as error:
            raise SourceError(self.name, f"the record of {arxiv} cannot be read: {error}") from error

    def announcement_due(self, stream: str, cursor: Cursor | None, *, now: datetime) -> bool:
        deferred = frozenset(self._settings.deferred_days)
        first = cursor.since if cursor else now.date() - timedelta(days=self._settings.first_days)
        return calendar.announced_between(first, now, deferred, self._settings.oai_ready)

    def _asked(self, stream: str, cursor: Cursor, now: datetime) -> oai.OaiAnswer:
        if cursor.token is not None:
            params = {"verb": "ListRecords", "resumptionToken": cursor.token}
        else:
            params = {
                "verb": "ListRecords",
                "metadataPrefix": "arXivRaw",
                "set": set_spec(stream),
                "from": cursor.since.isoformat(),
            }
        return oai.parse(self._client.get(self._settings.oai_url, params, now=now), source=self.name)

    def _page(self, stream: str, start: Cursor, answer: oai.OaiAnswer, now: datetime) -> Page:
        announcements: list[Announcement] = []
        skipped = list(answer.unreadable)
        last = start.since if start.completed_at else None
        for record in answer.records:
            if record.metadata is None:
                continue  # a deleted record
            try:
                paper = paper_of(record.metadata)
                kind = kind_of(paper, stream, listed=record.datestamp, since=last)
                announcements.append(
                    Announcement(source=self.name, stream=stream, paper=paper, kind=kind, day=record.datestamp)
                )
            except ValueError as error:
                skipped.append(f"{record.identifier}: {error}")
        if skipped and not announcements:
            raise SourceError(self.name, f"none of {len(skipped)} records can be read; the first: {skipped[0][:200]}")
        began = start.began or min(answer.answered_on, now.date())  # a source's clock may run ahead
        if answer.token is not None:
            if answer.token == start.token:
                raise SourceError(self.name, "the same page comes again and again")
            cursor = replace(start, token=answer.token, began=began)
        else:
            cursor = Cursor(since=began, completed_at=now)
        return Page(announcements=tuple(announcements), cursor=cursor, skipped=tuple(skipped))


def kind_of(paper: Paper, stream: str, *, listed: date, since: date | None) -> AnnouncementKind:
    """Why a record appears in a listing, as far as OAI-PMH lets one tell; `since` is the last harvest's day, if any.

    arXiv gives the id when it announces, so an id of this or the last month with a single version is fresh. So is
    a paper that was submitted and already replaced since the last harvest. An old record with one version may be a
    late cross-list or a bulk edit: it is kept, and enters no edition.
    """
    if paper.withdrawn:
        return AnnouncementKind.WITHDRAWN
    primary = paper.categories[0] if paper.categories else ""
    at_home = primary == stream or primary.startswith(f"{stream}.")  # the archive `math` is home to math.NA
    in_place = AnnouncementKind.NEW if at_home else AnnouncementKind.CROSS_LIST
    if len(paper.versions) > 1:
        first = paper.submitted_at
        recent = since is not None and first is not None and first.date() >= since - _MODERATION
        return in_place if recent else AnnouncementKind.REPLACEMENT
    last_month = (listed.replace(day=1) - timedelta(days=1)).replace(day=1)
    return in_place if identity.month_of(paper.arxiv_id) >= last_month else AnnouncementKind.CHANGED


def set_spec(category: str) -> str:
    """arXiv's group:archive:category spelling: `cs:cs:LG`, `physics:hep-th`, `physics:astro-ph:CO`."""
    archive, _, subject = category.partition(".")
    if archive in _PHYSICS:
        return f"physics:{archive}:{subject}" if subject else f"physics:{archive}"
    return f"{archive}:{archive}:{subject}" if subject else archive
