"""What came back: bounces, complaints and replies are read and acted on."""

import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from digest import membership
from digest.cli.context import Context, pass_context
from digest.cli.output import DONE, TRY_LATER, as_json, json_option, table
from digest.errors import InvalidInput, StoreError
from digest.mail import BounceKind
from digest.membership.returned import Effect, Outcome, Tally
from digest.transport.returns import mailboxes
from digest.transport.returns.places import configured

_PIPE = "-"
_COUNTED = {
    Effect.SUPPRESSED: "suppressed for ever",
    Effect.PAUSED: "paused after soft bounces",
    Effect.COUNTED: "soft bounces counted",
    Effect.REFUSED: "refused by policy, which is ours to repair",
    Effect.VOTED: "replies that voted",
    Effect.LEFT: "readers who left",
    Effect.UNREAD: "replies that a person must read",
    Effect.REPEATED: "read before",
    Effect.FORGED: "not signed by us",
    Effect.NOTHING: "saying nothing for us",
}


@click.group("bounce", epilog="Example: digest bounce read")
def bounce_command() -> None:
    """Read what came back: bounces, complaints and replies."""


@bounce_command.command(
    "read",
    epilog="Examples: digest bounce read --maildir /var/mail/bounces | digest bounce read --imap"
    " | digest bounce read - --recipient 'bounces+17-…@example.org' < message",
)
@click.argument("source", required=False, type=click.Choice([_PIPE]), metavar="[-]")
@click.option("--maildir", type=click.Path(path_type=Path), metavar="DIR", help="Read what is new in this maildir.")
@click.option("--mbox", type=click.Path(path_type=Path), metavar="FILE", help="Read this mbox, which stays as it is.")
@click.option("--imap", is_flag=True, help="Read what is unseen in the folder that [returns] names.")
@click.option("--recipient", default="", metavar="ADDRESS", help="With -: the address the message was sent to.")
@json_option
@pass_context
def read(
    context: Context,
    source: str | None,
    maildir: Path | None,
    mbox: Path | None,
    imap: bool,
    recipient: str,
    use_json: bool,
) -> int:
    """Act on each message once: suppress, count, vote or let leave, and only with a signature of ours.

    Without an option the mailbox of [returns] is read; with - one message from stdin, as a mail system pipes it.
    """
    if sum(map(bool, (source, maildir, mbox, imap))) > 1:
        raise InvalidInput("give one of --maildir, --mbox, --imap and -")
    if recipient and not source:
        raise InvalidInput("--recipient belongs to one message on stdin; give - too")
    if source:
        return _read_pipe(context, recipient, use_json=use_json)
    _show(context.app.take_returned(_messages(context, maildir, mbox, imap=imap)), use_json=use_json)
    return DONE


@bounce_command.command("list", epilog="Example: digest bounce list --kind hard --since 2026-03-01 --json")
@click.option("--kind", type=click.Choice([kind.value for kind in BounceKind]), help="Only of this kind.")
@click.option("--subscriber", "email", metavar="EMAIL", help="Only of this subscriber's mails.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only read since this day (UTC).")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="The newest so many.")
@json_option
@pass_context
def list_(
    context: Context, kind: str | None, email: str | None, since: datetime | None, limit: int, use_json: bool
) -> int:
    """List bounces and complaints, newest first, by the number of the subscriber."""
    subscriber = membership.find(context.store, email).id if email else None
    with context.store.read() as tx:
        found = tx.bounces.listed(
            kind=BounceKind(kind) if kind else None,
            subscriber=subscriber,
            since=since.replace(tzinfo=UTC) if since else None,
            limit=limit,
        )
    if use_json:
        as_json([asdict(each) for each in found])
        return DONE
    rows = [
        (f"{b.received_at:%Y-%m-%d %H:%M}", b.kind, b.status, b.subscriber, b.delivery or "", b.reason) for b in found
    ]
    table(("read at (UTC)", "kind", "status", "subscriber", "delivery", "what it says"), rows, empty="no bounces")
    return DONE


def _messages(context: Context, maildir: Path | None, mbox: Path | None, *, imap: bool) -> Iterator[bytes]:
    """Each message of the place that was named, or else of the one in [returns]."""
    if maildir:
        return mailboxes.maildir(maildir)
    if mbox:
        return mailboxes.mbox(mbox)
    settings = context.settings.returns
    if imap and not settings.imap_host:
        raise InvalidInput("no IMAP server to ask; name one in [returns] as imap_host")
    return configured(settings)


def _read_pipe(context: Context, recipient: str, *, use_json: bool) -> int:
    """Act on the message on stdin; what cannot be kept now is left to the mail system to try again (sysexits.h)."""
    message = mailboxes.piped(sys.stdin.buffer)
    try:
        tally = context.app.take_returned([message], recipient=recipient)
    except StoreError as error:
        click.echo(f"digest: {error}", err=True)
        return TRY_LATER
    _show(tally, use_json=use_json)
    return DONE


def _show(tally: Tally, *, use_json: bool) -> None:
    if use_json:
        as_json({"counts": tally.counts, "messages": [_facts(each) for each in tally.outcomes]})
        return
    rows = [(each.effect, each.subscriber or "", each.delivery or "", each.said) for each in tally.outcomes]
    if rows:
        table(("effect", "subscriber", "delivery", "what it says"), rows, empty="")
    counted = [f"{words}: {tally.counts[effect]}" for effect, words in _COUNTED.items() if effect in tally.counts]
    click.echo(", ".join(counted) or "no messages")


def _facts(outcome: Outcome) -> dict[str, object]:
    return {
        "effect": outcome.effect,
        "subscriber": outcome.subscriber,
        "delivery": outcome.delivery,
        "said": outcome.said,
    }
