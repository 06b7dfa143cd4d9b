"""Whether sources can be reached, and what is left of their budgets; no request is made, so no rate is touched."""

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from digest.upkeep.doctor.values import Examined, Finding, ok, unchecked, warning

_SECONDS = 5.0  # for a connection to be opened
_PORTS = {"https": 443, "http": 80}
_NEARLY = 0.9  # of a budget
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy", "all_proxy")


def connect(url: str) -> None:
    """Open a connection to the host of an address and close it; OSError if that cannot be."""
    parts = urlsplit(url)
    port = parts.port or _PORTS[parts.scheme]
    socket.create_connection((parts.hostname or "", port), timeout=_SECONDS).close()


def reach(
    examined: Examined, *, environment: Mapping[str, str] = os.environ, connecting: Callable[[str], None] = connect
) -> Iterator[Finding]:
    """One line for all sources, and one for each that has used up its budget nearly or whole."""
    yield from _budgets(examined)
    if any(environment.get(name) for name in _PROXIES):
        yield unchecked(
            "reach", "a proxy is between us and the sources", "digest ingest shows whether it lets us through"
        )
        return
    deaf: dict[str, str] = {}
    for url in examined.sources:
        try:
            connecting(url)
        except OSError as error:
            deaf[urlsplit(url).hostname or url] = error.strerror or str(error) or type(error).__name__
    for host, why in deaf.items():
        yield warning("reach", f"{host} takes no connection: {why}", "check the network, the name server and firewalls")
    if examined.sources and not deaf:
        hosts = dict.fromkeys(urlsplit(url).hostname or url for url in examined.sources)
        yield ok("reach", f"{', '.join(hosts)} can be reached")


def _budgets(examined: Examined) -> Iterator[Finding]:
    for gate, most in examined.budgets.items():
        with examined.store.read() as tx:
            used = tx.harvests.gate(gate).budget_used
        if used >= _NEARLY * most:
            yield warning(
                "budget", f"{gate}: {used} of {most} requests are used", "digest source status says until when"
            )
        else:
            yield ok("budget", f"{gate}: {used} of {most} requests are used")
