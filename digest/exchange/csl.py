"""CSL-JSON in, entries out: a list of items (https://citeproc-js.readthedocs.io/en/latest/csl-json/markup.html)."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from digest.errors import InvalidInput
from digest.exchange.entries import Entry, Library, Unread, each_once, library, mentioned, one_line, shown, text_of

_REMARKS = ("note", "number", "archive_location", "container-title", "publisher", "archive", "genre")


def read_csl(content: bytes) -> Library:
    """The items of a list, or of an object that holds one under `items`; InvalidInput for anything else."""
    value = json_of(content)
    items = value.get("items") if isinstance(value, dict) else value
    if not isinstance(items, list):
        raise InvalidInput("expected a list of items; export the library as CSL JSON")
    return library(_entries(items))


def json_of(content: bytes) -> Any:
    """The value that a file of JSON holds; InvalidInput says in which line it is broken."""
    try:
        return json.loads(text_of(content))
    except json.JSONDecodeError as error:
        raise InvalidInput(
            f"line {error.lineno}: not JSON ({error.msg}); nothing was imported; export it again"
        ) from error
    except (RecursionError, ValueError) as error:  # digits without end are a ValueError as well
        raise InvalidInput("the JSON is nested or counts without end; nothing was imported") from error


def _entries(items: list[Any]) -> Iterator[Entry | Unread]:
    for number, item in enumerate(items, start=1):
        if not isinstance(item, dict):
            yield Unread(place=f"entry {number}", problem="expected an object; export the library as CSL JSON")
            continue
        key = shown(str(item.get("id", ""))[:200])
        yield _entry(item, f"entry {number} ({key})" if key else f"entry {number}")


def _entry(item: Mapping[str, Any], place: str) -> Entry:
    remarks = [name for field in _REMARKS for name in mentioned(one_line(item.get(field)))]
    authors = item.get("author")
    return Entry(
        place=place,
        title=one_line(item.get("title")),
        authors=each_once(map(_name, authors if isinstance(authors, list) else [])),
        names=each_once([*remarks, one_line(item.get("DOI")), one_line(item.get("URL"))]),
    )


def _name(author: object) -> str:
    if not isinstance(author, dict):
        return ""
    family = " ".join(filter(None, (one_line(author.get("non-dropping-particle")), one_line(author.get("family")))))
    given = one_line(author.get("given"))
    return f"{family}, {given}" if family and given else family or one_line(author.get("literal"))
