"""RIS in, entries out: the tags of Reference Manager's format, as EndNote, Zotero and publishers write them.

https://web.archive.org/web/20110930172154/http://www.refman.com/support/risformat_intro.asp. A line without a tag goes
on with the one before; a record that lacks its ER ends where the next one begins.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from digest.errors import InvalidInput
from digest.exchange.entries import Entry, Library, Unread, arxiv_name, each_once, library, mentioned, one_line, text_of

_TAG = re.compile(r"([A-Z][A-Z0-9]) {1,2}-(?: (.*)|\s*)$")
_TITLES, _AUTHORS = ("TI", "T1", "CT", "BT"), ("AU", "A1")
_NAMES = ("DO", "UR", "LK", "L1", "L2", "L3", "L4")  # which hold a DOI or an address and nothing else
_REMARKS = ("M1", "M2", "AN", "N1", "JO", "JF", "T2", "J2", "PB", "C7")  # where programs write "arXiv:2601.10962"
_LONGEST_VALUE = 50_000  # characters
_MOST_LINES = 20_000  # of one record, and of one value: the ATLAS collaboration has 3,000 authors


@dataclass(slots=True)
class _Record:
    line: int
    is_whole: bool  # it began with a TY line
    values: list[tuple[str, list[str]]] = field(default_factory=list)  # of each tag the lines

    @property
    def is_too_long(self) -> bool:
        return len(self.values) > _MOST_LINES or any(sum(map(len, lines)) > _LONGEST_VALUE for _, lines in self.values)

    def add(self, tag: str, line: str) -> None:
        """A line more; of what is too long anyway no more is kept."""
        if tag and len(self.values) <= _MOST_LINES:
            self.values.append((tag, [line]))
        elif not tag and self.values and line and len(self.values[-1][1]) <= _LONGEST_VALUE:
            self.values[-1][1].append(line)

    def of(self, *tags: str) -> list[str]:
        """The values of some tags, those of the first tag first."""
        return [" ".join(lines) for wanted in tags for tag, lines in self.values if tag == wanted]


def read_ris(content: bytes) -> Library:
    """The records of a file; InvalidInput where there is none."""
    found = library(_entries(text_of(content)))
    if not found.entries and not found.unread:
        raise InvalidInput('no record; each begins with a line "TY  - JOUR"')
    return found


def _entries(text: str) -> Iterator[Entry | Unread]:
    for number, record in enumerate(_records(text), start=1):
        place = f"entry {number}, line {record.line}"
        if record.is_too_long:
            yield Unread(place=place, problem="longer than any record; look for a missing ER line")
        elif not record.is_whole:
            yield Unread(place=place, problem='the record lacks its first line; write "TY  - JOUR" before it')
        else:
            yield _entry(record, place)


def _records(text: str) -> Iterator[_Record]:
    record: _Record | None = None
    for line, written in enumerate(io.StringIO(text, newline=None), start=1):
        tagged = _TAG.match(written.rstrip("\n"))
        tag, value = (tagged[1], tagged[2] or "") if tagged else ("", written)
        if tag in ("TY", "ER") and record is not None:
            yield record
            record = None
        if tag == "TY":
            record = _Record(line, is_whole=True)
        elif tag != "ER" and (tag or record is not None):
            record = record or _Record(line, is_whole=False)
            record.add(tag, value.strip())
    if record is not None:
        yield record


def _entry(record: _Record, place: str) -> Entry:
    remarks = [name for value in record.of(*_REMARKS) for name in mentioned(value)]
    arxiv = [arxiv_name(value) for value in record.of("AN") if "/" not in value]
    return Entry(
        place=place,
        title=one_line(next(iter(record.of(*_TITLES)), "")),
        authors=each_once(record.of(*_AUTHORS)),
        names=each_once([*remarks, *arxiv, *record.of(*_NAMES)]),
    )
