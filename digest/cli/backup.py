"""The commands that copy the database, and put the copy back."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.context import Context, pass_context
from digest.cli.output import DONE

if TYPE_CHECKING:
    from digest.store.departures import Stayed


@click.command("backup", epilog="Example: digest backup /var/backups/paperround-2026-01-22.db")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@pass_context
def backup_command(context: Context, file: Path) -> int:
    """Copy the database to a new FILE while it is in use, whole, as of one moment.

    FILE holds readers' addresses and the key of every link: it is readable for its owner only.
    """
    from digest import upkeep

    size = upkeep.back_up(context.store, file, now=context.now)
    click.echo(f"wrote {file}, {size / 2**20:.1f} MiB")
    return DONE


@click.command("restore", epilog="Example: digest restore /var/backups/paperround-2026-01-22.db")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--replace", is_flag=True, help="Even if the database was used after the backup was made.")
@pass_context
def restore_command(context: Context, file: Path, replace: bool) -> int:
    """Put a backup in the place of the database; what is there is kept beside. Nobody gets anything twice.

    What was open in the backup may have been sent since: it is held, and goes by digest delivery release. Nothing is
    composed until all sources were read once; then whoever was due meanwhile goes on with what comes next, and what
    was announced meanwhile stays on the pages and in search. Votes, changes and joins since are not in it. Who left,
    paused, was suppressed or was erased since stays so, as long as the database that gives way can be read.

    Stop digest serve, timers and workers before: a database that is in use is refused.
    """
    from digest.upkeep.restore import restore

    done = restore(file, context.settings.database, replace=replace, now=context.now)
    click.echo(f"restored the backup of {done.taken_at:%Y-%m-%d %H:%M} UTC; {done.held:,} open mails are held")
    if done.old:
        click.echo(f"the database that was there is {done.old}")
    click.echo(_stayed(done.stayed))
    click.echo("next: digest run; then look at digest delivery list --state held")
    return DONE


def _stayed(stayed: "Stayed | None") -> str:
    if stayed is None:
        return "who left since then is back: digest subscriber remove, and digest suppression import, as you know them"
    return (
        f"taken over from it: {stayed.stopped:,} readers who get nothing any more, {stayed.erased:,} who were erased, "
        f"{stayed.suppressed:,} suppressed addresses"
    )
