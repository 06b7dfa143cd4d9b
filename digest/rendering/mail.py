"""An edition as a mail: a complete plain part first, then HTML, within what mail programs show whole."""

from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from textwrap import wrap

import jinja2

from digest.editions import Edition
from digest.errors import RenderingError
from digest.mail import Envelope
from digest.rendering.plain import header_text
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import render
from digest.rendering.view import LEAD_CHARACTERS, TEXT_CHARACTERS, EditionView, edition_view

HTML_BYTES = 85_000  # Gmail clips what is longer than 102 kB
_ENCODED = frozenset({"subject", "from", "to"})


class _MailPolicy(policy.EmailPolicy):
    """Folds headers that may hold words in RFC 2047's encoding at 78 columns and leaves all others on one line.

    The library encodes any header that does not fit its line, which breaks List-Unsubscribe (RFC 8058 §4).
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        return policy.SMTP.fold_binary(name, value) if name.lower() in _ENCODED else super().fold_binary(name, value)


_POLICY = _MailPolicy(linesep="\r\n", max_line_length=998, cte_type="7bit", raise_on_defect=False)


@dataclass(frozen=True, slots=True)
class MailBodies:
    """The two bodies of one mail."""

    plain: str
    html: str


class MailRenderer:
    """Edition → Envelope."""

    def __init__(self, site: SiteSettings, templates: jinja2.Environment) -> None:
        self._site = site
        self._templates = templates

    def envelope(self, edition: Edition, *, to: str, message_id: str, now: datetime) -> Envelope:
        """The finished message; its header names are checked to be the ones meant.

        Raises RenderingError if a template fails or the message would not be the one meant.
        """
        bodies, view = self.bodies(edition)
        sender = ascii_address(self._site.sender)
        domain = sender.rpartition("@")[2]
        headers = {
            "From": Address(header_text(self._site.name), addr_spec=sender),
            "To": Address(addr_spec=ascii_address(to)),
            "Subject": header_text(view.subject),
            "Date": format_datetime(now),
            "Message-ID": message_id,
            "List-Id": f"<digest.{domain}>",  # RFC 2919
            "List-Unsubscribe": f"<mailto:{sender}?subject=unsubscribe>",  # RFC 2369
            "Auto-Submitted": "auto-generated",  # RFC 3834
            "Precedence": "list",
            "Feedback-ID": f"daily:{domain}",
        }
        message = EmailMessage(policy=_POLICY)
        for name, value in headers.items():
            message[name] = value
        message.set_content(bodies.plain, cte="quoted-printable")
        message.add_alternative(bodies.html, subtype="html", cte="quoted-printable")
        meant = [*headers, "MIME-Version", "Content-Type"]
        return self.addressed(_checked(message, meant), to=to, message_id=message_id)

    def addressed(self, content: bytes, *, to: str, message_id: str) -> Envelope:
        """An envelope round finished bytes."""
        return Envelope(
            mail_from=ascii_address(self._site.sender),
            rcpt_to=ascii_address(to),
            message_id=message_id,
            content=content,
        )

    def bodies(self, edition: Edition) -> tuple[MailBodies, EditionView]:
        """Plain text and HTML; abstracts are shortened until the HTML fits its budget."""
        lead, text = LEAD_CHARACTERS, TEXT_CHARACTERS
        while True:
            view = edition_view(edition, self._site, lead=lead, text=text)
            html = render(self._templates, "mail.html.j2", edition=view)
            if len(html.encode()) <= HTML_BYTES or text < 20:
                break
            lead, text = lead * 2 // 3, text * 2 // 3
        return MailBodies(render(self._templates, "mail.txt.j2", edition=view, wrapped=wrapped), html), view


def wrapped(text: str, indent: str = "", first: str | None = None) -> str:
    """Paragraph text in lines of at most 72 columns; an address too long for a line stays whole."""
    begin = indent if first is None else first
    return "\n".join(
        wrap(text, 72, initial_indent=begin, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
    )


def ascii_address(address: str) -> str:
    """The address with its domain in ASCII (RFC 5890); the local part as it is."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode()}" if domain and not domain.isascii() else address


def _checked(message: EmailMessage, meant: list[str]) -> bytes:
    """The message's bytes, parsed again: exactly the headers meant and lines no longer than RFC 5322 allows."""
    content = message.as_bytes()
    head = content.partition(b"\r\n\r\n")[0].decode("ascii", "replace")
    found = [line.partition(":")[0] for line in head.split("\r\n") if not line[:1].isspace()]
    if sorted(name.lower() for name in found) != sorted(name.lower() for name in meant):
        raise RenderingError(f"the mail would carry other headers than meant: {', '.join(found)}")
    if max(map(len, content.split(b"\r\n"))) > 998:
        raise RenderingError("the mail would have a line longer than 998 bytes")
    return content
