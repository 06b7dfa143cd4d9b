"""Letters about a subscription: joining and moving, welcome, goodbye, and the question to those long silent."""

from types import SimpleNamespace

import jinja2

from digest import tokens
from digest.mail import Letter, LetterKind
from digest.rendering.forms import quoted
from digest.rendering.headlines import until, why_asked, why_goodbye, why_moved, why_you
from digest.rendering.personal import MailLinks
from digest.rendering.settings import SiteSettings
from digest.rendering.templates import render
from digest.rendering.words import Words
from digest.subscribers import Subscriber, SubscriberState


class LetterWriter:
    """Letter and reader → subject, plain text and HTML, in one language, by `letter-KIND.html.j2` and `….txt.j2`."""

    def __init__(self, site: SiteSettings, templates: jinja2.Environment, words: Words) -> None:
        self._site = site
        self._templates = templates
        self._words = words

    def write(self, letter: Letter, reader: Subscriber, links: MailLinks) -> tuple[str, list[bytes], list[bytes]]:
        """The subject and both bodies, quoted; no HTML for who wants none. RenderingError if one fails."""
        words, subject = self._words, self._words.letter_subject(letter.kind)
        mail = SimpleNamespace(
            subject=subject,
            date=words.dateline(letter.day),
            schedule=words.schedule(reader.schedule, reader.kind),
            until=until(words, letter),
            heard=words.day(reader.schedule.local_date(reader.heard_at)) if reader.heard_at else "",
            why_you=self._why_you(letter, reader),
            unsubscribe_url=links.unsubscribe,
            settings_url=links.settings,
            edition_url=links.edition,
            confirm_url=tokens.confirm_url(self._site.url, str(letter.details.get("token", ""))),
            is_left=reader.state is SubscriberState.LEFT,
        )
        given = {"site": self._site, "language": words.language, "mail": mail, "reader": reader}
        plain, html = (f"letter-{letter.kind}.{form}.j2" for form in ("txt", "html"))
        page = [] if reader.plain else quoted(render(self._templates, html, **given))
        return subject, quoted(render(self._templates, plain, **given)), page

    def _why_you(self, letter: Letter, reader: Subscriber) -> str:
        by_kind = {
            LetterKind.GOODBYE: why_goodbye,
            LetterKind.CONFIRM: why_asked,
            LetterKind.MOVE: why_asked,
            LetterKind.MOVED: why_moved,
        }
        return by_kind.get(letter.kind, why_you)(self._words, self._site, reader)
