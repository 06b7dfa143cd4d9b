"""Connections whose every wait and every byte is on the meter, and which go only where they were aimed.

A timeout of httpx is for one read: an answer that drips, a flood of 1xx answers or a name with fifty silent addresses
never meets it. Here each connect, TLS handshake, read and write gets the time that is left. The one exception is TLS
inside TLS, which only a proxy that is itself asked by https:// needs: there one read may outlast the deadline.
"""

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

from digest.sources.guard import addresses, is_nobodys
from digest.sources.limits import Meter

_PIECE = 16 * 2**10  # written at once, so that a reader who is slow to take it cannot outwait the deadline


class MeteredStream(httpcore.NetworkStream):
    """A connection that waits no longer, and takes no more, than the meter allows; it raises Refused."""

    def __init__(self, inner: httpcore.NetworkStream, meter: Meter) -> None:
        self._inner = inner
        self._meter = meter

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        received = self._inner.read(max_bytes, self._meter.within(timeout))
        self._meter.count(len(received))
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE):
            self._inner.write(buffer[start : start + _PIECE], self._meter.within(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            secured = self._inner.start_tls(ssl_context, server_hostname, self._meter.within(timeout))
        except ValueError as error:  # ssl will not ask for a host with such a name
            raise httpcore.ConnectError("not a name that a certificate can have") from error
        return MeteredStream(secured, self._meter)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class MeteredBackend(httpcore.NetworkBackend):
    """Connects to the addresses a host was `pinned` to, and where it was not, to those it has now."""

    def __init__(self, meter: Meter) -> None:
        self.pinned: dict[str, tuple[str, ...]] = {}
        self._meter = meter
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError("the name has no address that may be asked")
        for address in self._addresses(host, port):
            try:
                within = self._meter.within(timeout)
                inner = self._inner.connect_tcp(address, port, within, local_address, socket_options)
                return MeteredStream(inner, self._meter)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def _addresses(self, host: str, port: int) -> tuple[str, ...]:
        if host in self.pinned:
            return self.pinned[host]
        try:
            found = addresses(host, port)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        return tuple(address for address in found if not is_nobodys(address))
