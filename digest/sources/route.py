"""The way to a host: straight, or through the proxy that the environment names (HTTP_PROXY, HTTPS_PROXY, NO_PROXY)."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import cast
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from digest.sources.deadline import MeteredBackend
from digest.sources.guard import addresses, is_public
from digest.sources.limits import Meter, Refused
from digest.sources.redirects import refusal

_IDLE_SECONDS = 5.0  # how long a connection is kept for the next request


class Route(httpx.BaseTransport):
    """One connection at a time, with every wait and byte on the meter."""

    def __init__(self, meter: Meter) -> None:
        self._backend = MeteredBackend(meter)
        self._certificates = httpx.create_ssl_context()  # certifi's, or those that SSL_CERT_FILE or SSL_CERT_DIR name
        self._pools: dict[str, httpcore.ConnectionPool] = {}

    def begin(self) -> None:
        """A new question, asked wherever the operator says: what earlier redirects were aimed at is forgotten."""
        self._backend.pinned.clear()

    def lead(self, url: httpx.URL) -> None:
        """Let a redirect lead to this address, if all its host has are public, and connect to those and no others.

        Raises Refused. Behind a proxy a name may be unknown here; then the proxy, which looks it up, has to judge.
        """
        host = url.raw_host.decode("ascii")
        try:
            found = addresses(host, url.port)
        except OSError:
            found = ()
        if not all(is_public(address) for address in found):
            raise refusal(url)
        self._backend.pinned[host] = found

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url, proxy = request.url, _proxy(request.url)
        asked = httpcore.Request(
            request.method,
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.read(),
            extensions=request.extensions,
        )
        with _told(proxy):
            answer = self._pool(proxy).handle_request(asked)
        stream = _Stream(answer, proxy)
        return httpx.Response(answer.status, headers=answer.headers, stream=stream, extensions=answer.extensions)

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()

    def _pool(self, proxy: str) -> httpcore.ConnectionPool:
        if proxy not in self._pools:
            self._pools[proxy] = self._proxied(proxy) if proxy else self._straight()
        return self._pools[proxy]

    def _straight(self) -> httpcore.ConnectionPool:
        return httpcore.ConnectionPool(
            ssl_context=self._certificates,
            max_connections=1,
            keepalive_expiry=_IDLE_SECONDS,
            network_backend=self._backend,
        )

    def _proxied(self, address: str) -> httpcore.ConnectionPool:
        try:
            proxy = httpx.Proxy(address if "://" in address else f"http://{address}")
        except (httpx.InvalidURL, ValueError):
            raise Refused("the proxy that the environment names is not an address") from None  # it may hold a password
        if proxy.url.scheme not in {"http", "https"}:
            raise Refused("the proxy that the environment names is neither http:// nor https://")
        return httpcore.HTTPProxy(
            str(proxy.url),
            proxy_auth=proxy.raw_auth,
            ssl_context=self._certificates,
            proxy_ssl_context=self._certificates if proxy.url.scheme == "https" else None,
            max_connections=1,
            keepalive_expiry=_IDLE_SECONDS,
            network_backend=self._backend,
        )


class _Stream(httpx.SyncByteStream):
    """The body of an answer, with httpx's names for what can go wrong."""

    def __init__(self, answer: httpcore.Response, proxy: str) -> None:
        self._answer = answer
        self._proxy = proxy

    def __iter__(self) -> Iterator[bytes]:
        with _told(self._proxy):
            yield from cast(Iterable[bytes], self._answer.stream)

    def close(self) -> None:
        self._answer.close()


@contextmanager
def _told(proxy: str) -> Iterator[None]:
    """Httpcore's errors as httpx's."""
    way = "through the proxy: " if proxy else ""
    try:
        yield
    except httpcore.TimeoutException as error:
        raise httpx.TimeoutException(str(error)) from error
    except httpcore.ConnectError as error:
        raise httpx.ConnectError(f"{way}{error}") from error
    except httpcore.ProxyError as error:
        raise httpx.ProxyError(str(error)) from error
    except httpcore.NetworkError as error:
        raise httpx.NetworkError(str(error)) from error
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        raise httpx.ProtocolError(str(error)) from error


def _proxy(url: httpx.URL) -> str:
    """The proxy for an address, as the environment says now; empty for none."""
    host = url.raw_host.decode("ascii")
    port = url.port or (443 if url.scheme == "https" else 80)
    if proxy_bypass(f"{host}:{port}"):
        return ""
    proxies = getproxies()
    return proxies.get(url.scheme) or proxies.get("all") or ""
