"""smtplib's client with one deadline for each answer, however slowly it drips in, and an end to how long it may be.

The library speaks the protocol; this changes only how it reads.
"""

import io
import smtplib
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.transport.replies import answer, shown

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_LONGEST_ANSWER = 1 << 20  # bytes; RFC 5321 §4.5.3.1.5 allows 512 a line, and no more lines than make sense


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long is waited for what, in seconds: at least what RFC 5321 §4.5.3.2 asks for."""

    command: float = 300.0  # MAIL, RCPT and RSET: five minutes (§4.5.3.2.2 and 3)
    data: float = 120.0  # the 354 after DATA: two minutes (§4.5.3.2.4)
    block: float = 180.0  # for one block of the message: three minutes (§4.5.3.2.5)
    final: float = 600.0  # the answer to the final dot: ten minutes (§4.5.3.2.6)
    goodbye: float = 5.0  # the answer to QUIT, on which nothing depends
    breath: float = 1.0  # before a relay that has let us in before is asked once more


class Relay(smtplib.SMTP):
    """One connection; `wait` says how long each later answer may take in total, and each later block to be sent."""

    def wait(self, seconds: float) -> None:
        self.timeout = seconds

    def send(self, s: "ReadableBuffer | str") -> None:
        if isinstance(self.sock, socket.socket):
            self.sock.settimeout(self.timeout)
        super().send(s)

    def together(self, commands: Sequence[str]) -> None:
        """Send commands in one go, whose answers are read one by one (RFC 2920)."""
        if any(character in command for command in commands for character in "\r\n"):
            raise ValueError("a command is one line")
        self.send("".join([f"{command}\r\n" for command in commands]))

    def pour(self, *parts: bytes) -> None:
        """Send all of them; OSError if the system did not even take the last byte, which then nobody has got."""
        if not isinstance(self.sock, socket.socket):
            raise smtplib.SMTPServerDisconnected("the connection is closed")
        self.sock.settimeout(self.timeout)
        left = [memoryview(part) for part in parts if part]
        while left:
            left = _behind(left, _handed(self.sock, left))

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and isinstance(self.sock, socket.socket):
            self.file = io.BufferedReader(_Answers(self.sock))
        if self.file is not None:
            self.file.raw.begin(self.timeout)
        return super().getreply()


def _handed(sock: socket.socket, parts: Sequence[memoryview]) -> int:
    """How many bytes of them the system takes at once."""
    if isinstance(sock, ssl.SSLSocket):  # which takes one thing at a time
        return sock.send(parts[0])
    return sock.sendmsg(parts)


def _behind(parts: Sequence[memoryview], count: int) -> list[memoryview]:
    """What is left of the parts behind so many bytes."""
    left = list(parts)
    while left and count >= len(left[0]):
        count -= len(left.pop(0))
    return [left[0][count:], *left[1:]] if count else left


class RelayOverTls(Relay, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


class _Answers(io.RawIOBase):
    """What the other side writes, until a deadline and up to a length for each answer."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._deadline = 0.0
        self._left = 0

    def begin(self, seconds: float) -> None:
        """An answer is awaited from now on."""
        self._deadline = time.monotonic() + seconds
        self._left = _LONGEST_ANSWER

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # all that BufferedReader gives
        seconds = self._deadline - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("timed out")
        if self._left <= 0:
            raise OSError(f"an answer of more than {_LONGEST_ANSWER} bytes")
        self._sock.settimeout(seconds)
        count = self._sock.recv_into(buffer)
        self._left -= count
        return count


def timed_out(error: Exception) -> bool:
    """Whether this is a time-out."""
    return isinstance(_beneath(error), TimeoutError)


def said(error: Exception) -> str:
    """What went wrong, on one line."""
    beneath = _beneath(error)
    if isinstance(beneath, smtplib.SMTPResponseException):
        text = beneath.smtp_error
        return answer(beneath.smtp_code, text if isinstance(text, bytes) else text.encode("utf-8", "replace"))
    if isinstance(beneath, TimeoutError):
        return "no answer in time"
    return shown(str(beneath)) or type(beneath).__name__


def _beneath(error: Exception) -> BaseException:
    """The socket's error, where the library has raised one of its own for it."""
    return error.__context__ if isinstance(error.__context__, OSError) else error
