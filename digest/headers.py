"""Mail headers as they must be written: folded by RFC 2047, in ASCII, and exactly the ones meant."""

from email import policy
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address, AddressHeader
from email.message import EmailMessage

from digest.errors import RenderingError

_COLUMNS = 76  # of a header with encoded words, each of which then has at most 75 (RFC 2047 §2)
_FOLDED = frozenset({"subject", "from", "to"})


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
    if max(map(len, content.split(b"\r\n"))) > 998:
        raise RenderingError("the mail would have a line longer than 998 bytes")
    return content
