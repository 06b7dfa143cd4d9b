"""A real SMTP server on loopback, and one that misbehaves as scripted."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
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
        assert isinstance(content, bytes)
        self.taken += [(address, content) for address in envelope.rcpt_tos]
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
        known = login is not None and (data.login.decode(), data.password.decode()) == login
        return AuthResult(success=known, handled=False)  # False: the server is to answer

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


Reply = bytes | None  # None closes the connection instead


@dataclass
class Script:
    """How a server misbehaves. Commands are in lower case, besides `greeting`, and `.` for the final dot.

    `taken`, `commands` and `answered` grow as it is talked to; a message counts as taken when the server decides on a
    2xx for it, also if that answer is lost or comes late.
    """

    replies: Mapping[str, Reply] = field(default_factory=dict)  # instead of the usual ones
    first: dict[str, list[Reply]] = field(default_factory=dict)  # before those, used up one by one
    recipients: Mapping[str, bytes] = field(default_factory=dict)  # the answer to RCPT by address
    delays: Mapping[str, float] = field(default_factory=dict)  # seconds before the answer
    mails_per_connection: int = 0  # after which MAIL is answered with 421 and the end; 0 is no limit
    connections_at_once: int = 0  # beyond which the greeting is a 421; 0 is no limit
    drop_in_message_after: int | None = None  # bytes of the message
    waits_for_nobodys_message: bool = False  # DATA is answered with 354 though the recipient was refused
    lose_answer: bool = False  # to the final dot: taken, and the connection closed without a word
    taken: list[tuple[str, bytes]] = field(default_factory=list)  # recipient and message, its dots still doubled
    commands: list[str] = field(default_factory=list)
    answered: list[bytes] = field(default_factory=list)
    reached: list[str] = field(default_factory=list)  # what was read and is about to be answered: "rcpt", "."
    connections: int = 0
    most_at_once: int = 0


@contextlib.contextmanager
def misbehaving_server(script: Script) -> Iterator[int]:
    """A server on loopback that follows the script, any number of connections at once; gives its port."""
    server = _Server(script)
    try:
        yield server.port
    finally:
        server.stop()


@contextlib.contextmanager
def scripted_server(replies: Mapping[str, Reply]) -> Iterator[int]:
    """A server that answers each command (or `greeting`, `.`) as told; None closes the connection instead."""
    with misbehaving_server(Script(replies=replies)) as port:
        yield port


_USUAL: Mapping[str, Reply] = {
    "greeting": b"220 ready",
    "ehlo": b"250 here",
    "mail": b"250 ok",
    "rcpt": b"250 ok",
    "data": b"354 go on",
    ".": b"250 taken",
    "rset": b"250 ok",
    "quit": b"221 bye",
}
_ENDING = b"421 "


class _Server:
    """Accepts on a thread of its own, and talks on one for each connection."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept)

    def stop(self) -> None:
        self._stopped.set()
        with self._lock:
            waiting = [self._listener, *self._open]
        for each in waiting:  # wakes the thread that accepts or reads
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with self._lock:
                    self._open.add(connection)
                    self._script.connections += 1
                    at_once = len(self._open)
                    self._script.most_at_once = max(self._script.most_at_once, at_once)
                self._start(self._talk, connection, at_once)

    def _talk(self, connection: socket.socket, at_once: int) -> None:
        talk = _Talk(self._script, connection, self._stopped)
        limit = self._script.connections_at_once
        with contextlib.suppress(OSError, EOFError):
            talk.run(b"421 too many connections" if limit and at_once > limit else None)
        with self._lock:  # before the end can be read by the other side
            self._open.discard(connection)
        connection.close()


class _Talk:
    """One connection's exchange; ends with EOFError or OSError."""

    def __init__(self, script: Script, connection: socket.socket, stopped: threading.Event) -> None:
        self._script = script
        self._connection = connection
        self._lines = connection.makefile("rb")
        self._stopped = stopped
        self._recipient = ""
        self._mails = 0

    def run(self, refused: Reply) -> None:
        with self._lines:
            self._say("greeting", refused)
            while True:
                line = self._line().decode("utf-8").strip()
                self._script.commands.append(line)
                self._obey(line.partition(" ")[0].lower(), line)

    def _obey(self, word: str, line: str) -> None:
        limit = self._script.mails_per_connection
        if word == "mail" and limit and self._mails >= limit:
            self._say(word, b"421 enough for one connection")
        if word == "rcpt":
            address = line.partition("<")[2].partition(">")[0]
            is_taken = self._say(word, self._script.recipients.get(address)).startswith(b"2")
            self._recipient = address if is_taken else ""
            return
        is_for_nobody = word == "data" and not self._recipient and not self._script.waits_for_nobodys_message
        reply = self._say(word, b"554 5.5.1 no valid recipients" if is_for_nobody else None)
        if word == "quit":
            raise EOFError
        if word == "data" and reply.startswith(b"354"):
            self._take(self._message())

    def _message(self) -> bytes:
        message = b""
        while (line := self._line()) != b".\r\n":
            message += line
            most = self._script.drop_in_message_after
            if most is not None and len(message) > most:
                raise EOFError
        return message

    def _take(self, message: bytes) -> None:
        reply = self._reply(".")
        self._mails += 1
        if reply is not None and reply.startswith(b"2"):
            self._script.taken.append((self._recipient, message))
        if self._script.lose_answer:
            raise EOFError
        self._write(".", reply)

    def _line(self) -> bytes:
        line = self._lines.readline()
        if not line:
            raise EOFError
        return line

    def _reply(self, word: str) -> Reply:
        first = self._script.first.get(word)
        return first.pop(0) if first else {**_USUAL, **self._script.replies}.get(word, b"250 ok")

    def _say(self, word: str, reply: Reply = None) -> bytes:
        return self._write(word, reply or self._reply(word))

    def _write(self, word: str, reply: Reply) -> bytes:
        self._script.reached.append(word)
        self._stopped.wait(self._script.delays.get(word, 0.0))
        if reply is None:
            raise EOFError
        self._script.answered.append(reply)
        self._connection.sendall(reply + b"\r\n")
        if reply.startswith(_ENDING):
            raise EOFError
        return reply


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
