"""SMTP (RFC 5321) by smtplib: a few connections kept for a batch, a pace, and one more try where nothing was taken."""

import ssl
import time

from digest.errors import TransportError
from digest.mail import Envelope, Receipt
from digest.transport.connection import Connection, ConnectionLost, connected
from digest.transport.letters import Letter, letter
from digest.transport.pool import Pool
from digest.transport.rates import Rates
from digest.transport.replies import CLOSING
from digest.transport.settings import SmtpSettings
from digest.transport.wire import Patience

_USUAL = Patience()


class SmtpTransport:
    """One relay, for any number of threads. Connections are opened as they are needed and used until `close`."""

    def __init__(
        self, settings: SmtpSettings, *, tls: ssl.SSLContext | None = None, patience: Patience = _USUAL
    ) -> None:
        """`tls` says whom to trust; the system's authorities by default."""
        self._settings = settings
        self._tls = tls
        self._patience = patience
        self._pool = Pool(
            self._opened,
            connections=settings.connections,
            mails_per_connection=settings.mails_per_connection,
            breath=patience.breath,
        )
        self._rates = Rates(
            settings.mails_per_minute, settings.domain_mails_per_minute, clock=time.monotonic, sleep=self._pool.pause
        )

    def send(self, envelope: Envelope) -> Receipt:
        """Hand one message to the relay, at the pace of the settings.

        A connection that ended before the message was taken, by itself while it was kept or with a 421, is replaced
        and the message tried once more. TransportError says by `about` what was refused; UncertainDelivery that no
        clear answer came after the final dot; RelayUnavailable that there can be no connection.
        """
        ready = letter(envelope)
        self._rates.wait(ready.domain)
        try:
            said = self._handed_over(ready)
        except TransportError as error:
            if not _is_worth_another(error):
                raise
            self._pool.forget_idle()
            said = self._handed_over(ready)
        return Receipt(message_id=envelope.message_id, answer=said)

    def close(self) -> None:
        self._pool.close()

    def abort(self) -> None:
        """End what hangs, from another thread: every `send` under way raises what is then known of its message.

        Later ones raise TransportError. A connection that is just being opened may take `connect_seconds` to notice.
        """
        self._pool.abort()

    def _handed_over(self, ready: Letter) -> str:
        with self._pool.lent() as connection:
            return connection.exchange(ready)

    def _opened(self) -> Connection:
        return connected(self._settings, tls=self._trusted, patience=self._patience)

    def _trusted(self) -> ssl.SSLContext:
        """Whom to trust; the system's authorities are read when somebody asks, which takes 30 ms."""
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return self._tls


def log_in(settings: SmtpSettings) -> None:
    """See whether the relay lets us in, and go again; RelayUnavailable if it does not."""
    connected(settings, tls=ssl.create_default_context, patience=_USUAL).quit()


def _is_worth_another(error: TransportError) -> bool:
    """Whether the connection was at fault and not the message, of which nothing was taken."""
    return error.code == CLOSING or (isinstance(error, ConnectionLost) and error.stale)
