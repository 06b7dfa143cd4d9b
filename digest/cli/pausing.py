"""Commands that stop mail for a while, and let it come again: for one subscriber, or for many at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import click

from digest import membership
from digest.cli.bulk import dry_run_option, go_ahead, yes_option
from digest.cli.choosing import chosen, filters, filters_options
from digest.cli.context import Context, pass_context
from digest.cli.output import DONE
from digest.membership import many
from digest.subscribers import Subscriber

_all_option = click.option("--all", "everything", is_flag=True, help="Everybody, or everybody whom the filters let in.")


@click.command("pause", epilog="Example: digest subscriber pause --all --domain example.org --dry-run")
@click.argument("email", required=False)
@_all_option
@filters_options
@dry_run_option
@yes_option
@pass_context
def pause_command(
    context: Context, /, email: str | None, everything: bool, dry_run: bool, yes: bool, **asked: Any
) -> int:
    """Send nothing until resumed: to one subscriber, or with --all to everybody who is active."""
    pausing = _Change(
        verb="pause",
        one=lambda email: f"paused {membership.pause(context.store, email).address}",
        can=many.can_pause,
        all=lambda people: f"paused {many.pause(context.store, people):,}",
    )
    return _change(context, pausing, email, everything, asked, dry_run=dry_run, yes=yes)


@click.command("resume", epilog="Example: digest subscriber resume --all --group 'Robotics lab'")
@click.argument("email", required=False)
@_all_option
@filters_options
@dry_run_option
@yes_option
@pass_context
def resume_command(
    context: Context, /, email: str | None, everything: bool, dry_run: bool, yes: bool, **asked: Any
) -> int:
    """Begin again with the newest listing: for one subscriber, or with --all for everybody who is on pause.

    Who left by themselves, or may get nothing, is resumed one by one alone.
    """
    resuming = _Change(
        verb="resume",
        one=lambda email: _resumed(context, email),
        can=many.can_resume,
        all=lambda people: f"resumed {many.resume(context.store, people, now=context.now):,}",
    )
    return _change(context, resuming, email, everything, asked, dry_run=dry_run, yes=yes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """What is done to subscribers, and says what it did."""

    verb: str
    one: Callable[[str], str]  # by address
    can: Callable[[Subscriber], bool]  # whether --all means them
    all: Callable[[Sequence[Subscriber]], str]


def _change(
    context: Context,
    change: _Change,
    email: str | None,
    everything: bool,
    asked: dict[str, Any],
    *,
    dry_run: bool,
    yes: bool,
) -> int:
    """Change the one who is named, or those whom --all means."""
    wanted = filters(asked)
    if everything == (email is not None):
        raise click.UsageError("give an EMAIL, or --all with or without filters")
    if email is not None:
        if not wanted.is_empty:
            raise click.UsageError("filters go with --all")
        click.echo(f"would change {membership.address(email)}" if dry_run else change.one(email))
        return DONE
    people = [each.subscriber for each in chosen(context.store, wanted) if change.can(each.subscriber)]
    if dry_run:
        click.echo(f"would {change.verb} {len(people):,}")
        return DONE
    go_ahead(len(people), f"{change.verb.removesuffix('e')}ing", yes=yes, noun="subscriber")
    click.echo(change.all(people))
    return DONE


def _resumed(context: Context, email: str) -> str:
    from digest.cli.subscriber import next_edition

    back = membership.resume(context.store, email, now=context.now)
    return f"resumed {back.address}; next edition {next_edition(back)}"
