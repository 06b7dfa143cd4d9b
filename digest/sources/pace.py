"""Manners towards one other side: the pace between requests, the allowance in a window, and the rest asked for."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


class Pace:
    """At least `interval` seconds between the end of one request and the next, also across runs that hand on `last`.

    Counted from its end, as the other side may begin with a request long after it was sent.
    """

    def __init__(
        self,
        interval: float,
        *,
        last: datetime | None = None,
        recall: Callable[[], datetime | None] = lambda: None,
        note: Callable[[datetime], None] = lambda at: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`note` is told of every request before it is made, and again when it is over.

        `recall` tells before the first request when another process has made the last one; it may have done so after
        this was made, and before its turn was over.
        """
        self.interval = interval
        self.last = last
        self._recall: Callable[[], datetime | None] | None = recall
        self._note = note
        self._clock = clock
        self._sleep = sleep

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One request, begun as soon as it may be."""
        if self._recall is not None:
            self.last = max(filter(None, (self.last, self._recall())), default=None)
            self._recall = None
        if self.last is not None:
            rest = self.interval - (self._clock() - self.last).total_seconds()
            if rest > 0:
                self._sleep(min(rest, self.interval))
        self._tell()
        try:
            yield
        finally:
            self._tell()

    def _tell(self) -> None:
        self.last = self._clock()
        self._note(self.last)


@dataclass(slots=True)
class Budget:
    """At most `most` requests `within` a window that begins with its first request.

    `used` and `began` are read back and handed to the next run. As windows follow one another, twice `most` may fall
    into one `within` around the end of a window.
    """

    most: int
    within: timedelta
    used: int = 0
    began: datetime | None = None  # UTC; None before the first request

    def spend(self, now: datetime) -> datetime | None:
        """Count one request; or, where the allowance is used up, count nothing and say when the window ends (UTC)."""
        if self.began is None or now >= self.began + self.within:
            self.began, self.used = now, 0
        self.began = min(self.began, now)  # a clock that was put back must not make a window longer
        if self.used >= self.most:
            return self.began + self.within
        self.used += 1
        return None


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """How long a Retry-After header asks to wait: seconds or a date (RFC 9110 §10.2.3); at most a day."""
    if header is None:
        return None
    try:
        seconds = float(header) if header.strip().isdigit() else (parsedate_to_datetime(header) - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return timedelta(seconds=min(max(seconds, 0.0), 86_400.0))
