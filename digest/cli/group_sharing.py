"""Commands for what a group reads with, and for what a member chose there."""

import click

from digest.cli.context import Context, pass_context
from digest.cli.output import DONE
from digest.membership import groups

_name, _email, _interest = click.argument("group", metavar="NAME"), click.argument("email"), click.argument("interest")


@click.command(
    "share", epilog="Example: digest group share 'Robotics lab' ana@example.org 'legged locomotion' --quota 2"
)
@_name
@_email
@_interest
@click.option(
    "--quota",
    type=int,
    default=groups.SHARE_QUOTA,
    show_default=True,
    help="Most papers of it in one edition of a member.",
)
@pass_context
def share_command(context: Context, group: str, email: str, interest: str, quota: int) -> int:
    """Have the whole group read with an interest of a member.

    Each member's editions are chosen by it too, as an interest of the group's beside their own, which stay as they are.
    Its words and votes work for all; whose they are, and which papers were voted on, is not told.
    """
    groups.share(context.store, group, email, interest, quota=quota, now=context.now)
    click.echo("shared; the next editions use it")
    return DONE


@click.command("unshare", epilog="Example: digest group unshare 'Robotics lab' ana@example.org 'legged locomotion'")
@_name
@_email
@_interest
@pass_context
def unshare_command(context: Context, group: str, email: str, interest: str) -> int:
    """Have the group read with it no more; the interest stays its owner's."""
    groups.unshare(context.store, group, email, interest)
    click.echo("no longer shared")
    return DONE


@click.command("choose", epilog="Example: digest group choose 'Robotics lab' ana@example.org --no-list")
@_name
@_email
@click.option("--list/--no-list", "takes_list", default=None, help="Send them the common list, or not.")
@click.option("--show-sent/--hide-sent", "shows_sent", default=None, help="Count them, as a number alone, or not.")
@pass_context
def choose_command(context: Context, group: str, email: str, takes_list: bool | None, shows_sent: bool | None) -> int:
    """What a member wants of one group; they choose the same on the page of their settings."""
    if takes_list is None and shows_sent is None:
        raise click.UsageError("give --list or --no-list, --show-sent or --hide-sent")
    groups.choose(context.store, email, name=group, takes_list=takes_list, shows_sent=shows_sent)
    click.echo("chosen")
    return DONE
