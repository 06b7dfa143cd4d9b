"""Crossref's own format: an answer in, its items out; an item in, a Paper out.

https://api.crossref.org/swagger-ui and https://github.com/CrossRef/rest-api-doc/blob/master/api_format.md. What
publishers deposit differs: any member may be missing, null, or of another shape than documented.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from digest import identity
from digest.authors import AuthorKey, Byline
from digest.errors import SourceError
from digest.identity import PaperId
from digest.papers import Paper, Skipped, Version
from digest.sources import jats
from digest.sources.jsontext import strict_json

# https://api.crossref.org/types, of which these are no papers.
_NO_PAPERS = frozenset(
    "component peer-review grant journal journal-issue journal-volume proceedings proceedings-series book-series "
    "book-set book-track reference-book reference-entry report-series standard-series database dataset".split()
)
# https://www.crossref.org/documentation/crossmark/version-control-corrections-and-retractions/
_NEW_TEXT = frozenset({"new_version", "new_edition"})  # the updates that are papers themselves, and no notices of one
_TAKEN_BACK = frozenset({"retraction", "withdrawal", "removal"})
_SAME_WORK = (
    "is-preprint-of has-preprint is-version-of has-version is-same-as is-identical-to is-manuscript-of has-manuscript"
).split()
_ORCID = re.compile(r"(?:https?://(?:www\.)?orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dX])/?", re.ASCII | re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One answer: its items, how many there are by its own count, and where the next page is."""

    items: tuple[object, ...]
    total: int | None = None  # 0 or more; None where it does not say
    next_cursor: str = ""


def listing(body: bytes, *, source: str) -> Listing:
    """The items of an answer as they came; SourceError says why there can be none."""
    told = strict_json(body, source=source)
    if not isinstance(told, dict):
        raise SourceError(source, "the answer is not a list of works")
    message = told.get("message")
    if told.get("status") != "ok":
        raise SourceError(
            source, f"refused: {_complaint(message) or jats.line(told.get('status'))[:200] or 'no reason'}"
        )
    if not isinstance(message, dict) or not isinstance(message.get("items"), list):
        raise SourceError(source, f"answered a {jats.line(told.get('message-type'))[:60] or 'nothing'}, not works")
    cursor = message.get("next-cursor")
    return Listing(
        items=tuple(message["items"]),
        total=_whole(message.get("total-results")),
        next_cursor=cursor if isinstance(cursor, str) and cursor.isprintable() else "",
    )


def paper_of(item: object) -> Paper | None:
    """The paper an item describes; None for an item that is none, ValueError for one that does not say what it is."""
    if not isinstance(item, dict):
        raise ValueError("not a record")
    doi = _doi(item.get("DOI"))
    key = identity.doi_id(doi or "")
    if doi is None or key is None:
        raise ValueError("no DOI")
    authors = _authors(item)
    if not _is_paper(item, doi, authors):
        return None
    title = _first(item.get("title"))
    if not title:
        raise ValueError("no title")
    withdrawn = _is_taken_back(item, doi) or jats.is_marked_withdrawn(title)
    return Paper(
        id=key,
        also=_also(item, key),
        title=title,
        abstract=jats.paragraphs(item.get("abstract")),
        authors=tuple(author.name for author in authors),
        bylines=authors if any(author.affiliations or author.keys for author in authors) else (),
        versions=(Version(number=1, submitted_at=published_at(item), withdrawn=withdrawn),),
        doi=doi if _word(item.get("type")) != "posted-content" else _journal_doi(item),
        journal_ref=_journal_ref(item),
    )


def published_at(item: dict[str, Any]) -> datetime | None:
    """When it came out, UTC, as exactly as it is told: never after its DOI was registered."""
    registered = registered_at(item)
    for name in ("published", "issued", "posted", "published-online", "published-print"):
        parts = _date_parts(item.get(name))
        day = _instant(parts)
        if day is not None:
            # A year or a month alone is taken for its beginning, unless it is the very one of the registration.
            is_vague = registered is not None and len(parts) < 3 and registered.timetuple()[: len(parts)] == parts
            return registered if registered is not None and (is_vague or day > registered) else day
    return registered


