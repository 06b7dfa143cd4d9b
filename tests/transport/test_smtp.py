"""SMTP against real servers on loopback: well-behaved, secured, and broken at every step."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.errors import RelayUnavailable, TransportError
from digest.transport.folder import FolderTransport
from digest.transport.settings import Security, SmtpSettings
from digest.transport.smtp import SmtpTransport
from digest.transport.wire import Patience
from tests.smtp_server import Mailbox, scripted_server, smtp_server
from tests.transport.relays import CONTENT, certified, envelope, relay_at

_opened = contextlib.ExitStack()


def transport(port: int, *, tls: ssl.SSLContext | None = None, **values: object) -> SmtpTransport:
    """A transport that is closed at the end of the test."""
    return _opened.enter_context(relay_at(port, tls=tls, patience=Patience(), **values))


@pytest.fixture(autouse=True)
def _closed_at_the_end() -> Iterator[None]:
    yield
    _opened.close()


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


def test_a_message_arrives_byte_for_byte(mailbox: Mailbox) -> None:
    with smtp_server(mailbox) as port:
        relay = transport(port)
        receipt = relay.send(envelope())
        relay.close()

    assert mailbox.taken == [("ana@example.org", CONTENT)]
    assert receipt.answer.startswith("250")


def test_a_relay_that_offers_it_is_told_sender_reader_and_data_in_one_go() -> None:
    """It answers none of the three before it has read all of them (RFC 2920)."""
    heard: list[str] = []

    def talk(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb", buffering=0) as lines:
            lines.write(b"220 ready\r\n")
            lines.readline()
            lines.write(b"250-here\r\n250 PIPELINING\r\n")
            heard.extend(lines.readline().decode().strip() for _ in range(3))
            lines.write(b"250 ok\r\n250 ok\r\n354 go on\r\n")
            while lines.readline() != b".\r\n":
                pass
            lines.write(b"250 taken\r\n")
            lines.readline()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        relay = transport(listener.getsockname()[1])
        other_side = threading.Thread(target=talk, args=(listener,))
        other_side.start()
        receipt = relay.send(envelope())
        relay.close()
        other_side.join(10)

    assert receipt.answer == "250 taken"
    assert heard == ["MAIL FROM:<digest@example.org>", "RCPT TO:<ana@example.org>", "DATA"]


def test_a_batch_uses_one_connection(mailbox: Mailbox) -> None:
    with smtp_server(mailbox) as port:
        relay = transport(port)
        for number in range(5):
            relay.send(envelope(f"reader{number}@example.org"))
        relay.close()

    assert len(mailbox.taken) == 5
    assert mailbox.connections == 1


def test_one_refused_reader_costs_nobody_else(mailbox: Mailbox) -> None:
    mailbox.refuse_recipients = {"gone@example.org": "550 no such user", "busy@example.org": "450 greylisted"}
    refused = {}
    with smtp_server(mailbox) as port:
        relay = transport(port)
        for address in ("gone@example.org", "busy@example.org", "ana@example.org"):
            try:
                relay.send(envelope(address))
            except TransportError as error:
                refused[address] = error.permanent
        relay.close()

    assert refused == {"gone@example.org": True, "busy@example.org": False}
    assert [address for address, _ in mailbox.taken] == ["ana@example.org"]


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # of the test's server
@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_secured_relay_with_login_takes_mail(mailbox: Mailbox, security: Security) -> None:
    server, client = certified("127.0.0.1")
    secured = {"starttls": server} if security is Security.STARTTLS else {"tls": server}
    with smtp_server(mailbox, login=("digest", "s3cret"), **secured) as port:
        relay = transport(port, tls=client, security=security, username="digest", password="s3cret")
        relay.send(envelope())
        relay.close()

    assert len(mailbox.taken) == 1


def test_a_wrong_password_is_told_without_the_password() -> None:
    with scripted_server({"ehlo": b"250-here\r\n250 AUTH PLAIN", "auth": b"535 no"}) as port:
        with pytest.raises(RelayUnavailable, match=r"535 no; check \[smtp\]") as caught:
            transport(port, username="digest", password="wr0ng").send(envelope())

    assert "wr0ng" not in str(caught.value)


def test_a_certificate_of_another_name_is_refused(mailbox: Mailbox) -> None:
    server, client = certified("relay.example.org")
    with smtp_server(mailbox, tls=server) as port:
        with pytest.raises(RelayUnavailable, match="certificate"):
            transport(port, tls=client, security=Security.TLS).send(envelope())

    assert mailbox.taken == []


def test_a_relay_without_starttls_gets_no_mail_in_the_clear(mailbox: Mailbox) -> None:
    with smtp_server(mailbox) as port:
        with pytest.raises(RelayUnavailable, match="STARTTLS"):
            transport(port, security=Security.STARTTLS).send(envelope())

    assert mailbox.taken == []


def test_no_relay_at_all_names_host_and_remedy() -> None:
    with pytest.raises(RelayUnavailable, match=r"127\.0\.0\.1:1 .*check \[smtp\] and that the relay runs"):
        transport(1).send(envelope())


def test_after_a_lost_connection_the_next_message_opens_another() -> None:
    with scripted_server({"rcpt": None}) as port:
        relay = transport(port)
        for _ in range(2):
            with pytest.raises(TransportError, match="was lost"):
                relay.send(envelope())


@pytest.mark.parametrize(
    ("name", "value"),
    [("connections", 0), ("mails_per_connection", 0), ("mails_per_minute", -1), ("domain_mails_per_minute", -1)],
)
def test_a_setting_that_makes_no_sense_is_named(name: str, value: int) -> None:
    with pytest.raises(ValueError, match=f"^{name}: expected"):
        SmtpSettings(**{name: value})  # type: ignore[arg-type]  # those named are numbers


def test_a_folder_keeps_each_message_as_one_whole_file(tmp_path: Path) -> None:
    outbox = FolderTransport(tmp_path / "new" / "outbox")

    first = outbox.send(envelope())
    outbox.send(envelope())
    outbox.send(envelope("../../bea@example.org"))

    files = sorted((tmp_path / "new" / "outbox").iterdir())
    assert len(files) == 2
    assert Path(first.answer).read_bytes() == CONTENT
    assert all(file.suffix == ".eml" for file in files)


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file, not a folder")

    with pytest.raises(RelayUnavailable, match=r"cannot write .*check \[outbox\] folder"):
        FolderTransport(tmp_path / "outbox").send(envelope())
