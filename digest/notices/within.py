"""Work that ends in time or is left behind: httpx bounds each read, and an answer that drips never ends."""

import threading
from collections.abc import Callable
from typing import TypeVar

Made = TypeVar("Made")


def within(seconds: float, work: Callable[[], Made]) -> Made | None:
    """What `work` makes, in a thread of its own; None where it has not ended after that time. It must not raise."""
    made: list[Made] = []
    thread = threading.Thread(target=lambda: made.append(work()), name="notice", daemon=True)
    thread.start()
    thread.join(seconds)
    return made[0] if made else None
