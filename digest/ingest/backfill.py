"""Back-fill: the papers of past days, window by window, oldest first; what is done is not asked again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.errors import SourceError, Stopped
from digest.ingest.harvest import Harvest, harvest, is_enough
from digest.sources.arxiv_backfill import ArxivBackfill
from digest.store import Store
from digest.store.gates import held

_PATIENCE = 3  # windows in a row that may fail


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfilled:
    """What came of a back-fill; run again, it goes on with what failed and what was not reached."""

    windows: int  # asked for: one for each category and day
    done: int  # of them, brought by now
    papers: int  # read in this run
    problems: tuple[SourceError, ...] = ()


def backfill(
    store: Store,
    source: ArxivBackfill,
    *,
    now: datetime,
    progress: Callable[[int, int, int], None],
    stopping: Callable[[], bool],
) -> Backfilled:
    """Bring every window of a source that is not done; `progress` is told windows done, windows, papers read.

    Raises SourceResting where the source may not be asked now, Stopped when `stopping` says so.
    """
    with store.read() as tx:
        left = [w for w in source.streams if not source.is_done(w, tx.harvests.cursor(source.name, w))]
    done = len(source.streams) - len(left)
    harvests: list[Harvest] = []

    def told(window: str, read: int) -> None:
        if stopping():
            raise Stopped(f"asked to stop in {window}; run again, it goes on there")

    came = _came(harvests, windows=len(source.streams), done=done)
    progress(came.done, came.windows, came.papers)
    with held(store, source.gate, now):
        for window in left:
            harvests.append(harvest(store, source, window, now, told))
            came = _came(harvests, windows=len(source.streams), done=done)
            progress(came.done, came.windows, came.papers)
            if is_enough(store, source, harvests[-1].problem) or _fail(harvests[-_PATIENCE:]):
                break
    return came


def _came(harvests: Sequence[Harvest], *, windows: int, done: int) -> Backfilled:
    problems = tuple(each.problem for each in harvests if each.problem is not None)
    brought = done + len(harvests) - len(problems)
    return Backfilled(windows=windows, done=brought, papers=sum(each.papers for each in harvests), problems=problems)


def _fail(last: Sequence[Harvest]) -> bool:
    return len(last) == _PATIENCE and all(each.problem is not None for each in last)
