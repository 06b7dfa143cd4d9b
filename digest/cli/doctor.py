"""The command that says what is wrong."""

from dataclasses import asdict

import click

from digest.cli.context import Context, pass_context
from digest.cli.output import DONE, FAILED, as_json, json_option, table


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
    else:
        rows = [(each.what, each.health.value, each.text, each.remedy) for each in found]
        table(("what", "health", "found", "what helps"), rows, empty="nothing was looked at")
    return FAILED if any(each.health is Health.BROKEN for each in found) else DONE
