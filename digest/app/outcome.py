"""What came of a run, and its end before the time."""

from collections.abc import Callable
from dataclasses import dataclass

from digest.compose import Composed
from digest.deliver import Delivered
from digest.errors import DigestError, SourceError, Stopped
from digest.ingest import Ingested, Progress
from digest.membership.returned import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What came of one whole run; a part that failed did not keep the others from running."""

    ingested: Ingested
    composed: Composed
    delivered: Delivered
    returned: Tally | None = None  # what came of bounces and replies, where a mailbox is configured
    unread: DigestError | None = None  # why that mailbox could not be read

    @property
    def problems(self) -> tuple[SourceError, ...]:
        return self.ingested.problems


def stoppable(progress: Progress, stopping: Callable[[], bool]) -> Progress:
    """The same progress, which raises Stopped between two pages when it is asked to."""

    def told(what: str, done: int) -> None:
        progress(what, done)
        if stopping():
            raise Stopped("asked to stop between two pages; the next run goes on there")

    return told
