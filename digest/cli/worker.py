"""The worker: one of any number of processes that share the work through PostgreSQL."""

import click

from digest.cli.context import Context, pass_context
from digest.cli.stopping import Stopping
from digest.errors import ConfigError, InvalidInput


@click.command("worker", epilog="Example: digest worker --queues compose,deliver --concurrency 4")
@click.option(
    "--queues",
    default="ingest,compose,deliver",
    show_default=True,
    metavar="NAMES",
    help="What this worker does; upkeep is done by all.",
)
@click.option(
    "--concurrency", type=click.IntRange(1, 64), default=4, show_default=True, help="Jobs at once, each in a thread."
)
@pass_context
def worker_command(context: Context, queues: str, concurrency: int) -> int:
    """Work off the queue that several machines share, until stopped. Needs PostgreSQL and paperround[postgres].

    On SIGTERM no other job is begun, the mail in hand is finished, and the process ends within 30 seconds.
    """
    from digest.app import App

    store = context.app.store
    if store.is_embedded:
        raise ConfigError(
            "digest worker shares its work through PostgreSQL: set [database] url to one, or run digest serve"
        )
    try:
        from digest.worker.planning import QUEUES
        from digest.worker.running import clock_of, work
    except ModuleNotFoundError as error:
        raise ConfigError(f"digest worker needs {error.name}: install paperround[postgres]") from error
    wanted = list(dict.fromkeys(name.strip() for name in queues.split(",") if name.strip()))
    if not wanted or set(wanted) - set(QUEUES):
        raise InvalidInput(f"--queues: known are {', '.join(QUEUES)}")
    clock = clock_of(store, context.now)
    stopping = Stopping(lambda: App(context.settings, now=clock(), store=store).abandon())
    stopping.listen()
    work(context.settings, store, queues=wanted, concurrency=concurrency, stopping=stopping.event, clock=clock)
    return 0
