"""Which mailbox is read: settings come in, messages go out."""

from collections.abc import Iterator
from pathlib import Path

from digest.errors import InvalidInput
from digest.transport.returns import imap, mailboxes
from digest.transport.returns.settings import ReturnsSettings


def configured(settings: ReturnsSettings) -> Iterator[bytes]:
    """What is in the one mailbox that the settings name; InvalidInput if there is none."""
    if settings.imap_host:
        return imap.unseen(settings)
    if settings.mailbox:
        return mailboxes.messages(Path(settings.mailbox))
    raise InvalidInput("no mailbox to read; name one in [returns] as mailbox or imap_host, or give --maildir or --mbox")
