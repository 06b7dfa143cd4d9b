"""A web server on loopback that misbehaves as it is told, byte by byte."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import TypeVar

Answer = bytes | Callable[[socket.socket, Event], None]  # what is sent, or what is done until the event is set

Served = TypeVar("Served", bound="Wire")


class Wire:
    """Gives one scripted answer to a connection, the last one again and again, and hangs up."""

    def __init__(self, listener: socket.socket) -> None:
        self.requests: list[str] = []  # the head of each, as received
        self.bodies: list[bytes] = []  # what came after each head, as long as it said
        self.port: int = listener.getsockname()[1]
        self._listener = listener
        self._answers: list[Answer] = [answer()]
        self._over = Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/oai"

    def answers(self, *script: Answer) -> None:
        self._answers = list(script)

    def serve(self) -> None:
        while not self._over.is_set():
            with suppress(OSError), self._listener.accept()[0] as connection:
                self._converse(connection)

    def stop(self) -> None:
        self._over.set()
        with socket.create_connection(("127.0.0.1", self.port)):
            pass  # wakes the server, which then sees that it is over

    def _converse(self, connection: socket.socket) -> None:
        head, body = _request(connection)
        if not head:
            return
        self.requests.append(head)
        self.bodies.append(body)
        following = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(following, bytes):
            connection.sendall(following)
        else:
            following(connection, self._over)


@contextmanager
def wire() -> Iterator[Wire]:
    with serving(Wire) as server:
        yield server


@contextmanager
def serving(kind: Callable[[socket.socket], Served]) -> Iterator[Served]:
    """A server of some kind that answers in a thread until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = kind(listener)
        thread = Thread(target=server.serve, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.stop()
            thread.join(10)


def answer(status: str = "200 OK", body: bytes = b"", **headers: str) -> bytes:
    """A whole HTTP answer; `retry_after="5"` is the header `Retry-After: 5`."""
    fields = {"connection": "close", "content_length": str(len(body))} | headers
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {text}" for name, text in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def silence(connection: socket.socket, over: Event) -> None:
    """Say nothing for ever."""
    over.wait()


def drip(connection: socket.socket, over: Event) -> None:
    """Begin well, then send a byte at a time for some seconds."""
    with suppress(OSError):
        connection.sendall(answer(content_length="1000000"))
        for _ in range(300):
            connection.sendall(b" ")
            if over.wait(0.01):
                return


def hang_up(connection: socket.socket, over: Event) -> None:
    """End the connection without a word."""


def _request(connection: socket.socket) -> tuple[str, bytes]:
    """The head and the body of a request; empty where the client hung up."""
    received = b""
    while b"\r\n\r\n" not in received:
        more = connection.recv(65_536)
        if not more:
            return "", b""
        received += more
    head, _, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *([0-9]+)", head)
    while len(body) < int(length[1] if length else 0) and (more := connection.recv(65_536)):
        body += more
    return (head + b"\r\n\r\n").decode("ascii"), body
