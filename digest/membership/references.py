"""Libraries as readers bring them: the bytes of a file in any known format in, entries and the names they go by out."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from digest import identity
from digest.errors import InvalidInput
from digest.exchange import tags
from digest.exchange.entries import MOST_BYTES, Entry, Library, Unread, library, shown, text_of
from digest.exchange.formats import READERS, Format, format_of
from digest.identity import PaperId
from digest.membership.pasted import key_of
from digest.sources import bibtex, naming
from digest.sources.file_records import Position, Record, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An entry, and what it is looked up by."""

    entry: Entry
    keys: tuple[PaperId, ...]  # by its ids: arXiv's before a DOI
    fingerprint: PaperId | None  # by its title and first author, where they are enough

    @property
    def arxiv(self) -> tuple[PaperId, ...]:
        return tuple(key for key in self.keys if identity.scheme_of(key) == "arxiv")

    @property
    def names(self) -> tuple[PaperId, ...]:
        """All of them, the surest first."""
        return (*self.keys, *([self.fingerprint] if self.fingerprint else []))

    @property
    def name(self) -> PaperId:
        """What says that two entries are the same one."""
        told = f"{self.entry.title} {' '.join(self.entry.names)}"
        return next(iter(self.names), None) or identity.entry_id("", told.casefold())


def read(name: str, content: bytes, *, form: Format | None = None, user: str = "") -> Library:
    """What a file holds; InvalidInput names the file, the place in it, what is wrong, and what helps.

    `form` is found out where it is not given; `user` says whose tags are meant, where a file has those of several.
    """
    try:
        found = _read(name, content, form or format_of(name, content), user)
        if not (found.entries or found.unread or found.categories):
            raise InvalidInput("nothing in it; give a library in one of the formats " + ", ".join(Format))
    except InvalidInput as error:
        raise InvalidInput(f"{shown(name)}: {error}") from error
    return found


def _read(name: str, content: bytes, form: Format, user: str) -> Library:
    if len(content) > MOST_BYTES:
        raise InvalidInput(f"larger than {MOST_BYTES:,} bytes; split the file, and import the parts")
    if form is Format.BIBTEX:
        return library(_of_bibtex(content))
    if form is Format.LIST:
        return library(_of_lines(text_of(content)))
    if form is Format.TAGS:
        return tags.read_tags(content, user=user)
    return READERS[form](content)


def item(entry: Entry) -> Item:
    """An entry with its names as keys; those that name no paper are left out."""
    found = dict.fromkeys(filter(None, (naming.arxiv_id(name) or naming.doi_id(name) for name in entry.names)))
    keys = tuple(sorted(found, key=lambda key: identity.scheme_of(key) != "arxiv"))
    return Item(entry=entry, keys=keys, fingerprint=identity.fingerprint(entry.title, entry.authors[:1]))


# ---------------------------------------------------------------- the formats that other parts of the product read too


def _of_bibtex(content: bytes) -> Iterator[Entry | Unread]:
    for piece in bibtex.pieces(BytesIO(content), Position()):
        for record in piece.records:
            yield _told(record, record.told) if record.told else _unread(record)


def _told(record: Record, told: Told) -> Entry:
    place = f"line {record.line} ({shown(told.name)})" if told.name else f"line {record.line}"
    names = tuple(filter(None, (told.arxiv, told.doi, told.url)))
    return Entry(place=place, title=told.title, authors=told.authors, names=names)


def _unread(record: Record) -> Unread:
    return Unread(place=f"line {record.line}", problem="; ".join(record.problems))


def _of_lines(text: str) -> Iterator[Entry | Unread]:
    """Ids, addresses and DOIs, several on a line; what stands behind a # says nothing."""
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        for found in re.finditer(r"[^\s,;]+", re.sub(r"(?:^|\s)#.*", "", line)):
            word = found[0]
            if key := key_of(word):
                yield Entry(place=f"line {number}", names=(key,))
            else:
                problem = f"{shown(word)!r} names no paper; write 2601.10962, 10.1000/182, or an address of them"
                yield Unread(place=f"line {number}", problem=problem)
