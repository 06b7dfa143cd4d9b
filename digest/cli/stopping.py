"""SIGTERM: the mail in hand is finished, no other is begun, and after 25 seconds what hangs is given up.

systemd kills what has not ended after 90 seconds, Docker after 10 or 30.
"""

import logging
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

log = logging.getLogger(__name__)
GRACE_SECONDS = 25.0
TRY_LATER = 75


class Stopping:
    """Whether the process was asked to stop; call it to find out."""

    def __init__(self, last_resort: Callable[[], object], *, grace_seconds: float = GRACE_SECONDS) -> None:
        """`last_resort` is called when the grace is over, right before the process ends by force."""
        self.event = threading.Event()
        self._last_resort = last_resort
        self._grace = grace_seconds

    def __call__(self) -> bool:
        return self.event.is_set()

    def listen(self) -> None:
        """Take SIGTERM from here on; only the main thread may call this."""
        signal.signal(signal.SIGTERM, self._asked)

    def _asked(self, number: int, frame: FrameType | None) -> None:
        if not self.event.is_set():
            self.event.set()
            timer = threading.Timer(self._grace, self._give_up)
            timer.daemon = True
            timer.start()

    def _give_up(self) -> None:
        log.error("not finished %.0f s after it was asked to stop: what hangs is given up", self._grace)
        try:
            self._last_resort()
        finally:
            os._exit(TRY_LATER)
