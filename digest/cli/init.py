"""Setting up: a configuration with every setting and what it means, the first database, and the first reader.

On a terminal it asks; elsewhere, or with --yes, it takes what is given and the defaults, and never asks.
"""

import sys
from pathlib import Path

import click

from digest.cli.asking import Answers, asked, sender_address
from digest.cli.context import Context, pass_context
from digest.errors import ConfigError, InvalidInput

_PRIVATE = 0o600
_PASSWORD_FILE = "smtp-password"  # noqa: S105 - the name of the file that holds it


@click.command(
    "init", epilog="Example: digest init --yes --category cs.LG --category math.OC --sender digest@example.org"
)
@click.option(
    "--category", "categories", multiple=True, metavar="C", help="An arXiv category to read; may be repeated."
)
@click.option("--sender", metavar="EMAIL", help="The address mails come from.")
@click.option("--yes", is_flag=True, help="Ask nothing, and take the defaults.")
@pass_context
def init_command(context: Context, categories: tuple[str, ...], sender: str | None, yes: bool) -> int:
    """Write config.toml, with every setting and what it means, and make the database.

    On a terminal it asks for categories, sender, relay, address of the server, time zone and your own address, and
    logs in to the relay before it keeps it. Elsewhere it never asks. Files are readable for their owner only.
    """
    from digest.config import load

    if context.file.exists():
        raise InvalidInput(f"{context.file} exists already; edit it, or move it away first")
    given = Answers(categories=categories, sender=sender or "")
    answers = asked(given) if sys.stdin.isatty() and not yes else given
    text = _configuration(answers)
    if answers.password:
        _write(context.file.with_name(_PASSWORD_FILE), answers.password + "\n")
    _write(context.file, text)
    context.was_named = True
    load(context.file)
    place = _database(context)
    click.echo(f"wrote {context.file}; the database is {place}")
    if answers.reader:
        _first_reader(context, answers)
        click.echo("next: digest run; then digest doctor says what is still to do")
    else:
        click.echo("next: digest subscriber add you@example.org --interest 'what you work on'; digest run")
    return 0


def _database(context: Context) -> str:
    from digest.store import Store

    store = Store(context.settings.database)
    try:
        store.upgrade(now=context.now)
    finally:
        store.close()
    return store.place


def _first_reader(context: Context, answers: Answers) -> None:
    from digest import membership
    from digest.subscribers import Schedule

    added = membership.add(
        context.store,
        answers.reader,
        host=context.host,
        now=context.now,
        schedule=Schedule(timezone=membership.timezone(answers.timezone)),
    )
    click.echo(f"added {added.address}; say what you work on: digest profile interest {added.address} 'in a sentence'")


def _configuration(answers: Answers) -> str:
    """The example with what was answered in its place; InvalidInput where an answer is of no use."""
    from digest import membership
    from digest.resources import shipped

    text = shipped("config.example.toml").read_text(encoding="utf-8")
    if answers.categories:
        wanted = ", ".join(_quoted(membership.category(category)) for category in answers.categories)
        text = _set(text, "sources.arxiv", "categories", f"[{wanted}]")
    if answers.sender:
        text = _set(text, "site", "sender", _quoted(sender_address(answers.sender)))
    if answers.url:
        text = _set(text, "site", "url", _quoted(answers.url))
    if answers.smtp_host:
        text = _set(text, "smtp", "host", _quoted(answers.smtp_host))
        text = _set(text, "smtp", "port", str(answers.smtp_port))
        text = _set(text, "smtp", "security", _quoted(answers.security))
    if answers.username:
        text = _set(text, "smtp", "username", _quoted(answers.username))
        text = _set(text, "smtp", "password_file", _quoted(_PASSWORD_FILE))
    return text


def _quoted(value: str) -> str:
    """As a basic string of TOML, which JSON's are too."""
    import json

    return json.dumps(value, ensure_ascii=False)


def _set(text: str, section: str, key: str, value: str) -> str:
    lines = text.splitlines(keepends=True)
    begin = lines.index(f"[{section}]\n")
    at = next(n for n, line in enumerate(lines) if n > begin and line.startswith(f"{key} = "))
    return "".join([*lines[:at], f"{key} = {value}\n", *lines[at + 1 :]])


def _write(file: Path, text: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as opened:
            file.chmod(_PRIVATE)
            opened.write(text)
    except OSError as error:
        raise ConfigError(
            f"{file}: cannot be written ({error.strerror}); check the folder and its permissions"
        ) from error
