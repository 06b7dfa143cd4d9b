"""All sources, and after them the ledger. Sources behind different gates are asked at the same time."""

from collections.abc import Container, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event

from digest.batches import Batch, BatchState
from digest.errors import SourceError, SourceResting, Stopped
from digest.ingest.harvest import Harvest, Progress, harvest_all
from digest.ingest.ledger import close_batches, newest_shown
from digest.ingest.silence import doubted
from digest.papers import Cursor
from digest.sources import Source
from digest.store import Store
from digest.store.gates import held


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """What came of asking the sources."""

    harvests: tuple[Harvest, ...]
    overdue: tuple[Batch, ...] = ()  # batches of the sources asked that are open past their hour
    references: frozenset[str] = frozenset()  # names of the sources that complete a batch

    @property
    def papers(self) -> int:
        return sum(harvest.papers for harvest in self.harvests)

    @property
    def announcements(self) -> int:
        return sum(harvest.announcements for harvest in self.harvests)

    @property
    def problems(self) -> tuple[SourceError, ...]:
        """Each once, also where it kept several sources from being asked."""
        return tuple(dict.fromkeys(harvest.problem for harvest in self.harvests if harvest.problem))

    @property
    def is_whole(self) -> bool:
        """Whether every reference was read to its end, and no batch is open past its hour."""
        return not self.overdue and self.read_all

    @property
    def read_all(self) -> bool:
        """Whether every reference that was asked was read to its end."""
        asked = [harvest for harvest in self.harvests if harvest.source in self.references]
        return all(harvest.problem is None for harvest in asked)


def ingest(
    store: Store,
    *sources: Source,
    asked: Container[str] | None = None,
    now: datetime,
    progress: Progress = lambda stream, papers: None,
) -> Ingested:
    """Read every stream of each source to its end, and bring the ledger up to date; `asked` names the sources to ask.

    A stream that fails costs itself alone. Where rest is wanted, it is given by all sources behind the same gate; so
    it is while another process is asking.
    """
    chosen = [source for source in sources if asked is None or source.name in asked]
    by_gate = {gate: [source for source in chosen if source.gate == gate] for gate in {s.gate: None for s in chosen}}
    harvests = doubted(store, sources, _at_once(store, list(by_gate.values()), now, progress), now)
    overdue = close_batches(store, sources, harvests, now=now)
    references = frozenset(source.name for source in sources if source.is_reference)
    return Ingested(harvests=tuple(harvests), overdue=tuple(overdue), references=references)


def wanted(store: Store, sources: Sequence[Source], *, now: datetime, reread: timedelta) -> set[str]:
    """The names of the sources to ask now: a listing is out that was not read since, or is stalled, or a reference was
    not read in the time of `reread`.
    """
    with store.read() as tx:
        cursors = {(s.name, stream): tx.harvests.cursor(s.name, stream) for s in sources for stream in s.streams}
        overdue = [batch for batch in tx.batches.open() if batch.is_overdue(now)]
    stalled = {(batch.source, batch.stream) for batch in overdue if batch.state is BatchState.STALLED}
    return {
        source.name
        for source in sources
        for stream in source.streams
        if (source.ledger, stream) in stalled or _is_due(source, cursors[source.name, stream], now, reread)
    }


def _is_due(source: Source, cursor: Cursor | None, now: datetime, reread: timedelta) -> bool:
    if cursor is None or cursor.completed_at is None:
        return True
    day = newest_shown(source, now)
    return cursor.completed_at < (
        max(source.shown_at(day), now - reread) if source.is_reference else source.shown_at(day)
    )


def _at_once(store: Store, groups: Sequence[Sequence[Source]], now: datetime, progress: Progress) -> list[Harvest]:
    """What came of each group of sources, in a thread of its own; an interrupt ends all after the page in hand."""
    interrupted = Event()

    def told(stream: str, papers: int) -> None:
        progress(stream, papers)
        if interrupted.is_set():
            raise Stopped("interrupted between two pages; the next run goes on there")

    with ThreadPoolExecutor(max_workers=max(len(groups), 1), thread_name_prefix="gate") as pool:
        try:
            running = [pool.submit(_behind_gate, store, group, now, told) for group in groups]
            return [harvest for done in running for harvest in done.result()]
        except KeyboardInterrupt:
            interrupted.set()
            raise


def _behind_gate(store: Store, sources: Sequence[Source], now: datetime, progress: Progress) -> list[Harvest]:
    """What came of each source; one that was not asked, because rest is wanted, has that for its problem."""
    harvests: list[Harvest] = []
    resting: SourceResting | None = None
    try:
        with held(store, sources[0].gate, now):
            for source in sources:
                if resting is None:
                    harvests += harvest_all(store, source, now, progress)
                    resting = _rest(harvests)
                else:
                    harvests.append(Harvest(source=source.name, stream="", problem=resting))
    except SourceResting as refused:
        return [Harvest(source=source.name, stream="", problem=refused) for source in sources]
    return harvests


def _rest(harvests: Sequence[Harvest]) -> SourceResting | None:
    """The rest that the last one of these ended with."""
    problem = harvests[-1].problem if harvests else None
    return problem if isinstance(problem, SourceResting) else None
