"""docs/reference.md, made from the code: every command as click knows it, every setting as the example explains it.

python -m tests.reference          writes the file
"""

import re
import types
from enum import StrEnum
from itertools import groupby
from typing import Any, get_args

import click

from digest.config import Setting, settings_known
from digest.resources import shipped
from tests.guide import ROOT, every_command

FILE = ROOT / "docs" / "reference.md"
_HEAD = """# Reference

Made from the code by `python -m tests.reference`; a test holds the two together. How things belong together stands
in the [operator's guide](operating.md).

- [Commands](#commands)
- [Settings](#settings)
"""
_COMMANDS = """
## Commands

Every command takes `--config FILE` (else `DIGEST_CONFIG`, else `./config.toml`) and `--now ISO-8601` (work as if it
were this moment), before or after its name, and `-v` (log more) before it. Exit codes: 0 done, 1 something failed, 2
the command or a value cannot be used, 75 a source asked for rest.
"""
_SETTINGS = """
## Settings

In `config.toml`, or in the environment, which wins: lists with commas between. A setting that ends in `_file` and
holds a secret names a file with that secret. Relative paths begin at the folder of `config.toml`.
"""
_KINDS = {str: "text", int: "whole number", float: "number", bool: "true, false"}


def reference() -> str:
    """The whole page, as Markdown."""
    commands = "".join(_command(path, command) for path, command in every_command())
    settings = "".join(_section(name, list(each)) for name, each in groupby(settings_known(), lambda s: s.section))
    return "".join([_HEAD, _COMMANDS, commands, _SETTINGS, settings])


def _command(path: str, command: click.Command) -> str:
    context = click.Context(command, info_name=path)
    options = [each for each in command.params if isinstance(each, click.Option)]
    arguments = [each.make_metavar(context) for each in command.params if isinstance(each, click.Argument)]
    parts = [f"\n### {path}\n", f"`{' '.join([path, *(['[OPTIONS]'] if options else []), *arguments])}`\n"]
    parts += [f"{paragraph}\n" for paragraph in _paragraphs(command.help)]
    if options:
        rows = [_option(each, context) for each in options]
        parts.append("| option | means | default |\n|---|---|---|\n" + "\n".join(rows) + "\n")
    parts += [f"{_as_code(paragraph)}\n" for paragraph in _paragraphs(command.epilog)]
    return "\n".join(parts)


def _paragraphs(text: str | None) -> list[str]:
    return [_plain(" ".join(part.split())) for part in re.split(r"\n\s*\n", text or "") if part.strip()]


def _option(option: click.Option, context: click.Context) -> str:
    names = " / ".join(filter(None, [_named(option.opts), _named(option.secondary_opts)]))
    takes = "" if option.is_flag or option.count else f" {_plain(option.make_metavar(context))}"
    again = " Repeatable." if option.multiple and "repeat" not in (option.help or "") else ""
    needed = " Required." if option.required else ""
    return _row(f"{names}{takes}", f"{_plain(option.help or '')}{again}{needed}", _default(option))


def _named(options: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in options)


def _default(option: click.Option) -> str:
    shown = option.show_default and not option.required and option.default not in (None, (), False)
    return f"`{option.default}`" if shown else ""


def _as_code(epilog: str) -> str:
    """`Example: digest …` with the command as code."""
    label, colon, command = epilog.partition(": ")
    return f"{label}: `{command.replace('`', '')}`" if colon and command.startswith("digest ") else epilog


def _section(name: str, settings: list[Setting]) -> str:
    rows = [_row(f"`{each.key}`", _plain(_said(each)), _kind(each.kind), _value(each)) for each in settings]
    variables = f"In the environment: `{settings[0].variable}`" + (" and so on." if len(settings) > 1 else ".")
    table = "| setting | means | takes | default |\n|---|---|---|---|\n" + "\n".join(rows)
    return f"\n### [{name}]\n\n{variables}\n\n{table}\n"


def _said(setting: Setting) -> str:
    """The comment above the setting in the example, which may tell of several."""
    lines = shipped("config.example.toml").read_text(encoding="utf-8").splitlines()
    at = lines.index(f"[{setting.section}]")
    at = next(n for n in range(at, len(lines)) if lines[n].startswith(f"{setting.key} = "))
    above: list[str] = []
    while lines[at - 1].startswith("#"):
        at -= 1
        above.insert(0, lines[at].removeprefix("#").strip())
    return " ".join(above) or "(as above)"


def _kind(kind: Any) -> str:
    if isinstance(kind, types.GenericAlias):
        return f"list of {_kind(get_args(kind)[0])}"
    if issubclass(kind, StrEnum):
        return ", ".join(f"`{each.value}`" for each in kind)
    return _KINDS.get(kind, str(kind.__name__))


def _value(setting: Setting) -> str:
    default = "" if setting.is_secret else setting.field.default
    if isinstance(default, tuple):
        return f"`[{', '.join(map(_toml, default))}]`"
    return f"`{_toml(default)}`"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _plain(text: str) -> str:
    """Angle brackets and stars that Markdown would take for its own."""
    return re.sub(r"(`[^`]*`)|([<>*])", lambda found: found[1] or f"\\{found[2]}", text)


if __name__ == "__main__":
    FILE.write_text(reference(), encoding="utf-8")
