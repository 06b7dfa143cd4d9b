"""Items and collections of Zotero's web API in, entries out (https://www.zotero.org/support/dev/web_api/v3/basics).

An item is in the collections that its `collections` names by their keys; a collection within another one counts by its
own name.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from digest.errors import InvalidInput
from digest.exchange.csl import json_of
from digest.exchange.entries import Entry, Library, Unread, each_once, library, mentioned, one_line

_NO_WORKS = frozenset({"attachment", "note", "annotation"})


def read_zotero(items: Sequence[bytes], collections: Sequence[bytes] = ()) -> Library:
    """The items of several answers, in their order; InvalidInput where an answer is no list."""
    names = dict(_collection(each) for page in collections for each in _listed(page))
    return library(_entries([each for page in items for each in _listed(page)], names))


def _listed(page: bytes) -> list[Any]:
    found = json_of(page)
    if not isinstance(found, list):
        raise InvalidInput("Zotero answered with something else than a list; nothing was imported")
    return found


def _collection(told: object) -> tuple[str, str]:
    data = _data(told)
    return one_line(data.get("key")), one_line(data.get("name"))


def _data(told: object) -> Mapping[str, Any]:
    data = told.get("data") if isinstance(told, dict) else None
    return data if isinstance(data, dict) else {}


def _entries(items: list[Any], names: Mapping[str, str]) -> Iterator[Entry | Unread]:
    for number, item in enumerate(items, start=1):
        data = _data(item)
        key = one_line(data.get("key"))[:20]
        place = f"item {key}" if key else f"item {number}"
        if not data:
            yield Unread(place=place, problem="expected an item with data; ask for format=json")
        elif data.get("itemType") not in _NO_WORKS:
            yield _entry(data, place, names)


def _entry(data: Mapping[str, Any], place: str, names: Mapping[str, str]) -> Entry:
    creators, within = data.get("creators"), data.get("collections")
    told = [one_line(data.get(field)) for field in ("extra", "archiveID", "publicationTitle", "number")]
    return Entry(
        place=place,
        title=one_line(data.get("title")),
        authors=each_once(map(_name, creators if isinstance(creators, list) else [])),
        names=each_once(
            [
                *(name for text in told for name in mentioned(text)),
                one_line(data.get("DOI")),
                one_line(data.get("url")),
            ]
        ),
        collections=each_once(
            names.get(key, "") for key in (within if isinstance(within, list) else []) if isinstance(key, str)
        ),
    )


def _name(creator: object) -> str:
    if not isinstance(creator, dict) or creator.get("creatorType", "author") != "author":
        return ""
    family, given = one_line(creator.get("lastName")), one_line(creator.get("firstName"))
    return f"{family}, {given}" if family and given else family or one_line(creator.get("name"))
