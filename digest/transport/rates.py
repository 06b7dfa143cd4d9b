"""How many mails a minute, to everybody and to one domain: token buckets that fill with time."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

_MINUTE = 60.0  # seconds
_ALMOST = 1e-9  # of a token: less is an error of rounding


@dataclass(slots=True)
class _Bucket:
    """Holds a second's worth of mails, one at least, so that a late start is made up for and a minute is not."""

    per_minute: int
    tokens: float
    filled_at: float  # seconds of the clock

    def wait_at(self, now: float) -> float:
        """Seconds until a whole token is there."""
        self.tokens = min(self.tokens + max(now - self.filled_at, 0.0) * self.per_minute / _MINUTE, self.size)
        self.filled_at = now
        missing = 1.0 - self.tokens
        return missing * _MINUTE / self.per_minute if missing > _ALMOST else 0.0

    @property
    def size(self) -> float:
        return max(self.per_minute / _MINUTE, 1.0)


class Rates:
    """A pace for all mails and one for each domain; 0 is no limit. Safe to use from several threads."""

    def __init__(
        self,
        mails_per_minute: int,
        domain_mails_per_minute: int,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], object],
    ) -> None:
        """`clock` gives seconds that never go back; `sleep` waits that many."""
        self._of_all = mails_per_minute
        self._of_domain = domain_mails_per_minute
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._buckets: dict[str, _Bucket] = {}  # "" is everybody's

    def wait(self, domain: str) -> None:
        """Return when one more mail may go to `domain`, and count it."""
        if not (self._of_all or self._of_domain):
            return
        while (seconds := self._taken_or_wait(domain.lower())) > 0:
            self._sleep(seconds)

    def _taken_or_wait(self, domain: str) -> float:
        """0 with a token taken from both buckets, or the seconds to wait with none taken."""
        with self._lock:
            now = self._clock()
            rates = (("", self._of_all), (domain, self._of_domain))
            asked = [self._bucket(name, rate, now) for name, rate in rates if rate]
            seconds = max((bucket.wait_at(now) for bucket in asked), default=0.0)
            if seconds > 0:
                return seconds
            for bucket in asked:
                bucket.tokens -= 1.0
            return 0.0

    def _bucket(self, name: str, rate: int, now: float) -> _Bucket:
        if name not in self._buckets:
            self._buckets[name] = _Bucket(rate, 0.0, now)
            self._buckets[name].tokens = self._buckets[name].size
        return self._buckets[name]
