"""An edition as a mail: a complete plain part first, then HTML, within what mail programs show whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

import jinja2

from digest.editions import Edition
from digest.headers import MAIL_POLICY, ascii_address, checked
from digest.mail import Envelope
from digest.rendering.plain import header_text, shortened, wrapped
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import render
from digest.rendering.view import LEAD_CHARACTERS, TEXT_CHARACTERS, EditionView, edition_view

HTML_BYTES = 85_000  # Gmail clips what is longer than 102 kB
_NAME_CHARACTERS = 60


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

    @property
    def site(self) -> SiteSettings:
        return self._site

    def envelope(self, edition: Edition, *, to: str, unsubscribe_url: str, message_id: str, now: datetime) -> Envelope:
        """The finished message; its header names are checked to be the ones meant.

        Raises RenderingError if a template fails or the message would not be the one meant.
        """
        bodies, view = self.bodies(edition, unsubscribe_url=unsubscribe_url)
        sender = ascii_address(self._site.sender)
        domain = sender.rpartition("@")[2]
        headers = {
            "From": Address(shortened(header_text(self._site.name), _NAME_CHARACTERS), addr_spec=sender),
            "To": Address(addr_spec=ascii_address(to)),
            "Subject": header_text(view.subject),
            "Date": format_datetime(now),
            "Message-ID": message_id,
            "List-Id": f"<digest.{domain}>",  # RFC 2919
            "List-Unsubscribe": f"<{unsubscribe_url}>, <mailto:{sender}?subject=unsubscribe>",  # RFC 2369
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",  # RFC 8058; DKIM must cover both
            "Auto-Submitted": "auto-generated",  # RFC 3834
            "Precedence": "list",
            "Feedback-ID": f"daily:{domain}",
        }
        message = EmailMessage(policy=MAIL_POLICY)
        for name, value in headers.items():
            message[name] = value
        message.set_content(bodies.plain, cte="quoted-printable")
        message.add_alternative(bodies.html, subtype="html", cte="quoted-printable")
        meant = [*headers, "MIME-Version", "Content-Type"]
        return self.addressed(checked(message, meant), to=to, message_id=message_id)

    def addressed(self, content: bytes, *, to: str, message_id: str) -> Envelope:
        """An envelope round finished bytes."""
        return Envelope(
            mail_from=ascii_address(self._site.sender),
            rcpt_to=ascii_address(to),
            message_id=message_id,
            content=content,
        )

    def bodies(self, edition: Edition, *, unsubscribe_url: str) -> tuple[MailBodies, EditionView]:
        """Plain text and HTML; abstracts are shortened, then the last ones left out, until the HTML fits its budget."""
        for lead, text, whole in _measures(len(edition.recommendations)):
            view = edition_view(edition, self._site, lead=lead, text=text, whole=whole)
            html = render(self._templates, "mail.html.j2", edition=view, unsubscribe_url=unsubscribe_url)
            if len(html.encode()) <= HTML_BYTES:
                break
        plain = render(self._templates, "mail.txt.j2", edition=view, unsubscribe_url=unsubscribe_url, wrapped=wrapped)
        return MailBodies(plain, html), view


def _measures(papers: int) -> Iterator[tuple[int, int, int]]:
    """Lengths of the first and the other abstracts, and how many papers have one; the most first."""
    for whole in (papers, *(fewer for fewer in (48, 24, 12, 1) if fewer < papers)):
        for part in (1.0, 0.7, 0.4):
            yield int(LEAD_CHARACTERS * part), int(TEXT_CHARACTERS * part), whole
