"""What is written down is true: commands, settings, links, and the two commands of the README."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from digest.cli.main import root
from digest.config import settings_known
from digest.resources import shipped

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("*/README.md")])


def _commands(group: click.Group, path: str = "digest") -> Iterator[str]:
    with click.Context(group) as context:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if isinstance(command, click.Group):
                yield from _commands(command, f"{path} {name}")
            else:
                yield f"{path} {name}"


COMMANDS = sorted(_commands(root))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_stands_in_the_operators_guide(command: str) -> None:
    assert f"`{command}`" in (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_in_a_document_exists_with_its_options(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    shown = re.findall(r"^(?:\S*/)?(digest [^\n#]*)", text, re.M) + re.findall(r"`(digest [^`]+)`", text)

    for line in shown:
        _check(shlex.split(line.partition("(")[0].partition(";")[0])[1:], root, line)


def _check(words: list[str], command: click.Command, line: str) -> None:
    known = {name for parameter in command.params for name in parameter.opts} | {"--help", "--version"}
    with click.Context(command) as context:
        skip = False
        for number, word in enumerate(words):
            if word.startswith("-"):
                assert word.partition("=")[0] in known, line
                skip = word in ("--config", "--now")
            elif skip:
                skip = False
            elif isinstance(command, click.Group):
                inner = command.get_command(context, word)
                assert inner is not None, line
                return _check(words[number + 1 :], inner, line)
    return None


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_leads_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", text) + re.findall(r'src="([^"]+)"', text)

    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_the_readme_names_both_commands_and_the_makefile_has_them() -> None:
    readme, makefile = (ROOT / "README.md").read_text(encoding="utf-8"), (ROOT / "Makefile").read_text(encoding="utf-8")

    assert "make demo" in readme
    assert "make test" in readme
    assert {"demo", "test"} <= set(re.findall(r"^(\w+):", makefile, re.M))


def test_every_setting_is_explained_in_the_example() -> None:
    example = shipped("config.example.toml").read_text(encoding="utf-8")

    assert [setting.key for setting in settings_known() if f"\n{setting.key} = " not in example] == []


def test_every_floor_of_the_house_is_drawn() -> None:
    drawn = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    modules = {path.stem for path in (ROOT / "digest").iterdir() if not path.name.startswith(("_", "."))}

    assert [name for name in modules - {"templates"} if not re.search(rf"\b{name}\b", drawn)] == []


def test_the_pinned_set_up_names_versions_and_no_places() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()

    assert all(line.startswith("#") or re.fullmatch(r"[A-Za-z0-9._-]+==[\w.]+", line) for line in lines)
