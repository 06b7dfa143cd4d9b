"""What every command starts from: a configuration file, a moment, and the product put together on first use.

Here too is where a change by an operator comes into the audit log.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec
from urllib.parse import urlsplit

import click

from digest import logs
from digest.errors import ConfigError, InvalidInput

if TYPE_CHECKING:
    from digest.app import App
    from digest.config import Settings
    from digest.store import Store

P = ParamSpec("P")
_DONE, _FAILED = "done", "failed"


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

        if self.was_named and not self.file.exists():
            raise ConfigError(
                f"{self.file}: no such configuration file; make one with: digest --config {self.file} init"
            )
        settings = config.load(self.file)
        logs.set_up(settings.log, verbose=self.verbose)
        return settings

    @cached_property
    def store(self) -> "Store":
        """The database, ready to be used: all that commands need which only look things up, or change a row."""
        from digest.store import Store

        store = Store(self.settings.database)
        try:
            store.prepare(now=self.now)
        except BaseException:
            store.close()
            raise
        return store

    @cached_property
    def app(self) -> "App":
        """The product: it knows every craft, and takes a second to load."""
        from digest.app import App

        return App(self.settings, now=self.now, store=self.store)

    @property
    def host(self) -> str:
        """By which feeds are named for ever."""
        return urlsplit(self.settings.site.url).hostname or "localhost"

    def close(self) -> None:
        if "store" in self.__dict__:
            self.store.close()
        logs.take_down()


def pass_context(command: Callable[Concatenate[Context, P], int]) -> Callable[P, int]:
    """Give a command the Context; one that changes something is noted in the audit log when it has ended."""

    def called(*arguments: P.args, **parameters: P.kwargs) -> int:
        ctx = click.get_current_context()
        context = ctx.find_object(Context)
        assert context is not None  # noqa: S101 - the root makes it
        return _audited(context, ctx, lambda: command(context, *arguments, **parameters))

    return update_wrapper(called, command)


def _audited(context: Context, ctx: click.Context, work: Callable[[], int]) -> int:
    from digest.cli import auditing

    what = ctx.command_path.partition(" ")[2]
    if not auditing.is_change(what, ctx.params):
        return work()
    before = _target(context, ctx.params) if context.file.exists() else ""
    try:
        code = work()
    except (InvalidInput, ConfigError):
        raise  # nothing was changed
    except Exception:
        auditing.note(context, what, before, _FAILED)
        raise
    if code == 0:
        after = _target(context, ctx.params)
        auditing.note(context, what, after if before.startswith("address ") else before or after, _DONE)
    return code


def _target(context: Context, parameters: dict[str, Any]) -> str:
    from digest.cli import auditing

    return auditing.target(context, parameters)
