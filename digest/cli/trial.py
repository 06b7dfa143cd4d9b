"""The command that sends a test mail."""

from dataclasses import replace

import click

from digest.cli.context import Context, pass_context
from digest.cli.output import DONE, TRY_LATER
from digest.errors import TransportError

_REFUSED = 1


@click.command("send-test", epilog="Example: digest send-test you@example.org")
@click.argument("email")
@pass_context
def send_test_command(context: Context, email: str) -> int:
    """Send a test mail by the configured relay, signed as every mail is, and print what the relay answers.

    Nothing is kept but a line of the audit log. Exit 0: the relay took it. 1: it refused it for ever, or nobody knows
    what became of it. 75: it may take it later, or cannot be reached.
    """
    from digest import membership
    from digest.app.mailing import Mailing
    from digest.upkeep.trial import trial

    settings, mailing = context.settings, Mailing(context.settings)
    site = settings.site
    envelope = trial(
        site=site.name,
        url=site.url,
        sender=site.letter_sender,
        to=membership.address(email),
        message_id=mailing.message_id(),
        now=context.now,
    )
    if (sign := mailing.signer()) is not None:
        envelope = replace(envelope, content=sign(envelope.content, context.now))
    transport = mailing.transport()
    try:
        receipt = transport.send(envelope)
    except TransportError as error:
        click.echo(f"digest: not sent: {error}", err=True)
        return _code(error)
    finally:
        transport.close()
    where = f"{settings.smtp.host}:{settings.smtp.port} took it" if settings.smtp.host else "no relay is configured"
    click.echo(f"{where}: {receipt.answer}")
    return DONE


def _code(error: TransportError) -> int:
    from digest.errors import UncertainDelivery

    return _REFUSED if error.permanent or isinstance(error, UncertainDelivery) else TRY_LATER
