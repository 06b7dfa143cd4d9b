"""How commands speak: tables and progress on a terminal, plain lines elsewhere, JSON on request."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import click

from digest.errors import SourceError, SourceResting
from digest.rendering.plain import one_line

DONE, FAILED, TRY_LATER = 0, 1, 75


class Meter(Protocol):
    """Says how far something has come."""

    def __call__(self, what: str, done: int, of: int | None = None) -> None: ...


def as_json(value: object) -> None:
    """Print a value as JSON, dates and times as ISO 8601."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=_plain))


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str) -> None:
    """Print rows: ruled on a terminal, separated by tabs elsewhere. Text from outside is made safe for both."""
    if not rows:
        click.echo(empty)
        return
    cells = [[one_line(str(cell)) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for row in [list(columns), *cells]:
            click.echo("\t".join(row))
        return
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    drawn = Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False)
    for row in cells:
        drawn.add_row(*map(escape, row))
    Console().print(drawn)


@contextmanager
def meter() -> Iterator[Meter]:
    """A line that moves on a terminal; elsewhere nothing, since the log has a line for each step."""
    if not sys.stderr.isatty():
        yield lambda what, done, of=None: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as progress:
        tasks: dict[str, Any] = {}

        def show(what: str, done: int, of: int | None = None) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=of)
            progress.update(tasks[what], completed=done, total=of)

        yield show


def complain(problems: Sequence[SourceError], *, warning: bool = False) -> int:
    """Say what failed on stderr and give the exit code: 75 where rest is wanted and nothing else failed."""
    for problem in problems:
        until = f"; try again after {problem.until:%Y-%m-%d %H:%M:%S} UTC" if isinstance(problem, SourceResting) else ""
        click.echo(f"digest: {'warning: ' if warning else ''}{problem}{until}", err=True)
    if warning or not problems:
        return DONE
    return TRY_LATER if all(isinstance(problem, SourceResting) for problem in problems) else FAILED


json_option = click.option("--json", "use_json", is_flag=True, help="Print JSON.")
