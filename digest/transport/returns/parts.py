"""A message opened into its parts (RFC 2046): bytes come in, parts with header fields and text go out.

The standard library's parser makes an object of every part and every blank line of a report, so that a megabyte of
nested parts costs minutes or ends in a RecursionError. Here a part is split when it is asked for, with caps on size,
depth and number; header fields are read by the library. Nothing raises, whatever the bytes are.
"""

import binascii
import codecs
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from itertools import islice

MOST_BYTES = 2**20  # of a message are read: a report stands in front of the mail that it returns
MOST_HEAD = 2**16  # bytes of one header section
MOST_PARTS = 50  # of one message are looked at
MOST_DEPTH = 6  # signed, mixed, related and alternative may stand around a text
_HEADERS = BytesHeaderParser(policy=compat32)
_BLANK_LINE = re.compile(rb"(?m)^\n")
# Codecs that decode in one pass; others take quadratic time (punycode, idna) or decode no text at all.
_CHARSETS = re.compile(
    r"(utf-8|ascii|iso8859-\d+|cp\d+|koi8-[rtu]|gb\w*|big5\w*|shift_jis\w*|euc_\w+|iso2022_\w+|mac-\w+)"
)
_VALUE = r"""\s*(?:"([^"]{1,200})"|([^\s;"]{1,200}))"""  # of a parameter; a boundary has at most 70 characters
_FROM_LINE = b"From "  # an mbox's or a pipe's first line, which is no header field


@dataclass(frozen=True, slots=True)
class Part:
    """A message, or a part of one."""

    headers: Message
    body: bytes  # as it was sent, with LF line ends

    @property
    def type(self) -> str:
        """Such as "text/plain", lower case; that is also what stands for a broken one (RFC 2045 §5.2)."""
        return self.headers.get_content_type()

    def field(self, name: str) -> str:
        """The first header field of that name on one line, or ""."""
        return next(iter(self.fields(name)), "")

    def fields(self, name: str) -> list[str]:
        """All header fields of that name, each on one line."""
        return [" ".join(str(value).split()) for value in self.headers.get_all(name, ())]

    def parameter(self, name: str) -> str:
        """A parameter of Content-Type (RFC 2045 §5.1), or ""."""
        found = re.search(rf"(?i);\s*{name}\s*={_VALUE}", self.field("Content-Type"))
        return (found[1] or found[2]) if found else ""


def opened(content: bytes) -> Part:
    """A whole message, or what `parts` and `content` give of one."""
    text = content[:MOST_BYTES].replace(b"\r\n", b"\n")
    if text.startswith(_FROM_LINE):
        text = text.partition(b"\n")[2]
    head, body = _split(text)
    return Part(_HEADERS.parsebytes(head[:MOST_HEAD]), body)


def parts(whole: Part) -> Iterator[Part]:
    """The parts right inside a multipart."""
    boundary = whole.parameter("boundary").encode("ascii", "replace")
    if not whole.type.startswith("multipart/") or not boundary:
        return
    # RFC 2046 §5.1.1: a delimiter line may end in blanks.
    delimiters = re.compile(rb"(?m)^--" + re.escape(boundary) + rb"(--)?[ \t]*$")
    start = None
    for found in islice(delimiters.finditer(whole.body), MOST_PARTS):
        if start is not None:
            yield opened(whole.body[start : max(start, found.start() - 1)])
        start = None if found[1] else found.end() + 1
        if found[1]:
            return
    if start is not None:  # cut off
        yield opened(whole.body[start:])


def text(whole: Part) -> str | None:
    """The first plain text that is no attachment; None if there is none."""
    for part in islice(_inside(whole, MOST_DEPTH), MOST_PARTS):
        attached = part.field("Content-Disposition").lower().startswith("attachment")
        if part.type == "text/plain" and not attached:
            return decoded(part)
    return None


def content(part: Part) -> bytes:
    """The body without its transfer encoding (RFC 2045 §6); as it is where that is broken."""
    encoding = part.field("Content-Transfer-Encoding").lower()
    if encoding == "quoted-printable":
        return quopri.decodestring(part.body)
    if encoding == "base64":
        try:
            return binascii.a2b_base64(part.body)
        except binascii.Error:
            return part.body
    return part.body


def decoded(part: Part) -> str:
    """The text of a part; what its charset does not allow is replaced."""
    return _decoded(content(part), part.parameter("charset")).replace("\r\n", "\n")


def words(field: str) -> str:
    """A header field with its encoded words read (RFC 2047); as it is where they are broken."""
    try:
        pieces = decode_header(field)
    except (HeaderParseError, ValueError):
        return field
    return "".join(piece if isinstance(piece, str) else _decoded(piece, charset or "") for piece, charset in pieces)


def _inside(part: Part, depth: int) -> Iterator[Part]:
    yield part
    if depth:
        for inner in parts(part):
            yield from _inside(inner, depth - 1)


def _split(text: bytes) -> tuple[bytes, bytes]:
    """Header fields, and what follows the first empty line."""
    found = _BLANK_LINE.search(text)
    return (text[: found.start()], text[found.end() :]) if found else (text, b"")


def _decoded(data: bytes, charset: str) -> str:
    try:
        name = codecs.lookup(charset or "utf-8").name
    except (LookupError, ValueError):
        name = ""
    return data.decode(name if _CHARSETS.fullmatch(name) else "utf-8", "replace")
