"""The same door behind a real server on loopback."""

import http.client
import logging
import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
import uvicorn

from digest.subscribers import SubscriberState
from digest.web import server
from tests.web.builders import ONE_CLICK, Door, our_log


@pytest.fixture
def port(door: Door) -> Iterator[int]:
    made = server(door.app, host="127.0.0.1", port=0)
    logging.getLogger("uvicorn.access").addHandler(logging.NullHandler())  # whoever adds one must get nothing either
    thread = threading.Thread(target=made.run)
    thread.start()
    try:
        yield _port(made)
    finally:
        made.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


def _port(made: uvicorn.Server) -> int:
    deadline = time.monotonic() + 10
    while not made.started:
        assert time.monotonic() < deadline, "the server does not come up"
        time.sleep(0.01)
    number: int = made.servers[0].sockets[0].getsockname()[1]
    return number


def test_a_reader_leaves_through_the_real_server_and_no_log_tells_the_token(
    door: Door, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    token = door.token
    with caplog.at_level(logging.DEBUG), httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        assert client.get("/healthz").text == "ok\n"
        shown = client.get(f"/unsubscribe/{token}")
        looked = client.head(f"/unsubscribe/{token}")
        assert (looked.status_code, looked.content) == (200, b"")
        assert looked.headers["content-length"] == str(len(shown.content))
        assert door.state() is SubscriberState.ACTIVE
        left = client.post(f"/unsubscribe/{token}", data=ONE_CLICK)
        client.get(f"/unsubscribe/{token}", headers={"Connection": "Upgrade", "Upgrade": "websocket"})

    assert (left.status_code, "You are out." in left.text) == (200, True)
    assert door.state() is SubscriberState.LEFT
    assert "server" not in left.headers
    assert "left subscriber=1 by link" in (log := our_log(caplog))
    assert token.partition("-")[2] not in log


def test_nonsense_on_the_wire_ends_nothing(door: Door, port: int) -> None:
    for nonsense in (b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/9.9\r\n\r\n", b"POST /unsubscribe/x HTTP/1.1\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(nonsense)
    assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200


def test_who_hangs_up_within_the_body_has_not_left(door: Door, port: int) -> None:
    link = door.link
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(f"POST {link} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nList".encode())
    assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    assert door.state() is SubscriberState.ACTIVE


def test_a_body_that_is_too_long_is_cut_off(door: Door, port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("POST", door.link, body=b"x" * 17_000)
        assert connection.getresponse().status == 413
    finally:
        connection.close()
    assert door.state() is SubscriberState.ACTIVE
