"""Where mails go."""

from dataclasses import dataclass, field
from enum import StrEnum


class Security(StrEnum):
    """How the connection to the relay is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """The relay; an empty host means that mails are written to a folder."""

    host: str = ""
    port: int = 25
    security: Security = Security.NONE
    username: str = ""
    password: str = field(default="", metadata={"secret": True})  # given as password_file
    connect_seconds: float = 30.0
    connections: int = 1  # kept open at once, at most; a process that is killed leaves as many mails in doubt
    mails_per_connection: int = 100  # after which it is closed and another one opened
    mails_per_minute: int = 0  # to everybody; 0 is no limit
    domain_mails_per_minute: int = 0  # to the readers of one domain; 0 is no limit

    def __post_init__(self) -> None:
        if not 1 <= self.port <= 65535:
            raise ValueError("port: expected 1 to 65535")
        for name in ("connections", "mails_per_connection"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: expected 1 or more")
        for name in ("mails_per_minute", "domain_mails_per_minute"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name}: expected 0 (no limit) or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimSettings:
    """Who signs our mails; an empty domain leaves that to the relay."""

    domain: str = ""
    selector: str = ""  # the public key stands at SELECTOR._domainkey.DOMAIN
    private_key: str = field(default="", metadata={"secret": True})  # PEM: RSA or Ed25519; given as private_key_file

    def __post_init__(self) -> None:
        given = (self.domain, self.selector, self.private_key)
        if any(given) and not all(given):
            raise ValueError("domain, selector and private_key_file: expected all three, or none")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxSettings:
    """Where mails go while no relay is configured."""

    folder: str = field(default="outbox", metadata={"path": True})