def registered_at(item: dict[str, Any]) -> datetime | None:
    """When Crossref first heard of it, UTC; None where it cannot be told."""
    created = item.get("created")
    text = jats.line(created.get("date-time")) if isinstance(created, dict) else ""
    try:
        told = datetime.fromisoformat(text)
        return (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return _instant(_date_parts(created))


def registered_on(item: object) -> date | None:
    """The day, UTC, of the registration; None where it cannot be told."""
    registered = registered_at(item) if isinstance(item, dict) else None
    return registered.date() if registered else None


def skipped(item: object, reason: Exception) -> Skipped:
    """The note on an item that cannot be read, with what can be told of it."""
    doi = jats.line(item.get("DOI")) if isinstance(item, dict) else ""
    name = doi[:60] or "an item without a DOI"
    return Skipped(reason=f"{name}: {reason}", paper=identity.doi_id(doi), day=registered_on(item))


def orcid(text: str) -> AuthorKey | None:
    """The key of a person by an ORCID in any spelling; None where its check digit (ISO 7064, 11-2) is not right."""
    found = _ORCID.fullmatch(text.strip())
    if found is None:
        return None
    bare = found[1].upper()
    total = 0
    for digit in bare[:-1].replace("-", ""):
        total = (total + int(digit)) * 2
    return AuthorKey(f"orcid:{bare}") if "0123456789X"[(12 - total % 11) % 11] == bare[-1] else None


def _is_paper(item: dict[str, Any], doi: str, authors: Sequence[Byline]) -> bool:
    """Whether an item is no part of a journal, no review, no correction or retraction of another work, and no front
    matter, which has neither authors nor abstract.
    """
    notices = (
        update
        for update in _members(item.get("update-to"))
        if _word(update.get("type")) not in _NEW_TEXT and _doi(update.get("DOI")) != doi
    )
    has_text = bool(authors or jats.line(item.get("abstract")))
    return has_text and _word(item.get("type")) not in _NO_PAPERS and not any(notices)


def _authors(item: dict[str, Any]) -> tuple[Byline, ...]:
    return tuple(filter(lambda author: author.name, map(_author, _members(item.get("author")))))


def _author(member: dict[str, Any]) -> Byline:
    parts = [jats.line(member.get(name)) for name in ("given", "family", "suffix")]
    name = " ".join(part for part in parts if any(map(str.isalnum, part))) or jats.line(member.get("name"))
    key = orcid(jats.line(member.get("ORCID")))
    places = (jats.line(place.get("name")) for place in _members(member.get("affiliation")))
    return Byline(name=name, affiliations=tuple(dict.fromkeys(filter(None, places))), keys=(key,) if key else ())


def _also(item: dict[str, Any], key: PaperId) -> tuple[PaperId, ...]:
    """Other names of the same work: its preprint or its journal version, and an arXiv id among alternative ids."""
    related = (other for name in _SAME_WORK for other in _relations(item, name))
    others = item.get("alternative-id")
    named = (identity.arxiv_id(jats.line(text)) for text in (others if isinstance(others, list) else ()))
    found = dict.fromkeys([*related, *(identity.paper_id(arxiv) for arxiv in named if arxiv)])
    return tuple(other for other in found if other != key)


def _relations(item: dict[str, Any], name: str) -> list[PaperId]:
    relations = item.get("relation")
    told = _members(relations.get(name)) if isinstance(relations, dict) else []
    keys: list[PaperId | None] = []
    for other in told:
        text = jats.line(other.get("id"))
        arxiv = identity.arxiv_id(text)
        keys.append(identity.paper_id(arxiv) if arxiv else identity.doi_id(text))
    return [key for key in keys if key]


def _journal_doi(item: dict[str, Any]) -> str:
    """The DOI of the journal version of a preprint; "" where none is known."""
    return next(filter(None, map(identity.doi_of, _relations(item, "is-preprint-of"))), "")


def _is_taken_back(item: dict[str, Any], doi: str) -> bool:
    """Whether a notice has taken the work back, or the work itself is deposited anew as its own retraction."""
    by_notice = (_word(update.get("type")) for update in _members(item.get("updated-by")))
    by_itself = (
        _word(update.get("type")) for update in _members(item.get("update-to")) if _doi(update.get("DOI")) == doi
    )
    return not _TAKEN_BACK.isdisjoint((*by_notice, *by_itself)) or bool(_relations(item, "is-retracted-by"))


def _journal_ref(item: dict[str, Any]) -> str:
    """A line such as "Nature Machine Intelligence 6(5), 525-535 (2024)"; "" where no container is named."""
    container = _first(item.get("container-title"))
    if not container:
        return ""
    volume, issue, page = (_told(item.get(name)) for name in ("volume", "issue", "page"))
    number = f" {volume}" * bool(volume) + f"({issue})" * bool(volume and issue)
    where = page or _told(item.get("article-number"))
    year = next((parts[0] for name in ("published", "issued", "posted") if (parts := _date_parts(item.get(name)))), "")
    return f"{container}{number}" + f", {where}" * bool(where) + f" ({year})" * bool(year)


def _doi(value: object) -> str | None:
    """A DOI, of which some copies have the slash escaped twice."""
    return identity.doi(jats.line(value).replace("\\/", "/"))


def _told(value: object) -> str:
    text = jats.line(value)
    return "" if text.casefold() in {"null", "n/a", "na", "-"} else text


def _date_parts(value: object) -> tuple[int, ...]:
    """Year, month and day, as far as they are told; () where not even the year is."""
    parts = value.get("date-parts") if isinstance(value, dict) else None
    first = parts[0] if isinstance(parts, list) and parts else None
    numbers: list[int] = []
    for part in first if isinstance(first, list) else ():
        number = _whole(part)
        if not number:
            break
        numbers.append(number)
    return tuple(numbers)


def _instant(parts: tuple[int, ...]) -> datetime | None:
    try:
        year, month, day = (*parts, 1, 1)[:3] if parts else (0, 0, 0)
        return datetime(year, month, day, tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _whole(value: object) -> int | None:
    """A number that counts something, given as a number or as digits; None for anything else."""
    if isinstance(value, str) and re.fullmatch(r"\s*\d{1,12}\s*", value, re.ASCII):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 10**12:
        return None
    return int(value) if value == int(value) else None


def _first(value: object) -> str:
    """The first text of a list, or a text that stands alone."""
    texts = value if isinstance(value, list) else [value]
    return next(filter(None, map(jats.line, texts)), "")


def _word(value: object) -> str:
    return jats.line(value).casefold()


def _members(value: object) -> list[dict[str, Any]]:
    return [member for member in value if isinstance(member, dict)] if isinstance(value, list) else []


def _complaint(message: object) -> str:
    return "; ".join(jats.line(each.get("message")) for each in _members(message))[:300]
