"""What an operator may say of the web door."""

import ipaddress
from dataclasses import dataclass, field

LOOPBACK = ("127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """Whom it believes, and how often one client may do what costs something."""

    trusted_proxies: tuple[str, ...] = LOOPBACK  # addresses and networks whose X-Forwarded-For and -Proto are believed
    metrics_from: tuple[str, ...] = LOOPBACK  # addresses and networks that /metrics answers
    signups_per_minute: float = 6.0  # by one client; each sends a letter
    votes_per_minute: float = 120.0  # and changes of settings
    searches_per_minute: float = 60.0
    admin_key: str = field(default="", repr=False, metadata={"secret": True})  # of /api/admin; "" is off

    def __post_init__(self) -> None:
        for name in ("trusted_proxies", "metrics_from"):
            for each in getattr(self, name):
                _check_network(name, each)
        for name in ("signups_per_minute", "votes_per_minute", "searches_per_minute"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name}: expected more than 0")


def _check_network(name: str, text: str) -> None:
    try:
        ipaddress.ip_network(text)
    except ValueError as error:
        raise ValueError(f"{name}: expected addresses and networks such as 10.0.0.0/8, found {text!r}") from error
