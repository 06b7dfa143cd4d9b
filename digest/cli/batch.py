"""The ledger: what was announced, and whether all of it arrived."""

from datetime import date, datetime, timedelta

import click

from digest import browse
from digest.batches import Batch, BatchState
from digest.cli.context import Context, pass_context
from digest.cli.output import as_json, json_option, table

DONE, OVERDUE = 0, 1
_STATES = [state.value for state in BatchState]
_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group("batch", epilog="Example: digest batch list --open")
def batch_command() -> None:
    """The ledger: what was announced for each listing and day, and whether all of it arrived."""


@batch_command.command("list", epilog="Example: digest batch list --days 3 --stream cs.LG")
@click.option("--days", type=click.IntRange(1, 3660), default=7, show_default=True, help="So many days back.")
@click.option("--open", "only_open", is_flag=True, help="Only what is neither complete nor quiet.")
@click.option("--state", "states", multiple=True, type=click.Choice(_STATES), help="Only in this state; repeatable.")
@click.option("--source", help="Of one source, such as arxiv.")
@click.option("--stream", help="Of one listing, such as cs.LG.")
@json_option
@pass_context
def list_(
    context: Context,
    days: int,
    only_open: bool,
    states: tuple[str, ...],
    source: str | None,
    stream: str | None,
    use_json: bool,
) -> int:
    """List batches, newest day first, and everything that is still open.

    Exit 1: one of those listed is open past its hour.
    """
    last = context.now.date() + timedelta(days=1)
    found = [
        batch
        for batch in browse.batches(context.store, first=last - timedelta(days=days), last=last)
        if (batch.is_open or not only_open) and source in (None, batch.source) and stream in (None, batch.stream)
        if not states or batch.state in states
    ]
    if use_json:
        as_json([_facts(batch, context.now) for batch in found])
    else:
        rows = [
            (b.day, f"{b.day:%a}", b.source, b.stream, b.state, f"{b.arrived} of {b.expected}", b.late, b.why)
            for b in found
        ]
        columns = ("day", "", "source", "listing", "state", "seen", "late", "why")
        table(columns, rows, empty="nothing is open" if only_open else "no batches; run: digest ingest")
    return OVERDUE if any(batch.is_overdue(context.now) for batch in found) else DONE


@batch_command.command("show", epilog="Example: digest batch show cs.LG 2026-02-03")
@click.argument("stream")
@click.argument("day", type=_DAY)
@click.option("--source", default="arxiv", show_default=True)
@json_option
@pass_context
def show(context: Context, stream: str, day: datetime, source: str, use_json: bool) -> int:
    """Show one batch: who named how many papers, which came late, and which are missing."""
    record = browse.batch(context.store, source, stream, day.date())
    batch = record.batch
    if use_json:
        more = {"named_by": record.named_by, "late_ids": record.late, "missing": batch.missing}
        as_json(_facts(batch, context.now) | more)
        return DONE
    rows: list[tuple[str, object]] = [
        ("listing", f"{batch.source} {batch.stream}, {batch.day:%A} {batch.day}"),
        ("state", f"{batch.state}{batch.why and ': ' + batch.why}"),
        ("seen", f"{batch.arrived} of {batch.expected}"),
        *((f"named by {name}", papers) for name, papers in sorted(record.named_by.items())),
        ("should be whole", _moment(batch.closes_at)),
        ("was whole", _moment(batch.closed_at)),
        *(("late", key) for key in record.late),
        *(("missing", name) for name in batch.missing),
    ]
    table(("what", "value"), rows, empty="")
    return DONE


def _facts(batch: Batch, now: datetime) -> dict[str, object]:
    return {
        "source": batch.source,
        "stream": batch.stream,
        "day": batch.day,
        "state": batch.state,
        "expected": batch.expected,
        "arrived": batch.arrived,
        "late": batch.late,
        "why": batch.why,
        "closes_at": batch.closes_at,
        "closed_at": batch.closed_at,
        "overdue": batch.is_overdue(now),
    }


def _moment(at: datetime | date | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "not yet"
