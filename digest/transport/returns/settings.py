"""Where mail systems report to, where readers answer to, and where both are read."""

import re
from dataclasses import dataclass, field

_ADDRESS = re.compile(r"([A-Za-z0-9.!#$%&'*/=?^_`{|}~-]+)@[A-Za-z0-9.-]+", re.ASCII)
# RFC 5321 §4.5.3.1.1 gives a local part 64 octets; the tag behind it takes 41: + 19 digits - 20 hexadecimal digits.
LONGEST_LOCAL_PART = 64 - 41


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnsSettings:
    """Both addresses must take mail with anything behind a plus sign; an empty one is not used."""

    bounces: str = ""  # the envelope sender, such as bounces@example.org
    replies: str = ""  # the Reply-To, such as digest@example.org
    mailbox: str = field(default="", metadata={"path": True})  # a maildir or an mbox
    imap_host: str = ""  # in place of a mailbox on this machine
    imap_port: int = 993  # over TLS
    imap_username: str = ""
    imap_password: str = field(default="", metadata={"secret": True})  # given as imap_password_file
    imap_folder: str = "INBOX"

    @property
    def is_read(self) -> bool:
        """Whether there is a mailbox to read."""
        return bool(self.mailbox or self.imap_host)

    def __post_init__(self) -> None:
        for name in ("bounces", "replies"):
            _check(name, getattr(self, name))
        if self.mailbox and self.imap_host:
            raise ValueError("mailbox and imap_host: expected one of them, or none")
        if not 1 <= self.imap_port <= 65535:
            raise ValueError("imap_port: expected 1 to 65535")
        if not self.imap_folder.isascii() or not self.imap_folder.isprintable() or not self.imap_folder:
            raise ValueError("imap_folder: expected a name in ASCII, as RFC 3501 §5.1.3 writes it")


def _check(name: str, address: str) -> None:
    found = _ADDRESS.fullmatch(address)
    if address and (found is None or len(found[1]) > LONGEST_LOCAL_PART):
        raise ValueError(
            f"{name}: expected an address such as bounces@example.org, without a plus sign and with at most"
            f" {LONGEST_LOCAL_PART} characters before the @, because a tag is put there"
        )
