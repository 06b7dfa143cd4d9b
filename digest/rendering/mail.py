"""An edition as a mail: a complete plain part first, then HTML, within what mail programs show whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address, AddressHeader
from email.message import EmailMessage
from email.utils import format_datetime

import jinja2

from digest.editions import Edition
from digest.errors import RenderingError
from digest.mail import Envelope
from digest.rendering.plain import header_text, shortened, wrapped
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import render
from digest.rendering.view import LEAD_CHARACTERS, TEXT_CHARACTERS, EditionView, edition_view

HTML_BYTES = 85_000  # Gmail clips what is longer than 102 kB
_COLUMNS = 76  # of a header with encoded words, each of which then has at most 75 (RFC 2047 §2)
_FOLDED = frozenset({"subject", "from", "to"})
_NAME_CHARACTERS = 60


class _MailPolicy(policy.EmailPolicy):
    """Folds headers that may hold words in RFC 2047's encoding at 76 columns and leaves all others on one line.

    The library encodes any header that does not fit its line, which breaks List-Unsubscribe (RFC 8058 §4), and doubles
    the blank between a plain and an encoded word where it folds the line there.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() not in _FOLDED:
            return super().fold_binary(name, value)
        if value.isascii():
            return policy.SMTP.clone(max_line_length=_COLUMNS).fold_binary(name, value)
        sender = value.addresses[0] if isinstance(value, AddressHeader) else None
        words = Header(sender.display_name if sender else value, "utf-8", _COLUMNS, name).encode(linesep="\r\n")
        return (f"{name}: {words}\r\n <{sender.addr_spec}>\r\n" if sender else f"{name}: {words}\r\n").encode()


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
            "From": Address(shortened(header_text(self._site.name), _NAME_CHARACTERS), addr_spec=sender),
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
        """Plain text and HTML; abstracts are shortened, then the last ones left out, until the HTML fits its budget."""
        for lead, text, whole in _measures(len(edition.recommendations)):
            view = edition_view(edition, self._site, lead=lead, text=text, whole=whole)
            html = render(self._templates, "mail.html.j2", edition=view)
            if len(html.encode()) <= HTML_BYTES:
                break
        return MailBodies(render(self._templates, "mail.txt.j2", edition=view, wrapped=wrapped), html), view


def _measures(papers: int) -> Iterator[tuple[int, int, int]]:
    """Lengths of the first and the other abstracts, and how many papers have one; the most first."""
    for whole in (papers, *(fewer for fewer in (48, 24, 12, 1) if fewer < papers)):
        for part in (1.0, 0.7, 0.4):
            yield int(LEAD_CHARACTERS * part), int(TEXT_CHARACTERS * part), whole


def ascii_address(address: str) -> str:
    """The address with its domain in ASCII (RFC 5890); RenderingError where ASCII cannot write it."""
    local, _, domain = address.rpartition("@")
    try:
        plain = f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"
        return Address(addr_spec=plain).addr_spec
    except (ValueError, MessageError, IndexError) as error:  # the parser fails in many ways
        raise RenderingError("an address cannot be written in ASCII, as mail without RFC 6531 needs it") from error


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
