"""Some work done by several processes at once, each on its own part: one process works on one core."""

import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, wait
from datetime import datetime
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from typing import TypeVar

from digest import logs
from digest.config import Settings
from digest.processes import Part

Came = TypeVar("Came")
Counted = Callable[[int, int], None]  # how many are done, and of how many
_LOOK = 0.2  # seconds between two looks at the children


def at_once(
    work: Callable[[Settings, datetime, Part], Came],
    settings: Settings,
    *,
    now: datetime,
    processes: int,
    of: int,
    progress: Counted,
    stopping: Callable[[], bool] = lambda: False,
) -> list[Came]:
    """Have each of some processes do its part of work that is `of` in all; what came of each.

    `work` is a function of a module; in a child it says by `told` how far it is, and asks `is_to_stop`. What fails in
    a child is raised here, after the others have ended.
    """
    context = multiprocessing.get_context("spawn")
    done: Synchronized[int] = context.Value("q", 0)
    stop = context.Event()
    arguments = (settings, done, stop, os.getpid())
    with ProcessPoolExecutor(processes, context, initializer=_begin, initargs=arguments) as pool:
        parts = [pool.submit(work, settings, now, Part(number, processes)) for number in range(processes)]
        while wait(parts, timeout=_LOOK).not_done:
            progress(min(done.value, of), of)
            if stopping():
                stop.set()
    progress(min(done.value, of), of)
    return [part.result() for part in parts]


_done: "Synchronized[int]"
_stop: Event
_parent: int


def _begin(settings: Settings, done: "Synchronized[int]", stop: Event, parent: int) -> None:
    """In a child: what it shares with its parent."""
    global _done, _stop, _parent
    _done, _stop, _parent = done, stop, parent
    logs.set_up(settings.log)


def told() -> Counted:
    """For a child: takes how much of its own part is done."""
    before = 0

    def tell(done: int, of: int) -> None:
        nonlocal before
        with _done.get_lock():
            _done.value += done - before
        before = done

    return tell


def is_to_stop() -> bool:
    """Whether a child is asked to end, or its parent has ended."""
    return _stop.is_set() or os.getppid() != _parent
