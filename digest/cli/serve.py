"""The server: the clock that calls the verbs, and the web door."""

from datetime import UTC, datetime

import click

from digest.cli.context import Context, pass_context
from digest.cli.stopping import Stopping
from digest.processes import rarely_collecting


@click.command("serve", epilog="Example: digest serve --host 127.0.0.1 --port 8000")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--no-scheduler", is_flag=True, help="Answer the web only; another process does the work.")
@pass_context
def serve_command(context: Context, host: str, port: int, no_scheduler: bool) -> int:
    """Run until stopped: read, compose and deliver when it is time, and answer /healthz and the unsubscribe links.

    On SIGTERM the mail in hand is finished; the process ends within 30 seconds.
    """
    from digest.app import App
    from digest.schedule import Ticker
    from digest.web import server, web_app

    store = context.app.store
    settings = context.settings
    ahead = context.now - datetime.now(UTC)  # nothing but for --now, from which time goes on

    def present() -> App:
        return App(settings, now=datetime.now(UTC) + ahead, store=store)

    stopping = Stopping(lambda: present().abandon())
    stopping.listen()
    ticker = Ticker(present, settings.schedule, stopping=stopping.event)
    if not no_scheduler:
        ticker.start()
    try:
        with rarely_collecting():
            server(web_app(present), host=host, port=port).run()
    finally:
        stopping.event.set()
        if not no_scheduler:
            ticker.finish()
    return 0
