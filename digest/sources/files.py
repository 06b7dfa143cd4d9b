"""Files of papers as streams: JSON lines (.jsonl, .ndjson, .json) and BibTeX (.bib), read again when they change.

What the fields of each are is told in `jsonlines`, whose lines may tell of authors too, and in `bibtex`. A paper is
known by its arXiv id, else its DOI, else by its name within the file. A file is read in pages of about 1,000 records;
one that changes between two pages is begun anew, because what has been read of it may not stand there any more.
"""

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from io import BufferedReader
from pathlib import PurePath
from typing import BinaryIO

from digest.batches import Announces
from digest.errors import SourceError
from digest.identity import PaperId
from digest.papers import Announcement, AnnouncementKind, Cursor, Page, Skipped
from digest.signals import Signal, Value
from digest.sources import bibtex, jsonlines
from digest.sources.file_records import Piece, Position, Record, Told, author_key, paper_of
from digest.sources.jats import clean
from digest.sources.recent import day_of, is_recent
from digest.sources.settings import FileSettings

NAME = "files"
LARGEST = 256 * 2**20  # bytes
RECORDS, BYTES = 1000, 16 * 2**20  # a page ends with what reaches either
_Pieces = Callable[[BinaryIO, Position], Iterator[Piece]]
_FORMATS: dict[str, _Pieces] = {
    ".jsonl": jsonlines.pieces,
    ".ndjson": jsonlines.pieces,
    ".json": jsonlines.pieces,
    ".bib": bibtex.pieces,
}


class Files:
    """The paths of the settings as streams; nobody on a network is asked."""

    name = NAME
    gate = NAME
    ledger = NAME
    is_reference = True

    def __init__(self, settings: FileSettings) -> None:
        self._settings = settings

    @property
    def streams(self) -> Sequence[str]:
        return self._settings.paths

    def page(self, stream: str, cursor: Cursor | None, *, now: datetime) -> Page:
        """The next records of a file, or that it is the same as at `cursor`."""
        pieces = _format(stream)
        try:
            with _opened(stream) as file:
                mark = _Mark.of(file, cursor)
                start = mark.start(cursor)
                if cursor is not None and start is None:
                    following = replace(cursor, completed_at=now, validator=str(mark))
                    return Page(announcements=(), cursor=following, unchanged=True)
                begin = start or Position()
                records, end = _page(pieces(file, begin), begin, mark.size)
        except OSError as error:
            raise SourceError(NAME, f"{stream} cannot be read: {error.strerror or error}") from error
        reading = _Reading(path=stream, observed_at=min(mark.changed_at, now), now=now)
        for record in records:
            reading.take(record)
        if begin == Position():
            reading.refuse_nonsense()
        return reading.page(_following(cursor, mark, end, now))

    def announces(self, day: date) -> Announces:
        """A file changes when somebody changes it."""
        return Announces.PERHAPS

    def shown_at(self, day: date) -> datetime:
        """The end of the day, UTC."""
        return datetime.combine(day, time.min, UTC) + timedelta(days=1)


# ------------------------------------------------------------ the file


def _format(path: str) -> _Pieces:
    return _FORMATS[PurePath(path).suffix.lower()]  # the settings know no other ending


