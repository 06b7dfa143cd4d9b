"""The command that says what is wrong."""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from digest.cli.context import Context, pass_context
from digest.cli.output import DONE, FAILED, as_json, json_option, table
from digest.rendering.plain import one_line

if TYPE_CHECKING:
    from digest.upkeep.doctor.values import Finding

_STYLES = {"ok": "green", "warning": "yellow", "broken": "bold red", "not checked": "dim"}


@click.command("doctor", epilog="Example: digest doctor --json")
@json_option
@pass_context
def doctor_command(context: Context, use_json: bool) -> int:
    """Look at configuration, database, sources, relay, DNS records, links, mails, disk and backups; change nothing.

    Each line is ok, warning, broken or not checked, with what helps. The exit code is 1 where something is broken.
    """
    from digest.upkeep.doctor.values import Health

    found = context.app.examine(context.file)
    if use_json:
        as_json([asdict(each) for each in found])
    elif sys.stdout.isatty():
        _show(found)
    else:
        rows = [(each.what, each.health.value, each.text, each.remedy) for each in found]
        table(("what", "health", "found", "what helps"), rows, empty="nothing was looked at")
    return FAILED if any(each.health is Health.BROKEN for each in found) else DONE


def _show(found: Sequence["Finding"]) -> None:
    """On a terminal: what helps stands below what was found, so that 80 columns are enough; then how many of each."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table.grid(padding=(0, 2))
    for _ in range(2):
        drawn.add_column(no_wrap=True)
    drawn.add_column(overflow="fold")
    for each in found:
        told = Text(one_line(each.text))
        if each.remedy:
            told.append(f"\n→ {one_line(each.remedy)}", style="dim" if each.health.value == "not checked" else "")
        drawn.add_row(Text(each.health.value, style=_STYLES[each.health.value]), each.what, told)
    console = Console()
    console.print(drawn)
    counts = Counter(each.health.value for each in found)
    console.print(", ".join(f"{counts[health]} {health}" for health in _STYLES if counts[health]), highlight=False)
