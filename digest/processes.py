"""Who holds a claim: a process, named so that another one can tell whether it still lives."""

import os
import socket
from functools import cache
from pathlib import Path


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
