"""Who publishes the digest, and with which templates."""

import re
from dataclasses import dataclass, field

from digest.rendering.plain import one_line

_POSTAL_CHARACTERS = 300  # on one line of small print


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """Who publishes the digest."""

    name: str = "Paperround"
    url: str = "http://localhost:8000"  # where readers and sources find the operator
    sender: str = "paperround@localhost"  # the From address of every edition; readers write to it to leave
    transactional_sender: str = ""  # the From address of letters about a subscription; "" for the same
    postal_address: str = ""  # these three stand in the foot of every mail where they are given
    imprint_url: str = ""
    privacy_url: str = ""
    templates: str = field(default="", metadata={"path": True})  # a folder of templates that replace built-in ones

    def __post_init__(self) -> None:
        if not one_line(self.name):
            raise ValueError("name: expected what readers shall call the digest, found nothing")
        _require_address("sender", self.sender)
        if self.transactional_sender:
            _require_address("transactional_sender", self.transactional_sender)
        if len(self.postal_address) > _POSTAL_CHARACTERS or (self.postal_address and not one_line(self.postal_address)):
            raise ValueError(
                f"postal_address: expected one line of at most {_POSTAL_CHARACTERS} characters, or nothing"
            )
        # It stands in a mail header, where a link is one word in ASCII (RFC 2369 §2).
        _require_url("url", self.url, without="?#")
        for key in ("imprint_url", "privacy_url"):
            if value := getattr(self, key):
                _require_url(key, value)

    @property
    def letter_sender(self) -> str:
        """The From address of what is about a subscription and no edition."""
        return self.transactional_sender or self.sender


def _require_address(key: str, address: str) -> None:
    if address.count("@") != 1 or not all(address.split("@")) or any(c in address for c in "<> ,\r\n"):
        raise ValueError(f"{key}: expected one bare address such as digest@example.org, found {address!r}")


def _require_url(key: str, url: str, *, without: str = "") -> None:
    if not re.fullmatch(r"https?://[!-~]{1,200}", url) or any(c in url for c in f'<>"\\,{without}'):
        raise ValueError(
            f"{key}: expected a plain URL such as https://digest.example.org, in ASCII (xn--…), found {url!r}"
        )
