"""The audit log as a command."""

from dataclasses import asdict
from datetime import UTC, datetime

import click

from digest.cli.context import Context, pass_context
from digest.cli.output import DONE, as_json, json_option, table


@click.group("audit", epilog="Example: digest audit list --since 2026-03-01")
def audit_command() -> None:
    """What operators changed, by command and by the admin API."""


@audit_command.command("list", epilog="Example: digest audit list --since 2026-03-01 --who os:root --json")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="From this day on (UTC).")
@click.option("--who", default="", metavar="NAME", help="Only by one: os:NAME, or key:NAME of the admin API.")
@click.option("--what", default="", metavar="TEXT", help="Only what begins so, such as 'subscriber'.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="The newest so many.")
@json_option
@pass_context
def list_(context: Context, since: datetime | None, who: str, what: str, limit: int, use_json: bool) -> int:
    """List changes, the newest first: who, when, what, and the number of what was changed.

    Neither addresses nor secrets are in it: a subscriber stands by number, an address that nobody has by its hash.
    """
    begins = since.replace(tzinfo=UTC) if since else None
    with context.store.read() as tx:
        found = tx.audits.listed(since=begins, who=who, what=what, limit=limit)
    if use_json:
        as_json([asdict(each) for each in found])
        return DONE
    rows = [(f"{each.at:%Y-%m-%d %H:%M:%S}", each.who, each.what, each.target, each.outcome) for each in found]
    table(("when (UTC)", "who", "what", "target", "outcome"), rows, empty="no changes")
    return DONE
