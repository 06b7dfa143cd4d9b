"""Feeds that were written lately, by address: how each stood then, its tag for everybody, and its bytes as far as there
is room.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import NamedTuple

from digest.membership.feeds import Standing

LOOKED_SECONDS = 1.0  # for which a feed is not looked at again; a stopped one is read for so long at most
_MOST_TAGS = 100_000  # of about 500 bytes
_MOST_BYTES = 64 * 2**20  # of feeds that are kept whole


class Key(NamedTuple):
    """Which representation of which feed."""

    token: str
    view: str
    form: str
    is_packed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A feed in one form, as it is or packed."""

    headers: Mapping[str, str]  # of an answer without it
    whole: Mapping[str, str]  # of one with it
    stands: Standing
    tag: str  # with its quotes
    changed: datetime  # UTC, in whole seconds
    until: datetime  # it is written again then, as what an operator corrects changes no revision


class Kept:
    """What was written lately."""

    def __init__(self) -> None:
        self._tags: OrderedDict[Key, tuple[Written, float]] = OrderedDict()  # with the second it was looked at
        self._contents: OrderedDict[str, bytes] = OrderedDict()  # by tag
        self._bytes = 0
        self._lock = Lock()

    def lately(self, key: Key, second: float) -> Written | None:
        """What was written, if it was looked at less than a moment ago whether it still holds."""
        found = self._tags.get(key)
        return found[0] if found is not None and second - found[1] < LOOKED_SECONDS else None

    def written(self, key: Key, stands: Standing, now: datetime) -> Written | None:
        """What was written while the feed stood as it does now."""
        found = self._tags.get(key)
        return found[0] if found is not None and found[0].stands == stands and now < found[0].until else None

    def note(self, key: Key, written: Written, second: float) -> None:
        """Keep when it was looked at whether it still holds."""
        with self._lock:
            self._tags.pop(key, None)
            self._tags[key] = written, second
            if len(self._tags) > _MOST_TAGS:
                self._tags.popitem(last=False)

    def content(self, tag: str) -> bytes | None:
        """The bytes of a feed, if they are still there."""
        with self._lock:
            found = self._contents.get(tag)
            if found is not None:
                self._contents.move_to_end(tag)
            return found

    def keep(self, tag: str, content: bytes) -> None:
        """Keep the bytes of a feed; what was longest not asked for makes room."""
        with self._lock:
            self._bytes += len(content) - len(self._contents.pop(tag, b""))
            self._contents[tag] = content
            while self._bytes > _MOST_BYTES:
                self._bytes -= len(self._contents.popitem(last=False)[1])
