"""A test mail: sender, site and address → a finished message that says what it is."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from digest.headers import MAIL_POLICY, ascii_address, checked, printable
from digest.mail import Envelope

_NAME_CHARACTERS = 60
_BODY = """This is a test of {site}.

It was written at {now:%Y-%m-%d %H:%M} UTC and went the way of every mail from there. Whoever reads it can be reached.
Look at its headers for what your mail system thinks of SPF, DKIM and DMARC (Authentication-Results).

{url}
"""


def trial(*, site: str, url: str, sender: str, to: str, message_id: str, now: datetime) -> Envelope:
    """The finished message; RenderingError if it would not be the one meant, as for an address that is none."""
    mail_from, rcpt_to = ascii_address(sender), ascii_address(to)
    headers = {
        "From": Address(printable(site)[:_NAME_CHARACTERS], addr_spec=mail_from),
        "To": Address(addr_spec=rcpt_to),
        "Subject": f"A test of {printable(site)[:_NAME_CHARACTERS]}",
        "Date": format_datetime(now),
        "Message-ID": message_id,
        "Auto-Submitted": "auto-generated",  # RFC 3834
    }
    message = EmailMessage(policy=MAIL_POLICY)
    for name, value in headers.items():
        message[name] = value
    message.set_content(_BODY.format(site=printable(site), url=url, now=now), cte="quoted-printable")
    meant = [*headers, "MIME-Version", "Content-Type", "Content-Transfer-Encoding"]
    return Envelope(mail_from=mail_from, rcpt_to=rcpt_to, message_id=message_id, content=checked(message, meant))
