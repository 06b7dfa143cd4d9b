"""A misbehaving server, and the polite client that asks it."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from hypothesis import settings

from digest.sources.client import Limits, Pace, PoliteClient
from tests.sources.misbehaving import Names
from tests.sources.wire import Wire, wire

NOW = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)
COOLDOWN = timedelta(minutes=10)
unhurried = settings(deadline=None)  # how fast a machine is must not decide
Clients = Callable[..., PoliteClient]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture
def server() -> Iterator[Wire]:
    with wire() as misbehaving:
        yield misbehaving


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """A resolver that says what it is told, and a network that leads to this machine alone."""
    told = Names()
    monkeypatch.setattr(socket, "getaddrinfo", told.getaddrinfo)
    monkeypatch.setattr(socket, "create_connection", told.create_connection)
    return told


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """Whose certificates are believed, and nobody else's."""
    found = trustme.CA()
    found.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return found


@pytest.fixture
def clients() -> Iterator[Clients]:
    """Makes clients without pace and with a little patience; each is closed in the end."""
    with ExitStack() as stack:

        def make(**values: Any) -> PoliteClient:
            plain: dict[str, Any] = {
                "user_agent": "Paperround/1 (+mailto:operator@example.org)",
                "pace": Pace(0.0),
                "cooldown": COOLDOWN,
                "friends": frozenset({"friend.example"}),
                "limits": Limits(idle_seconds=5, total_seconds=5),
            }
            client = PoliteClient("arxiv", **(plain | values))
            stack.callback(client.close)
            return client

        yield make


@pytest.fixture
def ask(server: Wire, clients: Clients) -> Callable[..., bytes]:
    """Ask the server once, with the client's settings as given."""
    return lambda **values: clients(**values).get(server.url, {"verb": "ListRecords"}, now=NOW)
