"""Every stage of the day beside what people use today, in one run on one machine.

    python -m benchmarks all --quick|--full [--data DIR] [--only STAGE] [--output FILE.json] [--chart FILE.svg]

DIR holds listings, `listing-*.jsonl.gz`; without it the stages that need none are measured. Each stage runs in a
process of its own, one after the other; CPU and memory are of all its processes, the peer's counted in. The HTTP door
and search are measured by `benchmarks.web`, the ranking by `benchmarks.relevance`. Exit 1 where an aim is missed.
"""

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from benchmarks import figures, stages
from benchmarks.day import measured

NEED_NO_DATA = (stages.reading, stages.writing, stages.starting)


def rows(wanted: Sequence[stages.Stage], data: Path, size: stages.Size) -> list[figures.Row]:
    """The rows of each stage, with what it took."""
    found: list[figures.Row] = []
    for stage in wanted:
        print(f"{stage.__name__} …", file=sys.stderr, flush=True)
        told, spent = measured(partial(_alone, stage, data, size))
        found += [replace(row, cpu=spent.cpu, memory=spent.peak) for row in told]
    return found


def _alone(stage: stages.Stage, data: Path, size: stages.Size) -> list[figures.Row]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(stage, data, size).result()


def main(arguments: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("what", choices=["all"])
    options.add_argument("--data", type=Path)
    options.add_argument("--quick", dest="size", action="store_const", const=stages.QUICK, default=stages.QUICK)
    options.add_argument("--full", dest="size", action="store_const", const=stages.FULL)
    options.add_argument("--only", metavar="STAGE", action="append", choices=[each.__name__ for each in stages.ALL])
    options.add_argument("--output", type=Path, metavar="FILE.json")
    options.add_argument("--chart", type=Path, metavar="FILE.svg")
    given = options.parse_args(arguments)
    wanted = [
        stage
        for stage in stages.ALL
        if (given.data or stage in NEED_NO_DATA) and (not given.only or stage.__name__ in given.only)
    ]
    found = rows(wanted, given.data or Path(), given.size)
    print(f"{figures.machine()}\n\n{figures.table(found)}")
    if given.output:
        figures.written(found, given.output, now=datetime.now(UTC))
    if given.chart:
        given.chart.write_text(figures.chart(found))
    return 1 if any(row.is_missed for row in found) else 0


if __name__ == "__main__":
    sys.exit(main())
