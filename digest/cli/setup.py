"""A look at the configuration."""

import click

from digest.cli.context import Context, pass_context
from digest.cli.output import as_json, json_option


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
