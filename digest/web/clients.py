"""Who asks: the address of the client, where proxies of ours stand before us by what they say of it, and else as it is.

`X-Forwarded-For` is read from its end, because only what our own proxies wrote can be believed.
"""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

from starlette.requests import Request

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
UNKNOWN = "unknown"  # where there is no address, as behind a unix socket
_REMEMBERED = 4096  # addresses of which it is known whether they are a proxy's
_NETWORK_BITS = 64  # of an IPv6 address: what one customer has of it (RFC 6177 §2)


class Clients:
    """Request → the client's address."""

    def __init__(self, trusted: Sequence[str]) -> None:
        """`trusted`: addresses and networks of proxies, such as "127.0.0.1" and "10.0.0.0/8"."""
        networks: list[Network] = [ipaddress.ip_network(each) for each in trusted]
        self._is_trusted = lru_cache(_REMEMBERED)(lambda address: is_within(address, networks))

    def address(self, request: Request) -> str:
        """The last address that is not one of our proxies'."""
        here = request.client.host if request.client else UNKNOWN
        if not self.is_trusted(here):
            return here
        told = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
        for each in reversed([part.strip() for part in told if part.strip()]):
            if not self.is_trusted(each):
                return each if _parsed(each) else here
            here = each
        return here

    def is_https(self, request: Request) -> bool:
        """Whether the client came over TLS, as far as we or a proxy of ours can tell."""
        scope = request.scope  # this is asked of every request, and its parts are slow
        here = scope["client"][0] if scope.get("client") else UNKNOWN
        lines = scope["headers"] if self.is_trusted(here) else ()
        told: bytes = next((value for name, value in lines if name == b"x-forwarded-proto"), b"")
        return told == b"https" if told else bool(scope["scheme"] == "https")

    def is_trusted(self, address: str) -> bool:
        """Whether it is one of our proxies."""
        return self._is_trusted(address)

    def household(self, request: Request) -> str:
        """The address by which tries are counted: of IPv6 the network, as one client has very many addresses."""
        address = _parsed(self.address(request))
        if isinstance(address, ipaddress.IPv6Address):
            return str(ipaddress.ip_network((address, _NETWORK_BITS), strict=False))
        return str(address or UNKNOWN)


def is_within(address: str, networks: Sequence[Network]) -> bool:
    """Whether an address is in one of the networks; what is no address is in none."""
    found = _parsed(address)
    return found is not None and any(found in network for network in networks)


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
