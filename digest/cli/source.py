"""Sources: when each was asked, and what it lets through."""

import click

from digest import browse
from digest.cli.context import Context, pass_context
from digest.cli.output import as_json, json_option, table


@click.group("source", epilog="Example: digest source status")
def source_command() -> None:
    """Where papers and signals come from."""


@source_command.command("status", epilog="Example: digest source status --who arxiv --json")
@click.option("--who", metavar="NAME", help="Only of this side, such as arxiv.")
@json_option
@pass_context
def status(context: Context, who: str | None, use_json: bool) -> int:
    """Show, for each other side, its rate, the requests used, a rest it asked for, and what was read when."""
    found = [gate for gate in context.app.gates() if who is None or gate.name.casefold() == who.strip().casefold()]
    if use_json:
        as_json([_facts(gate) for gate in found])
        return 0
    rows = [
        (
            gate.name,
            gate.rate,
            f"{gate.used} since {gate.began:%Y-%m-%d %H:%M} UTC" if gate.began else "",
            f"{gate.last_request_at:%Y-%m-%d %H:%M:%S} UTC" if gate.last_request_at else "never",
            f"rests until {gate.rest_until:%Y-%m-%d %H:%M} UTC: {gate.rest_reason}" if gate.rest_until else "",
        )
        for gate in found
    ]
    table(("who", "rate", "requests used", "last asked", "rest"), rows, empty="nobody of that name is asked")
    read = [
        (source, stream, f"{at:%Y-%m-%d %H:%M} UTC" if at else "not to its end yet")
        for gate in found
        for source, stream, at in gate.streams
    ]
    if read:
        click.echo()
        table(("source", "listing", "read to its end"), read, empty="")
    return 0


def _facts(gate: browse.GateRecord) -> dict[str, object]:
    return {
        "gate": gate.name,
        "rate": gate.rate,
        "requests_used": gate.used,
        "requests_since": gate.began,
        "last_request_at": gate.last_request_at,
        "rest_until": gate.rest_until,
        "rest_reason": gate.rest_reason if gate.rest_until else "",
        "streams": [{"source": source, "stream": stream, "read_at": at} for source, stream, at in gate.streams],
    }
