"""Commands for all subscribers at once, as a table, and for the one who wants to be forgotten."""

import sys
from pathlib import Path

import click

from digest import membership
from digest.cli.context import Context, pass_context
from digest.cli.importing import print_bytes, write_private
from digest.cli.output import DONE
from digest.errors import InvalidInput
from digest.exchange.entries import MOST_BYTES
from digest.membership import data, roster

_USAGE = 2  # what was given could not be used, or not all of it
_SHOWN = 20  # lines that cannot be read


@click.command("export", epilog="Example: digest subscriber export subscribers.csv")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@pass_context
def export_command(context: Context, file: Path) -> int:
    """Write everybody as CSV (- is stdout): what they get, and the words of their interest main.

    The file tells of people, so only its owner may read it. No cell is taken for a formula by a spreadsheet.
    """
    content = roster.exported(context.store).encode("utf-8", "replace")
    if str(file) == "-":
        print_bytes(content)
        return DONE
    write_private(file, content)
    click.echo(f"wrote {file}: {len(content):,} bytes")
    return DONE


@click.command("import", epilog="Example: digest subscriber import subscribers.csv --dry-run")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
@click.option("--skip-bad", is_flag=True, help="Take the good lines although others are bad; else all or nothing.")
@pass_context
def import_command(context: Context, file: Path, dry_run: bool, skip_bad: bool) -> int:
    """Add everybody whom a CSV file lists (- is stdin); its first line names the columns, as `export` writes them.

    Only address is needed. Who is a subscriber already stays as they are; the pending and the suppressed of another
    installation are left out. Nobody is written to before their next edition.
    """
    found = roster.read(context.store, content_of(file))
    for each in found.bad[:_SHOWN]:
        click.echo(f"digest: {file}, line {each.number}: {each.problem}", err=True)
    if len(found.bad) > _SHOWN:
        click.echo(f"digest: and {len(found.bad) - _SHOWN:,} more bad lines", err=True)
    others = f"known already: {found.known:,}, left out: {found.left_out:,}, bad: {len(found.bad):,}"
    if dry_run:
        click.echo(f"would add: {len(found.new):,}, {others}; nothing was changed")
    elif found.bad and not skip_bad:
        click.echo(f"added: 0, {others}; nothing was changed, because lines are bad: mend them, or give --skip-bad")
    else:
        added = roster.enrol(context.store, found.new, host=context.host, now=context.now)
        click.echo(f"added: {added:,}, {others}")
    return _USAGE if found.bad else DONE


@click.command("erase", epilog="Example: digest subscriber erase ana@example.org --yes")
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask; needed where there is no terminal.")
@pass_context
def erase_command(context: Context, email: str, yes: bool) -> int:
    """Forget a subscriber for ever; only the hash of the address stays, so that nothing is sent to it again.

    Profile, votes, editions and history go. To stop mail and keep these, see `digest subscriber remove`. Copies and
    exports made before still hold them.
    """
    who = membership.find(context.store, email)
    if not yes:
        if not sys.stdin.isatty():
            raise InvalidInput("this cannot be undone; give --yes")
        click.confirm(f"Forget {who.address} and everything held of them, for ever?", abort=True)
    data.erase_and_suppress(context.store, who, now=context.now)
    click.echo(f"erased {who.address}; the hash stays suppressed, see: digest suppression remove")
    return DONE


def content_of(file: Path) -> bytes:
    """A file, or stdin for -, as far as a table may be long, and a byte more."""
    try:
        with click.open_file(str(file), "rb") as opened:
            content: bytes = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}") from error
    return content
