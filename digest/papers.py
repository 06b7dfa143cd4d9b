"""Papers and what a source says of them."""

from dataclasses import dataclass, replace
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
    partial: bool = False  # a listing's short word of it, which adds to what is kept and replaces nothing

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

    @property
    def newest_version(self) -> int:
        """The number of its newest version; 0 where no version is known."""
        return self.versions[-1].number if self.versions else 0


def merged(kept: Paper, told: Paper) -> Paper:
    """What is known of a paper once a source has told of it again.

    A whole record takes the place of what is kept. A partial one fills what is empty, and adds a newer version with
    its title and abstract. Text goes with the newest version: an older one never takes it back.
    """
    newer = told.newest_version > kept.newest_version
    if told.partial:
        has_text = told.abstract and (newer or not kept.abstract)
        return replace(
            kept,
            title=told.title if has_text else kept.title,
            abstract=told.abstract if has_text else kept.abstract,
            authors=kept.authors or told.authors,
            categories=kept.categories or told.categories,
            classes=kept.classes or told.classes,
            versions=kept.versions + (told.versions[-1:] if newer else ()),
        )
    if told.versions and told.newest_version < kept.newest_version:
        return replace(told, title=kept.title, abstract=kept.abstract)
    return told


class AnnouncementKind(StrEnum):
    """Why a source named a paper."""

    NEW = "new"
    CROSS_LIST = "cross-list"
    REPLACEMENT = "replacement"
    WITHDRAWN = "withdrawn"
    CHANGED = "changed"  # an old record was touched; the source does not say why
    CONFIRMED = "confirmed"  # new or cross-listed here too, after another source had said so


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
class Page:
    """One answer of a source: what it announced, and the cursor that follows it."""

    announcements: tuple[Announcement, ...]
    cursor: Cursor
    skipped: tuple[str, ...] = ()  # records that could not be read, each with its reason
    unchanged: bool = False  # the source says that nothing changed since `cursor`; no silence, and no fault

    @property
    def is_last(self) -> bool:
        return self.cursor.token is None
