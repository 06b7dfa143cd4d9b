"""Where an answer may not lead: into the machine, its network, or the places that answer questions about either.

The lists are IANA's special-purpose registries for IPv4 and IPv6 (RFC 6890 and its successors). They are written out,
because what `ipaddress` calls global has changed between versions of Python.
"""

import re
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_PRIVATE_4 = tuple(
    IPv4Network(each)
    for each in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
        "192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3 "
        "168.63.129.16/32"  # looks public, and is Azure's answer to the machines it hosts
    ).split()
)
_PUBLIC_6 = IPv6Network("2000::/3")
_PRIVATE_6 = tuple(IPv6Network(each) for each in "2001::/23 2001:db8::/32 2002::/16 3fff::/20".split())
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last four bytes are the IPv4 address that is reached

# Nothing that begins with a digit is the end of a name: 127.1, 2130706433 and 0x7f.1 are ways to write an address.
_NAME = re.compile(r"(?:[a-z0-9_-]+\.)+[a-z][a-z0-9-]*")
_AT_HOME = (".localhost", ".local", ".internal", ".home.arpa")  # RFC 6761, 6762, 8375; .internal: ICANN 2024


def is_public(address: str) -> bool:
    """Whether this is an address, as RFC 4291 and plain dotted quads write it, that anyone in the world could reach."""
    ip = _read(address)
    if isinstance(ip, IPv4Address):
        return not any(ip in network for network in _PRIVATE_4)
    if ip is None or ip.scope_id is not None:
        return False
    if ip in _NAT64:
        return is_public(str(IPv4Address(int(ip) & 0xFFFF_FFFF)))
    return ip in _PUBLIC_6 and not any(ip in network for network in _PRIVATE_6)


def is_nobodys(address: str) -> bool:
    """Whether no source can live here: link-local (where clouds tell machines their keys), multicast, unspecified."""
    ip = _read(address)
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return ip is None or ip.is_link_local or ip.is_multicast or ip.is_unspecified


def may_lead_to(host: str) -> bool:
    """Whether a redirect may name this host (ASCII): a public address, or a name that can be one of the internet."""
    name = host.lower().removesuffix(".")
    return is_public(host) or (_NAME.fullmatch(name) is not None and not name.endswith(_AT_HOME))


def addresses(host: str, port: int | None) -> tuple[str, ...]:
    """Every address the system's resolver has for a host; a host it cannot read or does not know is an OSError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except ValueError as error:  # a label that is empty or too long, as the codec for names tells it
        raise OSError("not a name that can be looked up") from error
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))


def _read(address: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address)
    except ValueError:
        return None
