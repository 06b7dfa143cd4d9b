"""Answers to everybody, given again for a second without a look at the addresses: what many ask for at once.

What is kept is a whole answer, with all that it depends on as the key. Only answers are kept that call themselves
public (RFC 9111 §5.2.2.9); what an answer says of its reader is added outside.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, MutableMapping
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS = 1.0  # for which an answer is given again; the pages behind it ask no more often what is new
MOST_ANSWERS = 1000
MOST_BYTES = 16 * 2**20
_NAMED = (b"accept-encoding", b"accept-language", b"if-none-match", b"if-modified-since")  # what answers depend on
_GIVEN_AGAIN = frozenset({200, 304})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    until: float
    route: object  # of the router, by which it is counted


class Front:
    """An ASGI middleware before the addresses."""

    def __init__(self, app: ASGIApp, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds."""
        self._app = app
        self._clock = clock
        self._kept: OrderedDict[Hashable, _Answer] = OrderedDict()  # the oldest first
        self._bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        key = _key(scope)
        kept = self._kept.get(key)
        if kept is not None and self._clock() < kept.until:
            scope["route"] = kept.route
            await send({"type": "http.response.start", "status": kept.status, "headers": list(kept.headers)})
            await send({"type": "http.response.body", "body": kept.body})
            return
        await self._app(scope, receive, self._listening(key, scope, send))

    def _listening(self, key: Hashable, scope: Scope, send: Send) -> Send:
        """The same `send`, which keeps what may be given again."""
        begun: MutableMapping[str, Any] = {}
        until = self._clock() + SECONDS

        async def heard(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_public(message):
                begun.update(message, headers=tuple(map(tuple, message["headers"])))
            elif message["type"] == "http.response.body" and begun and not message.get("more_body"):
                body = message.get("body", b"")
                status, headers, route = begun["status"], begun["headers"], scope.get("route")
                self._keep(key, _Answer(status=status, headers=headers, body=body, until=until, route=route))
            else:
                begun.clear()  # an answer in pieces is given once
            await send(message)

        return heard

    def _keep(self, key: Hashable, answer: _Answer) -> None:
        before = self._kept.pop(key, None)
        self._bytes += len(answer.body) - (len(before.body) if before else 0)
        self._kept[key] = answer
        while self._kept and (self._bytes > MOST_BYTES or len(self._kept) > MOST_ANSWERS):
            _, gone = self._kept.popitem(last=False)
            self._bytes -= len(gone.body)


def _key(scope: Scope) -> Hashable:
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    return scope["path"], scope.get("query_string"), tuple(pair for pair in headers if pair[0] in _NAMED)


def _is_public(start: Message) -> bool:
    headers = dict(start["headers"])
    is_ours_alone = b"set-cookie" not in headers
    return (
        start["status"] in _GIVEN_AGAIN and is_ours_alone and headers.get(b"cache-control", b"").startswith(b"public")
    )
