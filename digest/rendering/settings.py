"""Who publishes the digest, and with which templates."""

import re
from dataclasses import dataclass, field

from digest.rendering.plain import one_line


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """Who publishes the digest."""

    name: str = "Paperround"
    url: str = "http://localhost:8000"  # where readers and sources find the operator
    sender: str = "paperround@localhost"  # the From address of every mail; readers write to it to leave
    templates: str = field(default="", metadata={"path": True})  # a folder of templates that replace built-in ones

    def __post_init__(self) -> None:
        if not one_line(self.name):
            raise ValueError("name: expected what readers shall call the digest, found nothing")
        if self.sender.count("@") != 1 or not all(self.sender.split("@")) or any(c in self.sender for c in "<> ,\r\n"):
            raise ValueError(f"sender: expected one bare address such as digest@example.org, found {self.sender!r}")
        # It stands in a mail header, where a link is one word in ASCII (RFC 2369 §2).
        if not re.fullmatch(r"https?://[!-~]{1,200}", self.url) or any(c in self.url for c in '<>"\\,?#'):
            raise ValueError(
                f"url: expected a plain URL such as https://digest.example.org, in ASCII (xn--…), found {self.url!r}"
            )
