"""The papers of some days with what is told of them, as they are weighed together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from digest.relevance.merit import Known, known_of
from digest.signals import NOVELTY, OURS, Signal
from digest.store import Transaction
from digest.store.papers import KeptPaper

WEEK = timedelta(days=7)  # whose papers are weighed together where nothing else is asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A paper, the day of its first listing, and the last that each source told of it."""

    kept: KeptPaper
    day: date
    said: tuple[Signal, ...]

    @property
    def novelty(self) -> float | None:
        """As it was measured here, 0 to 100."""
        return our_figure(NOVELTY, self.said)

    @property
    def known(self) -> Known:
        """What its score is made from; what was measured here is no source's own figure."""
        theirs = [signal for signal in self.said if signal.source != OURS]
        return known_of(self.kept.paper, theirs, day=self.day, novelty=self.novelty)


def our_figure(name: str, said: Iterable[Signal]) -> float | None:
    """What was measured here under a name; None where nothing was."""
    ours = (s.value for s in said if s.source == OURS and s.name == name and isinstance(s.value, int | float))
    return next((float(value) for value in ours), None)


def listed(tx: Transaction, days: Mapping[int, date]) -> list[Listed]:
    """Papers by row number and day, oldest day first."""
    kept = tx.papers.by_row(days)
    said = tx.signals.newest(each.paper.id for each in kept.values())
    order = sorted(kept, key=lambda row: (days[row], row))
    return [Listed(kept=kept[row], day=days[row], said=tuple(said.get(kept[row].paper.id, ()))) for row in order]
