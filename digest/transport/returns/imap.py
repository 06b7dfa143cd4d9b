"""A folder behind IMAP4rev1 (RFC 3501) over TLS, by imaplib: unseen messages come in, taken ones are marked as seen."""

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from digest.transport.returns.lines import clean
from digest.transport.returns.mailboxes import MailboxError
from digest.transport.returns.parts import MOST_BYTES
from digest.transport.returns.settings import ReturnsSettings

IMAP_SECONDS = 60.0  # for connecting, and for each part of an answer
MOST_MESSAGES = 10_000  # of one run; the next one goes on


def unseen(settings: ReturnsSettings, *, tls: ssl.SSLContext | None = None) -> Iterator[bytes]:
    """Unseen messages, oldest first, each marked as seen when the next one is asked for, or the end.

    `tls` says whom to trust; the system's authorities by default. MailboxError if the folder cannot be read.
    """
    try:
        with _connected(settings, tls or ssl.create_default_context()) as box:
            box.login(settings.imap_username, settings.imap_password)
            _told(box.select(_quoted(settings.imap_folder)))
            yield from _unseen(box)
    except (imaplib.IMAP4.error, OSError, UnicodeError) as error:
        place = f"{settings.imap_host}:{settings.imap_port}"
        raise MailboxError(f"IMAP server {place} cannot be used: {_said(error)}; check [returns] imap_*") from error


@contextmanager
def _connected(settings: ReturnsSettings, tls: ssl.SSLContext) -> Iterator[imaplib.IMAP4]:
    """A connection that is closed in the end: the library's own leaves it open where LOGOUT gets no answer."""
    box = imaplib.IMAP4_SSL(settings.imap_host, settings.imap_port, ssl_context=tls, timeout=IMAP_SECONDS)
    try:
        yield box
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            box.logout()
        with suppress(OSError):
            box.shutdown()


def _unseen(box: imaplib.IMAP4) -> Iterator[bytes]:
    found = _told(box.uid("SEARCH", "UNSEEN"))[0] or b""
    for uid in found.decode("ascii", "replace").split()[:MOST_MESSAGES]:
        if (content := _content(box, uid)) is not None:
            yield content
            _told(box.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)"))


def _content(box: imaplib.IMAP4, uid: str) -> bytes | None:
    """The beginning of a message, which stays unseen; None if somebody has removed it meanwhile."""
    answer: list[Any] = _told(box.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MOST_BYTES}>)"))
    return next((bytes(item[1]) for item in answer if isinstance(item, tuple)), None)


def _told(answer: tuple[str, list[Any]]) -> list[Any]:
    """What an answer holds, or the library's error unless it is OK."""
    kind, content = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(content[0])
    return content


def _quoted(folder: str) -> str:
    """A quoted string (RFC 3501 §9)."""
    escaped = folder.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'


def _said(error: Exception) -> str:
    """What went wrong, in the server's words where there are any, on one line."""
    if isinstance(error, UnicodeError):
        return "user name and password must be ASCII"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    given = error.args[0] if error.args else ""
    words = given.decode("utf-8", "replace") if isinstance(given, bytes) else str(error)
    return clean(words) or type(error).__name__
