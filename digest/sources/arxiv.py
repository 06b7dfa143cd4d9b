"""arXiv through OAI-PMH, its reference interface.

https://info.arxiv.org/help/oa/index.html; thank you to arXiv for use of its open access interoperability.
"""

from datetime import date, datetime, timedelta

from lxml import etree

from digest import identity
from digest.errors import SourceError
from digest.identity import PaperId
from digest.papers import AnnouncementKind, Paper
from digest.sources import oai
from digest.sources.arxiv_details import ArxivDetails
from digest.sources.arxiv_harvest import GATE, ArxivHarvest, set_spec
from digest.sources.arxiv_raw import paper_of

__all__ = ["FRIENDS", "GATE", "Arxiv", "ArxivDetails", "kind_of", "set_spec"]

FRIENDS = frozenset({"oaipmh.arxiv.org", "export.arxiv.org", "rss.arxiv.org", "arxiv.org"})
# A paper may wait in moderation between its submission and its announcement.
_MODERATION = timedelta(days=5)
_LAST_MONTH, _HELD_BACK = 1, 3  # months since the id was given


class Arxiv(ArxivHarvest):
    """The categories of the settings as streams; each is harvested by pages until no token comes."""

    name = "arxiv"
    is_reference = True
    prefix = "arXivRaw"

    def read(self, element: etree._Element) -> Paper:
        return paper_of(element)

    def kind(self, paper: Paper, stream: str, *, listed: date, since: date | None) -> AnnouncementKind:
        return kind_of(paper, stream, listed=listed, since=since)

    def lookup(self, paper: PaperId, *, now: datetime) -> Paper | None:
        """One paper, or None if arXiv does not know it."""
        arxiv = paper.removeprefix("arxiv:")
        params = {"verb": "GetRecord", "identifier": f"oai:arXiv.org:{arxiv}", "metadataPrefix": self.prefix}
        answer = oai.parse(self._client.get(self._settings.oai_url, params, now=now), source=self.name)
        if answer.error == "idDoesNotExist":
            return None
        if answer.error is not None or not answer.records or answer.records[0].metadata is None:
            problem = answer.error or "; ".join(each.problem for each in answer.unreadable) or "it is marked deleted"
            raise SourceError(self.name, f"no record of {arxiv}: {problem[:200]}")
        try:
            return self.read(answer.records[0].metadata)
        except ValueError as error:
            raise SourceError(self.name, f"the record of {arxiv} cannot be read: {error}") from error


def kind_of(paper: Paper, stream: str, *, listed: date, since: date | None) -> AnnouncementKind:
    """Why a record appears in a listing, as far as OAI-PMH lets one tell; `since` is the last harvest's day, if any.

    arXiv gives the id when it announces, so an id of this or the last month with a single version is fresh; one of two
    more months is too, unless a DOI or a reference has been added: it was held back, or is cross-listed late (what had
    been listed before is held, and is not fresh twice). So is a paper that was submitted since the last harvest. Any
    other old record may be a bulk edit: it is kept, and enters no edition.
    """
    if paper.withdrawn:
        return AnnouncementKind.WITHDRAWN
    primary = paper.categories[0] if paper.categories else ""
    at_home = primary == stream or primary.startswith(f"{stream}.")  # the archive `math` is home to math.NA
    in_place = AnnouncementKind.NEW if at_home else AnnouncementKind.CROSS_LIST
    first = paper.submitted_at
    if since is not None and first is not None and first.date() >= since - _MODERATION:
        return in_place
    if len(paper.versions) > 1:
        return AnnouncementKind.REPLACEMENT
    given = identity.month_of(paper.arxiv_id)
    months = (listed.year - given.year) * 12 + listed.month - given.month
    is_edited = bool(paper.doi or paper.journal_ref)
    return in_place if months <= (_LAST_MONTH if is_edited else _HELD_BACK) else AnnouncementKind.CHANGED
