"""Mail headers as they must be written: folded by RFC 2047, in ASCII, and exactly the ones meant."""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from email import policy
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address, AddressHeader
from email.message import EmailMessage
from functools import lru_cache
from string import ascii_letters, digits

import idna

from digest.errors import RenderingError

_COLUMNS = 76  # of a header with encoded words, each of which then has at most 75 (RFC 2047 §2)
_NEVER = frozenset(' <>"\\')  # unquoted; control characters are not printable (RFC 5321 §4.1.2)
_FOLDED = frozenset({"subject", "from", "to"})
_LONGEST_LINE = 998  # RFC 5322 §2.1.1
_AS_IT_IS = {c: c for c in f"{ascii_letters}{digits}!*+-/"} | {" ": "_"}  # RFC 2047 §5 (3)
_WORD = "=?utf-8?{}?{}?="
_ROUND = len(_WORD.format("q", ""))
_LINE = rb"[!-~\x80-\xff][ -~\x80-\xff]{0,900}\r\n"
_ATOM = r"[^\x00-\x20\x7f\"(),.:;<>@\[\\\]]+"  # RFC 5322 §3.2.3, with letters beyond ASCII as RFC 6532 has it
_MAILBOX = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9.-]+")


class _MailPolicy(policy.EmailPolicy):
    """Folds headers that may hold words in RFC 2047's encoding at 76 columns and leaves all others on one line.

    The library encodes any header that does not fit its line, which breaks List-Unsubscribe (RFC 8058 §4), and doubles
    the blank between a plain and an encoded word where it folds the line there.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() not in _FOLDED:
            return super().fold_binary(name, value)
        if value.isascii():
            return policy.SMTP.clone(max_line_length=_COLUMNS).fold_binary(name, value)
        sender = value.addresses[0] if isinstance(value, AddressHeader) else None
        words = Header(sender.display_name if sender else value, "utf-8", _COLUMNS, name).encode(linesep="\r\n")
        return (f"{name}: {words}\r\n <{sender.addr_spec}>\r\n" if sender else f"{name}: {words}\r\n").encode()


MAIL_POLICY = _MailPolicy(linesep="\r\n", max_line_length=998, cte_type="7bit", raise_on_defect=False)


def ascii_address(address: str) -> str:
    """The address with its domain in ASCII (RFC 5890); RenderingError where ASCII cannot write it."""
    local, _, domain = address.rpartition("@")
    try:
        plain = f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"
        return Address(addr_spec=plain).addr_spec
    except (ValueError, MessageError, IndexError) as error:  # the parser fails in many ways
        raise RenderingError("an address cannot be written in ASCII, as mail without RFC 6531 needs it") from error


def ascii_domain(domain: str) -> str:
    """The domain in ASCII, its labels as RFC 5890 writes them after UTS 46's mapping; ValueError if it has none.

    IDNA 2008: `straße.example` stays another name than `strasse.example`, which Python's own codec takes it for.
    """
    return domain if domain.isascii() else idna.encode(domain, uts46=True).decode()


def wire_address(address: str) -> str:
    """The address as SMTP carries it: its domain in ASCII, its local part as it is.

    A local part beyond ASCII needs RFC 6531 at every hop. ValueError for what cannot stand between angle brackets.
    """
    local, _, domain = address.rpartition("@")
    if not local or not domain or "@" in local or not address.isprintable() or not _NEVER.isdisjoint(address):
        raise ValueError("an address cannot be written in a command of SMTP")
    return f"{local}@{ascii_domain(domain)}"


def mailbox(address: str) -> str:
    """The address as it stands in headers and commands, its domain in ASCII; RenderingError for what is no address.

    A local part beyond ASCII stays as it is, and needs RFC 6531 on its way.
    """
    try:
        plain = address if address.isascii() else wire_address(address)
    except ValueError as error:
        raise RenderingError("an address cannot be written in a mail") from error
    if not _MAILBOX.fullmatch(plain):
        raise RenderingError("an address cannot be written in a mail")
    return plain


def sender_line(display: str, address: str) -> str:
    """The value of From: a name, in RFC 2047's words where it needs them, and an address in ASCII."""
    value = MAIL_POLICY.header_factory("From", Address(display, addr_spec=ascii_address(address)))
    return MAIL_POLICY.fold_binary("From", value).decode("ascii").removeprefix("From: ").removesuffix("\r\n")


