"""Who holds a claim: a process, named so that another one can tell whether it still lives.

And what else is a process's own: its part of the work, and its collector.
"""

import contextlib
import gc
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_ALLOCATIONS = 500_000  # between two looks for cycles, of Python's own 700; a thousand editions with all their reasons


@dataclass(frozen=True, slots=True)
class Part:
    """A process's share of some work: what has a number that leaves `number`, 0 to `of` - 1, when divided by `of`."""

    number: int
    of: int


WHOLE = Part(0, 1)


@contextlib.contextmanager
def rarely_collecting() -> Iterator[None]:
    """Look for cycles of garbage rarely: where many values are made and dropped that hold none.

    Reading and writing a mail takes half the time so.
    """
    before = gc.get_threshold()
    gc.set_threshold(max(_ALLOCATIONS, before[0]), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@cache
def this_process() -> str:
    """A name for the running process: host, number, and when it began."""
    return f"{socket.gethostname()}:{os.getpid()}:{_beginning(os.getpid())}"


def is_gone(holder: str) -> bool:
    """Whether the holder certainly lives no more; a process of another host is taken to live."""
    host, number, began = holder.rsplit(":", 2)
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    return _beginning(int(number)) != began


def _beginning(number: int) -> str:
    """When a process began, in clock ticks since the machine started; empty where that cannot be told (proc(5))."""
    try:
        return Path(f"/proc/{number}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
