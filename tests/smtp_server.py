"""A real SMTP server on loopback, and one that misbehaves as scripted."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Mailbox:
    """What a server has taken: recipient and content of each message."""

    taken: list[tuple[str, bytes]] = field(default_factory=list)
    connections: int = 0
    refuse_recipients: dict[str, str] = field(default_factory=dict)  # address: answer

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, name: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = name
        return responses

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse_recipients:
            return self.refuse_recipients[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        self.taken += [(address, bytes(content or b"")) for address in envelope.rcpt_tos]  # type: ignore[arg-type]
        return f"250 taken as {len(self.taken)}"


@contextlib.contextmanager
def smtp_server(
    mailbox: Mailbox,
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    login: tuple[str, str] | None = None,
) -> Iterator[int]:
    """A server that fills the mailbox; gives its port."""

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=login is not None and (data.login.decode(), data.password.decode()) == login)

    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=_free_port(),
        ssl_context=tls,
        tls_context=starttls,
        require_starttls=starttls is not None,
        authenticator=check if login else None,
        auth_required=login is not None,
        auth_require_tls=False,
        data_size_limit=None,
    )
    controller.start()
    try:
        yield int(controller.port)
    finally:
        controller.stop()


@contextlib.contextmanager
def scripted_server(replies: Mapping[str, bytes | None]) -> Iterator[int]:
    """A server that answers each command (or `greeting`, `.`) as told; None closes the connection instead."""
    listener = socket.create_server(("127.0.0.1", 0))
    open_now: list[socket.socket] = []
    thread = threading.Thread(target=_serve, args=(listener, replies, open_now), daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        for waiting in (listener, *open_now):  # wakes the thread that accepts or reads
            with contextlib.suppress(OSError):
                waiting.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


_USUAL: Mapping[str, bytes | None] = {
    "greeting": b"220 ready",
    "ehlo": b"250 here",
    "mail": b"250 ok",
    "rcpt": b"250 ok",
    "data": b"354 go on",
    ".": b"250 taken",
    "rset": b"250 ok",
    "quit": b"221 bye",
}


def _serve(listener: socket.socket, replies: Mapping[str, bytes | None], open_now: list[socket.socket]) -> None:
    known = {**_USUAL, **replies}
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        open_now[:] = [connection]
        with connection, connection.makefile("rb") as lines, contextlib.suppress(OSError):
            _converse(connection, lines, known)


def _converse(connection: socket.socket, lines, known: Mapping[str, bytes | None]) -> None:  # type: ignore[no-untyped-def]
    in_data = False
    word = "greeting"
    while True:
        if not in_data or word == ".":
            reply = known.get(word, b"250 ok")
            if reply is None:
                return
            connection.sendall(reply + b"\r\n")
            in_data = word == "data" and reply.startswith(b"354")
            if word == "quit":
                return
        line = lines.readline()
        if not line:
            return
        word = "." if in_data and line == b".\r\n" else ("" if in_data else line.split()[0].decode().lower())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
