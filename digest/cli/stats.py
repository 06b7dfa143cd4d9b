"""The command that says what came, what was sent, and what readers thought of it."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from digest.cli.context import Context, pass_context
from digest.cli.output import DONE, as_json, json_option, table
from digest.errors import InvalidInput
from digest.upkeep.stats import COLUMNS, INTEREST_COLUMNS, Stats, Week, as_csv, interest_row, page, stats, week_row

_LEVELS = "▁▂▃▄▅▆▇█"
_SPARKED: tuple[tuple[str, Callable[[Week], float | None]], ...] = (
    ("papers", lambda week: week.papers),
    ("editions", lambda week: week.editions),
    ("mails", lambda week: week.mails),
    ("votes", lambda week: week.liked + week.disliked),
    ("bounces", lambda week: week.bounces),
    ("left", lambda week: week.left),
    ("precision", lambda week: week.precision),
)
_TWO_YEARS = 104
_BESIDE = 8  # weeks that 80 columns have room for


@click.command("stats", epilog="Example: digest stats --weeks 12 --html stats.html")
@click.option("--weeks", type=click.IntRange(1, _TWO_YEARS), default=8, show_default=True, help="This one included.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a page with charts to this file.")
@click.option(
    "--csv", "csv_file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), help="- is stdout."
)
@json_option
@pass_context
def stats_command(context: Context, weeks: int, html: Path | None, csv_file: Path | None, use_json: bool) -> int:
    """Count papers, batches, editions, mails, votes, bounces and readers who left, by week, and what was liked.

    Precision is the share of the papers that editions brought which readers like by now. No opens are tracked, ever:
    mails hold no picture and no link that counts, so nobody knows whether one was read.
    """
    found = stats(context.store, now=context.now, weeks=weeks)
    if html is not None:
        _write(html, page(found, name=context.settings.site.name, now=context.now))
    if csv_file is not None:
        _write(csv_file, as_csv(found))
    if use_json:
        as_json(asdict(found))
    elif html is None and csv_file is None:
        _show(found)
    return DONE


def _show(found: Stats) -> None:
    if sys.stdout.isatty():
        _show_across(found.weeks[-_BESIDE:])
        lines = [(name, sparkline([value(week) for week in found.weeks])) for name, value in _SPARKED]
        table(("what", "by week"), lines, empty="")
    else:
        table(COLUMNS, [week_row(week) for week in found.weeks], empty="")
    rows = [(*interest_row(each), *_spark_of(each.by_week)) for each in found.interests]
    columns = (*INTEREST_COLUMNS, "by week") if sys.stdout.isatty() else INTEREST_COLUMNS
    table(columns, rows, empty="no edition brought anything in these weeks")


def _show_across(weeks: Sequence[Week]) -> None:
    """A column for each week, named by the month and day of its Monday: a terminal is higher than it is wide."""
    told = [week_row(week) for week in weeks]
    first, *others = COLUMNS
    rows = [(name, *(week[at] for week in told)) for at, name in enumerate(others, start=1)]
    table((first, *(week[0][5:] for week in told)), rows, empty="")


def _spark_of(values: Sequence[float | None]) -> tuple[str, ...]:
    return (sparkline(values),) if sys.stdout.isatty() else ()


def sparkline(values: Sequence[float | None]) -> str:
    """One sign for each value, 0 or more, the highest as high as the line; a blank where there is none."""
    top = max((value for value in values if value), default=0)
    return "".join(" " if value is None else _LEVELS[_level(value, top)] for value in values)


def _level(value: float, top: float) -> int:
    return round(value / top * (len(_LEVELS) - 1)) if top else 0


def _write(file: Path, text: str) -> None:
    if str(file) == "-":
        click.echo(text, nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise InvalidInput(f"{file}: cannot be written ({error.strerror})") from error
    click.echo(f"wrote {file}", err=True)
