"""Whether the holder of a claim still lives."""

import gc
import os
import subprocess
import sys

from digest import processes


def test_this_process_lives() -> None:
    assert not processes.is_gone(processes.this_process())


def test_a_process_that_has_ended_is_gone() -> None:
    program = "from digest import processes; print(processes.this_process())"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()

    assert processes.is_gone(ended)


def test_a_number_that_was_given_again_is_another_process() -> None:
    host, number, _ = processes.this_process().rsplit(":", 2)

    assert number == str(os.getpid())
    assert processes.is_gone(f"{host}:{number}:1")


def test_a_process_of_another_host_is_taken_to_live() -> None:
    assert not processes.is_gone("elsewhere:1:1")


def test_garbage_is_looked_for_as_before_in_the_end() -> None:
    before = gc.get_threshold()

    with processes.rarely_collecting():
        within = gc.get_threshold()

    assert within[0] > before[0]
    assert gc.get_threshold() == before
