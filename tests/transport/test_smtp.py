"""SMTP against real servers on loopback: well-behaved, secured, and broken at every step."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from digest.errors import RelayUnavailable, TransportError, UncertainDelivery
from digest.mail import Envelope
from digest.transport.folder import FolderTransport
from digest.transport.settings import Security, SmtpSettings
from digest.transport.smtp import SmtpTransport
from tests.smtp_server import Mailbox, scripted_server, smtp_server

CONTENT = b"Subject: Hello\r\n\r\nFirst line\r\n.a line that begins with a dot\r\n..and two\r\n"


def envelope(to: str = "ana@example.org", content: bytes = CONTENT) -> Envelope:
    return Envelope(mail_from="digest@example.org", rcpt_to=to, message_id=f"<1.{to}>", content=content)


_opened: list[SmtpTransport] = []


def transport(port: int, *, tls: ssl.SSLContext | None = None, **values: object) -> SmtpTransport:
    settings = SmtpSettings(host="127.0.0.1", port=port, connect_seconds=5.0, **values)  # type: ignore[arg-type]
    _opened.append(SmtpTransport(settings, tls=tls))
    return _opened[-1]


@pytest.fixture(autouse=True)
def _closed_at_the_end() -> Iterator[None]:
    yield
    while _opened:
        _opened.pop().close()


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
    server, client = _certified("127.0.0.1")
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
    server, client = _certified("relay.example.org")
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


@pytest.mark.parametrize("step", ["mail", "rcpt", "data"])
def test_a_connection_lost_before_the_message_was_whole_is_not_uncertain(step: str) -> None:
    with scripted_server({step: None}) as port:
        with pytest.raises(TransportError) as caught:
            transport(port).send(envelope())

    assert not isinstance(caught.value, UncertainDelivery)
    assert not caught.value.permanent


def test_a_reply_lost_after_the_final_dot_is_uncertain() -> None:
    with scripted_server({".": None}) as port, pytest.raises(UncertainDelivery, match="gave no answer"):
        transport(port).send(envelope())


@pytest.mark.parametrize(("reply", "permanent"), [(b"451 later", False), (b"554 never", True)])
def test_the_answer_to_the_final_dot_is_obeyed(reply: bytes, permanent: bool) -> None:
    with scripted_server({".": reply}) as port:
        with pytest.raises(TransportError, match=reply.decode()) as caught:
            transport(port).send(envelope())

    assert caught.value.permanent is permanent


def test_a_greeting_of_421_means_the_relay_cannot_be_used_now() -> None:
    with scripted_server({"greeting": b"421 too busy"}) as port, pytest.raises(RelayUnavailable, match="421"):
        transport(port).send(envelope())


def test_after_a_lost_connection_the_next_message_opens_another() -> None:
    with scripted_server({"rcpt": None}) as port:
        relay = transport(port)
        for _ in range(2):
            with pytest.raises(TransportError, match="was lost"):
                relay.send(envelope())


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


def _certified(name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's and a client's side of one certificate for `name`."""
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return server, client
