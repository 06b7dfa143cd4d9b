"""Commands that stop mail for a while, and let it come again: for one subscriber, or for many at once."""

from collections.abc import Callable, Sequence
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
    people = _people(context, email, everything, asked)
    if people is None:
        assert email is not None  # noqa: S101 - one of the two is given
        return _one(dry_run, email, lambda: f"paused {membership.pause(context.store, email).address}")
    wanted = [each for each in people if many.can_pause(each)]
    if dry_run:
        click.echo(f"would pause {len(wanted):,}")
        return DONE
    go_ahead(len(wanted), "pausing", yes=yes, noun="subscriber")
    click.echo(f"paused {many.pause(context.store, wanted):,}")
    return DONE


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
    people = _people(context, email, everything, asked)
    if people is None:
        assert email is not None  # noqa: S101 - one of the two is given
        return _one(dry_run, email, lambda: _resumed(context, email))
    wanted = [each for each in people if many.can_resume(each)]
    if dry_run:
        click.echo(f"would resume {len(wanted):,}")
        return DONE
    go_ahead(len(wanted), "resuming", yes=yes, noun="subscriber")
    click.echo(f"resumed {many.resume(context.store, wanted, now=context.now):,}")
    return DONE


def _people(
    context: Context, email: str | None, everything: bool, asked: dict[str, Any]
) -> Sequence[Subscriber] | None:
    """Those whom --all means; None where one is named."""
    wanted = filters(asked)
    if everything == (email is not None):
        raise click.UsageError("give an EMAIL, or --all with or without filters")
    if email is not None and not wanted.is_empty:
        raise click.UsageError("filters go with --all")
    return [each.subscriber for each in chosen(context.store, wanted)] if everything else None


def _one(dry_run: bool, email: str, act: Callable[[], str]) -> int:
    click.echo(f"would change {membership.address(email)}" if dry_run else act())
    return DONE


def _resumed(context: Context, email: str) -> str:
    from digest.cli.subscriber import next_edition

    back = membership.resume(context.store, email, now=context.now)
    return f"resumed {back.address}; next edition {next_edition(back)}"
