"""Addresses and messages beyond ASCII, and dots, as they travel."""

import socket
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import Refusal, TransportError
from digest.headers import ascii_domain
from digest.transport.letters import letter
from digest.transport.wire import Relay
from tests.smtp_server import Script, misbehaving_server
from tests.transport.relays import envelope, relay_at

OFFERS = {"ehlo": b"250-here\r\n250-8BITMIME\r\n250 SMTPUTF8"}


def sent(script: Script, to: str = "ana@example.org", content: bytes = b"A: b\r\n\r\nc\r\n") -> list[str]:
    """The MAIL and RCPT commands of one message."""
    with misbehaving_server(script) as port, relay_at(port) as relay:
        relay.send(envelope(to, content))
    return [command for command in script.commands if command.startswith(("MAIL", "RCPT"))]


def test_a_domain_beyond_ascii_travels_in_ascii_and_needs_nothing_of_the_relay() -> None:
    assert sent(Script(), "ana@BÜCHER.example")[1] == "RCPT TO:<ana@xn--bcher-kva.example>"


@pytest.mark.parametrize(
    ("domain", "written"),
    [
        ("straße.example", "xn--strae-oqa.example"),  # IDNA 2008, not strasse.example
        ("日本語。example", "xn--wgv71a119e.example"),
        ("FAẞ.example", "xn--fa-hia.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("under_score.example", "under_score.example"),
        ("[127.0.0.1]", "[127.0.0.1]"),
    ],
)
def test_a_domain_is_written_by_the_newer_rules(domain: str, written: str) -> None:
    assert ascii_domain(domain) == written


@pytest.mark.parametrize(
    "address",
    [
        "ana",
        "@example.org",
        "ana@",
        "ana@exa mple.org",
        "ana@example.org> BODY=x",
        "ana\r\nRSET@example.org",
        "ana\x00@example.org",
        "an\u202ea@example.org",
        "ana@\u2028.example",
        "ana@☃" + "☃" * 80 + ".example",
        "<ana@example.org>",
        "ana@example.org@example.net",
        '"a b"@example.org',
    ],
)
def test_what_cannot_stand_in_a_command_is_never_sent(address: str) -> None:
    with pytest.raises(TransportError, match="cannot be written") as caught:
        letter(envelope(address))

    assert (caught.value.permanent, caught.value.about) == (True, Refusal.UNREACHABLE)
    assert address not in str(caught.value)


def test_a_local_part_beyond_ascii_is_sent_where_the_relay_offers_it() -> None:
    assert sent(Script(replies=OFFERS), "jürgen@bücher.example") == [
        "MAIL FROM:<digest@example.org> SMTPUTF8",
        "RCPT TO:<jürgen@xn--bcher-kva.example>",
    ]


def test_a_local_part_beyond_ascii_without_the_offer_is_refused_without_blame_for_the_reader() -> None:
    script = Script()
    with pytest.raises(TransportError, match="needs SMTPUTF8, which the relay") as caught:
        sent(script, "jürgen@example.org")

    assert (caught.value.permanent, caught.value.about) == (True, Refusal.UNREACHABLE)
    assert not any(command.startswith("MAIL") for command in script.commands)


def test_after_a_message_in_utf8_the_next_one_asks_for_nothing() -> None:
    script = Script(replies=OFFERS)
    with misbehaving_server(script) as port, relay_at(port) as relay:
        relay.send(envelope("jürgen@example.org"))
        relay.send(envelope("ana@example.org"))

    assert [line for line in script.commands if line.startswith("MAIL")][1] == "MAIL FROM:<digest@example.org>"
    assert script.connections == 1


def test_a_body_beyond_ascii_asks_for_8bitmime_alone() -> None:
    content = "Subject: x\r\n\r\nnaïve\r\n".encode()

    assert sent(Script(replies=OFFERS), content=content)[0] == "MAIL FROM:<digest@example.org> BODY=8BITMIME"


def test_a_header_beyond_ascii_asks_for_both() -> None:
    content = "Subject: naïve\r\n\r\nx\r\n".encode()

    assert sent(Script(replies=OFFERS), content=content)[0] == ("MAIL FROM:<digest@example.org> SMTPUTF8 BODY=8BITMIME")


def test_a_body_beyond_ascii_is_not_forced_upon_a_relay() -> None:
    with pytest.raises(TransportError, match="needs 8BITMIME") as caught:
        sent(Script(), content="Subject: x\r\n\r\nnaïve\r\n".encode())

    assert caught.value.about is Refusal.MESSAGE


def test_a_bounce_may_have_no_sender() -> None:
    script = Script()
    with misbehaving_server(script) as port, relay_at(port) as relay:
        relay.send(envelope(sender=""))

    assert "MAIL FROM:<>" in script.commands


@settings(deadline=None)
@given(lines=st.lists(st.text(alphabet=".a ", max_size=4), max_size=6), ended=st.booleans())
def test_dots_are_doubled_so_that_no_line_ends_the_message(lines: list[str], ended: bool) -> None:
    content = "\r\n".join(lines).encode() + (b"\r\n" if ended else b"")

    ready = letter(envelope(content=content))
    *wire, end, nothing = (ready.content + ready.ending).split(b"\r\n")

    travelled = [*(line[1:] if line.startswith(b".") else line for line in wire), b""]
    assert (end, nothing) == (b".", b"")
    assert b"." not in wire
    assert b"\r\n".join(travelled) == (content if content.endswith(b"\r\n") else content + b"\r\n")


def test_a_message_without_such_lines_is_not_copied() -> None:
    content = b"Subject: x\r\n\r\n3.14 is no line that begins with a dot.\r\n"

    assert letter(envelope(content=content)).content is content


def test_a_message_arrives_whole_however_little_of_it_the_system_takes_at_once() -> None:
    ours, theirs = socket.socketpair()
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)  # which the system makes as small as it can
    content, relay = bytes(range(256)) * 2000, Relay()
    relay.sock = ours
    relay.wait(30)
    taken = bytearray()

    def listen() -> None:
        while part := theirs.recv(1000):
            taken.extend(part)

    listening = Thread(target=listen)
    listening.start()
    relay.pour(content, b"", b".\r\n")
    relay.close()
    listening.join(30)
    theirs.close()

    assert bytes(taken) == content + b".\r\n"
