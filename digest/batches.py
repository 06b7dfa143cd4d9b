"""The ledger: what a source said it would announce for a stream and day, what arrived, and what that amounts to."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum


class Announces(StrEnum):
    """Whether a source announces on a day, by its own calendar."""

    YES = "yes"
    NO = "no"  # a weekend, a holiday: silence is what one expects
    PERHAPS = "perhaps"  # it has no calendar; silence says nothing


class BatchState(StrEnum):
    WAITING = "waiting"  # its hour has not come
    COMPLETE = "complete"  # every id that any source named is held, and the reference was read to its end
    PARTIAL = "partial"  # some ids are named and not held, or the reference was not read to its end
    QUIET = "quiet"  # nothing was announced, and nothing had to be
    STALLED = "stalled"  # the sources answer, and show nothing although a listing was due
    FAILED = "failed"  # the sources cannot be read


A_WEEK = timedelta(days=7)
CLOSED = frozenset({BatchState.COMPLETE, BatchState.QUIET})


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One stream's announcements of one day."""

    source: str  # the ledger: sources that list the same announcements share one
    stream: str
    day: date
    state: BatchState
    expected: int = 0  # ids that any source named for the day
    arrived: int = 0  # of them, held
    late: int = 0  # of them, named only after the batch had been closed
    missing: tuple[str, ...] = ()  # names of those that are not held
    why: str = ""  # one sentence on a state that is not complete
    closes_at: datetime | None = None  # the hour by which it should be whole, UTC
    closed_at: datetime | None = None  # when it was first complete or quiet, UTC

    @property
    def is_open(self) -> bool:
        return self.state not in CLOSED

    def is_overdue(self, now: datetime) -> bool:
        """Whether it is open past its hour; after a week it is history, which the ledger shows and nobody is told."""
        return self.is_open and self.closes_at is not None and self.closes_at <= now < self.closes_at + A_WEEK


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one stream and day, from ids, cursors and the source's calendar."""

    announces: Announces
    closes_at: datetime  # UTC
    named: int  # papers held that any source named for the day
    missing: int  # papers that were named and are not held
    read: bool  # the reference was read to its end after the listing was there
    listed: bool  # so was every other source of the ledger
    silent: bool  # the reference answered, and had nothing at all
    passed: bool  # the reference has told of later days already
    usual: float | None  # papers on other days, in the mean; None where too few days are known
    company: bool  # other streams of the ledger have papers of this day
    problem: str = ""  # why a source could not be read


# With more than this many papers in the mean, a day without any comes once in a thousand (Poisson: e^-7).
_NEVER_SILENT = 7.0


def judged(facts: Facts, *, now: datetime) -> tuple[BatchState, str]:
    """The state of a batch, and one sentence on it where it is not complete."""
    early = now < facts.closes_at
    if facts.named or facts.missing:
        whole = facts.read and not facts.missing
        if whole and (facts.listed or not early):
            return BatchState.COMPLETE, ""
        return (BatchState.WAITING, "its hour has not come") if early else (BatchState.PARTIAL, _lack(facts))
    if facts.announces is Announces.NO:
        return BatchState.QUIET, "no listing on this day"
    if facts.passed:
        return BatchState.QUIET, "nothing was announced, and the source has gone on to later days"
    if facts.read or believes_silence(facts):
        return BatchState.QUIET, "nothing was announced"
    if early:
        return BatchState.WAITING, "its hour has not come"
    if facts.silent:
        usual = f", where about {facts.usual:.0f} papers are usual" if facts.usual else ""
        return BatchState.STALLED, f"the listing is empty although one was due{usual}"
    return BatchState.FAILED, facts.problem or "not read yet"


def believes_silence(facts: Facts) -> bool:
    """Whether an empty answer means that there was nothing: no id speaks against it, all sources of the ledger agree,
    and the stream is so small, or so unknown beside others that have papers, that such a day can be.
    """
    if not facts.silent or facts.named or facts.missing:
        return False
    if facts.announces is not Announces.YES:
        return True
    can_be = facts.company if facts.usual is None else facts.usual < _NEVER_SILENT
    return facts.listed and can_be


def _lack(facts: Facts) -> str:
    if facts.missing:
        papers = "paper was" if facts.missing == 1 else "papers were"
        return f"{facts.missing} {papers} named and cannot be read"
    if facts.silent:
        return "the reference has nothing, although other sources name papers"
    return f"the reference was not read to its end{facts.problem and ': ' + facts.problem}"
