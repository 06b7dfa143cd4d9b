"""Being the only one to ask another side, in all processes that share the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from digest import processes
from digest.errors import SourceResting
from digest.store.database import Store

LONGEST_HOLD = timedelta(hours=6)  # after which a run on another machine is taken to have ended


@contextmanager
def held(store: Store, gate: str, now: datetime) -> Iterator[None]:
    """Be the only one to ask behind a gate; a rest that is asked for meanwhile is noted.

    Raises SourceResting while rest is wanted there, or another process is asking.
    """
    holder = processes.this_process()
    with store.begin() as tx:
        tx.harvests.refuse_while_resting(gate, now=now)
        tx.harvests.take(gate, holder, now=now, until=now + LONGEST_HOLD, is_gone=processes.is_gone)
    try:
        yield
    except SourceResting as resting:
        with store.begin() as tx:
            tx.harvests.note_rest(gate, resting.until, resting.problem)
        raise
    finally:
        with store.begin() as tx:
            tx.harvests.release(gate, holder)
