"""The command that copies the database."""

from pathlib import Path

import click

from digest.cli.context import Context, pass_context
from digest.cli.output import DONE


@click.command("backup", epilog="Example: digest backup /var/backups/paperround-2026-01-22.db")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@pass_context
def backup_command(context: Context, file: Path) -> int:
    """Copy the database to a new FILE while it is in use, whole, as of one moment.

    FILE holds readers' addresses and the key of every link: it is readable for its owner only.
    """
    from digest import upkeep

    size = upkeep.back_up(context.app.store, file)
    click.echo(f"wrote {file}, {size / 2**20:.1f} MiB")
    return DONE
