"""Groups of commands some of which are imported when they are named."""

import importlib
from collections.abc import Mapping
from typing import Any

import click


class LaterGroup(click.Group):
    """A group that loads some of its commands as they are needed: other commands do not wait for what those import."""

    def __init__(self, *arguments: Any, later: Mapping[str, str], **others: Any) -> None:
        """`later` says for each such command where it is: "module:name", the module one of digest.cli."""
        super().__init__(*arguments, **others)
        self._later = later

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *self._later]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._later:
            return super().get_command(ctx, cmd_name)
        module, _, name = self._later[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(f"digest.cli.{module}"), name)
        return command
