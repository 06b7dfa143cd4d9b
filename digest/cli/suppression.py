"""Commands for the addresses that get nothing for ever."""

from datetime import datetime
from pathlib import Path

import click

from digest.cli.context import Context, pass_context
from digest.cli.output import DONE, as_json, json_option, table
from digest.errors import InvalidInput
from digest.mail import Suppression, SuppressionReason
from digest.membership import suppressed

_USAGE = 2  # what was given could not be used, or not all of it


@click.group("suppression", epilog="Example: digest suppression list")
def suppression_command() -> None:
    """Addresses that get nothing for ever, kept as hashes."""


@suppression_command.command("list", epilog="Example: digest suppression list --reason complaint --json")
@click.option("--reason", type=click.Choice([r.value for r in SuppressionReason]), help="Only those for this reason.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only since this day (UTC).")
@json_option
@pass_context
def list_(context: Context, reason: str | None, since: datetime | None, use_json: bool) -> int:
    """List suppressed addresses by their hashes, the oldest first."""
    found = [
        each
        for each in suppressed.listed(context.store)
        if reason in (None, each.reason) and (since is None or each.since.replace(tzinfo=None) >= since)
    ]
    if use_json:
        as_json([_facts(each) for each in found])
        return DONE
    rows = [(f"{each.since:%Y-%m-%d}", each.reason, each.address_hash, each.evidence) for each in found]
    table(("since", "reason", "address hash", "evidence"), rows, empty="no suppressed addresses")
    return DONE


@suppression_command.command(
    "add", epilog="Example: digest suppression add ana@example.org --evidence 'asked by telephone'"
)
@click.argument("address")
@click.option("--evidence", default="", metavar="TEXT", help="Why, in a line, without addresses.")
@pass_context
def add(context: Context, address: str, evidence: str) -> int:
    """Send nothing more to an address (or the hash of one), whoever it belongs to."""
    is_new = suppressed.add(context.store, address, evidence=evidence, now=context.now)
    click.echo(f"{'suppressed' if is_new else 'was suppressed already:'} {address.strip()}")
    return DONE


@suppression_command.command("remove", epilog="Example: digest suppression remove ana@example.org")
@click.argument("address")
@pass_context
def remove(context: Context, address: str) -> int:
    """Let an address (or the hash of one) have mail again; its subscriber stays paused until resumed."""
    has_reader = suppressed.remove(context.store, address)
    paused = "; its subscriber is paused, see: digest subscriber resume" if has_reader else ""
    click.echo(f"no longer suppressed: {address.strip()}{paused}")
    return DONE


@suppression_command.command("import", epilog="Example: digest suppression import blocked.csv")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@pass_context
def import_(context: Context, file: Path) -> int:
    """Suppress what a file lists (- is stdin): lines of addresses or hashes, or CSV with named columns.

    Columns are address or address_hash, and reason, evidence, since. Good lines are kept even where others are not.
    """
    done = suppressed.import_(context.store, _text(file), now=context.now)
    for each in done.bad:
        click.echo(f"digest: line {each.number}: {each.problem}", err=True)
    click.echo(f"added: {done.added}, suppressed already: {done.known}, not understood: {len(done.bad)}")
    return _USAGE if done.bad else DONE


@suppression_command.command("export", epilog="Example: digest suppression export > suppressed.csv")
@pass_context
def export(context: Context) -> int:
    """Print all of it as CSV, addresses as hashes, for `digest suppression import` elsewhere."""
    click.echo(suppressed.exported(suppressed.listed(context.store)), nl=False)
    return DONE


def _text(file: Path) -> str:
    try:
        with click.open_file(str(file), "rb") as opened:
            content: bytes = opened.read()
        return content.decode("utf-8-sig")
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise InvalidInput(f"{file} is not UTF-8 in line {line}; nothing was imported; save it as UTF-8") from error


def _facts(each: Suppression) -> dict[str, object]:
    return {
        "address_hash": each.address_hash,
        "reason": each.reason,
        "evidence": each.evidence,
        "since": each.since,
    }
