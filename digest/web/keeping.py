"""Pages that are the same for everybody, written once and kept while what they tell of stays as it is.

A page is written again when the data have another revision, which is asked for at most once a second, and in any case
after some time, usually a minute: what an operator corrects changes no revision.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass

from digest.web.conditional import Written

MOST_BYTES = 32 * 2**20  # of all pages that are kept, as they are and packed
MOST_PAGES = 2000
ASKED_SECONDS = 1.0  # between two questions for the revision
KEPT_SECONDS = 60.0

Make = Callable[[], Awaitable[Written | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    page: Written | None  # None: there is no such page
    until: float

    @property
    def size(self) -> int:
        return len(self.page.content) + len(self.page.packed) if self.page else 0


class Keeper:
    """Key and how to make its page → the page, kept or made; one that is made already is waited for."""

    def __init__(
        self,
        revision: Callable[[], Awaitable[Hashable]],
        *,
        seconds: float = KEPT_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`seconds` is for how long a page may be shown without being written again; `clock` gives seconds."""
        self._revision = revision
        self._seconds = seconds
        self._clock = clock
        self._known: Hashable = None
        self._ask_at = float("-inf")
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()  # the longest not asked for first
        self._bytes = 0
        self._made: dict[Hashable, asyncio.Task[Written | None]] = {}

    async def __call__(self, key: Hashable, make: Make) -> Written | None:
        """The page; None where `make` gives none."""
        if self._clock() >= self._ask_at:
            await self._look()
        kept = self._kept.get(key)
        if kept is not None and self._clock() < kept.until:
            self._kept.move_to_end(key)
            return kept.page
        return await self._wait_for(key, make)

    async def _look(self) -> None:
        self._ask_at = self._clock() + ASKED_SECONDS  # first, so that those who come meanwhile do not ask too
        found = await self._revision()
        if found != self._known:
            self._known = found
            self._kept.clear()
            self._bytes = 0

    async def _wait_for(self, key: Hashable, make: Make) -> Written | None:
        task = self._made.get(key)
        if task is None:
            task = self._made[key] = asyncio.ensure_future(self._make(key, make))
            task.add_done_callback(lambda _: self._made.pop(key, None))
        return await asyncio.shield(task)  # whoever asked first may go away

    async def _make(self, key: Hashable, make: Make) -> Written | None:
        known, until = self._known, self._clock() + self._seconds
        page = await make()
        if known == self._known:
            self._keep(key, _Kept(page=page, until=until))
        return page

    def _keep(self, key: Hashable, made: _Kept) -> None:
        before = self._kept.pop(key, None)
        self._bytes += made.size - (before.size if before else 0)
        self._kept[key] = made
        while self._kept and (self._bytes > MOST_BYTES or len(self._kept) > MOST_PAGES):
            _, gone = self._kept.popitem(last=False)
            self._bytes -= gone.size
