"""Bodies and headers as one message (RFC 5322, RFC 2045): joined from bytes, the same each time."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from digest.headers import head

_PART = b'Content-Type: text/%s; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
_BOUNDARY_LETTERS = 24


def message(fields: Mapping[str, str], *, plain: Sequence[bytes], html: Sequence[bytes], message_id: str) -> bytes:
    """The message with these headers and bodies, which are quoted-printable, in pieces; without HTML it is plain text.

    Raises RenderingError if the headers would not read as exactly these.
    """
    fields = {**fields, "MIME-Version": "1.0"}
    if not html:
        coding = {"Content-Type": 'text/plain; charset="utf-8"', "Content-Transfer-Encoding": "quoted-printable"}
        return b"".join((head(fields | coding), b"\r\n", *plain))
    boundary = _boundary(message_id)
    fields["Content-Type"] = f'multipart/alternative; boundary="{boundary}"'
    between = f"\r\n--{boundary}\r\n".encode()
    first, second, end = between + _PART % b"plain", between + _PART % b"html", f"\r\n--{boundary}--\r\n".encode()
    return b"".join((head(fields), first, *plain, second, *html, end))


def _boundary(message_id: str) -> str:
    """What parts the bodies: the same whenever the message is written, and nowhere in quoted-printable (`=_`)."""
    return "=_" + sha256(message_id.encode()).hexdigest()[:_BOUNDARY_LETTERS]
