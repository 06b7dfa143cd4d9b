"""JSON lines in, records out: one object a line, in UTF-8 (https://jsonlines.org/).

Every field but `title` may be missing or null; fields with other names are not read.

id           an arXiv id, a DOI, an address, or any name that stays the same in this file
title        text
abstract     text, a blank line between paragraphs
authors      a list of texts, or one text: "Ana Marin and Bo Li", "Marin, A.; Li, B."; or a list of objects with a name
             each and, where known, an id and affiliations: {"name": "Ana Marin", "id": "marin", "affiliations": []}
categories   a list of texts, or one text: "cs.LG cs.AI", "machine learning, tides"
date         "2026-03-05T10:00:00Z", "2026-03-05", "2026-03" or "2026"
url          an http or https address
doi          a DOI, or its address
journal_ref  text
comment      text
version      a whole number from 1 on
signals      an object: a name with a number, a text or a list of texts, such as {"citations": 12}

A line with `author` in the place of `title` tells of a person: {"author": "marin", "signals": {"h-index": 38}}. What
`author` and an author's `id` hold is an ORCID ("orcid:0000-0002-1825-0097"), an id of arXiv, Semantic Scholar or
OpenAlex ("arxiv:marin_a_1", "s2:1741101", "openalex:A5023888391"), or any name that stays the same in this file.
"""

import json
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from digest import identity, signals
from digest.identity import PaperId
from digest.signals import Value
from digest.sources import author_lists, markup, naming
from digest.sources.file_records import Period, Piece, Position, Record, Somebody, Told, keys, period
from digest.sources.jats import clean

LONGEST_LINE = 2**20  # bytes
_LONGEST_NAME = 64
_KINDS = {type(None): "nothing", list: "a list", dict: "an object"}
_LARGEST = 1e15  # no count or measure is larger; infinity and NaN are none
_ADDRESSES = frozenset({signals.CODE, signals.PROJECT})


def pieces(file: BinaryIO, start: Position) -> Iterator[Piece]:
    """The lines from `start` on that are not blank."""
    file.seek(start.offset)
    offset, number = start.offset, start.line
    while line := file.readline(LONGEST_LINE + 1):
        read = len(line)
        if read > LONGEST_LINE and not line.endswith(b"\n"):
            read += _rest_of_line(file)
        offset += read
        if line.strip():
            is_too_long = read > LONGEST_LINE + 1
            record = _too_long(number) if is_too_long else _record(line.removeprefix(BOM_UTF8), number)
            yield Piece(records=(record,), following=Position(offset=offset, line=number + 1))
        number += 1


def _rest_of_line(file: BinaryIO) -> int:
    """Read to the end of the line, and return how many bytes that were."""
    read = 0
    while piece := file.readline(LONGEST_LINE):
        read += len(piece)
        if piece.endswith(b"\n"):
            break
    return read


def _too_long(number: int) -> Record:
    return Record(line=number, problems=(f"the line is longer than {LONGEST_LINE:,} bytes",))


def _record(line: bytes, number: int) -> Record:
    try:
        values = _object(line)
        if values.get("author") is not None and values.get("title") is None:
            author, problems = _somebody(values)
            return Record(line=number, author=author, problems=tuple(problems))
        told, problems = _told(values)
    except ValueError as error:
        return Record(line=number, problems=(str(error),))
    return Record(line=number, told=told, problems=tuple(problems))


