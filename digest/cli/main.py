"""The command `digest`: its options for every verb, its errors and its exit codes."""

import gc
import importlib
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import NoReturn

import click
from click.shell_completion import CompletionItem

from digest import __version__, logs
from digest.cli.context import Context
from digest.errors import DigestError, InvalidInput, SourceResting, Stopped
from digest.processes import rarely_collecting

DONE, FAILED, USAGE, TRY_LATER = 0, 1, 2, 75

_COMMANDS = {  # name: module of digest.cli that holds it
    "init": "init",
    "config": "setup",
    "db": "database",
    "ingest": "day",
    "backfill": "more",
    "enrich": "more",
    "compose": "day",
    "deliver": "day",
    "run": "day",
    "serve": "serve",
    "worker": "worker",
    "preview": "preview",
    "subscriber": "subscriber",
    "group": "group",
    "profile": "profile",
    "eval": "evaluate",
    "paper": "paper",
    "author": "author",
    "batch": "batch",
    "delivery": "delivery",
    "bounce": "bounce",
    "suppression": "suppression",
    "source": "source",
    "status": "status",
    "stats": "stats",
    "doctor": "doctor",
    "backup": "backup",
    "restore": "backup",
    "send-test": "trial",
    "audit": "audit",
    "demo": "demo",
    "completion": "completion",
    "man": "manual",
}


class LazyGroup(click.Group):
    """Commands that are imported when they are named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        with rarely_collecting():  # importing makes many values, and no garbage
            module = importlib.import_module(f"digest.cli.{_COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands and options; none is imported for it."""
        known = [CompletionItem(name, help=SUMMARIES[name]) for name in _COMMANDS if name.startswith(incomplete)]
        return [*known, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, SUMMARIES[name]) for name in _COMMANDS])


SUMMARIES = {
    "init": "Write a configuration and make the database.",
    "config": "Show the effective configuration.",
    "db": "Look after the database.",
    "ingest": "Read the new listings.",
    "backfill": "Bring the papers of past days.",
    "enrich": "Ask for citations, code and people.",
    "compose": "Choose papers for everyone who is due.",
    "deliver": "Send what is waiting.",
    "run": "Ingest, compose and deliver, once.",
    "serve": "Do all of it when it is time, and answer the web.",
    "worker": "Share the work with other machines.",
    "preview": "Show what a subscriber gets.",
    "subscriber": "Add, list and change subscribers.",
    "group": "Readers who share interests and a weekly list.",
    "profile": "What a subscriber cares for.",
    "eval": "Measure the ranking on the subscribers' own votes.",
    "paper": "Look up papers, and say which are one work.",
    "author": "Who is known under a name.",
    "batch": "The ledger: was everything read?",
    "delivery": "The outbox: what waits, was sent, or is held.",
    "bounce": "Read what other mail systems and readers answer.",
    "suppression": "Addresses that get nothing for ever.",
    "source": "When each source was asked, and its rate.",
    "status": "How much there is of everything, and what waits.",
    "stats": "What came, was sent and was liked, by week.",
    "doctor": "Say what is wrong, and what helps.",
    "backup": "Copy the database while it is in use.",
    "restore": "Put a copy back, and send nothing twice.",
    "send-test": "Send a test mail, and say what the relay answers.",
    "audit": "Who changed what.",
    "demo": "Run three days on a bundled sample.",
    "completion": "What bash, zsh or fish needs to complete by Tab.",
    "man": "The man page.",
}


def _moment(ctx: click.Context, parameter: click.Parameter, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise click.BadParameter(f"{value!r} is not a time such as 2026-02-03T07:30:00Z") from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


@click.group(cls=LazyGroup, epilog="Example: digest --config /etc/paperround/config.toml run")
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Configuration file; else $DIGEST_CONFIG, else ./config.toml.",
)
@click.option("--now", callback=_moment, metavar="ISO-8601", help="Work as if it were this moment (UTC without zone).")
@click.option("-v", "--verbose", is_flag=True, help="Log more.")
@click.version_option(__version__, prog_name="digest")
@click.pass_context
def root(ctx: click.Context, config: Path | None, now: datetime | None, verbose: bool) -> None:
    """Paperround: a daily digest of new papers for each subscriber, by mail and feed."""
    logs.set_up(logs.LogSettings(), verbose=verbose)  # until the configuration says otherwise
    given = config or (Path(env) if (env := os.environ.get("DIGEST_CONFIG")) else None)
    ctx.obj = Context(
        file=given or Path("config.toml"), was_named=given is not None, now=now or datetime.now(UTC), verbose=verbose
    )
    ctx.call_on_close(ctx.obj.close)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process with its exit code."""
    code = run(arguments)
    gc.freeze()  # the process ends: looking through all there is once more took a quarter of a short command
    sys.exit(code)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; every error is one sentence on stderr."""
    try:
        given = _global_options_first(sys.argv[1:] if arguments is None else arguments)
        result = root.main(args=given, prog_name="digest", standalone_mode=False)
        return result if isinstance(result, int) else DONE
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return USAGE
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "digest"
        return _said(f"{error.format_message()} See: {where} --help", USAGE)
    except click.Abort:
        return _said("stopped", FAILED)
    except InvalidInput as error:
        return _said(str(error), USAGE)
    except (SourceResting, Stopped) as error:
        return _said(str(error), TRY_LATER)
    except DigestError as error:
        return _said(str(error), FAILED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _global_options_first(arguments: Sequence[str]) -> list[str]:
    """`--config` and `--now` may stand after the command too."""
    first: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            return [*first, *rest, argument, *waiting]
        if argument in ("--config", "--now"):
            first += [argument, *islice(waiting, 1)]
        elif argument.startswith(("--config=", "--now=")):
            first.append(argument)
        else:
            rest.append(argument)
    return [*first, *rest]


def _said(sentence: str, code: int) -> int:
    click.echo(f"digest: {sentence}", err=True)
    return code
