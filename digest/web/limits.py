"""How often one client may do what costs us or others something: a bucket of tries that fills again at a steady rate.

(Token bucket: Tanenbaum, Computer Networks, 5.4.2.) Kept in memory: a restart forgives, and each process counts alone.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from threading import Lock

from starlette.exceptions import HTTPException

_MOST_CLIENTS = 100_000  # buckets that are kept, about 20 MB; the one longest untouched goes first
_MINUTE = 60.0


@dataclass(slots=True)
class _Bucket:
    tries: float
    filled_at: float


class Limit:
    """So many tries a minute for each client, all of them at once if they like."""

    def __init__(self, per_minute: float, clock: Callable[[], float]) -> None:
        """`per_minute` above 0; `clock` gives seconds and never goes back."""
        self._most = max(1.0, per_minute)
        self._per_second = per_minute / _MINUTE
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = Lock()

    def take(self, client: str) -> None:
        """Count a try; HTTPException 429 with Retry-After (RFC 9110 §10.2.3) where none is left."""
        with self._lock:
            bucket = self._filled(client)
            if bucket.tries >= 1:
                bucket.tries -= 1
                return
            wait = ceil((1 - bucket.tries) / self._per_second)
        raise HTTPException(429, headers={"Retry-After": str(wait)})

    def _filled(self, client: str) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.setdefault(client, _Bucket(self._most, now))
        self._buckets.move_to_end(client)
        if len(self._buckets) > _MOST_CLIENTS:
            self._buckets.popitem(last=False)
        bucket.tries = min(self._most, bucket.tries + (now - bucket.filled_at) * self._per_second)
        bucket.filled_at = now
        return bucket
