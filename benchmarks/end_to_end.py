"""The day from end to end: composed, written, handed over to `smtp-sink` and kept, on SQLite with two processes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import day, delivery, handing_over
from benchmarks.apart import apart
from benchmarks.figures import Row
from benchmarks.handing_over import Handed
from benchmarks.measuring import Spent
from digest.config import Settings
from digest.store import DatabaseSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class _Aims:
    """What a whole day may take; seconds of the clock, and MiB over all processes."""

    composing: float | None = None
    delivering: float | None = None
    all_of_it: float | None = None
    memory: float | None = None


_AIMS = {1_000: _Aims(all_of_it=5, memory=300), 100_000: _Aims(composing=15, delivering=60, memory=1024)}


def measured(folder: Path, papers: Path, archive: Sequence[int], count: int) -> list[Row]:
    """A day for so many subscribers, in a folder with a database of `papers` as `benchmarks.day` prepares it."""
    (composed, mails), _ = apart(partial(_composed, folder, papers, archive, count))
    handed, delivered = apart(partial(_delivered, folder, mails))
    aims, who = _AIMS.get(count, _Aims()), f"for {count:,} subscribers"
    told = (
        (f"compose {who}", "s", composed.wall, aims.composing),
        (f"write and hand over {mails:,} mails, each acknowledged and kept", "s", handed.seconds, aims.delivering),
        (f"the day from end to end {who}", "s", composed.wall + handed.seconds, aims.all_of_it),
        (f"the day {who}, memory", "MiB", max(composed.peak, delivered.peak), aims.memory),
    )
    return [Row(stage=stage, unit=unit, ours=ours, most=most, is_cost=True) for stage, unit, ours, most in told]


def _composed(folder: Path, papers: Path, archive: Sequence[int], count: int) -> tuple[Spent, int]:
    """What composing took, and how many mails wait after it."""
    store, spent = day.one_day(folder, papers, count, archive)
    with store.read() as tx:
        waiting = len(tx.deliveries.due(day.NOW))
    store.close()
    return spent, waiting


def _delivered(folder: Path, mails: int) -> Handed:
    settings = Settings(site=delivery.SITE, database=DatabaseSettings(url=f"sqlite:///{folder / 'day.sqlite'}"))
    return handing_over.whole(settings, mails, now=day.NOW)