@lru_cache(maxsize=4096)  # readers who are sent the same paper first share a subject
def folded_text(name: str, text: str) -> str:
    """The value of a header that is text: plain where it is ASCII and can be folded, else in words of RFC 2047, which
    have at most 75 columns."""
    room = _COLUMNS - len(name) - 2
    if text.isascii() and max(map(len, text.split(" "))) <= room:
        return text if len(text) <= room else "\r\n ".join(_folded(text.split(" "), room))
    quoted = [_AS_IT_IS.get(c) or _in_hex(c) for c in text]
    if sum(map(len, quoted)) <= 4 / 3 * len(text.encode()):
        words = [_WORD.format("q", "".join(part)) for part in _parts(quoted, list(map(len, quoted)), room)]
    else:
        parts = _parts(text, [4 / 3 * len(c.encode()) for c in text], room - 3)  # it is filled up to a multiple of four
        words = [_WORD.format("b", b64encode("".join(part).encode()).decode()) for part in parts]
    return "\r\n ".join(words)


@lru_cache(maxsize=4096)
def _in_hex(character: str) -> str:
    return "".join(map("={:02X}".format, character.encode()))


def _folded(words: Sequence[str], room: int) -> Iterator[str]:
    """Words joined to lines, the first of `room` columns."""
    line = words[0]
    for word in words[1:]:
        if len(line) + 1 + len(word) > room:
            yield line
            line, room = word, _COLUMNS - 1
        else:
            line += f" {word}"
    yield line


def _parts(units: Sequence[str], columns: Sequence[float], room: float) -> Iterator[list[str]]:
    """The units in as many encoded words as they need."""
    part: list[str] = []
    left = room - _ROUND
    for unit, wide in zip(units, columns, strict=True):
        if part and wide > left:
            yield part
            part, left = [], min(room, _COLUMNS - 1) - _ROUND
        part.append(unit)
        left -= wide
    yield part


def head(fields: Mapping[str, str]) -> bytes:
    """The headers, each on its line or lines; RenderingError unless they read as exactly these.

    Values must be folded already. Those of addresses may hold UTF-8 (RFC 6532).
    """
    written = "".join([f"{name}: {value}\r\n" for name, value in fields.items()]).encode()
    if not _pattern(tuple(fields)).fullmatch(written):
        raise RenderingError(f"the mail's headers would not be the ones meant: {', '.join(_names(written))}")
    return written


@lru_cache(maxsize=64)
def _pattern(names: tuple[str, ...]) -> re.Pattern[bytes]:
    """Matches headers of these names alone, in this order, on lines of a length that RFC 5322 allows."""
    return re.compile(b"".join([b"%b: %b(?: %b)*" % (name.encode(), _LINE, _LINE) for name in names]))


def _names(written: bytes) -> list[str]:
    return [name.decode() for name in re.findall(rb"^([!-9;-~]+):", written, re.M)]


def printable(text: str) -> str:
    """The text on one line, without controls, bidi marks, lone surrogates, or what reads as an encoded word."""
    words = "".join(c if c.isprintable() else " " for c in text).split()
    return " ".join(words).replace("=?", "= ?").replace("?=", "? =")


def checked(message: EmailMessage, meant: list[str]) -> bytes:
    """The message's bytes, parsed again: exactly the headers meant and lines no longer than RFC 5322 allows."""
    content = message.as_bytes()
    head = content.partition(b"\r\n\r\n")[0].decode("ascii", "replace")
    found = [line.partition(":")[0] for line in head.split("\r\n") if not line[:1].isspace()]
    if sorted(name.lower() for name in found) != sorted(name.lower() for name in meant):
        raise RenderingError(f"the mail would carry other headers than meant: {', '.join(found)}")
    if max(map(len, content.split(b"\r\n"))) > _LONGEST_LINE:
        raise RenderingError("the mail would have a line longer than 998 bytes")
    return content
