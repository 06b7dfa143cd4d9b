"""SMTP by smtplib: one connection kept for a batch, every reply read command by command.

RFC 5321; how long a reply is awaited follows its section 4.5.3.2.
"""

import contextlib
import re
import smtplib
import socket
import ssl

from digest.errors import RelayUnavailable, TransportError, UncertainDelivery
from digest.mail import Envelope, Receipt
from digest.transport.settings import Security, SmtpSettings

COMMAND_SECONDS = 300.0  # §4.5.3.2: five minutes for the answer to a command
FINAL_SECONDS = 600.0  # §4.5.3.2.6: ten minutes for the answer to the final dot


class SmtpTransport:
    """One relay. A connection is opened with the first message and used until `close` or a failure."""

    def __init__(self, settings: SmtpSettings, *, tls: ssl.SSLContext | None = None) -> None:
        """`tls` says whom to trust; the system's authorities by default."""
        self._settings = settings
        self._tls = tls
        self._relay: smtplib.SMTP | None = None

    def send(self, envelope: Envelope) -> Receipt:
        relay = self._relay or self._connected()
        self._relay = relay
        try:
            answer = self._exchange(relay, envelope)
        except (smtplib.SMTPException, OSError) as error:
            self._forget()
            raise TransportError(
                f"the connection to {self._place} was lost: {_said(error)}", permanent=False
            ) from error
        except UncertainDelivery:
            self._forget()
            raise
        except TransportError:
            self._start_afresh(relay)
            raise
        return Receipt(message_id=envelope.message_id, answer=answer)

    def close(self) -> None:
        if self._relay is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self._relay.quit()
        self._forget()

    @property
    def _place(self) -> str:
        return f"{self._settings.host}:{self._settings.port}"

    def _exchange(self, relay: smtplib.SMTP, envelope: Envelope) -> str:
        """MAIL, RCPT, DATA and the final dot one by one, so that it is known how far a failure came."""
        _expect(relay.mail(envelope.mail_from), 250)
        _expect(relay.rcpt(envelope.rcpt_to), 250, 251)
        _expect(relay.docmd("DATA"), 354)
        relay.send(_stuffed(envelope.content))
        try:
            _wait_at_most(relay, FINAL_SECONDS)
            relay.send(b".\r\n")
            reply = relay.getreply()
            _wait_at_most(relay, COMMAND_SECONDS)
        except (smtplib.SMTPException, OSError) as error:
            raise UncertainDelivery(f"{self._place} gave no answer to the whole message: {_said(error)}") from error
        return _expect(reply, 250)

    def _connected(self) -> smtplib.SMTP:
        wanted = self._settings
        tls = self._tls or ssl.create_default_context()
        relay: smtplib.SMTP | None = None
        try:
            if wanted.security is Security.TLS:
                relay = smtplib.SMTP_SSL(wanted.host, wanted.port, timeout=wanted.connect_seconds, context=tls)
            else:
                relay = smtplib.SMTP(wanted.host, wanted.port, timeout=wanted.connect_seconds)
            if wanted.security is Security.STARTTLS:
                relay.starttls(context=tls)
            relay.ehlo_or_helo_if_needed()
            if wanted.username:
                relay.login(wanted.username, wanted.password)
            _wait_at_most(relay, COMMAND_SECONDS)
        except (smtplib.SMTPException, OSError) as error:
            if relay is not None:
                relay.close()
            raise RelayUnavailable(
                f"SMTP relay {self._place} (security {wanted.security}) cannot be used: {_said(error)}; "
                "check [smtp] and that the relay runs"
            ) from error
        return relay

    def _start_afresh(self, relay: smtplib.SMTP) -> None:
        try:
            if relay.rset()[0] != 250:
                self._forget()
        except (smtplib.SMTPException, OSError):
            self._forget()

    def _forget(self) -> None:
        if self._relay is not None:
            self._relay.close()
        self._relay = None


def _expect(reply: tuple[int, bytes], *wanted: int) -> str:
    code, text = reply
    answer = f"{code} {text.decode('utf-8', 'replace')}"
    if code not in wanted:
        raise TransportError(f"the relay answered {answer}", permanent=code >= 500)
    return answer


def _wait_at_most(relay: smtplib.SMTP, seconds: float) -> None:
    if isinstance(relay.sock, socket.socket):
        relay.sock.settimeout(seconds)


def _stuffed(content: bytes) -> bytes:
    """The message as it travels: CRLF at its end, lines that begin with a dot doubled (RFC 5321 §4.5.2)."""
    ended = content if content.endswith(b"\r\n") else content + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", ended)


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return f"{error.smtp_code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return str(error) or type(error).__name__
