"""Papers and what a source says of them."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from digest import identity
from digest.authors import Byline
from digest.identity import PaperId
from digest.signals import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a paper."""

    number: int  # 1, 2, …
    submitted_at: datetime | None  # UTC; None where the source did not say
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One work, as its newest version reads: whitespace folded, times in UTC, TeX left as the author wrote it."""

    id: PaperId
    also: tuple[PaperId, ...] = ()  # other names of the same work, such as the DOI of its journal version
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()  # as printed, in order
    bylines: tuple[Byline, ...] = ()  # what is told of the authors beyond their names: all of them in order, or none
    categories: tuple[str, ...] = ()  # primary first
    classes: tuple[str, ...] = ()  # MSC and ACM codes
    versions: tuple[Version, ...] = ()  # oldest first
    comment: str = ""
    doi: str = ""
    journal_ref: str = ""
    submitter: str = ""
    url: str = ""  # where it is read, http or https; "" where its id tells
    changed_at: datetime | None = None  # when the store last saw its text change, UTC
    partial: bool = False  # a listing's short word of it, which adds to what is kept and replaces nothing

    @property
    def arxiv_id(self) -> str:
        return self.id.removeprefix("arxiv:")

    @property
    def abstract_url(self) -> str:
        """Where the paper is read about; "" for one that is nowhere on the web."""
        return self.url or identity.address_of(self.id)

    @property
    def pdf_url(self) -> str:
        """Its PDF; "" for one that is not on arXiv."""
        scheme, _, name = self.id.partition(":")
        return f"https://arxiv.org/pdf/{name}" if scheme == "arxiv" else ""

    @property
    def submitted_at(self) -> datetime | None:
        """When the first version was submitted, UTC; None where no source has told."""
        return self.versions[0].submitted_at if self.versions and self.versions[0].number == 1 else None

    @property
    def withdrawn(self) -> bool:
        return bool(self.versions) and self.versions[-1].withdrawn

    @property
    def newest_version(self) -> int:
        """The number of its newest version; 0 where no version is known."""
        return self.versions[-1].number if self.versions else 0


def merged(kept: Paper, told: Paper) -> Paper:
    """What is known of a paper once a source has told of it again.

    A whole record takes the place of what is kept; a partial one fills what is empty, and a newer version brings its
    title and abstract. Text goes with the newest version: an older one never takes it back. What one source alone
    knows, such as a DOI or an affiliation, outlives what others do not say.
    """
    newer = told.newest_version > kept.newest_version
    older = bool(told.versions) and told.newest_version < kept.newest_version
    first, second = (kept, told) if told.partial else (told, kept)
    text = (told if told.abstract and (newer or not kept.abstract) else kept) if told.partial or older else told
    return replace(
        first,
        id=kept.id,
        also=tuple(dict.fromkeys((*kept.also, *told.also))),
        title=text.title,
        abstract=text.abstract or kept.abstract,
        authors=first.authors or second.authors,
        bylines=_bylines(first, second),
        categories=first.categories or second.categories,
        classes=first.classes or second.classes,
        versions=_versions(kept, told),
        comment=first.comment or ("" if first is told else second.comment),
        doi=first.doi or second.doi,
        journal_ref=first.journal_ref or second.journal_ref,
        submitter=first.submitter or second.submitter,
        url=first.url or second.url,
        partial=kept.partial and told.partial,
    )


def _versions(kept: Paper, told: Paper) -> tuple[Version, ...]:
    """Every version either knows of; of a partial paper only the newest is believed, and only if it is newer."""
    known = {version.number: version for version in kept.versions}
    for version in told.versions:
        if not told.partial or version.number > kept.newest_version:
            known[version.number] = version
    return tuple(known[number] for number in sorted(known))


def _bylines(first: Paper, second: Paper) -> tuple[Byline, ...]:
    authors = first.authors or second.authors
    return next((each.bylines for each in (first, second) if len(each.bylines) == len(authors)), ())


class AnnouncementKind(StrEnum):
    """Why a source named a paper."""

    NEW = "new"
    CROSS_LIST = "cross-list"
    REPLACEMENT = "replacement"
    WITHDRAWN = "withdrawn"
    CHANGED = "changed"  # an old record was touched; the source does not say why
    CONFIRMED = "confirmed"  # new or cross-listed here too, after another source had said so
    FOUND = "found"  # brought by a search or a back-fill; no news to anybody
    TRENDING = "trending"  # readers elsewhere point to it
    PUBLISHED = "published"  # a journal or a DOI is known now that was not before


FRESH = frozenset({AnnouncementKind.NEW, AnnouncementKind.CROSS_LIST})  # the kinds that may enter an edition


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One source naming one paper on one day."""

    source: str  # "arxiv", "arxiv-rss"
    stream: str  # the listing it stood in, for arXiv a category: "cs.LG"
    paper: Paper
    kind: AnnouncementKind
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where a harvest of one stream stands."""

    since: date  # the first day asked for
    token: str | None = None  # the source's token for the next page; None between harvests
    began: date | None = None  # the source's date on the first page of this harvest: where the next one starts
    completed_at: datetime | None = None  # when a harvest last reached its end, UTC
    validator: str | None = None  # by which the source tells whether anything has changed; only it reads this


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A record that could not be read."""

    reason: str  # begins with the record's name, where it has one
    paper: PaperId | None = None  # which paper, and
    day: date | None = None  # in the listing of which day, as far as it tells

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer of a source: what it announced, and the cursor that follows it."""

    announcements: tuple[Announcement, ...]
    cursor: Cursor
    signals: tuple[Signal, ...] = ()  # what it told of papers besides
    skipped: tuple[Skipped, ...] = ()
    unchanged: bool = False  # the source says that nothing changed since `cursor`; no silence, and no fault

    @property
    def is_last(self) -> bool:
        return self.cursor.token is None
