"""Zotero's web API, version 3: the items and collections of a library, page by page, as it answers.

https://www.zotero.org/support/dev/web_api/v3/basics. A library is "users/12345" or "groups/678", with
"/collections/ABCD2345" for a part of it. The key goes into a header and nowhere else.
"""

import re
from collections.abc import Iterator
from datetime import datetime

import orjson

from digest.errors import InvalidInput, SourceError
from digest.sources.client import PoliteClient

GATE = "zotero"
_LIBRARY = re.compile(r"(?P<owner>(?:users|groups)/\d{1,12})(?P<part>/collections/[A-Z0-9]{8})?", re.ASCII)
_AT_ONCE = 100  # the most that Zotero gives
_MOST_PAGES = 500


class Zotero:
    """A library of Zotero."""

    name = "zotero"
    gate = GATE

    def __init__(self, url: str, client: PoliteClient) -> None:
        """`client` sends the key, and the version of the API, with every question."""
        self._url = url.rstrip("/")
        self._client = client

    def items(self, library: str, *, now: datetime) -> tuple[bytes, ...]:
        """The items that stand under no other, as lists of JSON; raises SourceError, InvalidInput for no library."""
        owner, part = parts(library)
        return tuple(self._pages(f"{owner}{part}/items/top", now))

    def collections(self, library: str, *, now: datetime) -> tuple[bytes, ...]:
        """The collections of the whole library, as lists of JSON."""
        owner, _ = parts(library)
        return tuple(self._pages(f"{owner}/collections", now))

    def _pages(self, path: str, now: datetime) -> Iterator[bytes]:
        for page in range(_MOST_PAGES):
            params = {"format": "json", "limit": str(_AT_ONCE), "start": str(page * _AT_ONCE)}
            body = self._client.get(f"{self._url}/{path}", params, now=now)
            yield body
            if self._listed(body) < _AT_ONCE:
                return

    def _listed(self, body: bytes) -> int:
        try:
            found = orjson.loads(body)
        except ValueError as error:
            raise SourceError(self.name, "the answer is not JSON") from error
        if not isinstance(found, list):
            raise SourceError(self.name, "the answer is no list")
        return len(found)


def parts(library: str) -> tuple[str, str]:
    """Whose library it is, and which part of it."""
    found = _LIBRARY.fullmatch(library)
    if found is None:
        raise InvalidInput(
            f"not a library of Zotero: {library[:80]!r}; give users/12345 (see zotero.org/settings/keys) or groups/678"
        )
    return found["owner"], found["part"] or ""
