"""What some work takes: seconds, CPU, and the highest memory of all its processes together.

Memory is the sum of proportional set sizes, in which what processes share counts once. To add up one (proc(5),
smaps_rollup) takes the kernel 20 ms and more where a process is large, and holds up its allocations meanwhile: it is
asked for only where the resident set sizes, which cost nothing, add up to more than they did whenever it was.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from os import getpid, sysconf, times
from pathlib import Path
from typing import TypeVar

Done = TypeVar("Done")
_LOOK = 0.02  # seconds between two looks at the resident sets
_HIGHER = 1.01  # as many times as before is more
_MEBIBYTE = 2**20
_PAGE = sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Spent:
    """What something took."""

    wall: float  # seconds
    cpu: float  # seconds, of this process and of those it waited for
    peak: float  # MiB, proportional set sizes of all processes added up


def measured(work: Callable[[], Done]) -> tuple[Done, Spent]:
    """What came of some work, and what it took."""
    memory = _Memory()
    watching = threading.Thread(target=memory.watch, daemon=True)
    watching.start()
    before, began = times(), time.perf_counter()
    done = work()
    wall, after = time.perf_counter() - began, times()
    memory.end()
    watching.join()
    return done, Spent(wall, sum(after[:4]) - sum(before[:4]), memory.peak / _MEBIBYTE)


@dataclass
class _Memory:
    """The highest sum of the proportional set sizes of this process and its children, in bytes."""

    peak: int = 0
    _resident: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        while not self._over.wait(_LOOK):
            self._look()

    def end(self) -> None:
        self._over.set()

    def _look(self) -> None:
        family = _family()
        resident = sum(map(_resident, family))
        if resident > self._resident * _HIGHER:
            self._resident = resident
            self.peak = max(self.peak, sum(map(_proportional, family)))


def _family() -> list[int]:
    """This process and its children."""
    found = [getpid()]
    for task in Path(f"/proc/{getpid()}/task").glob("*/children"):
        found += map(int, _text(task).split())
    return found


def _resident(process: int) -> int:
    pages = _text(Path(f"/proc/{process}/statm")).split()
    return int(pages[1]) * _PAGE if pages else 0


def _proportional(process: int) -> int:
    lines = _text(Path(f"/proc/{process}/smaps_rollup")).splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:  # the process has ended
        return ""
