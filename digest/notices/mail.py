"""An alarm as a plain mail."""

import textwrap
from collections.abc import Callable
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Protocol

from digest.headers import MAIL_POLICY, ascii_address, checked, printable
from digest.mail import Envelope
from digest.notices.alarm import Alarm

_NAME_CHARACTERS = 60
_SUBJECT_CHARACTERS = 120


class Mailer(Protocol):
    """What carries a mail away."""

    def send(self, envelope: Envelope) -> object:
        """Hand it to the next hop, or raise TransportError."""

    def close(self) -> None:
        """Give back what was opened."""


class MailVoice:
    """Says an alarm by mail."""

    name = "mail"

    def __init__(self, mailer: Mailer, *, site: str, sender: str, to: str, message_id: Callable[[], str]) -> None:
        self._mailer = mailer
        self._site = site
        self._sender = sender
        self._to = to
        self._message_id = message_id

    def say(self, alarm: Alarm, *, now: datetime) -> None:
        """Raises TransportError if the mail was not surely taken, RenderingError if it cannot be written."""
        envelope = alarm_mail(
            alarm, site=self._site, sender=self._sender, to=self._to, message_id=self._message_id(), now=now
        )
        try:
            self._mailer.send(envelope)
        finally:
            self._mailer.close()


def alarm_mail(alarm: Alarm, *, site: str, sender: str, to: str, message_id: str, now: datetime) -> Envelope:
    """The finished message; RenderingError if it would not be the one meant."""
    mail_from, rcpt_to = ascii_address(sender), ascii_address(to)
    subject = textwrap.shorten(f"{printable(site)}: {printable(alarm.text)}", _SUBJECT_CHARACTERS, placeholder=" …")
    headers = {
        "From": Address(printable(site)[:_NAME_CHARACTERS], addr_spec=mail_from),
        "To": Address(addr_spec=rcpt_to),
        "Subject": subject,
        "Date": format_datetime(now),
        "Message-ID": message_id,
        "Auto-Submitted": "auto-generated",  # RFC 3834
    }
    message = EmailMessage(policy=MAIL_POLICY)
    for name, value in headers.items():
        message[name] = value
    message.set_content(_body(alarm, now), cte="quoted-printable")
    meant = [*headers, "MIME-Version", "Content-Type", "Content-Transfer-Encoding"]
    return Envelope(mail_from=mail_from, rcpt_to=rcpt_to, message_id=message_id, content=checked(message, meant))


def _body(alarm: Alarm, now: datetime) -> str:
    lines = [*textwrap.wrap(printable(alarm.text), 72, break_long_words=False), ""]
    lines += [f"{name}: {printable(str(value))}" for name, value in alarm.facts.items()]
    lines += [f"kind: {printable(alarm.kind)}", f"time: {now:%Y-%m-%d %H:%M} UTC", ""]
    lines += ["This is said once a day for as long as it lasts. The log says more."]
    return "\n".join(lines) + "\n"
