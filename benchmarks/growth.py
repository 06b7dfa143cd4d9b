"""How the cost of composing a day grows: with ten times the subscribers, the new papers, and the archive.

    python -m benchmarks.growth --data DIR [--subscribers N] [--papers N] [--archive N]

DIR holds listings as `benchmarks.day` reads them; ten times the archive must be there. Each case is a day of its own,
composed in a process of its own, with the model that a day before it left behind. CPU and memory are of all processes.
The model reads the newest 20,000 papers, so that an archive costs nothing more from there on, and something below.
Exit 1 where a case costs more than its aim.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from benchmarks import day
from benchmarks.apart import apart
from benchmarks.measuring import Spent

TIMES = 10  # as much of one thing in each case
ALIKE = 1.5  # times the first case's cost is still the same: two runs differ by that on a machine that others use


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A day to be composed."""

    subscribers: int
    papers: int  # new on that day
    archive: int  # papers before it


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """What a case took, beside the first."""

    what: str
    case: Case
    cpu: float  # seconds
    memory: float  # MiB
    cpu_times: float  # the first case's
    memory_times: float
    most: float  # times that the CPU may be

    @property
    def is_missed(self) -> bool:
        return self.cpu_times > self.most


def cases(first: Case) -> Iterator[tuple[str, Case, float]]:
    """Each case, and how many times the CPU of the first it may take: in proportion, and the same for an archive."""
    yield "a day", first, 1.0
    yield f"subscribers × {TIMES}", replace(first, subscribers=TIMES * first.subscribers), TIMES
    yield f"new papers × {TIMES}", replace(first, papers=TIMES * first.papers), TIMES
    yield f"archive × {TIMES}", replace(first, archive=TIMES * first.archive), ALIKE


def measured(data: Path, first: Case) -> Iterator[Grown]:
    """All cases, each as soon as it is measured."""
    base: Spent | None = None
    for what, case, most in cases(first):
        spent = _composed(data, case)
        base = base or spent
        yield Grown(
            what=what,
            case=case,
            cpu=spent.cpu,
            memory=spent.peak,
            cpu_times=spent.cpu / base.cpu,
            memory_times=spent.peak / base.peak,
            most=most,
        )


def _composed(data: Path, case: Case) -> Spent:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (papers, archive), _ = apart(partial(day.prepared, folder, data, case.papers, case.archive))
        if len(archive) < case.archive:
            raise SystemExit(f"{data} holds {len(archive):,} papers before the day's, {case.archive:,} are needed")
        apart(partial(_day, folder, papers, 1, archive))  # leaves the model, as the day before does
        spent, _ = apart(partial(_day, folder, papers, case.subscribers, archive))
        return spent


def _day(folder: Path, papers: Path, subscribers: int, archive: Sequence[int]) -> Spent:
    store, spent = day.one_day(folder, papers, subscribers, archive)
    store.close()
    return spent


def table(found: Sequence[Grown]) -> str:
    """All cases as Markdown."""
    head = ("composing", "subscribers", "new papers", "archive", "CPU", "times", "aim", "memory", "times")
    lines = [head, ("---",) * len(head), *map(_cells, found)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(row: Grown) -> tuple[str, ...]:
    aim = f"≤ {row.most:g}" if row.most > 1 else ""
    return (
        row.what,
        f"{row.case.subscribers:,}",
        f"{row.case.papers:,}",
        f"{row.case.archive:,}",
        f"{row.cpu:,.1f} s",
        f"{row.cpu_times:.1f}",
        f"{aim}, **missed**" if row.is_missed else aim,
        f"{row.memory:,.0f} MiB",
        f"{row.memory_times:.1f}",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--subscribers", type=int, default=1_000)
    options.add_argument("--papers", type=int, default=150)
    options.add_argument("--archive", type=int, default=11_000)
    given = options.parse_args(arguments)
    first = Case(subscribers=given.subscribers, papers=given.papers, archive=given.archive)
    found = list(measured(given.data, first))
    print(table(found))
    return 1 if any(row.is_missed for row in found) else 0


if __name__ == "__main__":
    sys.exit(main())
