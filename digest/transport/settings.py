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

    def __post_init__(self) -> None:
        if not 1 <= self.port <= 65535:
            raise ValueError("port: expected 1 to 65535")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxSettings:
    """Where mails go while no relay is configured."""

    folder: str = field(default="outbox", metadata={"path": True})
