"""The reference says what the code says: all commands with all options, all settings with their defaults."""

import click

from digest.config import settings_known
from tests.guide import every_command
from tests.reference import FILE, reference


def test_the_reference_is_as_the_code_is_today() -> None:
    assert FILE.read_text(encoding="utf-8") == reference(), "run: python -m tests.reference"


def test_every_setting_stands_in_its_section() -> None:
    told = _parts()

    assert [each.variable for each in settings_known() if f"| `{each.key}` |" not in told[f"[{each.section}]"]] == []


def test_every_option_stands_below_its_command() -> None:
    told = _parts()
    options = [
        (path, name)
        for path, command in every_command()
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for name in (*parameter.opts, *parameter.secondary_opts)
    ]

    assert [(path, name) for path, name in options if f"`{name}`" not in told[path]] == []


def _parts() -> dict[str, str]:
    """What stands below each heading."""
    return {part.partition("\n")[0]: part for part in reference().split("\n### ")}
