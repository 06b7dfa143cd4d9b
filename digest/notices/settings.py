"""Whom to tell when something is wrong."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmSettings:
    """How the operator is reached; with nothing set, alarms stand in the log alone."""

    mail_to: str = ""
    webhook_url: str = field(default="", metadata={"private_url": True, "or_file": True})  # who knows it may post
    ping_url: str = field(default="", metadata={"private_url": True, "or_file": True})  # asked once on every good day

    def __post_init__(self) -> None:
        for name in ("webhook_url", "ping_url"):  # the value is not repeated: it is a secret
            if getattr(self, name) and not _leads_to_the_web(getattr(self, name)):
                raise ValueError(f"{name}: expected a URL that begins with https://")
        if self.mail_to and (
            self.mail_to.count("@") != 1
            or not all(self.mail_to.split("@"))
            or any(c in self.mail_to for c in "<> ,\r\n")
        ):
            raise ValueError(f"mail_to: expected one bare address such as ops@example.org, found {self.mail_to!r}")


def _leads_to_the_web(url: str) -> bool:
    try:
        parsed = urlsplit(url)
        return parsed.scheme in {"https", "http"} and bool(parsed.hostname) and (parsed.port is None or parsed.port > 0)
    except ValueError:
        return False


def host_only(url: str) -> str:
    """Scheme and host of a URL that shall not be shown."""
    try:
        parsed = urlsplit(url)
    except ValueError:
        return "a URL that cannot be read"
    return f"{parsed.scheme}://{parsed.hostname or ''}"
