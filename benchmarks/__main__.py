"""Every stage of the day beside what people use today, in one run on one machine, and how its cost grows.

    python -m benchmarks all --quick|--full [--data DIR] [--only STAGE ...] [--output FILE.json] [--chart FILE.svg]

DIR holds listings, `listing-*.jsonl.gz`, a paper a line: id, title, abstract, authors, categories, listed, published
and doi. Without it the stages that need none are measured. --full takes all papers and 100,000 subscribers.

A row has ours, what people use today, the ratio, what nobody can beat (the limit), and what is aimed at. Each stage
runs in a process of its own, one after the other; CPU and memory are of all its processes at their peak, the peer's
counted in. Debian's packages postfix (smtp-sink), wrk, nginx and postgresql are used where they are installed; a stage
that lacks one is left out, and said to be. `growth` composes one day, and days with ten times the subscribers, new
papers and archive; --data must hold ten times the archive it begins with, 11,000 papers.

All of search, of the web door and of ranking are measured by `benchmarks.search`, `web` and `relevance`; a million
subscribers by `benchmarks.day --compose-only --subscribers 1000000`. Exit 1 where an aim is missed or a stage fails.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks import figures, growth, stages
from benchmarks.apart import apart

GROWTH = "growth"


@dataclass
class Run:
    """All stages of a run, one after the other; one that fails costs nothing but its own rows."""

    data: Path
    size: stages.Size
    rows: list[figures.Row] = field(default_factory=list)
    grown: list[growth.Grown] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def measure(self, stage: stages.Stage) -> None:
        """Add the rows of a stage, with what it took."""
        if lacking := stages.lacking(stage):
            _say(f"{stage.__name__} is left out: there is no {', '.join(lacking)}")
        else:
            self._tried(stage.__name__, partial(self._rows, stage))

    def grow(self) -> None:
        """Add the table of growth; of cases after one that fails, what was measured before stays."""
        self._tried(GROWTH, self._cases)

    def _cases(self) -> None:
        for row in growth.measured(self.data, self.size.growing):
            _say(f"  {row.what}: {row.cpu:,.1f} s of CPU")
            self.grown.append(row)

    def _rows(self, stage: stages.Stage) -> None:
        told, spent = apart(partial(stage, self.data, self.size))
        for row in told:
            _say(f"  {row.stage}: {row.ours:,.3g} {row.unit}")
            self.rows.append(replace(row, cpu=spent.cpu, memory=spent.peak))

    def _tried(self, name: str, work: Callable[[], object]) -> None:
        _say(f"{name} …")
        try:
            work()
        except (Exception, SystemExit) as error:
            self.failed.append(name)
            _say(f"  failed: {type(error).__name__}: {error}")

    @property
    def is_missed(self) -> bool:
        """Whether an aim is, or a stage failed."""
        return bool(self.failed) or any(row.is_missed for row in self.rows) or any(row.is_missed for row in self.grown)

    def __str__(self) -> str:
        parts = [figures.machine(), figures.table(self.rows)]
        parts += [growth.table(self.grown)] if self.grown else []
        parts += [f"failed: {', '.join(self.failed)}"] if self.failed else []
        return "\n\n".join(parts)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    given = _options().parse_args(arguments)
    names = given.only or [*(stage.__name__ for stage in stages.ALL), GROWTH]
    run = Run(given.data or Path(), given.size)
    for stage in stages.ALL:
        if stage.__name__ in names and (given.data or stage in stages.NEED_NO_DATA):
            run.measure(stage)
    if given.data and GROWTH in names:
        run.grow()
    print(run)
    if given.output:
        figures.written(run.rows, run.grown, given.output, now=datetime.now(UTC))
    if given.chart:
        given.chart.write_text(figures.chart(run.rows))
    return 1 if run.is_missed else 0


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("what", choices=["all"])
    options.add_argument("--data", type=Path, metavar="DIR")
    options.add_argument("--quick", dest="size", action="store_const", const=stages.QUICK, default=stages.QUICK)
    options.add_argument("--full", dest="size", action="store_const", const=stages.FULL)
    names = [*(stage.__name__ for stage in stages.ALL), GROWTH]
    options.add_argument("--only", metavar="STAGE", action="append", choices=names, help=", ".join(names))
    options.add_argument("--output", type=Path, metavar="FILE.json")
    options.add_argument("--chart", type=Path, metavar="FILE.svg")
    return options


if __name__ == "__main__":
    sys.exit(main())
