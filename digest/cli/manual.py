"""The man page: the tree of commands → roff, in the words of --help."""

import inspect
import re
from collections.abc import Iterator

import click

from digest import __version__

_SECTION = 1
_EXITS = (
    ("0", "All went well."),
    ("1", "Something failed; one sentence on stderr says what, to what, and what helps."),
    ("2", "The command or a value given with it cannot be used."),
    ("75", "Try again later: a source wants rest, the relay cannot be reached, or the process was asked to stop."),
)
_ENVIRONMENT = (
    ("DIGEST_CONFIG", "The configuration file, where --config does not name one."),
    ("DIGEST_SECTION_KEY", "A setting instead of the one in the file, such as DIGEST_SMTP_HOST for [smtp] host."),
    ("HTTP_PROXY, HTTPS_PROXY, NO_PROXY", "The way to the network."),
)
_FILES = (("./config.toml", "The configuration: every setting with its default and what it means."),)


@click.command("man", epilog="Example: digest man > ~/.local/share/man/man1/digest.1")
def man_command() -> int:
    """Print the man page of all commands, for man(1)."""
    from digest.cli.main import root

    click.echo(man_page(root, "digest"), nl=False)
    return 0


def man_page(root: click.Group, name: str) -> str:
    """The whole page; each command with its options and its example."""
    lines = [f'.TH {name.upper()} {_SECTION} "" "paperround {__version__}" "Paperround"', ".SH NAME"]
    lines += [f"{name} \\- {_text(_summary(root))}", ".SH SYNOPSIS", f".B {name}", _text("[OPTIONS] COMMAND [ARGS]...")]
    lines += [".SH DESCRIPTION", *_help(root), ".SH OPTIONS", *_options(click.Context(root, info_name=name))]
    lines.append(".SH COMMANDS")
    for path, command in _tree(root, name):
        lines += _command(path, command)
    for title, rows in (("EXIT STATUS", _EXITS), ("ENVIRONMENT", _ENVIRONMENT), ("FILES", _FILES)):
        lines += [f".SH {title}", *(line for term, said in rows for line in _item(term, said))]
    return "\n".join(lines) + "\n"


def _tree(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command below a group with the words it is called by, groups before what they hold."""
    ctx = click.Context(group, info_name=path)
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        if command is None or command.hidden:
            continue
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from _tree(command, f"{path} {name}")


def _command(path: str, command: click.Command) -> Iterator[str]:
    ctx = click.Context(command, info_name=path)
    yield f".SS {_text(' '.join([path, *command.collect_usage_pieces(ctx)]))}"
    yield from _help(command)
    yield from _options(ctx)
    if command.epilog:
        yield from (".PP", _text(command.epilog))


def _summary(command: click.Command) -> str:
    return " ".join(inspect.cleandoc(command.help or "").partition("\n\n")[0].split())


def _help(command: click.Command) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n", inspect.cleandoc(command.help or "")):
        yield ".PP"
        yield _text(" ".join(paragraph.split()))


def _options(ctx: click.Context) -> Iterator[str]:
    for parameter in ctx.command.get_params(ctx):
        record = parameter.get_help_record(ctx)
        if record is not None and "--help" not in record[0]:
            yield from _item(*record)


def _item(term: str, said: str) -> Iterator[str]:
    yield ".TP"
    yield f".B {_text(term)}"
    yield _text(" ".join(said.split()))


def _text(words: str) -> str:
    """Words as roff prints them (groff_char(7)): no escape, no request at a line's beginning, hyphens that can be
    copied, and what is beyond ASCII by its number.
    """
    safe = words.replace("\\", "\\e").replace("-", "\\-")
    safe = "".join(sign if sign.isascii() else f"\\[u{ord(sign):04X}]" for sign in safe)
    return f"\\&{safe}" if safe.startswith((".", "'")) else safe
