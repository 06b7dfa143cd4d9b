"""Looking after the database: its schema, its way to another engine, and what is too old to be kept."""

import click

from digest.cli.context import Context, pass_context
from digest.cli.indexing import db_index
from digest.cli.output import DONE, as_json, json_option, meter, table
from digest.errors import InvalidInput, StoreError


@click.group("db", epilog="Example: digest db upgrade")
def db_command() -> None:
    """Look after the database."""


@db_command.command("upgrade", epilog="Example: digest db upgrade")
@pass_context
def db_upgrade(context: Context) -> int:
    """Bring the database's schema up to date, the queue's too on PostgreSQL; an SQLite file is copied first."""
    from digest.store import Store

    store = Store(context.settings.database)
    try:
        backup = store.upgrade(now=context.now)
    finally:
        store.close()
    click.echo(f"{store.place} is up to date" + (f"; the file before is {backup}" if backup else ""))
    return DONE


@db_command.command("copy", epilog="Example: digest db copy --to postgresql://paperround@db.example.org/paperround")
@click.option("--to", "url", required=True, metavar="URL", help="An empty database, as [database] url names one.")
@pass_context
def db_copy(context: Context, url: str) -> int:
    """Copy everything into an empty database, of the other engine too, and read every row again.

    Its schema is made first. Stop `digest serve` and all workers before: what they keep meanwhile is not copied.
    """
    from digest.store import DatabaseSettings, Store

    target = Store(DatabaseSettings(url=url, busy_seconds=context.settings.database.busy_seconds))
    try:
        target.upgrade(now=context.now)
        with meter() as show:
            copied = context.store.copy_into(target, show)
    finally:
        target.close()
    rows = sum(content.rows for content in copied.values())
    click.echo(f"{rows:,} rows of {len(copied)} tables copied and checked; now set [database] url to {target.place}")
    return DONE


@db_command.command("tidy", epilog="Example: digest db tidy --dry-run")
@click.option("--dry-run", is_flag=True, help="Count only; delete nothing.")
@click.option("--compact", is_flag=True, help="Then write the SQLite file anew, without what was ever deleted from it.")
@json_option
@pass_context
def db_tidy(context: Context, dry_run: bool, compact: bool, use_json: bool) -> int:
    """Delete what is older than [retention] says; `digest serve` and the workers do so once a day.

    Writing the file anew takes as much room again meanwhile, and nobody else may use it.
    """
    counts = context.app.tidy(dry=dry_run)
    if compact and not dry_run:
        _compact(context)
    if use_json:
        as_json(counts)
        return DONE
    rows = [(name.replace("_", " "), count) for name, count in counts.items()]
    table(("what", "would be deleted" if dry_run else "deleted"), rows, empty="everything is kept for ever")
    return DONE


def _compact(context: Context) -> None:
    from digest.store.erasing import compact

    file = context.store.file
    if file is None:
        raise InvalidInput(f"{context.store.place} is no file of SQLite; there, VACUUM FULL does the same")
    if not compact(file, patience=context.settings.database.busy_seconds):
        raise StoreError(f"{file} is in use; stop digest serve, its timers and workers first")


db_command.add_command(db_index)
