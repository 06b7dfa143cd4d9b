"""Commands for the people who read."""

from typing import Any

import click

from digest import browse, membership
from digest.browse import SubscriberRecord
from digest.cli.choosing import chosen, filters, filters_options
from digest.cli.context import Context, pass_context
from digest.cli.later import LaterGroup
from digest.cli.output import as_json, json_option, table
from digest.subscribers import DAY_NAMES, EVERY_DAY, EditionKind, Schedule, Subscriber, SubscriberState

_LATER = {
    "pause": "pausing:pause_command",
    "resume": "pausing:resume_command",
    "export": "roster:export_command",
    "import": "roster:import_command",
    "erase": "roster:erase_command",
}


@click.group("subscriber", cls=LaterGroup, later=_LATER, epilog="Example: digest subscriber list")
def subscriber_command() -> None:
    """Add, list and change subscribers."""


@subscriber_command.command(
    "add", epilog="Example: digest subscriber add ana@example.org --category cs.RO --interest 'legged locomotion'"
)
@click.argument("email")
@click.option("--category", "categories", multiple=True, metavar="C", help="Only papers of this category; repeatable.")
@click.option("--interest", "interests", multiple=True, metavar="TEXT", help="What they work on, in words; repeatable.")
@click.option("--timezone", default="UTC", show_default=True, metavar="TZ", help="Such as Europe/Berlin.")
@click.option("--send-at", default="07:00", show_default=True, metavar="HH:MM", help="Local hour of the mail.")
@click.option("--days", default="daily", show_default=True, help="daily, weekdays, or names such as mon,wed,fri.")
@click.option("--size", type=int, default=membership.DEFAULT_SIZE, show_default=True, help="Most papers in a mail.")
@click.option("--weekly", metavar="DAY", help="One edition a week, on this day, such as fri.")
@click.option("--plain", is_flag=True, help="Mails as plain text, without HTML.")
@pass_context
def add(
    context: Context,
    email: str,
    categories: tuple[str, ...],
    interests: tuple[str, ...],
    timezone: str,
    send_at: str,
    days: str,
    size: int,
    weekly: str | None,
    plain: bool,
) -> int:
    """Add a subscriber, active at once."""
    schedule = Schedule(
        timezone=membership.timezone(timezone), send_at=membership.hour(send_at), days=_on(days, weekly)
    )
    added = membership.add(
        context.store,
        email,
        host=context.host,
        now=context.now,
        schedule=schedule,
        papers=size,
        kind=EditionKind.WEEKLY if weekly else EditionKind.DAILY,
        plain=plain,
        categories=categories,
        interests=interests,
    )
    click.echo(f"added {added.address}; first edition from {next_edition(added)}")
    for category in context.app.unharvested(categories):
        click.echo(f"warning: {category} is not read; add it to [sources.arxiv] categories", err=True)
    return 0


@subscriber_command.command("list", epilog="Example: digest subscriber list --state active --json")
@filters_options
@json_option
@pass_context
def list_(context: Context, /, use_json: bool, **asked: Any) -> int:
    """List subscribers in the order of joining."""
    records = chosen(context.store, filters(asked))
    if use_json:
        as_json([_facts(record) for record in records])
        return 0
    rows = [
        (
            r.subscriber.address,
            r.subscriber.state,
            ", ".join(r.profile.categories) or "all",
            next_edition(r.subscriber),
            _days(r.subscriber),
            r.subscriber.size,
        )
        for r in records
    ]
    table(("address", "state", "categories", "next edition", "days", "size"), rows, empty="no subscribers")
    return 0


@subscriber_command.command("show", epilog="Example: digest subscriber show ana@example.org")
@click.argument("email")
@json_option
@pass_context
def show(context: Context, email: str, use_json: bool) -> int:
    """Show one subscriber."""
    record = browse.subscriber(context.store, membership.find(context.store, email))
    with context.store.read() as tx:
        groups = [group.name for group, _ in tx.groups.of(record.subscriber.id)]
    if use_json:
        as_json(_facts(record) | {"groups": groups})
        return 0
    s, last = record.subscriber, record.last_edition
    rows = [
        ("address", s.address),
        ("state", s.state),
        ("next edition", next_edition(s)),
        ("kind", f"{s.kind}{', plain text' if s.plain else ''}"),
        ("language", s.language),
        ("days", _days(s)),
        ("size", s.size),
        ("last edition", f"{last.slot_date}, {len(last.recommendations)} papers" if last else "none yet"),
        ("groups", ", ".join(groups) or "none"),
        ("since", f"{s.created_at:%Y-%m-%d}"),
    ]
    table(("what", "value"), rows, empty="")
    return 0


