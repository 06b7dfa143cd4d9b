"""The command that says how much there is of everything, and whether anything waits."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

import click

from digest.cli.context import Context, pass_context
from digest.cli.output import DONE, as_json, json_option, table


@click.command("status", epilog="Example: digest status --json")
@json_option
@pass_context
def status_command(context: Context, use_json: bool) -> int:
    """Say how many papers, batches, readers, mails and bounces there are, by state, and what waits or rests."""
    from digest import upkeep

    found = upkeep.figures(context.store, now=context.now)
    if use_json:
        as_json(asdict(found))
        return DONE
    rows = [
        ("papers", found.papers, ""),
        ("editions", found.editions, "since the beginning"),
        ("subscribers", sum(found.subscribers.values()), _states(found.subscribers)),
        ("batches", sum(found.batches.values()), _states(found.batches, "of 30 days")),
        ("mails", sum(found.deliveries.values()), _states(found.deliveries)),
        ("votes", sum(found.votes.values()), _states(found.votes)),
        ("bounces", sum(found.bounces.values()), _states(found.bounces)),
        ("suppressed addresses", found.suppressions, ""),
    ]
    table(("what", "how many", "of them"), rows, empty="nothing")
    click.echo(f"the newest batch was closed {_when(found.newest_listing)}")
    click.echo(f"the oldest mail waits since {_when(found.waiting_since)}" if found.waiting_since else "no mail waits")
    for gate, until in found.resting.items():
        click.echo(f"{gate} is not asked until {_when(until)}")
    for name, work in found.work.items():
        click.echo(f"the last {name} took {work.last_seconds:,.1f} s, until {_when(work.last_end_at)}")
    for queue, line in found.lines.items():
        click.echo(f"the queue {queue}: no worker has begun {line.jobs}, the oldest since {_when(line.since)}")
    return DONE


def _states(found: Mapping[str, int], *first: str) -> str:
    return ", ".join([*first, *(f"{count} {state}" for state, count in found.items())])


def _when(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "never"
