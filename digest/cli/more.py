"""What is asked for besides the day: past days, and signals."""

from datetime import datetime

import click

from digest import membership
from digest.cli.context import Context, pass_context
from digest.cli.output import as_json, complain, json_option, meter
from digest.cli.stopping import Stopping
from digest.errors import InvalidInput

DONE = 0
_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command("backfill", epilog="Example: digest backfill --from 2026-01-05 --to 2026-01-31 --category cs.LG")
@click.option("--from", "first", type=_DAY, required=True, help="The first day of submission (UTC).")
@click.option("--to", "last", type=_DAY, required=True, help="The last day, included.")
@click.option("--category", "categories", multiple=True, help="May be repeated; all configured ones where none is.")
@json_option
@pass_context
def backfill_command(
    context: Context, first: datetime, last: datetime, categories: tuple[str, ...], use_json: bool
) -> int:
    """Bring the papers submitted in some days, by arXiv's query API, oldest day first.

    They are background for ranking and can be looked up; nobody is mailed of them. Run again, it goes on where it
    stopped. Exit 75: arXiv wants rest.
    """
    if last < first or last > context.now.replace(tzinfo=None):
        raise InvalidInput(f"--to {last:%Y-%m-%d}: expected a day from {first:%Y-%m-%d} to today")
    chosen = tuple(map(membership.category, categories))
    stopping = Stopping(lambda: 0)
    stopping.listen()
    with meter() as show:
        came = context.app.backfill(
            chosen,
            first.date(),
            last.date(),
            lambda done, of, papers: show(f"days brought, {papers:,} papers", done, of),
            stopping,
        )
    if use_json:
        problems = [str(problem) for problem in came.problems]
        as_json({"windows": came.windows, "done": came.done, "papers": came.papers, "problems": problems})
    else:
        click.echo(f"backfill: {came.done:,} of {came.windows:,} days brought, {came.papers:,} papers read")
    return complain(came.problems)


@click.command("enrich", epilog="Example: digest enrich")
@json_option
@pass_context
def enrich_command(context: Context, use_json: bool) -> int:
    """Find code links and authors in what is kept, and ask the configured sources of signals about new papers.

    Every source is optional, and none is asked more than its documented rate: see `digest source status`.
    """
    stopping = Stopping(lambda: 0)
    stopping.listen()
    with meter() as show:
        came = context.app.enrich(lambda source, papers: show(f"asking {source}", papers), stopping)
    if use_json:
        problems = [str(problem) for problem in came.problems]
        as_json({"papers": came.papers, "signals": came.signals, "people": came.people, "problems": problems})
    else:
        click.echo(
            f"enrich: {came.papers:,} papers asked about, {came.signals:,} new signals, {came.people:,} new people"
        )
    return complain(came.problems)
