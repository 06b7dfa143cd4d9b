"""Setting up: a configuration, a look at it, and the first database."""

import sys
from pathlib import Path

import click

from digest.cli.context import Context, pass_context
from digest.cli.output import as_json, json_option
from digest.errors import ConfigError, InvalidInput


@click.command("init", epilog="Example: digest init --category cs.LG --category math.OC --sender digest@example.org")
@click.option(
    "--category", "categories", multiple=True, metavar="C", help="An arXiv category to read; may be repeated."
)
@click.option("--sender", metavar="EMAIL", help="The address mails come from.")
@pass_context
def init_command(context: Context, categories: tuple[str, ...], sender: str | None) -> int:
    """Write config.toml, with every setting and its default, and make the database.

    On a terminal it asks for what is not given; elsewhere it never asks.
    """
    from digest import membership
    from digest.config import load
    from digest.resources import shipped
    from digest.store import Store

    if context.file.exists():
        raise InvalidInput(f"{context.file} exists already; edit it, or move it away first")
    if sys.stdin.isatty():
        categories = categories or tuple(click.prompt("arXiv categories", default="cs.CL cs.LG").split())
        sender = sender or click.prompt("Sender address of the mails", default="paperround@localhost")
    text = shipped("config.example.toml").read_text(encoding="utf-8")
    if categories:
        wanted = ", ".join(f'"{membership.category(category)}"' for category in categories)
        text = _set(text, "categories", f"[{wanted}]")
    if sender:
        text = _set(text, "sender", f'"{membership.address(sender)}"')
    _write(context.file, text)
    context.was_named = True
    load(context.file)
    store = Store(context.settings.database)
    try:
        store.upgrade(now=context.now)
    finally:
        store.close()
    place = store.place
    click.echo(f"wrote {context.file}; the database is {place}")
    click.echo("next: digest subscriber add you@example.org --interest 'what you work on'; digest run")
    return 0


def _set(text: str, key: str, value: str) -> str:
    lines = text.splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if line.startswith(f"{key} = "))
    return "".join([*lines[:at], f"{key} = {value}\n", *lines[at + 1 :]])


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as opened:
            file.chmod(0o600)
            opened.write(text)
    except OSError as error:
        raise ConfigError(
            f"{file}: cannot be written ({error.strerror}); check the folder and its permissions"
        ) from error


@click.group("config", epilog="Example: digest config show")
def config_command() -> None:
    """Show the effective configuration."""


@config_command.command("show", epilog="Example: digest config show --json")
@json_option
@pass_context
def config_show(context: Context, use_json: bool) -> int:
    """Every setting as it is in force, from file, environment and defaults; secrets are not shown."""
    from digest.config import shown

    rows = shown(context.settings)
    if use_json:
        sections: dict[str, dict[str, object]] = {}
        for section, key, value in rows:
            sections.setdefault(section, {})[key] = value
        as_json(sections)
        return 0
    last = ""
    for section, key, value in rows:
        if section != last:
            click.echo(f"{chr(10) if last else ''}[{section}]")
        last = section
        click.echo(f"{key} = {_toml(value)}")
    return 0


def _toml(value: object) -> str:
    import json

    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (str, bool)) else str(value)
