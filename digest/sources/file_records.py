"""What a file of papers tells in one place, whatever its format, and the Paper that comes of it."""

import re
from calendar import isleap, monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import PurePath

from digest import identity
from digest.authors import AuthorKey, Byline
from digest.identity import PaperId
from digest.papers import Paper, Version
from digest.signals import Value

_KEY = re.compile(r"(?:arxiv|openalex|orcid|s2):[!-~]{1,100}")  # by which others know a person
_YEAR_OR_MONTH = re.compile(r"(\d{4})(?:-(\d{1,2}))?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A place in a file."""

    offset: int = 0  # bytes
    line: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What a date means: a moment, a day, a month or a year, UTC."""

    begins: datetime
    ends: datetime  # not before it begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a record tells of a paper: texts plain and on one line, but for the abstract's paragraphs."""

    title: str
    name: str = ""  # its name within the file
    arxiv: PaperId | None = None
    doi: PaperId | None = None
    abstract: str = ""
    authors: tuple[str, ...] = ()
    known: tuple[tuple[str, tuple[str, ...]], ...] = ()  # of each author the id and the affiliations; or nothing
    categories: tuple[str, ...] = ()
    dated: Period | None = None
    url: str = ""  # http or https, or ""
    journal_ref: str = ""
    comment: str = ""
    version: int | None = None
    signals: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """What a record tells of an author."""

    id: str  # the name within the file, or a key such as "orcid:0000-0002-1825-0097"
    signals: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What stands in one place of a file."""

    line: int  # where it begins
    told: Told | None = None  # None where it cannot be read, or is of an author
    author: Somebody | None = None
    problems: tuple[str, ...] = ()  # what of it cannot be read, each with its field: "title: expected text, found 3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """The smallest part of a file that is read at once: of JSON lines a line, of BibTeX an entry and what follows."""

    records: tuple[Record, ...]
    following: Position  # where the next piece begins


def period(text: str) -> Period:
    """What a date in ISO 8601 means, which may be a year or a month; ValueError where it means nothing."""
    short = text.strip()
    found = _YEAR_OR_MONTH.fullmatch(short)
    if found:
        return month(int(found[1]), int(found[2]) if found[2] else None)
    moment = datetime.fromisoformat(short)
    is_day = len(short) <= len("2026-03-05")
    return _period(moment if moment.tzinfo else moment.replace(tzinfo=UTC), timedelta(days=is_day))


def month(year: int, number: int | None) -> Period:
    """A month, or a whole year; ValueError for one that no calendar has."""
    days = monthrange(year, number)[1] if number is not None else 365 + isleap(year)
    return _period(datetime(year, 1 if number is None else number, 1, tzinfo=UTC), timedelta(days=days))


def _period(begins: datetime, length: timedelta) -> Period:
    try:
        return Period(begins=begins.astimezone(UTC), ends=begins.astimezone(UTC) + length)
    except OverflowError as error:
        raise ValueError("beyond the calendar") from error


def keys(found: Iterable[PaperId | None]) -> tuple[PaperId | None, PaperId | None]:
    """The first arXiv paper and the first DOI among the names of a work."""
    told = [key for key in found if key]
    by_scheme = {scheme: [key for key in told if identity.scheme_of(key) == scheme] for scheme in ("arxiv", "doi")}
    return next(iter(by_scheme["arxiv"]), None), next(iter(by_scheme["doi"]), None)


def paper_of(told: Told, path: str) -> Paper:
    """The paper that a record of the file at `path` tells of.

    Its category is the file's name without ending where the record names none. On a paper that arXiv has, arXiv's own
    word counts: the record is partial.
    """
    number = identity.doi_of(told.doi) if told.doi else ""
    is_preprint = identity.is_preprint(number)
    dated = told.dated.begins if told.dated else None
    has_version = told.version is not None or (dated is not None and told.arxiv is None)
    return Paper(
        id=told.arxiv or told.doi or identity.entry_id(path, told.name or told.url or told.title),
        also=(told.doi,) if told.arxiv and told.doi else (),
        title=told.title,
        abstract=told.abstract,
        authors=told.authors,
        bylines=_bylines(told, path),
        categories=told.categories or (PurePath(path).stem,),
        versions=(Version(number=told.version or 1, submitted_at=dated),) if has_version else (),
        comment=told.comment,
        doi="" if is_preprint else number,
        journal_ref="" if is_preprint else told.journal_ref,
        url="" if told.arxiv else told.url,
        partial=told.arxiv is not None,
    )


def author_key(path: str, name: str) -> AuthorKey:
    """The key of an author: one that others know as well, or else the id within the file at `path`.

    Each file counts its own people, so its path is part of the kind of its keys.
    """
    if _KEY.fullmatch(name):
        return AuthorKey(name)
    place, entry = (identity.entry_id(path, text).partition(":")[2] for text in ("", name))
    return AuthorKey(f"file-{place}:{entry}")


def _bylines(told: Told, path: str) -> tuple[Byline, ...]:
    if not told.known:
        return ()
    return tuple(
        Byline(name=name, affiliations=places, keys=(author_key(path, key),) if key else ())
        for name, (key, places) in zip(told.authors, told.known, strict=True)
    )
