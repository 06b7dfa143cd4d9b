"""Whatever a relay answers, a mail is taken, refused or in doubt, soon, and nothing else happens."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import TransportError, UncertainDelivery
from digest.transport.smtp import SmtpTransport
from tests.transport.relays import envelope, relay_at

LINE = st.sampled_from(
    [
        *(b"220 here", b"250 ok", b"250-ok", b"354 go on", b"250-PIPELINING", b"250 SIZE", b"250-SIZE x", b"421 bye"),
        *(b"550 5.1.1 no", b"450", b"99 what", b"2500 ok", b"-250 ok", b"", b"\xff\xfe", b"250 " + b"x" * 3000),
        *(b"550 5.1.1 \x1b[31m\r\xe2\x80\xae", b"535 5.7.8", b"334 ", b"000 ok", b"250\0ok"),
    ]
) | st.binary(max_size=30)


@contextmanager
def answering(lines: list[bytes], ending: bytes) -> Iterator[int]:
    """A relay that says these lines to each connection without listening, and hangs up; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection, suppress(OSError):
                        connection.sendall(ending.join([*lines, b""]))
                        connection.shutdown(socket.SHUT_WR)
                        while connection.recv(65536):
                            pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(10)


@settings(deadline=None)
@given(st.lists(LINE, max_size=12), st.sampled_from([b"\r\n", b"\n", b"\r"]))
def test_any_answers_are_judged(lines: list[bytes], ending: bytes) -> None:
    with answering(lines, ending) as port, relay_at(port) as relay:
        came = _came_of(relay)

    assert str(came).isprintable()
    if isinstance(came, TransportError):
        assert not (isinstance(came, UncertainDelivery) and came.permanent)
    else:
        assert came.startswith("2")


def _came_of(relay: SmtpTransport) -> str | TransportError:
    try:
        return relay.send(envelope()).answer
    except TransportError as error:
        return error
