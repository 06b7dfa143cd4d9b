"""Servers on loopback that behave badly, a script a behaviour, and a resolver that says what it is told."""

import re
import select
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from threading import Event
from typing import Any

import trustme

from tests.sources.wire import Wire, answer

CHUNK = bytes(65_536)


class Endless:
    """Begins with `head` and repeats `piece` until the client hangs up, which sets `left`."""

    def __init__(self, head: bytes, piece: bytes, *, pause: float = 0.0) -> None:
        self.sent = 0  # bytes the server got rid of after the head, those that wait in the kernel included
        self.left = Event()
        self._head, self._piece, self._pause = head, piece, pause

    def __call__(self, connection: socket.socket, over: Event) -> None:
        try:
            connection.sendall(self._head)
            while not over.wait(self._pause):
                connection.sendall(self._piece)
                self.sent += len(self._piece)
        except OSError:
            self.left.set()


class Silent:
    """Says `head` and no more, and sees (`left`) that the client hangs up."""

    def __init__(self, head: bytes = b"") -> None:
        self.left = Event()
        self._head = head

    def __call__(self, connection: socket.socket, over: Event) -> None:
        connection.sendall(self._head)
        connection.settimeout(0.02)
        while not over.is_set():
            with suppress(TimeoutError):
                if not connection.recv(65_536):
                    self.left.set()
                    return


def dripping_body() -> Endless:
    return Endless(answer(content_length="1000000"), b" ", pause=0.01)


def dripping_status_line() -> Endless:
    return Endless(b"HTTP/1.1 200 ", b"O", pause=0.01)


def dripping_headers() -> Endless:
    return Endless(b"HTTP/1.1 200 OK\r\n", b"X: 1\r\n", pause=0.01)


def dripping_provisional_answers() -> Endless:
    return Endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", pause=0.01)


def dripping_handshake() -> Endless:
    """A TLS record of 16 KiB that never comes to its end."""
    return Endless(b"\x16\x03\x03\x40\x00\x02", b"\x00", pause=0.01)


def endless_provisional_answers() -> Endless:
    return Endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


def endless_headers() -> Endless:
    return Endless(b"HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n" * 100)


def endless_status_line() -> Endless:
    return Endless(b"HTTP/1.1 200 ", b"O" * 1000)


def endless_chunk_extensions() -> Endless:
    return Endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1;" + b"x" * 9000 + b"\r\n \r\n")


def huge_body(size: int) -> Endless:
    return Endless(answer(content_length=str(size)), CHUNK)


class Mute(Wire):
    """Follows its script at once, before the client has said a word."""

    def _converse(self, connection: socket.socket) -> None:
        following = self._answers[0]
        assert not isinstance(following, bytes)
        following(connection, self._over)


def secure(authority: trustme.CA, *names: str) -> Callable[[socket.socket], Wire]:
    """The kind of server that speaks TLS, with a certificate for these names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)

    class Secure(Wire):
        def _converse(self, connection: socket.socket) -> None:
            with context.wrap_socket(connection, server_side=True) as secured:
                super()._converse(secured)

    return Secure


class ForwardProxy(Wire):
    """A forward proxy to servers of this machine, by the names that `origins` gives their ports."""

    def __init__(self, listener: socket.socket) -> None:
        super().__init__(listener)
        self.origins: dict[str, int] = {}
        self._answers = [self._forward]

    def _forward(self, connection: socket.socket, over: Event) -> None:
        head = self.requests[-1]
        method, target = head.split()[:2]
        place = re.sub(r"^http://([^/]*).*", r"\1", target)
        with socket.create_connection(("127.0.0.1", self.origins[place.partition(":")[0]])) as origin:
            if method == "CONNECT":
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                origin.sendall(head.replace(f"http://{place}", "", 1).encode())
            _relay(connection, origin, over)


class Names:
    """What the system's resolver says; each name has its answers in turn, the last one again and again.

    A public address leads to the port of this machine that `ports` gives it: the test reaches no other machine.
    """

    def __init__(self) -> None:
        self.answers: dict[str, list[list[str]]] = {}
        self.ports: dict[str, int] = {}
        self.looked_up: list[str] = []
        self.connected: list[str] = []
        self._getaddrinfo = socket.getaddrinfo
        self._create_connection = socket.create_connection

    def getaddrinfo(self, host: str, port: int | None, *rest: int, **more: int) -> list[tuple[object, ...]]:
        if host not in self.answers:
            return list(self._getaddrinfo(host, port, *rest, **more))
        self.looked_up.append(host)
        known = self.answers[host]
        found = known.pop(0) if len(known) > 1 else known[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]

    def create_connection(self, address: tuple[str, int], *rest: Any, **more: Any) -> socket.socket:
        self.connected.append(address[0])
        if address[0] in self.ports:
            address = ("127.0.0.1", self.ports[address[0]])
        return self._create_connection(address, *rest, **more)


def _relay(one: socket.socket, other: socket.socket, over: Event) -> None:
    with suppress(OSError):
        while not over.is_set():
            for readable in select.select([one, other], [], [], 0.02)[0]:
                received = readable.recv(65_536)
                if not received:
                    return
                (other if readable is one else one).sendall(received)
