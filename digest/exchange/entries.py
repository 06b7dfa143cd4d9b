"""What a library that somebody brings holds, whatever its format: entries, what cannot be read, and categories.

Every reader of this package takes the bytes of a file from anywhere and gives one `Library`, or InvalidInput where
nothing of it can be used; one broken entry costs itself alone.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from digest import identity
from digest.errors import InvalidInput

MOST_BYTES = 64 * 2**20  # of a file: a library of 10,000 entries with abstracts is 20 MiB as BibTeX
MOST_ENTRIES = 50_000
LONGEST_TEXT = 2_000  # characters of a title, a name or an address that are kept
LONGEST_SHOWN = 80  # characters of what could not be read
_WITHIN = re.compile(r"\barxiv[:.]\s*([a-z-]+(?:\.[A-Za-z]{2})?/\d{7}|\d{4}\.\d{4,5})", re.I | re.ASCII)
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One work, as a library tells of it; texts are on one line."""

    place: str  # where it stands: "line 12", "entry 3 (ames2026)"
    title: str = ""
    authors: tuple[str, ...] = ()  # the first one counts
    names: tuple[str, ...] = ()  # ids, DOIs and addresses as they are written, the surest first
    collections: tuple[str, ...] = ()  # collections or tags that it is in


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """What cannot be read of a library."""

    place: str
    problem: str  # what is wrong, and what to write instead


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """What a file holds."""

    entries: tuple[Entry, ...] = ()
    unread: tuple[Unread, ...] = ()
    categories: tuple[str, ...] = ()  # of arXiv, which a list of feeds names


def library(found: Iterable[Entry | Unread], *, categories: Iterable[str] = ()) -> Library:
    """All of it; InvalidInput for more entries than anybody has."""
    entries: list[Entry] = []
    unread: list[Unread] = []
    for each in found:
        if len(entries) + len(unread) == MOST_ENTRIES:
            raise InvalidInput(f"more than {MOST_ENTRIES:,} entries; split the file, and import the parts")
        if isinstance(each, Unread):
            unread.append(each)
        elif each.title or each.names:
            entries.append(each)
        else:
            unread.append(Unread(place=each.place, problem="neither a title nor an id; give it one of them"))
    return Library(entries=tuple(entries), unread=tuple(unread), categories=tuple(dict.fromkeys(categories)))


def one_line(text: object) -> str:
    """A text on one line, cut where it is longer than any title; "" for what is no text."""
    if not isinstance(text, str):
        return ""
    return " ".join(_CONTROLS.sub(" ", text[: 4 * LONGEST_TEXT]).split())[:LONGEST_TEXT]


def shown(text: str) -> str:
    """A text as an error shows it."""
    plain = one_line(text)
    return plain if len(plain) <= LONGEST_SHOWN else f"{plain[: LONGEST_SHOWN - 1]}…"


def arxiv_name(text: str) -> str:
    """A bare arXiv id as a name that nobody takes for another number; "" for what is none."""
    bare = identity.arxiv_id(text.strip())
    return f"arXiv:{bare}" if bare else ""


def mentioned(text: str) -> Iterator[str]:
    """The papers of arXiv that a remark names, as Zotero's "arXiv:2601.10962 [cs]" does."""
    return (f"arXiv:{found[1]}" for found in _WITHIN.finditer(text[: 4 * LONGEST_TEXT]))


def each_once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(one_line, names))))


def text_of(content: bytes) -> str:
    """A file's text: UTF-8, or UTF-16 with its mark, as spreadsheets write it; InvalidInput names the line."""
    utf_16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return content.decode("utf-16" if utf_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        kind = "UTF-16" if utf_16 else "UTF-8"
        raise InvalidInput(f"line {line}: not {kind}; nothing was imported; save the file as UTF-8") from error