@subscriber_command.command(
    "set", epilog="Example: digest subscriber set ana@example.org --send-at 06:30 --days mon-fri"
)
@click.argument("email")
@click.option("--timezone", metavar="TZ", help="Such as Europe/Berlin.")
@click.option("--send-at", metavar="HH:MM", help="Local hour of the mail.")
@click.option("--days", help="daily, weekdays, or names such as mon,wed,fri.")
@click.option("--size", type=int, help="Most papers in a mail.")
@click.option("--weekly", metavar="DAY", help="One edition a week, on this day, such as fri.")
@click.option("--daily", is_flag=True, help="An edition on each of the days.")
@click.option("--plain/--html", default=None, help="Mails as plain text alone, or with HTML.")
@click.option("--language", metavar="TAG", help="Of mails and pages, such as de.")
@click.option("--group-list/--no-group-list", default=None, help="The common lists of their groups, or none of them.")
@click.option("--show-sent/--hide-sent", default=None, help="Count them in their groups, as a number alone, or not.")
@pass_context
def set_(
    context: Context,
    email: str,
    timezone: str | None,
    send_at: str | None,
    days: str | None,
    size: int | None,
    weekly: str | None,
    daily: bool,
    plain: bool | None,
    language: str | None,
    group_list: bool | None,
    show_sent: bool | None,
) -> int:
    """Change when, how much and in which language somebody gets, and what their groups may."""
    if group_list is not None or show_sent is not None:
        from digest.membership import groups

        groups.choose(context.store, email, takes_list=group_list, shows_sent=show_sent)
    changed = membership.reschedule(
        context.store,
        email,
        now=context.now,
        zone=membership.timezone(timezone) if timezone else None,
        send_at=membership.hour(send_at) if send_at else None,
        on=_on(days or "daily", weekly) if days or weekly else None,
        papers=size,
        kind=_kind(weekly, daily),
        plain=plain,
        language=language,
    )
    click.echo(f"changed {changed.address}; next edition {next_edition(changed)}")
    return 0


@subscriber_command.command("remove", epilog="Example: digest subscriber remove ana@example.org")
@click.argument("email")
@pass_context
def remove(context: Context, email: str) -> int:
    """Stop all mail; the history stays, so that a return repeats nothing."""
    click.echo(f"removed {membership.leave(context.store, email).address}; nothing more is sent")
    return 0


def _on(days: str, weekly: str | None) -> frozenset[int]:
    """The days, or the one of a weekly edition."""
    on = membership.days(weekly or days)
    if weekly and len(on) != 1:
        raise click.UsageError(f"--weekly takes one day, such as fri, not {weekly!r}")
    return on


def _kind(weekly: str | None, daily: bool) -> EditionKind | None:
    if weekly and daily:
        raise click.UsageError("give --weekly or --daily, not both")
    if daily:
        return EditionKind.DAILY
    return EditionKind.WEEKLY if weekly else None


def _facts(record: SubscriberRecord) -> dict[str, object]:
    s = record.subscriber
    return {
        "address": s.address,
        "state": s.state.value,
        "timezone": s.schedule.timezone.key,
        "send_at": f"{s.schedule.send_at:%H:%M}",
        "days": [DAY_NAMES[n] for n in sorted(s.schedule.days)],
        "size": s.size,
        "kind": s.kind.value,
        "plain": s.plain,
        "language": s.language,
        "next_due_at": s.next_due_at,
        "categories": record.profile.categories,
        "created_at": s.created_at,
    }


def next_edition(s: Subscriber) -> str:
    """When the next one comes, by the subscriber's own clock; `none` for who gets none."""
    if s.state is not SubscriberState.ACTIVE:
        return "none"
    return f"{s.next_due_at.astimezone(s.schedule.timezone):%Y-%m-%d %H:%M} {s.schedule.timezone.key}"


def _days(s: Subscriber) -> str:
    if s.schedule.days == EVERY_DAY:
        return "daily"
    return ",".join(DAY_NAMES[n] for n in sorted(s.schedule.days))
