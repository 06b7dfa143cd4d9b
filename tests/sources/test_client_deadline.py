"""One answer has so many seconds, however it is stretched; and the server sees that it was left."""

import socket
from collections.abc import Callable, Iterator
from threading import Event

import httpcore
import httpx
import pytest
import trustme

from digest.errors import SourceError, SourceHangs
from digest.sources.client import Limits
from digest.sources.deadline import MeteredBackend, MeteredStream
from digest.sources.limits import Meter, Refused
from tests.sources.conftest import NOW, Clients
from tests.sources.misbehaving import (
    Endless,
    Mute,
    Names,
    Silent,
    dripping_body,
    dripping_handshake,
    dripping_headers,
    dripping_provisional_answers,
    dripping_status_line,
    endless_headers,
    endless_provisional_answers,
    endless_status_line,
    secure,
)
from tests.sources.wire import Wire, answer, serving

Ask = Callable[..., bytes]
IMPATIENT = Limits(idle_seconds=0.1, total_seconds=30)
SHORT = Limits(idle_seconds=5, total_seconds=0.5)
NOT_IN_TIME = "not finished after 0.5 s (127.0.0.1)"


def refused(ask: Ask, limits: Limits) -> str:
    with pytest.raises(SourceError) as refusal:
        ask(limits=limits)
    return refusal.value.problem


# ------------------------------------------------------------ silence


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\nContent-",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        answer(body=b"<OAI-PMH>", content_length="1000"),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<OAI-",
    ],
)
def test_a_server_that_falls_silent_is_left(server: Wire, ask: Ask, said: bytes) -> None:
    script = Silent(said)
    server.answers(script)
    assert refused(ask, IMPATIENT) == "no answer in time (127.0.0.1)"
    assert script.left.wait(10)


def test_a_server_that_is_silent_longer_than_the_whole_time_is_told_by_it(server: Wire, ask: Ask) -> None:
    server.answers(Silent())
    assert refused(ask, SHORT) == NOT_IN_TIME


# ------------------------------------------------------------ drips


@pytest.mark.parametrize("make", [dripping_body, dripping_status_line, dripping_headers, dripping_provisional_answers])
def test_a_server_that_drips_is_left_when_the_whole_time_is_over(
    server: Wire, ask: Ask, make: Callable[[], Endless]
) -> None:
    script = make()
    server.answers(script)
    assert refused(ask, SHORT) == NOT_IN_TIME
    assert script.left.wait(10)


def test_a_handshake_that_drips_is_left_when_the_whole_time_is_over(clients: Clients) -> None:
    script = dripping_handshake()
    with serving(Mute) as server:
        server.answers(script)
        with pytest.raises(SourceHangs, match=r"^arxiv: not finished after 0\.5 s \(127\.0\.0\.1\)$"):
            clients(limits=SHORT).get(f"https://127.0.0.1:{server.port}/", {}, now=NOW)
        assert script.left.wait(10)


@pytest.mark.parametrize("make", [dripping_headers, dripping_body])
def test_an_answer_that_drips_through_tls_is_left_as_well(
    clients: Clients, authority: trustme.CA, make: Callable[[], Endless]
) -> None:
    script = make()
    with serving(secure(authority, "127.0.0.1")) as server:
        server.answers(script)
        with pytest.raises(SourceHangs, match=r"^arxiv: not finished after 0\.5 s \(127\.0\.0\.1\)$"):
            clients(limits=SHORT).get(f"https://127.0.0.1:{server.port}/", {}, now=NOW)
        assert script.left.wait(10)


def test_an_answer_that_comes_another_way_has_no_more_time(clients: Clients) -> None:
    """A transport of the caller's own knows no meter."""

    class Drip(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                yield b" "

    def reply(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=Drip())

    with pytest.raises(SourceHangs, match=r"^arxiv: not finished after 0\.5 s \(source\.example\)$"):
        clients(limits=SHORT, transport=httpx.MockTransport(reply)).get("https://source.example/", {}, now=NOW)


def test_redirects_share_the_time_of_one_answer(server: Wire, ask: Ask) -> None:
    def slow_redirect(connection: socket.socket, over: Event) -> None:
        over.wait(0.25)
        connection.sendall(answer("302 Found", location="/again"))

    server.answers(slow_redirect)
    assert refused(ask, SHORT) == NOT_IN_TIME


def test_a_name_with_many_silent_addresses_has_one_time_for_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = [0.0]
    names = Names()
    names.answers["silent.example"] = [[f"9.9.9.{last}" for last in range(50)]]

    def no_answer(address: tuple[str, int], timeout: float, **rest: object) -> socket.socket:
        seconds[0] += timeout
        raise TimeoutError(address[0])

    monkeypatch.setattr(socket, "getaddrinfo", names.getaddrinfo)
    monkeypatch.setattr(socket, "create_connection", no_answer)
    meter = Meter(Limits(total_seconds=100), clock=lambda: seconds[0])
    meter.begin()
    with pytest.raises(Refused, match=r"^not finished after 100 s$"):
        MeteredBackend(meter).connect_tcp("silent.example", 80, timeout=30.0)
    assert seconds[0] == 100.0


def test_the_next_address_is_asked_when_one_is_down(server: Wire, clients: Clients, names: Names) -> None:
    names.answers["two.example"] = [["127.0.0.2", "127.0.0.1"]]  # the server listens at the second alone
    assert clients().get(f"http://two.example:{server.port}/", {}, now=NOW) == b""
    assert names.connected == ["127.0.0.2", "127.0.0.1"]


def test_a_reader_who_is_slow_to_take_a_request_has_no_more_time_either() -> None:
    """The deadline passes while the pieces of one write go out."""
    meter = Meter(Limits(total_seconds=3), clock=iter(range(100)).__next__)
    meter.begin()

    class Taking(httpcore.NetworkStream):
        def write(self, buffer: bytes, timeout: float | None = None) -> None:
            taken.append(len(buffer))

    taken: list[int] = []
    with pytest.raises(Refused, match=r"^not finished after 3 s$"):
        MeteredStream(Taking(), meter).write(bytes(10**6))
    assert sum(taken) < 10**6


# ------------------------------------------------------------ floods before the body


@pytest.mark.parametrize("make", [endless_provisional_answers, endless_headers, endless_status_line])
def test_a_flood_before_the_body_is_left_long_before_the_time_is_over(
    server: Wire, ask: Ask, make: Callable[[], Endless]
) -> None:
    script = make()
    server.answers(script)
    problem = refused(ask, Limits(idle_seconds=60, total_seconds=600))
    assert problem.startswith(("no answer within its first 262,144 bytes", "the answer broke off: "))
    assert script.left.wait(10)


# ------------------------------------------------------------ afterwards


def test_the_next_answer_has_its_own_time(server: Wire, clients: Clients) -> None:
    server.answers(dripping_body(), answer(body=b"well again"))
    client = clients(limits=SHORT)
    with pytest.raises(SourceError, match="not finished"):
        client.get(server.url, {}, now=NOW)
    assert client.get(server.url, {}, now=NOW) == b"well again"
