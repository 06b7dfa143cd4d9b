"""The items of arXiv's feeds, whichever format they came in: an item in, a partial Paper and its kind out."""

import re
from dataclasses import dataclass
from datetime import datetime

from digest import identity
from digest.identity import PaperId
from digest.papers import AnnouncementKind, Paper, Version
from digest.sources.arxiv_names import author_names
from digest.sources.arxiv_text import dois, line, paragraphs, subjects

_KINDS = {
    "new": AnnouncementKind.NEW,
    "cross": AnnouncementKind.CROSS_LIST,
    "replace": AnnouncementKind.REPLACEMENT,
    "replace-cross": AnnouncementKind.REPLACEMENT,
}
_NAME = re.compile(r"oai:arXiv\.org:(.+)v([1-9]\d{0,3})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item, its texts as they stand in the feed; "" for what it does not have."""

    guid: str  # "oai:arXiv.org:2603.01234v2"
    said: str  # the kind of announcement: "new", "cross", "replace", "replace-cross"
    title: str
    note: str  # "arXiv:… Announce Type: … Abstract: …"
    creator: str  # all authors in one string
    terms: tuple[str, ...]  # categories, MSC and ACM codes
    doi: str
    journal_ref: str

    @property
    def name(self) -> str:
        return self.guid[:60] or "an item without an id"

    @property
    def paper(self) -> PaperId | None:
        """Which paper it is about, as far as it tells."""
        arxiv = identity.arxiv_id(self.guid)
        return identity.paper_id(arxiv) if arxiv else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A feed."""

    title: str
    built_at: datetime | None  # aware; None where the feed does not say
    items: tuple[Item, ...]


def kind_of(item: Item) -> AnnouncementKind:
    """Why the item stands in the feed, relative to the feed's category; ValueError if it does not say."""
    if item.said not in _KINDS:
        raise ValueError(f"not a kind of announcement: {item.said[:40]!r}")
    return _KINDS[item.said]


def paper_of(item: Item) -> Paper:
    """What an item tells of its paper; ValueError if it has no usable id or title."""
    found = _NAME.fullmatch(item.guid)
    arxiv = identity.arxiv_id(found[1]) if found else None
    if found is None or arxiv is None:
        raise ValueError("not an arXiv id with a version")
    title = line(item.title)
    if not title:
        raise ValueError("no title")
    categories, classes = subjects(item.terms)
    doi, also = dois(item.doi)
    return Paper(
        id=identity.paper_id(arxiv),
        also=also,
        title=title,
        abstract=paragraphs(item.note.partition("Abstract:")[2]),
        authors=author_names(item.creator),
        categories=categories,
        classes=classes,
        versions=(Version(number=int(found[2]), submitted_at=None),),
        doi=doi,
        journal_ref=line(item.journal_ref),
        partial=True,
    )
