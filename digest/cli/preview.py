"""A look at what a subscriber gets."""

import sys
import tempfile
from pathlib import Path

import click

from digest.cli.context import Context, pass_context
from digest.errors import InvalidInput

_SUFFIX = {"html": ".html", "text": ".txt", "eml": ".eml", "atom": ".atom", "rss": ".rss"}


@click.command("preview", epilog="Example: digest preview ana@example.org --format html --open")
@click.argument("email")
@click.option("--format", "form", type=click.Choice(list(_SUFFIX)), default="text", show_default=True)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file, not to stdout.")
@click.option("--open", "in_browser", is_flag=True, help="Open it in the browser.")
@pass_context
def preview_command(context: Context, email: str, form: str, output: Path | None, in_browser: bool) -> int:
    """Show today's edition, or what would be in it now; or the subscriber's feed. Nothing is kept or sent."""
    content = context.app.preview(email, form)
    if in_browser and output is None:
        with tempfile.NamedTemporaryFile(suffix=_SUFFIX[form], delete=False) as file:
            output = Path(file.name)
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return 0
    try:
        output.write_bytes(content)
    except OSError as error:
        raise InvalidInput(
            f"{output}: cannot be written ({error.strerror}); check the folder and its permissions"
        ) from error
    click.echo(f"wrote {output}", err=True)
    if in_browser:
        click.launch(output.absolute().as_uri())
    return 0
