"""Pages that are written once and kept."""

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import partial

import pytest

from digest.web import keeping
from digest.web.conditional import Written, written
from digest.web.keeping import ASKED_SECONDS, KEPT_SECONDS, Keeper


@dataclass
class World:
    """A clock that is set, data that change, and how often anybody was asked."""

    now: float = 0.0
    revision: Hashable = 1
    looks: int = 0
    made: list[str] = field(default_factory=list)

    @property
    def keeper(self) -> Keeper:
        return Keeper(self._look, clock=lambda: self.now)

    async def _look(self) -> Hashable:
        self.looks += 1
        return self.revision

    async def make(self, name: str = "page") -> Written | None:
        self.made.append(name)
        await asyncio.sleep(0)
        return written(name.encode(), "text/html") if name != "none" else None


def test_a_page_is_written_once_while_the_data_stay_as_they_are() -> None:
    world = World()

    async def story() -> None:
        keeper = world.keeper
        for _ in range(3):
            page = await keeper("/", world.make)
            assert page is not None
            assert page.content == b"page"

    asyncio.run(story())
    assert (world.made, world.looks) == (["page"], 1)


def test_other_data_are_seen_after_a_second() -> None:
    world = World()

    async def story() -> None:
        keeper = world.keeper
        await keeper("/", world.make)
        world.revision = 2
        await keeper("/", world.make)
        assert len(world.made) == 1
        world.now += ASKED_SECONDS
        await keeper("/", world.make)

    asyncio.run(story())
    assert len(world.made) == 2


def test_a_page_is_written_again_after_a_minute() -> None:
    world = World()

    async def story() -> None:
        keeper = world.keeper
        await keeper("/", world.make)
        world.now += KEPT_SECONDS
        await keeper("/", world.make)

    asyncio.run(story())
    assert len(world.made) == 2


def test_all_who_ask_at_once_wait_for_one_page() -> None:
    world = World()

    async def story() -> None:
        keeper = world.keeper
        pages = await asyncio.gather(*(keeper("/", world.make) for _ in range(5)))
        assert all(page is pages[0] for page in pages)

    asyncio.run(story())
    assert len(world.made) == 1


def test_who_goes_away_spoils_nothing_for_the_others() -> None:
    world = World()

    async def story() -> Written | None:
        keeper = world.keeper
        first = asyncio.ensure_future(keeper("/", world.make))
        second = asyncio.ensure_future(keeper("/", world.make))
        while not world.made:
            await asyncio.sleep(0)
        first.cancel()
        return await second

    assert asyncio.run(story()) is not None
    assert len(world.made) == 1


def test_that_there_is_no_such_page_is_kept_too() -> None:
    world = World()

    async def story() -> None:
        keeper = world.keeper
        for _ in range(2):
            assert await keeper("/none", lambda: world.make("none")) is None

    asyncio.run(story())
    assert len(world.made) == 1


def test_a_failure_is_not_kept() -> None:
    world = World()

    async def fails() -> Written | None:
        raise RuntimeError("no")

    async def story() -> Written | None:
        keeper = world.keeper
        with pytest.raises(RuntimeError):
            await keeper("/", fails)
        return await keeper("/", world.make)

    assert asyncio.run(story()) is not None


def test_only_so_many_pages_are_kept_and_the_longest_unasked_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    monkeypatch.setattr(keeping, "MOST_PAGES", 2)

    async def story() -> None:
        keeper = world.keeper
        for key in ("a", "b", "a", "c", "a", "b"):
            await keeper(key, partial(world.make, key))

    asyncio.run(story())
    assert world.made == ["a", "b", "c", "b"]


def test_only_so_many_bytes_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    monkeypatch.setattr(keeping, "MOST_BYTES", 1)

    async def story() -> None:
        keeper = world.keeper
        for _ in range(2):
            await keeper("/", world.make)

    asyncio.run(story())
    assert len(world.made) == 2