def _opened(path: str) -> BufferedReader:
    """The file for reading; a pipe or a device is not waited for, but refused."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError as error:
        remedy = "put it there, or take it out of [sources.files] paths"
        raise SourceError(NAME, f"{path} does not exist; {remedy}") from error
    except ValueError as error:
        raise SourceError(NAME, f"{path!r} is no path: {error}") from error
    problem = _unfit(os.fstat(descriptor))
    if problem:
        os.close(descriptor)
        raise SourceError(NAME, f"{path} {problem}")
    return open(descriptor, "rb")


def _unfit(found: os.stat_result) -> str:
    if not stat.S_ISREG(found.st_mode):
        return "is no file, but a folder, a pipe or a device"
    return f"is larger than {LARGEST:,} bytes; split it" if found.st_size > LARGEST else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """By which a file is known again: the digest tells, and while it is read the size and the time do."""

    size: int = 0  # bytes
    changed_ns: int = 0  # since 1970
    digest: str = ""

    @classmethod
    def read(cls, text: str | None) -> "_Mark":
        found = re.fullmatch(r"(\d{1,12}) (-?\d{1,20}) ([0-9a-f]{32})", text or "", re.ASCII)
        return cls(size=int(found[1]), changed_ns=int(found[2]), digest=found[3]) if found else cls()

    @classmethod
    def of(cls, file: BufferedReader, cursor: Cursor | None) -> "_Mark":
        """The mark of an open file, without reading it where `cursor` stands in the midst of it."""
        found = os.fstat(file.fileno())
        kept = cls.read(cursor.validator if cursor else None)
        if cursor and cursor.token and (found.st_size, found.st_mtime_ns) == (kept.size, kept.changed_ns):
            return kept
        digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
        return cls(size=found.st_size, changed_ns=found.st_mtime_ns, digest=digest)

    def __str__(self) -> str:
        return f"{self.size} {self.changed_ns} {self.digest}"

    @property
    def changed_at(self) -> datetime:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=self.changed_ns // 1000)

    def start(self, cursor: Cursor | None) -> Position | None:
        """Where to read on; None in a file that was read to its end before."""
        if cursor is None or self.digest != self.read(cursor.validator).digest:
            return Position()
        if cursor.token is None:
            return None
        found = re.fullmatch(r"(\d{1,12}) (\d{1,12})", cursor.token, re.ASCII)
        return Position(offset=int(found[1]), line=int(found[2])) if found else Position()


def _page(pieces: Iterator[Piece], start: Position, size: int) -> tuple[list[Record], Position | None]:
    """The records of one page, and where the next one begins; None where the file ends."""
    records: list[Record] = []
    for piece in pieces:
        records += piece.records
        if len(records) >= RECORDS or piece.following.offset - start.offset >= BYTES:
            return records, piece.following if piece.following.offset < size else None
    return records, None


def _following(cursor: Cursor | None, mark: _Mark, end: Position | None, now: datetime) -> Cursor:
    before = cursor.completed_at if cursor else None
    return Cursor(
        since=now.astimezone(UTC).date(),
        token=f"{end.offset} {end.line}" if end else None,
        completed_at=before if end else now,
        validator=str(mark),
    )


# ------------------------------------------------------------ the records


@dataclass(kw_only=True, slots=True)
class _Reading:
    """What the records of one page tell; of two about one work, the later one counts."""

    path: str
    observed_at: datetime  # when the file was written, UTC
    now: datetime
    announcements: dict[PaperId, Announcement] = field(default_factory=dict)
    signals: dict[tuple[str, str], Signal] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)

    def take(self, record: Record) -> None:
        paper = paper_of(record.told, self.path) if record.told else None
        for problem in record.problems:
            reason = f"{PurePath(self.path).name} line {record.line}: {clean(problem)}"
            self.skipped.append(Skipped(reason=reason, paper=paper.id if paper else None))
        if record.author is not None:
            self._tell(author_key(self.path, record.author.id), record.author.signals)
        if record.told is None or paper is None:
            return
        dated = record.told.dated.begins if record.told.dated else None
        kind, day = _kind(record.told, self.now), day_of(dated, self.now)
        told = Announcement(source=NAME, stream=self.path, paper=paper, kind=kind, day=day)
        self.announcements[paper.id] = told
        self._tell(paper.id, record.told.signals)

    def _tell(self, subject: str, told: Mapping[str, Value]) -> None:
        for name, value in told.items():
            signal = Signal(subject=subject, name=name, value=value, source="file", observed_at=self.observed_at)
            self.signals[subject, name] = signal

    def refuse_nonsense(self) -> None:
        """SourceError for a file of which nothing can be read at its beginning."""
        if self.skipped and not self.announcements and not self.signals:
            first, count = self.skipped[0].reason[:200], len(self.skipped)
            raise SourceError(NAME, f"none of {count} records can be read; the first: {first}")

    def page(self, cursor: Cursor) -> Page:
        return Page(
            announcements=tuple(self.announcements.values()),
            cursor=cursor,
            signals=tuple(self.signals.values()),
            skipped=tuple(self.skipped),
        )


def _kind(told: Told, now: datetime) -> AnnouncementKind:
    """New is what has no date, and what may be of the last 30 days; of a year alone, any day of it may be meant."""
    is_news = told.dated is None or is_recent(told.dated.ends, now)
    return AnnouncementKind.NEW if is_news else AnnouncementKind.FOUND
