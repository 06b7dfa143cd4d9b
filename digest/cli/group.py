"""Commands for groups of readers, and for what is chosen for all of them."""

from dataclasses import asdict
from pathlib import Path

import click

from digest.cli.bulk import dry_run_option, go_ahead, yes_option
from digest.cli.context import Context, pass_context
from digest.cli.later import LaterGroup
from digest.cli.output import DONE, as_json, json_option, table
from digest.cli.roster import content_of
from digest.errors import InvalidInput
from digest.membership import groups, typed
from digest.membership.groups import Arrivals, Changes, Detail, Summary
from digest.rendering.words import counted
from digest.store.groups import Group
from digest.subscribers import DAY_NAMES

_USAGE = 2  # what was given could not be used, or not all of it
_SHOWN = 20  # lines that cannot be read
_LATER = {
    "share": "group_sharing:share_command",
    "unshare": "group_sharing:unshare_command",
    "choose": "group_sharing:choose_command",
}

_name = click.argument("group", metavar="NAME")


@click.group("group", cls=LaterGroup, later=_LATER, epilog="Example: digest group show 'Robotics lab'")
def group_command() -> None:
    """Readers who share interests, and get a common list once a week."""


@group_command.command("create", epilog="Example: digest group create 'Robotics lab' --list-on fri")
@_name
@click.option("--list-on", default="mon", show_default=True, metavar="DAY|none", help="Weekday of the common list.")
@click.option("--size", type=int, default=groups.LIST_SIZE, show_default=True, help="Most papers in a list.")
@pass_context
def create(context: Context, group: str, list_on: str, size: int) -> int:
    """Make a group with nobody in it."""
    made = groups.create(context.store, group, weekday=_weekday(list_on), size=size, now=context.now)
    click.echo(f"made the group {made.name}; list: {_list_of(made)}")
    return DONE


@group_command.command("set", epilog="Example: digest group set 'Robotics lab' --list-on none")
@_name
@click.option("--list-on", metavar="DAY|none", help="Weekday of the common list.")
@click.option("--size", type=int, help="Most papers in a list.")
@click.option("--rename", metavar="NEW", help="Another name.")
@pass_context
def set_(context: Context, group: str, list_on: str | None, size: int | None, rename: str | None) -> int:
    """Change a group's name, or when its list comes and how long it is."""
    changes = Changes()
    if list_on is not None:
        changes["weekday"] = _weekday(list_on)
    if size is not None:
        changes["size"] = size
    if rename is not None:
        changes["name"] = rename
    changed = groups.change(context.store, group, **changes)
    click.echo(f"changed the group {changed.name}; list: {_list_of(changed)}")
    return DONE


@group_command.command("remove", epilog="Example: digest group remove 'Robotics lab' --yes")
@_name
@yes_option
@pass_context
def remove(context: Context, group: str, yes: bool) -> int:
    """Forget a group with its lists; its members stay subscribers, with all that is theirs."""
    members = groups.detail(context.store, group).members
    go_ahead(len(members), "forgetting the group of", yes=yes, noun="member")
    groups.remove(context.store, group)
    click.echo(f"removed the group; it had {counted(len(members), 'member')}")
    return DONE


@group_command.command("list", epilog="Example: digest group list --member ana@example.org --json")
@click.option("--named", default="", metavar="TEXT", help="Only those with this in their name.")
@click.option("--member", default="", metavar="EMAIL", help="Only those that this subscriber is in.")
@json_option
@pass_context
def list_(context: Context, named: str, member: str, use_json: bool) -> int:
    """List groups by name."""
    found = groups.summaries(context.store, named=named, member=member)
    if use_json:
        as_json([_facts(each) for each in found])
        return DONE
    rows = [
        (each.group.name, each.members, each.interests, _list_of(each.group), each.last_list or "none yet")
        for each in found
    ]
    table(("group", "members", "shared interests", "list", "last list"), rows, empty="no groups")
    return DONE


@group_command.command("show", epilog="Example: digest group show 'Robotics lab' --json")
@_name
@json_option
@pass_context
def show(context: Context, group: str, use_json: bool) -> int:
    """Show who is in a group, what each member chose, and what the group reads with."""
    found = groups.detail(context.store, group)
    if use_json:
        as_json(_all_facts(found))
        return DONE
    click.echo(f"{found.group.name}; list: {_list_of(found.group)}; lists made: {len(found.lists):,}")
    rows = [(each.address, each.state, _yes(each.takes_list), _yes(each.shows_sent)) for each in found.members]
    table(("member", "state", "takes the list", "shows what was sent"), rows, empty="nobody in it yet")
    shared = [(each.name, each.owner_address, each.quota) for each in found.shared]
    table(("shared interest", "of", "papers, at most"), shared, empty="nothing is shared yet")
    return DONE


