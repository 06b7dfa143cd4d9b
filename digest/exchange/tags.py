"""arxiv-sanity-lite's tags in, entries out, each tag as a collection.

Its `dict.db` (https://github.com/karpathy/arxiv-sanity-lite, aslite/db.py) is SQLite with a table `tags`: a user's
name, and a packed pickle of {tag: {arXiv ids}}. The pickle is taken apart and never run (`pickles`). The same as JSON
is read too: {user: {tag: [ids]}} or {tag: [ids]}.
"""

import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

from digest.errors import InvalidInput
from digest.exchange.csl import json_of
from digest.exchange.entries import MOST_BYTES, Entry, Library, Unread, arxiv_name, library, one_line, shown
from digest.exchange.pickles import plain_value

SQLITE = b"SQLite format 3\x00"
_MOST_STEPS = 2_000_000  # of SQLite's machine; a table of 10,000 users takes a tenth
_STEPS_AT_ONCE = 10_000
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ})


def read_tags(content: bytes, *, user: str = "") -> Library:
    """The tags of one user, who must be named where there are several; InvalidInput where nothing can be read."""
    by_user = _from_database(content) if content.startswith(SQLITE) else _from_json(content)
    if user and user not in by_user:
        raise InvalidInput(f"nobody is called {shown(user)!r} there; give one of: {_names(by_user)}")
    if not user and len(by_user) != 1:
        raise InvalidInput(f"the tags of {len(by_user):,} users; give one with --user: {_names(by_user)}")
    tags = by_user[user or next(iter(by_user))]
    return library(_entries(plain_value(_unpacked(tags)) if isinstance(tags, bytes) else tags))


def is_tags(value: object) -> bool:
    """Whether JSON looks like tags: lists of texts by name, or such by user."""
    return isinstance(value, dict) and bool(value) and all(map(_is_tagged, value.values()))


def _is_tagged(value: object) -> bool:
    lists = list(value.values()) if isinstance(value, dict) else [value]
    return all(isinstance(each, list) and all(isinstance(pid, str) for pid in each) for each in lists)


def _names(users: Mapping[str, object]) -> str:
    return ", ".join(shown(name) for name in sorted(users)[:20]) or "nobody"


def _from_json(content: bytes) -> dict[str, Any]:
    value = json_of(content)
    if not is_tags(value):
        raise InvalidInput("expected tags with lists of ids: {tag: [ids]}, or {user: {tag: [ids]}}")
    nested = all(isinstance(each, dict) for each in value.values())
    return dict(value) if nested else {"": value}


def _from_database(content: bytes) -> dict[str, Any]:
    """The tags of each user as they are packed."""
    plain = content[:18] + b"\x01\x01" + content[20:]  # not as a log with a file beside it, which was not brought
    try:
        with closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(plain)
            database.execute("PRAGMA trusted_schema = OFF")
            database.set_authorizer(_authorized)
            steps = iter(range(_MOST_STEPS // _STEPS_AT_ONCE))
            database.set_progress_handler(lambda: next(steps, None) is None, _STEPS_AT_ONCE)
            rows = database.execute("SELECT key, value FROM tags").fetchmany(MOST_BYTES // 2**10)
    except (sqlite3.Error, OverflowError, MemoryError) as error:
        raise InvalidInput(f"no table of tags can be read ({error}); give the file dict.db") from error
    return {str(key): value for key, value in rows if isinstance(value, bytes)}


def _authorized(action: int, *about: str | None) -> int:
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _unpacked(value: bytes) -> bytes:
    if value.startswith(b"\x80"):  # a pickle as it is (PEP 307)
        return value
    unpacking = zlib.decompressobj()
    try:
        plain = unpacking.decompress(value, MOST_BYTES)
    except zlib.error as error:
        raise InvalidInput("the tags are neither a pickle nor packed; give the file dict.db") from error
    if unpacking.unconsumed_tail:
        raise InvalidInput(f"the tags take more than {MOST_BYTES:,} bytes; nothing was imported")
    return plain


def _entries(tags: object) -> Iterator[Entry | Unread]:
    if not isinstance(tags, dict):
        raise InvalidInput("expected tags with sets of ids; give the file dict.db")
    tagged: dict[str, list[str]] = {}
    for tag, papers in tags.items():
        ids = papers if isinstance(papers, (set, frozenset, list, tuple)) else ()
        for paper in sorted(each for each in ids if isinstance(each, str)):
            tagged.setdefault(paper, []).append(one_line(tag))
    for paper, names in tagged.items():
        named = arxiv_name(paper)
        place = f"tag {shown(names[0])}"
        if named:
            yield Entry(place=place, names=(named,), collections=tuple(names))
        else:
            yield Unread(place=place, problem=f"not an arXiv id: {shown(paper)}")
