"""An edition as its mail, for whoever is only looking."""

from dataclasses import replace
from datetime import datetime

from digest import tokens
from digest.editions import Edition
from digest.rendering.mail import MailLinks, MailRenderer
from digest.subscribers import Subscriber


def previewed(
    mail: MailRenderer, edition: Edition, reader: Subscriber, form: str, *, message_id: str, now: datetime
) -> bytes:
    """The mail as `html`, `text` or `eml`.

    Its links are refused: whoever sees a preview, or passes it on, cannot act for the reader by accident.
    """
    url = mail.site.url
    links = MailLinks(
        unsubscribe=tokens.unsubscribe_url(url, tokens.PREVIEW),
        settings=tokens.settings_url(url, tokens.PREVIEW),
        edition=tokens.edition_url(url, tokens.PREVIEW),
    )
    if form == "eml":
        return mail.envelope(edition, reader=reader, links=links, message_id=message_id, now=now).content
    bodies = mail.bodies(edition, reader=replace(reader, plain=False), links=links)
    return (bodies.html if form == "html" else bodies.plain).encode()
