"""What an edition brought, as feeds tell it: an edition in, and its papers out with no more of each than is told.

A feed is asked for all day long, and of an edition's hundred reasons it tells twenty.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from digest.editions import Coverage, Edition, ReasonKind, Recommendation, Slot
from digest.papers import Paper
from digest.subscribers import EditionKind


class Likeness(NamedTuple):
    """What a paper is most like, by words that all speak for it."""

    kind: ReasonKind  # liked or interest
    label: str  # a title, the reader's words
    words: list[str]  # that carried it, strongest first


class Line(NamedTuple):  # and no dataclass, which takes six times as long to make
    """A paper with why it is there: what it is most like where that is all, and else the whole of it."""

    paper: Paper
    announced: date  # the day of the listing it came in
    late: bool  # as in `Recommendation`, and so are the next two
    interest: str
    slot: Slot
    likeness: Likeness | None  # None: `whole` says why
    whole: Recommendation | None = None


class Telling(NamedTuple):
    """An edition; what is not explained here is as in `Edition`."""

    id: int
    kind: EditionKind
    slot_date: date
    created_at: datetime
    considered: Sequence[tuple[str, int]]
    coverage: Sequence[Coverage]
    lines: Sequence[Line]  # best first


def telling(edition: Edition) -> Telling:
    """All that may be told of an edition."""
    return Telling(
        edition.id,
        edition.kind,
        edition.slot_date,
        edition.created_at,
        edition.considered,
        edition.coverage,
        lines(edition.recommendations),
    )


def lines(items: Sequence[Recommendation]) -> list[Line]:
    """Papers that are there for whatever reasons."""
    return [Line(item.paper, item.announced, item.late, item.interest, item.slot, None, item) for item in items]
