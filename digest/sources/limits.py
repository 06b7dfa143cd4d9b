"""How much time and how many bytes an answer may cost, and the meter that counts both."""

import time
from collections.abc import Callable
from dataclasses import dataclass

HEAD_BYTES = 256 * 2**10  # what may come before the body: a status line, headers, and any 1xx answers ahead of them


class Refused(Exception):
    """An answer, or a way to one, that is not taken; `str()` says why, without host, query or header values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of an answer is awaited and taken."""

    idle_seconds: float = 90.0  # to the first byte, and between bytes; arXiv has taken 29 s
    total_seconds: float = 300.0  # for one answer: connecting, TLS, headers, body and redirects together
    wire_bytes: int = 64 * 2**20  # as sent
    decoded_bytes: int = 256 * 2**20  # after gzip


class Meter:
    """What is left, of seconds and of bytes, for the answer under way."""

    def __init__(self, limits: Limits, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._ends = 0.0
        self._room = 0
        self._too_much = ""

    def begin(self) -> None:
        """The time for one answer, redirects included, begins."""
        self._ends = self._clock() + self._limits.total_seconds

    def expect_head(self) -> None:
        """A request goes out: only headers may come before `expect_body`."""
        self._room, self._too_much = HEAD_BYTES, f"no answer within its first {HEAD_BYTES:,} bytes"

    def expect_body(self) -> None:
        """The headers are there. The wire may carry more than the body, because each chunk has a frame."""
        self._room = 2 * self._limits.wire_bytes + HEAD_BYTES
        self._too_much = f"the answer is larger than {self._limits.wire_bytes:,} bytes"

    @property
    def late(self) -> str:
        """The sentence for a time that is over, and nothing before."""
        over = self._clock() >= self._ends
        return f"not finished after {self._limits.total_seconds:g} s" if over else ""

    def check(self) -> None:
        """Raises Refused when the time is over."""
        if late := self.late:
            raise Refused(late)

    def within(self, timeout: float | None) -> float:
        """The seconds that may be waited now: `timeout`, or less if less is left. Raises Refused when nothing is."""
        self.check()
        left = max(self._ends - self._clock(), 0.001)  # 0 would mean not to wait at all
        return left if timeout is None else min(timeout, left)

    def count(self, size: int) -> None:
        """So many bytes have come. Raises Refused when they are more than expected."""
        self._room -= size
        if self._room < 0:
            raise Refused(self._too_much)
