"""Public answers that are given again for a second."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from starlette.types import Message, Receive, Scope, Send

from digest.web import front
from digest.web.front import SECONDS, Front


@dataclass
class World:
    """A clock that is set, and an application that counts how often it is asked."""

    now: float = 0.0
    headers: Sequence[tuple[bytes, bytes]] = ((b"cache-control", b"public, max-age=60"), (b"etag", b'"a"'))
    status: int = 200
    pieces: int = 1
    asked: int = 0
    door: Front = field(init=False)

    def __post_init__(self) -> None:
        self.door = Front(self._answer, clock=lambda: self.now)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1
        await send({"type": "http.response.start", "status": self.status, "headers": list(self.headers)})
        for piece in range(self.pieces):
            body = f"answer {self.asked} ".encode()
            await send({"type": "http.response.body", "body": body, "more_body": piece < self.pieces - 1})

    def ask(self, path: str = "/", *, method: str = "GET", query: bytes = b"", **headers: str) -> tuple[int, bytes]:
        """Status and body."""
        told: list[Message] = []
        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": method, "path": path, "query_string": query, "headers": raw}

        async def receive() -> Message:
            return {"type": "http.request", "body": b""}

        async def send(message: Message) -> None:
            told.append(message)

        asyncio.run(self.door(scope, receive, send))
        return told[0]["status"], b"".join(each.get("body", b"") for each in told[1:])


def test_a_public_answer_is_given_again_for_a_second() -> None:
    world = World()

    assert world.ask() == world.ask() == (200, b"answer 1 ")
    world.now += SECONDS
    assert world.ask() == (200, b"answer 2 ")


def test_that_nothing_changed_is_given_again_to_who_asks_the_same() -> None:
    world = World(status=304)

    world.ask(if_none_match='"a"')
    world.ask(if_none_match='"a"')
    assert world.asked == 1
    world.ask(if_none_match='"b"')
    assert world.asked == 2


def test_another_path_query_language_or_packing_is_another_answer() -> None:
    world = World()

    for values in (
        {},
        {"path": "/week"},
        {"query": b"page=2"},
        {"accept_language": "de"},
        {"accept_encoding": "gzip"},
    ):
        world.ask(**values)

    assert world.asked == 5


def test_a_header_that_no_answer_depends_on_makes_no_difference() -> None:
    world = World()

    world.ask(user_agent="one")
    world.ask(user_agent="another")

    assert world.asked == 1


@pytest.mark.parametrize(
    "headers",
    [
        [(b"cache-control", b"private, max-age=900")],
        [(b"cache-control", b"no-store")],
        [],
        [(b"cache-control", b"public"), (b"set-cookie", b"a=b")],
    ],
)
def test_what_is_not_public_is_given_once(headers: list[tuple[bytes, bytes]]) -> None:
    world = World(headers=headers)

    world.ask()
    world.ask()

    assert world.asked == 2


@pytest.mark.parametrize("status", [404, 500, 302])
def test_a_refusal_is_given_once(status: int) -> None:
    world = World(status=status)

    world.ask()
    world.ask()

    assert world.asked == 2


def test_a_deed_is_never_answered_from_what_is_kept() -> None:
    world = World()

    world.ask()
    world.ask(method="POST")

    assert world.asked == 2


def test_an_answer_in_pieces_is_given_once() -> None:
    world = World(pieces=3)

    assert world.ask() == (200, b"answer 1 " * 3)
    assert world.ask() == (200, b"answer 2 " * 3)


@pytest.mark.parametrize(("name", "most"), [("MOST_ANSWERS", 1), ("MOST_BYTES", 10)])
def test_only_so_much_is_kept(monkeypatch: pytest.MonkeyPatch, name: str, most: int) -> None:
    monkeypatch.setattr(front, name, most)
    world = World()

    world.ask("/a")
    world.ask("/b")
    world.ask("/b")
    world.ask("/a")

    assert world.asked == 3
