"""Search: its index brought up to date by hand."""

import click

from digest.cli.context import Context, pass_context
from digest.cli.stopping import Stopping


@click.command("index", epilog="Example: digest db index --again")
@click.option("--again", is_flag=True, help="Every paper, and not only what was kept or changed since.")
@pass_context
def db_index(context: Context, again: bool) -> int:
    """Have search find what was kept or changed; every run does that by itself."""
    stopping = Stopping(lambda: 0)
    stopping.listen()
    papers = context.app.index(stopping, again=again)
    click.echo(f"search finds {papers:,} {'paper' if papers == 1 else 'papers'} as they read now")
    return 0
