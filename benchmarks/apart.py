"""Work in a process of its own, so that its memory is its own: what came of it goes back, with what it took."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from benchmarks.measuring import Done, Spent, measured


def apart(work: Callable[[], Done]) -> tuple[Done, Spent]:
    """Do it in a new process; seconds, CPU and peak memory are of that process and of those that it starts."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(measured, work).result()
