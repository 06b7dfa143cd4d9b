"""Editions and letters as messages: a complete plain part first, then HTML, within what mail programs show whole."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

import jinja2

from digest.editions import Edition
from digest.headers import ascii_address, folded_text, mailbox, sender_line
from digest.mail import Envelope, Letter
from digest.rendering import catalogues
from digest.rendering.blocks import KEPT_PAPERS, Blocks
from digest.rendering.forms import read
from digest.rendering.frames import Frames
from digest.rendering.html_body import HTML_BYTES, HtmlBody
from digest.rendering.letters import LetterWriter
from digest.rendering.message import message
from digest.rendering.personal import Copyist, MailLinks
from digest.rendering.plain import header_text, shortened
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import translated
from digest.rendering.text_body import TextBody
from digest.rendering.whys import Whys
from digest.rendering.words import Words
from digest.subscribers import Subscriber

__all__ = ["HTML_BYTES", "MailBodies", "MailLinks", "MailRenderer"]
_NAME_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class MailBodies:
    """The two bodies of one mail, and its subject."""

    subject: str
    plain: str
    html: str  # "" for who wants plain text alone


class MailRenderer:
    """Edition or letter → Envelope.

    The bytes depend on nothing but what is given: written again they are the same, whatever was written before.
    """

    def __init__(self, site: SiteSettings, templates: jinja2.Environment, *, kept_papers: int = KEPT_PAPERS) -> None:
        """`kept_papers` is how many papers are kept as they were written, for the mails that follow."""
        self._site = site
        self._templates = templates
        self._kept_papers = kept_papers
        self._writers: dict[str, _Writer] = {}  # by language
        self._sender = ascii_address(site.sender)
        self._letter_sender = ascii_address(site.letter_sender)
        self._domain = self._sender.rpartition("@")[2]
        name = shortened(header_text(site.name), _NAME_CHARACTERS)
        self._from = sender_line(name, self._sender)
        self._letter_from = sender_line(name, self._letter_sender)

    @property
    def site(self) -> SiteSettings:
        return self._site

    def envelope(
        self,
        edition: Edition,
        *,
        reader: Subscriber,
        links: MailLinks,
        message_id: str,
        now: datetime,
        mail_from: str = "",
        reply_to: str = "",
    ) -> Envelope:
        """An edition as a finished message; its header names are checked to be the ones meant.

        `mail_from` is where reports go, the sender if none is given; `reply_to` is where votes are taken by mail.
        Raises RenderingError if a template fails or the message would not be the one meant.
        """
        subject, plain, html = self._writer(reader).edition(edition, reader, links, answers=bool(reply_to))
        to = mailbox(reader.address)
        leaving = mailbox(reply_to) if reply_to else self._sender
        fields = {
            "From": self._from,
            "To": to,
            **({"Reply-To": leaving} if reply_to else {}),
            "Subject": folded_text("Subject", header_text(subject)),
            "Date": _date(now),
            "Message-ID": message_id,
            "List-Id": f"<digest.{self._domain}>",  # RFC 2919
            # RFC 2369; by mail it is heard where answers are read, whose address tells who writes
            "List-Unsubscribe": f"<{links.unsubscribe}>, <mailto:{leaving}?subject=unsubscribe>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",  # RFC 8058; DKIM must cover both
            "Auto-Submitted": "auto-generated",  # RFC 3834
            "Precedence": "list",
            "Feedback-ID": f"{edition.kind}:{self._domain}",
        }
        content = message(fields, plain=plain, html=html, message_id=message_id)
        return self.addressed(content, to=to, message_id=message_id, mail_from=mail_from)

    def letter(
        self,
        letter: Letter,
        *,
        reader: Subscriber,
        links: MailLinks,
        message_id: str,
        now: datetime,
        mail_from: str = "",
    ) -> Envelope:
        """A letter as a finished message, which belongs to no list. Raises RenderingError as `envelope` does."""
        subject, plain, html = self._writer(reader).letter(letter, reader, links)
        to = mailbox(reader.address)
        fields = {
            "From": self._letter_from,
            "To": to,
            "Subject": folded_text("Subject", header_text(subject)),
            "Date": _date(now),
            "Message-ID": message_id,
            "Auto-Submitted": "auto-generated",  # RFC 3834
        }
        content = message(fields, plain=plain, html=html, message_id=message_id)
        return self.addressed(content, to=to, message_id=message_id, mail_from=mail_from or self._letter_sender)

    def addressed(self, content: bytes, *, to: str, message_id: str, mail_from: str = "") -> Envelope:
        """An envelope round finished bytes."""
        return Envelope(
            mail_from=mailbox(mail_from) if mail_from else self._sender,
            rcpt_to=mailbox(to),
            message_id=message_id,
            content=content,
        )

    def bodies(self, edition: Edition, *, reader: Subscriber, links: MailLinks) -> MailBodies:
        """What the reader sees of an edition."""
        subject, plain, html = self._writer(reader).edition(edition, reader, links, answers=False)
        return MailBodies(subject, read(b"".join(plain)), read(b"".join(html)))

    def letter_bodies(self, letter: Letter, *, reader: Subscriber, links: MailLinks) -> MailBodies:
        """What the reader sees of a letter."""
        subject, plain, html = self._writer(reader).letter(letter, reader, links)
        return MailBodies(subject, read(b"".join(plain)), read(b"".join(html)))

    def _writer(self, reader: Subscriber) -> "_Writer":
        """What writes in the reader's language, or in English where that is not spoken."""
        words = catalogues.words(reader.language)
        writer = self._writers.get(words.language)
        if writer is None:
            writer = _Writer(self._site, translated(self._templates, words), words, self._kept_papers)
            self._writers[words.language] = writer
        return writer


class _Writer:
    """All that is written in one language."""

    def __init__(self, site: SiteSettings, templates: jinja2.Environment, words: Words, kept_papers: int) -> None:
        blocks, frames = Blocks(templates, words, kept_papers=kept_papers), Frames(site, templates, words)
        self._copyist, self._whys = Copyist(site, words, blocks), Whys(frames, words)
        self._text, self._html = TextBody(frames, blocks), HtmlBody(frames, blocks, words)
        self._letters = LetterWriter(site, templates, words)

    def edition(
        self, edition: Edition, reader: Subscriber, links: MailLinks, *, answers: bool
    ) -> tuple[str, list[bytes], list[bytes]]:
        """Subject, plain text and HTML, the bodies quoted and in pieces; no HTML for who wants none."""
        copy = self._copyist.copy(edition, reader, links, answers=answers)
        whys = self._whys.of(copy)
        html = [] if reader.plain else self._html.write(copy, whys)
        return copy.lines.subject, self._text.write(copy, whys), html

    def letter(self, letter: Letter, reader: Subscriber, links: MailLinks) -> tuple[str, list[bytes], list[bytes]]:
        """The same of a letter."""
        return self._letters.write(letter, reader, links)


@lru_cache(maxsize=16)
def _date(now: datetime) -> str:
    return format_datetime(now)