def _object(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line.decode())
    except UnicodeDecodeError as error:
        raise ValueError("the line is not UTF-8") from error
    except RecursionError as error:
        raise ValueError("the JSON is nested without end") from error
    except ValueError as error:
        raise ValueError(f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise _unexpected("the line", "an object", value)
    return value


# ------------------------------------------------------------ fields


def _told(values: Mapping[str, Any]) -> tuple[Told, list[str]]:
    """What the fields tell, and what of the signals cannot be read."""
    title, name, url = (clean(_text(values, key)) for key in ("title", "id", "url"))
    if not title:
        raise _unexpected("title", "text", None)
    if url and not markup.address(url):
        raise _unexpected("url", "an http or https address", url)
    arxiv, doi = _keys(values, name, url)
    found, problems = _signals(values.get("signals"))
    authors, known = _authors(values)
    told = Told(
        title=title,
        name=name,
        arxiv=arxiv,
        doi=doi,
        abstract=markup.plain_paragraphs(_text(values, "abstract")),
        authors=authors,
        known=known,
        categories=_categories(values),
        dated=_dated(values),
        url=markup.address(url or name),
        journal_ref=clean(_text(values, "journal_ref")),
        comment=clean(_text(values, "comment")),
        version=_version(values),
        signals=found,
    )
    return told, problems


def _keys(values: Mapping[str, Any], name: str, url: str) -> tuple[PaperId | None, PaperId | None]:
    arxiv, doi = identity.arxiv_id(name), naming.doi_id(clean(_text(values, "doi")))
    if doi is None and _text(values, "doi"):
        raise _unexpected("doi", "a DOI such as 10.1000/182", values["doi"])
    return keys(
        [
            identity.paper_id(arxiv) if arxiv else None,
            doi,
            naming.doi_id(name),
            naming.arxiv_id(url),
            naming.doi_id(url),
        ]
    )


def _somebody(values: Mapping[str, Any]) -> tuple[Somebody, list[str]]:
    """What a line tells of an author, and what of the signals cannot be read."""
    name = clean(_text(values, "author"))
    if not name:
        raise _unexpected("author", "an id", None)
    found, problems = _signals(values.get("signals"))
    return Somebody(id=name, signals=found), problems


_Known = tuple[tuple[str, tuple[str, ...]], ...]  # of each author the id, "" without, and the affiliations


def _authors(values: Mapping[str, Any]) -> tuple[tuple[str, ...], _Known]:
    """The names, and what is told of each besides; nothing where names are all that is told."""
    value = values.get("authors")
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        listed = [_author(item) for item in value]
        return tuple(name for name, _ in listed), tuple(known for _, known in listed)
    told = _texts(values, "authors")
    return author_lists.names(told) if isinstance(told, str) else author_lists.each_name(told), ()


def _author(values: Mapping[str, Any]) -> tuple[str, tuple[str, tuple[str, ...]]]:
    name, places = author_lists.one(_text(values, "name")), _texts(values, "affiliations")
    if not name:
        raise _unexpected("authors", "the name of each", None)
    found = tuple(filter(None, map(clean, [places] if isinstance(places, str) else places)))
    return name[0], (clean(_text(values, "id")), found)


def _categories(values: Mapping[str, Any]) -> tuple[str, ...]:
    listed = _texts(values, "categories")
    if isinstance(listed, str):
        listed = listed.split(",") if "," in listed else listed.split()
    return tuple(dict.fromkeys(filter(None, map(clean, listed))))


def _dated(values: Mapping[str, Any]) -> Period | None:
    text = _text(values, "date")
    try:
        return period(text) if text.strip() else None
    except ValueError as error:
        raise _unexpected("date", "a date such as 2026-03-05", text) from error


def _version(values: Mapping[str, Any]) -> int | None:
    value = values.get("version")
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 9999):
        raise _unexpected("version", "a whole number from 1 on", value)
    return value


def _text(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    if value is not None and not isinstance(value, str):
        raise _unexpected(key, "text", value)
    return value or ""


def _texts(values: Mapping[str, Any], key: str) -> str | list[str]:
    value = values.get(key)
    if value is None or isinstance(value, str):
        return value or ""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _unexpected(key, "text or a list of texts", value)
    return value


def _unexpected(name: str, wanted: str, value: object) -> ValueError:
    shown = (
        clean(json.dumps(value, ensure_ascii=False)) if isinstance(value, str | int | float) else _KINDS[type(value)]
    )
    return ValueError(f"{name}: expected {wanted}, found {shown if len(shown) <= 40 else shown[:40] + '…'}")


# ------------------------------------------------------------ signals


def _signals(value: object) -> tuple[dict[str, Value], list[str]]:
    """The signals, and what is wrong with those that cannot be read; they cost themselves alone."""
    if not isinstance(value, dict | None):
        raise _unexpected("signals", "an object", value)
    found: dict[str, Value] = {}
    problems: list[str] = []
    for name, told in (value or {}).items():
        try:
            signal = _value(name, told)
        except ValueError as error:
            problems.append(f"signals.{error}")
            continue
        if signal not in ("", ()):
            found[clean(name)] = signal
    return found, problems


def _value(name: str, told: object) -> Value:
    short = clean(name)
    if not short or len(short) > _LONGEST_NAME:
        raise ValueError(f"{short[:_LONGEST_NAME]}: expected a name of 1 to {_LONGEST_NAME} characters")
    if short in _ADDRESSES and told and not (isinstance(told, str) and markup.address(told)):
        raise _unexpected(short, "an http or https address", told)
    if told is None or isinstance(told, str):
        return clean(told or "")
    if isinstance(told, int | float) and not isinstance(told, bool) and abs(told) <= _LARGEST:
        return told
    if isinstance(told, list) and all(isinstance(item, str) for item in told):
        return tuple(filter(None, map(clean, told)))
    raise _unexpected(short, "a number, a text or a list of texts", told)
