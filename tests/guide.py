"""The commands that the documents show: found in their fenced blocks, parted as a shell parts them, checked by click.

A block of the language `console` is what a reader types; `toml` is what a reader puts into the configuration.
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from digest.cli.main import root

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("[!.]*/README.md")])
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)
_ASSIGNMENT = re.compile(r"[A-Z][A-Z0-9_]*=")
_OPERATORS = frozenset("&|;")
_OF_ALL = ("--config", "--now")  # options that stand before or after the command, with a value


@dataclass(frozen=True, slots=True)
class Typed:
    """One command, as a shell would hand it over."""

    environment: dict[str, str]
    words: tuple[str, ...]

    @property
    def program(self) -> str:
        return Path(self.words[0]).name

    @property
    def arguments(self) -> tuple[str, ...]:
        return self.words[1:]


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block of a document."""

    document: Path
    line: int  # of its fence, from 1
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.document.relative_to(ROOT)}:{self.line}"

    def typed(self) -> Iterator[Typed]:
        """The commands of a console block, in their order."""
        for line in self.text.replace("\\\n", " ").splitlines():
            yield from _commands(line)


def blocks(document: Path, *languages: str) -> list[Block]:
    """The fenced blocks of a document in these languages."""
    text = document.read_text(encoding="utf-8")
    found = ((text.count("\n", 0, fence.start()) + 1, fence) for fence in _FENCE.finditer(text))
    return [Block(document, line, fence[1], fence[2]) for line, fence in found if fence[1] in languages]


def inline(document: Path) -> list[str]:
    """The commands that a document names within its sentences."""
    without_blocks = _FENCE.sub("", document.read_text(encoding="utf-8"))
    return re.findall(r"`(digest [^`]+)`", without_blocks)


def every_command(group: click.Group = root, path: str = "digest") -> Iterator[tuple[str, click.Command]]:
    """All commands that are no groups, by their whole names, in the order of the help."""
    with click.Context(group, info_name=path) as context:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if isinstance(command, click.Group):
                yield from every_command(command, f"{path} {name}")
            elif command is not None:
                yield f"{path} {name}", command


def check(arguments: Sequence[str]) -> None:
    """Whether `digest` takes these words: the command, its options, their values, and as many arguments as it needs.

    click.UsageError where it does not. Nothing is run.
    """
    name, command, rest = resolve(arguments)
    command.make_context(name, list(rest))


def resolve(arguments: Sequence[str]) -> tuple[str, click.Command, tuple[str, ...]]:
    """The command that is meant, by its whole name, and what is left for it; click.UsageError where there is none."""
    words, names = list(_without_global(arguments)), list[str]()
    found: click.Command = root
    while isinstance(found, click.Group) and words and not words[0].startswith("-"):
        with click.Context(found) as context:
            inner = found.get_command(context, words[0])
        if inner is None:
            raise click.UsageError(f"no such command: digest {' '.join([*names, words[0]])}")
        names.append(words.pop(0))
        found = inner
    return " ".join(names), found, tuple(words)


def _without_global(arguments: Sequence[str]) -> Iterator[str]:
    waiting = iter(arguments)
    for word in waiting:
        if word in _OF_ALL:
            next(waiting, None)
        elif not word.startswith(tuple(f"{name}=" for name in _OF_ALL)) and word != "-v":
            yield word


def _commands(line: str) -> Iterator[Typed]:
    words: list[str] = []
    parts = shlex.shlex(line, posix=True, punctuation_chars="<>|&;")
    parts.whitespace_split = True
    for part in [*parts, ";"]:
        if part and set(part) <= _OPERATORS:
            if words:
                yield _typed(words)
            words = []
        else:
            words.append(part)


def _typed(words: list[str]) -> Typed:
    """Without what is read from files, or written to them."""
    kept: list[str] = []
    waiting = iter(words)
    for word in waiting:
        if set(word) <= set("<>"):
            next(waiting, None)
        else:
            kept.append(word)
    environment: dict[str, str] = {}
    while kept and _ASSIGNMENT.match(kept[0]):
        name, _, value = kept.pop(0).partition("=")
        environment[name] = value
    return Typed(environment, tuple(kept))
