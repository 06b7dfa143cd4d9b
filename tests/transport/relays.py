"""Transports to a server on loopback, with little patience, closed at the end of a test."""

import contextlib
import ssl
from collections.abc import Iterator
from typing import Any

import trustme

from digest.mail import Envelope
from digest.transport.settings import SmtpSettings
from digest.transport.smtp import SmtpTransport
from digest.transport.wire import Patience

CONTENT = b"Subject: Hello\r\n\r\nFirst line\r\n.a line that begins with a dot\r\n..and two\r\n"
SHORT = Patience(command=0.3, data=0.3, block=0.3, final=0.3, goodbye=0.3, breath=0.05)


def envelope(to: str = "ana@example.org", content: bytes = CONTENT, sender: str = "digest@example.org") -> Envelope:
    return Envelope(mail_from=sender, rcpt_to=to, message_id=f"<1.{to}>", content=content)


@contextlib.contextmanager
def relay_at(
    port: int, *, tls: ssl.SSLContext | None = None, patience: Patience = SHORT, **values: Any
) -> Iterator[SmtpTransport]:
    given = {"host": "127.0.0.1", "port": port, "connect_seconds": 5.0, "connections": 2, **values}
    settings = SmtpSettings(**given)
    transport = SmtpTransport(settings, tls=tls, patience=patience)
    try:
        yield transport
    finally:
        transport.close()


def certified(name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's and a client's side of one certificate for `name`."""
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return server, client
