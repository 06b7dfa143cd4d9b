"""What came of a run."""

from dataclasses import dataclass

from digest.compose import Composed
from digest.deliver import Delivered
from digest.errors import DigestError, SourceError
from digest.ingest import Ingested
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
