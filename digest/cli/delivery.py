"""The outbox: what waits, what was sent, and what waits for a decision."""

from collections.abc import Sequence

import click

from digest import membership, outbox
from digest.cli.bulk import dry_run_option, go_ahead, yes_option
from digest.cli.context import Context, pass_context
from digest.cli.output import as_json, json_option, table
from digest.mail import DeliveryState
from digest.outbox import DeliveryRecord

DONE, NOTHING = 0, 1
_STATES = [state.value for state in DeliveryState]
_answer = click.option("--answer", default="", metavar="TEXT", help="With --all: only where the last answer has this.")
_numbers = click.argument("numbers", nargs=-1, type=click.IntRange(1), metavar="[NUMBER]…")


@click.group("delivery", epilog="Example: digest delivery list --state held")
def delivery_command() -> None:
    """The outbox: what waits to be sent, what was sent, and what waits for your decision."""


@delivery_command.command("list", epilog="Example: digest delivery list --state uncertain --state held --json")
@click.option("--state", "states", multiple=True, type=click.Choice(_STATES), help="Only in this state; repeatable.")
@click.option("--subscriber", "email", metavar="EMAIL", help="Only what is for this subscriber.")
@click.option("--answer", default="", metavar="TEXT", help="Only where the last answer has this in it.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="The newest so many.")
@json_option
@pass_context
def list_(context: Context, states: Sequence[str], email: str | None, answer: str, limit: int, use_json: bool) -> int:
    """List deliveries, newest first, and how many there are in each state."""
    store = context.store
    subscriber = membership.find(store, email) if email else None
    wanted = [DeliveryState(state) for state in states]
    found = outbox.deliveries(store, wanted, subscriber=subscriber, answer=answer, limit=limit)
    if use_json:
        as_json([_facts(record) for record in found])
        return DONE
    rows = [
        (r.delivery.id, r.about, r.delivery.subscriber_id, r.delivery.state, r.delivery.attempts, r.answer)
        for r in found
    ]
    table(("number", "what", "subscriber", "state", "attempts", "last answer"), rows, empty="no deliveries")
    counts = outbox.counts(store)
    click.echo(", ".join(f"{counts[state]:,} {state}" for state in DeliveryState if state in counts), err=True)
    return DONE


@delivery_command.command("show", epilog="Example: digest delivery show 17")
@click.argument("number", type=click.IntRange(1))
@json_option
@pass_context
def show(context: Context, number: int, use_json: bool) -> int:
    """Show one delivery: its state, its attempts and what the relay said last."""
    record = outbox.delivery(context.store, number)
    if use_json:
        as_json(_facts(record))
        return DONE
    rows = [(name.replace("_", " "), "none" if value is None else value) for name, value in _facts(record).items()]
    table(("what", "value"), rows, empty="")
    return DONE


@delivery_command.command("hold", epilog="Example: digest delivery hold 17 18")
@_numbers
@click.option("--all", "everything", is_flag=True, help="All that is pending or uncertain.")
@_answer
@dry_run_option
@yes_option
@pass_context
def hold(context: Context, numbers: tuple[int, ...], everything: bool, answer: str, dry_run: bool, yes: bool) -> int:
    """Keep mails back until they are released.

    Exit 1: none of them was waiting.
    """
    waiting = (DeliveryState.PENDING, DeliveryState.UNCERTAIN)
    wanted = outbox.chosen(context.store, _named(numbers, everything, answer), waiting, answer=answer)
    if everything and not dry_run:
        go_ahead(len(wanted), "holding", yes=yes)
    held = len(wanted) if dry_run else outbox.hold(context.store, wanted)
    click.echo(f"{'would hold' if dry_run else 'held'} {held:,}")
    return DONE if held else NOTHING


@delivery_command.command("release", epilog="Example: digest delivery release --all")
@_numbers
@click.option("--all", "everything", is_flag=True, help="All that is held.")
@click.option("--anew", is_flag=True, help="As another mail with a Message-ID of its own, even if the first was taken.")
@_answer
@dry_run_option
@yes_option
@pass_context
def release(
    context: Context, numbers: tuple[int, ...], everything: bool, anew: bool, answer: str, dry_run: bool, yes: bool
) -> int:
    """Let held mails go with the next `digest deliver`; one that may have been taken goes as the very same bytes.

    Where it cannot be written so any more it is held again, and --anew sends what it has become.

    Exit 1: none of them was held.
    """
    held = (DeliveryState.HELD,)
    wanted = outbox.chosen(context.store, _named(numbers, everything, answer), held, answer=answer)
    if everything and not dry_run:
        go_ahead(len(wanted), "releasing", yes=yes)
    if dry_run:
        released = len(wanted)
    elif anew:
        released = context.app.release_anew(wanted)
    else:
        released = outbox.release(context.store, wanted, now=context.now)
    click.echo(f"{'would release' if dry_run else 'released'} {released:,}")
    return DONE if released else NOTHING


def _named(numbers: tuple[int, ...], everything: bool, answer: str) -> tuple[int, ...] | None:
    """The numbers; None for all."""
    if answer and not everything:
        raise click.UsageError("--answer goes with --all")
    if bool(numbers) == everything:
        raise click.UsageError("give numbers, or --all; see: digest delivery list")
    return None if everything else numbers


def _facts(record: DeliveryRecord) -> dict[str, object]:
    d = record.delivery
    return {
        "number": d.id,
        "what": record.about,
        "subscriber": d.subscriber_id,
        "state": d.state.value,
        "attempts": d.attempts,
        "message_id": d.message_id,
        "last_answer": record.answer,
        "next_attempt_at": d.next_attempt_at,
        "expires_at": d.expires_at,
        "sent_at": record.sent_at,
    }
