"""How mails and alarms leave, as the settings have it.

What only alarms and the doctor need is imported when it is asked for: processes that compose load a tenth less.
"""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from digest import __version__
from digest.config import Settings
from digest.errors import ConfigError
from digest.headers import ascii_domain
from digest.transport import Transport
from digest.transport.folder import FolderTransport
from digest.transport.smtp import SmtpTransport

if TYPE_CHECKING:
    from digest import upkeep
    from digest.deliver.writing import Signer
    from digest.notices.pages import Page
    from digest.notices.web import Hooks


class Mailing:
    """The transport, the signer and the operator's voices."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def transport(self) -> Transport:
        """The relay, or a folder of files while there is none."""
        if self._settings.smtp.host:
            return SmtpTransport(self._settings.smtp)
        return FolderTransport(Path(self._settings.outbox.folder))

    @property
    def threads(self) -> int:
        """How many mails are sent at once by one process."""
        return self._settings.smtp.connections if self._settings.smtp.host else 1

    def signer(self) -> "Signer | None":
        """Signs mails, where the operator has given a key; ConfigError if it is none."""
        dkim = self._settings.dkim
        if not dkim.domain:
            return None
        from digest.transport.dkim import Signer as Dkim

        try:
            signer = Dkim(dkim)
        except ValueError as error:
            raise ConfigError(f"[dkim] {error}") from error
        return lambda content, now: signer.signed(content, now=now)

    def message_id(self) -> str:
        """A new one, with angle brackets (RFC 5322 §3.6.4)."""
        domain = ascii_domain(self._settings.site.sender.rpartition("@")[2])
        return f"<{secrets.token_hex(16)}@{domain}>"

    def voices(self) -> "list[upkeep.Voice]":
        """Who tells the operator, the one that answers soonest first."""
        alarms, site = self._settings.alarms, self._settings.site
        voices: list[upkeep.Voice] = []
        if alarms.webhook_url:
            from digest.notices.web import WebhookVoice

            voices.append(WebhookVoice(self._hooks, alarms.webhook_url, site=site.name))
        if alarms.mail_to:
            from digest.notices.mail import MailVoice

            told = MailVoice(
                self.transport(), site=site.name, sender=site.sender, to=alarms.mail_to, message_id=self.message_id
            )
            voices.append(told)
        return voices

    def ping(self) -> Callable[[], None] | None:
        """What is done on a good day, where anything is."""
        url = self._settings.alarms.ping_url
        return (lambda: self._hooks.get(url)) if url else None

    def page(self, method: str, url: str, form: dict[str, str] | None) -> "Page":
        """What stands at an address of ours, as others see it; NoticeError where nothing answers."""
        from digest.notices.pages import Reader

        return Reader(user_agent=self._user_agent)(method, url, form)

    @property
    def _hooks(self) -> "Hooks":
        from digest.notices.web import Hooks

        return Hooks(user_agent=self._user_agent)

    @property
    def _user_agent(self) -> str:
        return f"paperround/{__version__} (+{self._settings.site.url})"
