"""Who asks: what proxies say of it, and what others would like us to believe."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from digest.web.clients import UNKNOWN, Clients

PROXIES = ("127.0.0.1", "10.0.0.0/8", "fd00::/8")


def request(peer: str | None, *, scheme: str = "http", **headers: str) -> Request:
    lines = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    return Request(
        {
            "type": "http",
            "method": "GET",
            "path": "/",
            "query_string": b"",
            "headers": lines,
            "scheme": scheme,
            "server": ("digest.example", 80),
            "client": (peer, 4711) if peer else None,
        }
    )


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("192.0.2.7", "198.51.100.1", "192.0.2.7"),  # nobody of ours said it
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),  # the first one the client wrote itself
        ("127.0.0.1", "198.51.100.1, 10.1.2.3", "198.51.100.1"),  # two proxies
        ("10.9.9.9", "2001:db8::1", "2001:db8::1"),
        ("127.0.0.1", "10.1.2.3", "10.1.2.3"),  # asked from within
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "me, myself", "127.0.0.1"),
        ("::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"),
    ],
)
def test_only_our_own_proxies_are_believed(peer: str, forwarded: str, found: str) -> None:
    assert Clients(PROXIES).address(request(peer, x_forwarded_for=forwarded)) == found


def test_behind_a_socket_nobody_is_known() -> None:
    assert Clients(PROXIES).address(request(None)) == UNKNOWN
    assert Clients(PROXIES).household(request(None)) == UNKNOWN


def test_tries_are_counted_by_the_network_of_an_address_of_ipv6() -> None:
    clients = Clients(())
    households = {clients.household(request(f"2001:db8:1:2::{number:x}")) for number in range(1, 9)}
    assert households == {"2001:db8:1:2::/64"}
    assert clients.household(request("198.51.100.1")) == "198.51.100.1"


@pytest.mark.parametrize(
    ("peer", "scheme", "told", "secure"),
    [
        ("192.0.2.7", "https", "", True),
        ("192.0.2.7", "http", "https", False),
        ("127.0.0.1", "http", "https", True),
        ("127.0.0.1", "http", "http", False),
    ],
)
def test_tls_is_what_we_or_our_proxies_saw(peer: str, scheme: str, told: str, secure: bool) -> None:
    headers = {"x_forwarded_proto": told} if told else {}
    assert Clients(PROXIES).is_https(request(peer, scheme=scheme, **headers)) is secure


@settings(deadline=None)
@given(st.text(st.characters(codec="latin-1"), max_size=60))
def test_whatever_is_told_somebody_has_asked(told: str) -> None:
    clients = Clients(PROXIES)
    assert clients.address(request("127.0.0.1", x_forwarded_for=told))
    assert clients.household(request("127.0.0.1", x_forwarded_for=told))