@group_command.command("add", epilog="Example: digest group add 'Robotics lab' --from members.csv --dry-run")
@_name
@click.argument("email", required=False)
@click.option(
    "--from",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True),
    help="CSV with a column address, or an address a line; - is stdin.",
)
@dry_run_option
@click.option("--skip-bad", is_flag=True, help="Take the good lines although others are bad; else all or nothing.")
@pass_context
def add(context: Context, group: str, email: str | None, file: Path | None, dry_run: bool, skip_bad: bool) -> int:
    """Take a subscriber into a group, or everybody whose address stands in a table.

    Nobody is told of others by it: a member shows what they were sent only after choosing so themselves.
    """
    if (email is None) == (file is None):
        raise click.UsageError("give an EMAIL, or --from a file of addresses")
    if email is not None:
        return _add_one(context, group, email, dry_run=dry_run)
    assert file is not None  # noqa: S101 - one of the two is given
    return _add_all(context, group, file, dry_run=dry_run, skip_bad=skip_bad)


@group_command.command("leave", epilog="Example: digest group leave 'Robotics lab' ana@example.org")
@_name
@click.argument("email")
@pass_context
def leave(context: Context, group: str, email: str) -> int:
    """Take a member out, with what they share there; they stay a subscriber."""
    groups.leave(context.store, group, email)
    click.echo("they are out of the group")
    return DONE


def _add_one(context: Context, group: str, email: str, *, dry_run: bool) -> int:
    if dry_run:
        found = groups.read(context.store, group, email.encode("utf-8", "replace"))
        return _said(found, f"would add: {len(found.new):,}", "nothing was changed")
    is_new = groups.add(context.store, group, email, now=context.now)
    click.echo("added" if is_new else "they are in it already")
    return DONE


def _add_all(context: Context, group: str, file: Path, *, dry_run: bool, skip_bad: bool) -> int:
    found = groups.read(context.store, group, content_of(file))
    for each in found.bad[:_SHOWN]:
        click.echo(f"digest: {file}, line {each.number}: {each.problem}", err=True)
    if len(found.bad) > _SHOWN:
        click.echo(f"digest: and {len(found.bad) - _SHOWN:,} more bad lines", err=True)
    if dry_run:
        return _said(found, f"would add: {len(found.new):,}", "nothing was changed")
    if found.bad and not skip_bad:
        return _said(found, "added: 0", "nothing was changed, because lines are bad: mend them, or give --skip-bad")
    click.echo(f"adding {len(found.new):,}", err=True)
    return _said(found, f"added: {groups.add_all(context.store, group, found.new, now=context.now):,}")


def _said(found: Arrivals, what: str, more: str = "") -> int:
    told = f"{what}, in it already: {found.known:,}, bad: {len(found.bad):,}"
    click.echo(f"{told}; {more}" if more else told)
    return _USAGE if found.bad else DONE


def _weekday(text: str) -> int | None:
    """0 is Monday; None for `none`."""
    if text.strip().casefold() == "none":
        return None
    days = typed.days(text)
    if len(days) != 1:
        raise InvalidInput(f"a list comes on one day, such as fri, or none; not {text!r}")
    return next(iter(days))


def _list_of(group: Group) -> str:
    return "none" if group.weekday is None else f"{DAY_NAMES[group.weekday]}, at most {group.size}"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _facts(each: Summary) -> dict[str, object]:
    group = each.group
    return {
        "name": group.name,
        "list_on": None if group.weekday is None else DAY_NAMES[group.weekday],
        "size": group.size,
        "made_at": group.made_at,
        "members": each.members,
        "shared_interests": each.interests,
        "last_list": each.last_list,
    }


def _all_facts(found: Detail) -> dict[str, object]:
    last = next(iter(found.lists), None)
    counts = Summary(group=found.group, members=len(found.members), interests=len(found.shared), last_list=last)
    members = [
        {name: value for name, value in asdict(each).items() if name not in ("group", "subscriber")}
        for each in found.members
    ]
    shared = [{"interest": each.name, "of": each.owner_address, "quota": each.quota} for each in found.shared]
    return _facts(counts) | {"members": members, "shared_interests": shared, "lists": found.lists}
