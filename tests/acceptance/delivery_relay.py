"""A relay on loopback that notes what it takes, and what came of all that was to be sent."""

import contextlib
import hashlib
import socketserver
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes
from enum import StrEnum

WAIT = 60.0  # seconds for anything to happen


class Phase(StrEnum):
    """Moments of one mail, as the relay sees them."""

    MAIL = "after MAIL"
    RCPT = "after RCPT"
    DATA = "after the 354"
    STREAM = "in mid-stream"
    DOT = "after the dot, before the 250"
    REPLIED = "right after the 250"
    LATER = "some ms after the 250"


_STREAM_LINE = 60  # of the message, at which it is in mid-stream
_ANSWERS = {b"EHLO": b"250-here\r\n250 PIPELINING", b"QUIT": b"221 bye"}
_WORDS = {b"MAIL": Phase.MAIL, b"RCPT": Phase.RCPT}


@dataclass(frozen=True)
class Taken:
    """One mail that the relay decided to take, whether or not its answer was heard."""

    run: int  # of our process, counted by the test
    sender: str  # of the envelope
    recipient: str
    message_id: str
    sha256: str
    is_edition: bool  # and no letter: it belongs to a list
    content: bytes


class Relay(socketserver.ThreadingTCPServer):
    """A relay on loopback that takes everything, notes it, and calls `at` at each moment of each mail.

    It offers PIPELINING, as nearly every relay does; tests.smtp_server does not.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.taken: list[Taken] = []
        self.run = 0
        self.at: Callable[[Phase], object] = lambda phase: None
        self.loses_reply: Callable[[], bool] = lambda: False  # asked before each 250
        self.unanswered: set[int] = set()  # places in `taken` of mails whose reply was lost on purpose
        self._changed = threading.Condition()
        self._talking = 0

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def readers(self) -> list[str]:
        """To whom each mail went, by name."""
        return sorted(each.recipient.partition("@")[0] for each in self.taken)

    @property
    def editions(self) -> list[Taken]:
        return [each for each in self.taken if each.is_edition]

    def take(self, sender: str, recipient: str, lines: list[bytes]) -> int:
        """Note a mail; its place in `taken`."""
        content = b"".join(line[1:] if line.startswith(b".") else line for line in lines)
        head = message_from_bytes(content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
        with self._changed:
            self.taken.append(
                Taken(
                    run=self.run,
                    sender=sender,
                    recipient=recipient,
                    message_id=str(head["Message-ID"]),
                    sha256=hashlib.sha256(content).hexdigest(),
                    is_edition="List-Id" in head,
                    content=content,
                )
            )
            return len(self.taken) - 1

    def has_lost_reply(self, place: int) -> bool:
        with self._changed:
            lost = self.loses_reply()
            if lost:
                self.unanswered.add(place)
            return lost

    @contextlib.contextmanager
    def conversation(self) -> Iterator[None]:
        with self._changed:
            self._talking += 1
        try:
            yield
        finally:
            with self._changed:
                self._talking -= 1
                self._changed.notify_all()

    def wait_for_silence(self) -> None:
        """Wait until every connection has ended."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._talking == 0, WAIT)


class _Talk(socketserver.StreamRequestHandler):
    """One connection."""

    server: Relay
    disable_nagle_algorithm = True

    def handle(self) -> None:
        with self.server.conversation(), contextlib.suppress(OSError):
            self._say(b"220 ready")
            named = {b"MAIL": "", b"RCPT": ""}
            while line := self.rfile.readline():
                word = line[:4].upper()
                if word in named:
                    named[word] = line.partition(b"<")[2].partition(b">")[0].decode()
                if word == b"DATA" and not self._message(named[b"MAIL"], named[b"RCPT"]):
                    return
                if word in _WORDS:
                    self.server.at(_WORDS[word])
                if word != b"DATA":
                    self._say(_ANSWERS.get(word, b"250 ok"))

    def _message(self, sender: str, recipient: str) -> bool:
        """Whether the conversation goes on."""
        self._say(b"354 go on")
        self.server.at(Phase.DATA)
        lines: list[bytes] = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line.endswith(b"\r\n"):
                return False
            lines.append(line)
            if len(lines) == _STREAM_LINE:
                self.server.at(Phase.STREAM)
        place = self.server.take(sender, recipient, lines)
        self.server.at(Phase.DOT)
        if self.server.has_lost_reply(place):
            return False
        self._say(b"250 taken")
        self.server.at(Phase.REPLIED)
        return True

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")


@contextlib.contextmanager
def noting_relay() -> Iterator[Relay]:
    with Relay() as relay:
        thread = threading.Thread(target=relay.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield relay
        finally:
            relay.shutdown()
            thread.join(WAIT)


def copies_by_run(relay: Relay) -> Counter[int]:
    """How many mails of each run were given again by a later one, but for those whose reply was lost on purpose."""
    last: dict[str, int] = {}
    copies: Counter[int] = Counter()
    for place, each in enumerate(relay.taken):
        before = last.get(each.message_id)
        if before is not None and before not in relay.unanswered:
            copies[relay.taken[before].run] += 1
        last[each.message_id] = place
    return copies


@dataclass(frozen=True)
class Account:
    """What came of all that was to be sent."""

    editions: int
    letters: int
    lost: int  # deliveries of which the relay has no copy
    strangers: int  # copies with another Message-ID, or other bytes, or for somebody else
    copies: int  # beyond the first, same Message-ID and same bytes

    @classmethod
    def of(cls, meant: Mapping[str, str], taken: list[Taken]) -> "Account":
        """`meant` is the Message-ID of each delivery, and whose it is."""
        first = {each.message_id: each for each in reversed(taken)}
        strange = [
            each
            for each in taken
            if meant.get(each.message_id) != each.recipient or each.sha256 != first[each.message_id].sha256
        ]
        return cls(
            editions=len({each.message_id for each in taken if each.is_edition}),
            letters=len({each.message_id for each in taken if not each.is_edition}),
            lost=len(meant.keys() - first.keys()),
            strangers=len(strange),
            copies=len(taken) - len(first) - len(strange),
        )
