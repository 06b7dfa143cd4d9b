"""The syntax of BibTeX, and nothing of its meaning: a text in, entries with their fields' values out.

https://tug.ctan.org/biblio/bibtex/base/btxdoc.pdf. Every brace counts, also one after a backslash, as for BibTeX.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

MONTHS = tuple("jan feb mar apr may jun jul aug sep oct nov dec".split())
LONGEST_VALUE = 50_000  # characters, macros put in
LONGEST_FIELDS = 2**20  # characters of all values of an entry, macros put in
_OPEN = re.compile(r"[\s,]*@\s*([A-Za-z]+)\s*([{(])")
_KEY = re.compile(r"\s*([^\s,{}\"=]*)\s*(?=[,}])")
_FIELD = re.compile(r"[\s,]*([^\s,{}()=\"#%]+)\s*=\s*")
_CLOSE = re.compile(r"[\s,]*([})])")
_WORD = re.compile(r"[^\s,{}()=\"#]+")
_JOIN = re.compile(r"\s*#\s*")
_AFTER = re.compile(r"\s*(?=[,})])")
_MARK = re.compile(r'[{}"]')
_CLOSING = {"{": "}", "(": ")"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry."""

    lines_before: int  # in the text
    key: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)  # by names in small letters; of two, the first
    problem: str = ""  # why there are no fields, where it is broken


def entries(text: str, macros: dict[str, str]) -> Iterator[Entry]:
    """The entries one after the other at the beginning of a text, up to the first that is broken or no entry.

    `macros` gives what names stand for, and takes up those that the text defines.
    """
    at = lines = counted = 0
    while opened := _OPEN.match(text, at):
        kind = opened[1].casefold()
        if kind in {"comment", "preamble"}:
            return
        lines, counted = lines + text.count("\n", counted, opened.start(1)), opened.start(1)
        key = "" if kind == "string" else _key(text, opened.end())
        try:
            fields, at = _fields(text, _after_key(text, opened.end(), kind), _CLOSING[opened[2]], macros)
        except ValueError as error:
            yield Entry(lines_before=lines, key=key, problem=str(error))
            return
        if kind == "string":
            macros.update(fields)
        else:
            yield Entry(lines_before=lines, key=key, fields=fields)


def _key(text: str, at: int) -> str:
    found = _KEY.match(text, at)
    return found[1][:100] if found else ""


def _after_key(text: str, at: int, kind: str) -> int:
    """Where the fields begin; macros have no key."""
    if kind == "string":
        return at
    found = _KEY.match(text, at)
    if found is None:
        raise ValueError("expected a key and a comma")
    return found.end()


def _fields(text: str, at: int, closing: str, macros: Mapping[str, str]) -> tuple[dict[str, str], int]:
    """The fields from a place on, and where the entry ends."""
    fields: dict[str, str] = {}
    length = 0
    while not (closed := _CLOSE.match(text, at)):
        named = _FIELD.match(text, at)
        if named is None:
            raise ValueError(f"expected a field or “{closing}”, found {_seen(text, at)}")
        name = named[1].casefold()
        try:
            value, at = _value(text, named.end(), macros)
        except ValueError as error:
            raise ValueError(f"{name[:40]}: {error}") from error
        fields.setdefault(name, value)
        length += len(value)
        if length > LONGEST_FIELDS:
            raise ValueError(f"its macros make it longer than {LONGEST_FIELDS:,} characters")
    if closed[1] != closing:
        raise ValueError(f"expected “{closing}”, found “{closed[1]}”")
    return fields, closed.end()


def _value(text: str, at: int, macros: Mapping[str, str]) -> tuple[str, int]:
    """A value with its pieces joined, and where it ends."""
    pieces: list[str] = []
    length = 0
    while True:
        piece, at = _piece(text, at, macros)
        pieces.append(piece)
        length += len(piece)
        if length > LONGEST_VALUE:
            raise ValueError(f"longer than {LONGEST_VALUE:,} characters")
        joined = _JOIN.match(text, at)
        if joined is None:
            break
        at = joined.end()
    if not _AFTER.match(text, at):
        raise ValueError(f"expected a comma or the end of the entry, found {_seen(text, at)}")
    return "".join(pieces), at


def _piece(text: str, at: int, macros: Mapping[str, str]) -> tuple[str, int]:
    sign = text[at : at + 1]
    if sign in {"{", '"'}:
        end = _end_of(text, at, "}" if sign == "{" else '"')
        return text[at + 1 : end], end + 1
    word = _WORD.match(text, at)
    if word is None:
        raise ValueError(f"expected a value, found {_seen(text, at)}")
    return macros.get(word[0].casefold(), word[0]), word.end()


def _end_of(text: str, at: int, closing: str) -> int:
    """Where the value that begins at a brace or a quotation mark is closed."""
    depth = 0
    for mark in _MARK.finditer(text, at + 1):
        if mark[0] == closing and depth == 0:
            return mark.start()
        depth += (mark[0] == "{") - (mark[0] == "}")
        if depth < 0:
            raise ValueError("a “}” that closes nothing")
    raise ValueError(f"“{closing}” is missing")


def _seen(text: str, at: int) -> str:
    shown = " ".join(text[at : at + 60].lstrip(", \t\r\n").split())[:20]
    return f"“{shown}”" if shown else "the end"
