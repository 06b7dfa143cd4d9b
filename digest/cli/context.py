"""What every command starts from: a configuration file, a moment, and the product put together on first use."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest import logs

if TYPE_CHECKING:
    from digest.app import App
    from digest.config import Settings


@dataclass
class Context:
    """The options that stand before the command."""

    file: Path
    was_named: bool  # by option or environment; then it must exist
    now: datetime
    verbose: bool = False

    @cached_property
    def settings(self) -> "Settings":
        from digest import config
        from digest.errors import ConfigError

        if self.was_named and not self.file.exists():
            raise ConfigError(
                f"{self.file}: no such configuration file; make one with: digest --config {self.file} init"
            )
        settings = config.load(self.file)
        logs.set_up(settings.log, verbose=self.verbose)
        return settings

    @cached_property
    def app(self) -> "App":
        from digest.app import App

        return App(self.settings, now=self.now)

    def close(self) -> None:
        if "app" in self.__dict__:
            self.app.close()
        logs.take_down()


pass_context = click.make_pass_decorator(Context)
