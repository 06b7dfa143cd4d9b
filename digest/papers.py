"""Papers and what a source says of them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from digest.identity import PaperId


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
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()  # as printed, in order
    categories: tuple[str, ...] = ()  # primary first
    classes: tuple[str, ...] = ()  # MSC and ACM codes
    versions: tuple[Version, ...] = ()  # oldest first
    comment: str = ""
    doi: str = ""
    journal_ref: str = ""
    changed_at: datetime | None = None  # when the store last saw its text change, UTC

    @property
    def arxiv_id(self) -> str:
        return self.id.removeprefix("arxiv:")

    @property
    def abstract_url(self) -> str:
        return f"https://arxiv.org/abs/{self.arxiv_id}"

    @property
    def pdf_url(self) -> str:
        return f"https://arxiv.org/pdf/{self.arxiv_id}"

    @property
    def submitted_at(self) -> datetime | None:
        """When the first version was submitted, UTC."""
        return self.versions[0].submitted_at if self.versions else None

    @property
    def withdrawn(self) -> bool:
        return bool(self.versions) and self.versions[-1].withdrawn


class AnnouncementKind(StrEnum):
    """Why a source named a paper."""

    NEW = "new"
    CROSS_LIST = "cross-list"
    REPLACEMENT = "replacement"
    WITHDRAWN = "withdrawn"
    CHANGED = "changed"  # an old record was touched; the source does not say why


FRESH = frozenset({AnnouncementKind.NEW, AnnouncementKind.CROSS_LIST})  # the kinds that may enter an edition


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One source naming one paper on one day."""

    source: str  # "arxiv"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer of a source: what it announced, and the cursor that follows it."""

    announcements: tuple[Announcement, ...]
    cursor: Cursor
    skipped: tuple[str, ...] = ()  # records that could not be read, each with its reason

    @property
    def is_last(self) -> bool:
        return self.cursor.token is None
