"""Delivering with several processes, each on its own part of the outbox: one process writes and sends on one core."""

import contextlib
import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from datetime import datetime
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event

from digest import logs
from digest.app.mailing import Mailing
from digest.app.posting import post
from digest.config import Settings
from digest.deliver import Delivered, Part
from digest.store import Store

WORTH_IT = 1000  # open deliveries; a process takes half a second to begin
_LOOK = 0.2  # seconds between two looks at the children


def deliver_in_parts(
    settings: Settings,
    *,
    now: datetime,
    processes: int,
    of: int,
    progress: Callable[[int, int], None],
    stopping: Callable[[], bool],
) -> Delivered:
    """Have each of some processes send its part of the `of` deliveries that are open; what came of all of them.

    A child whose parent ends stops after the mail in hand.
    """
    context = multiprocessing.get_context("spawn")
    done: Synchronized[int] = context.Value("q", 0)
    stop = context.Event()
    arguments = (done, stop, os.getpid())
    with ProcessPoolExecutor(processes, context, initializer=_begin, initargs=arguments) as pool:
        parts = [pool.submit(_deliver, settings, now, Part(number, processes)) for number in range(processes)]
        while wait(parts, timeout=_LOOK).not_done:
            progress(min(done.value, of), of)
            if stopping():
                stop.set()
    return _together([part.result() for part in parts])


def _together(parts: Sequence[Delivered]) -> Delivered:
    return Delivered(
        outcomes=sum((part.outcomes for part in parts), Counter()),
        problem=next((part.problem for part in parts if part.problem is not None), None),
        unwritten=sum(part.unwritten for part in parts),
        stopped=any(part.stopped for part in parts),
    )


_done: "Synchronized[int]"
_stop: Event
_parent: int


def _begin(done: "Synchronized[int]", stop: Event, parent: int) -> None:
    """In a child: what it shares with its parent."""
    global _done, _stop, _parent
    _done, _stop, _parent = done, stop, parent


def _deliver(settings: Settings, now: datetime, part: Part) -> Delivered:
    logs.set_up(settings.log)
    with contextlib.closing(Store(settings.database)) as store:
        store.prepare(now=now)
        return post(settings, store, Mailing(settings), now=now, part=part, progress=_tell, stopping=_is_to_stop)


def _tell(done: int, of: int) -> None:
    with _done.get_lock():
        _done.value += 1


def _is_to_stop() -> bool:
    return _stop.is_set() or os.getppid() != _parent
