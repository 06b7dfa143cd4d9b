"""Several threads and one relay: how many connections there are, and what ends them."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from digest.errors import RelayUnavailable, TransportError, UncertainDelivery
from digest.mail import Receipt
from digest.transport.settings import Security
from digest.transport.smtp import SmtpTransport
from digest.transport.wire import Patience
from tests.smtp_server import Mailbox, Script, misbehaving_server, smtp_server
from tests.transport.relays import CONTENT, SHORT, certified, envelope, relay_at


class Hanging(Mailbox):
    """Takes a message and never answers."""

    begun = False

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.begun = True
        await asyncio.sleep(600)
        return "250 too late"


READERS = [f"reader{number}@example.org" for number in range(40)]


def send_all(relay: SmtpTransport, readers: list[str], threads: int = 8) -> list[Future[Receipt]]:
    with ThreadPoolExecutor(threads) as pool:
        return [pool.submit(relay.send, envelope(reader)) for reader in readers]


def test_eight_threads_share_two_connections_and_every_reader_gets_one_mail() -> None:
    script = Script(delays={".": 0.002})
    with misbehaving_server(script) as port, relay_at(port) as relay:
        receipts = [sending.result() for sending in send_all(relay, READERS)]

    assert sorted(reader for reader, _ in script.taken) == sorted(READERS)
    assert sorted(receipt.message_id for receipt in receipts) == sorted(f"<1.{reader}>" for reader in READERS)
    assert (script.connections, script.most_at_once) == (2, 2)


def test_as_many_connections_as_agreed_are_used_at_once() -> None:
    together = threading.Barrier(4)

    script = Script(delays={".": 0.05})
    with misbehaving_server(script) as port, relay_at(port, connections=4, patience=Patience()) as relay:

        def send(reader: str) -> None:
            together.wait(10)
            relay.send(envelope(reader))

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(send, READERS[:4]))

    assert script.most_at_once == 4


def test_a_connection_is_replaced_after_as_many_mails_as_agreed() -> None:
    script = Script()
    with misbehaving_server(script) as port, relay_at(port, mails_per_connection=3) as relay:
        for reader in READERS[:7]:
            relay.send(envelope(reader))

    assert len(script.taken) == 7
    assert script.connections == 3
    assert sum(command.lower() == "quit" for command in script.commands) == 3


def test_a_real_server_gets_everything_from_many_threads() -> None:
    mailbox = Mailbox()
    with smtp_server(mailbox) as port, relay_at(port, connections=3, patience=Patience()) as relay:
        for sending in send_all(relay, READERS):
            sending.result()

    assert sorted(mailbox.taken) == [(reader, CONTENT) for reader in sorted(READERS)]
    assert mailbox.connections <= 3


def test_a_relay_that_grants_one_connection_gets_everything_by_that_one() -> None:
    script = Script(connections_at_once=1, delays={".": 0.002})
    with misbehaving_server(script) as port, relay_at(port, connections=4) as relay:
        for sending in send_all(relay, READERS):
            sending.result()

    assert sorted(reader for reader, _ in script.taken) == sorted(READERS)


def test_a_relay_that_has_not_noticed_yet_that_the_last_connection_has_ended_is_asked_once_more() -> None:
    script = Script(first={"greeting": [b"220 ready", b"421 too many connections"]})
    with misbehaving_server(script) as port, relay_at(port, mails_per_connection=1) as relay:
        for reader in READERS[:2]:
            relay.send(envelope(reader))

    assert len(script.taken) == 2
    assert script.connections == 3


def test_a_relay_that_lets_nobody_in_any_more_is_unavailable() -> None:
    script = Script(first={"greeting": [b"220 ready"]}, replies={"greeting": b"421 too busy"})
    with misbehaving_server(script) as port, relay_at(port, mails_per_connection=1) as relay:
        relay.send(envelope())
        with pytest.raises(RelayUnavailable, match="421 too busy"):
            relay.send(envelope())

    assert script.connections == 3


def test_without_a_relay_every_thread_is_told() -> None:
    with relay_at(1) as relay:
        sendings = send_all(relay, READERS[:6])

    assert all(isinstance(sending.exception(), RelayUnavailable) for sending in sendings)


def test_kept_connections_that_all_went_stale_cost_no_mail() -> None:
    script = Script(delays={".": 0.05})
    with misbehaving_server(script) as port, relay_at(port) as relay:
        for sending in send_all(relay, READERS[:2]):
            sending.result()
        script.first["mail"] = [None]
        relay.send(envelope("late@example.org"))

    assert len(script.taken) == 3


def test_a_closed_transport_can_be_used_again() -> None:
    script = Script()
    with misbehaving_server(script) as port, relay_at(port) as relay:
        for reader in READERS[:2]:
            relay.send(envelope(reader))
            relay.close()

    assert len(script.taken) == 2
    assert script.connections == 2


# ------------------------------------------------------------ giving up


@pytest.mark.parametrize(("step", "outcome"), [("rcpt", TransportError), (".", UncertainDelivery)])
def test_a_hanging_exchange_is_ended_from_another_thread(step: str, outcome: type[TransportError]) -> None:
    script = Script(delays={step: 60.0})
    with misbehaving_server(script) as port, relay_at(port, patience=Patience()) as relay:
        with ThreadPoolExecutor(3) as pool:
            sendings = [pool.submit(relay.send, envelope(reader)) for reader in READERS[:3]]
            _wait_until(lambda: script.reached.count(step) == 2)
            relay.abort()
        errors = [sending.exception() for sending in sendings]

    assert sum(type(error) is not TransportError for error in errors) == 2  # who had a connection
    assert all(isinstance(error, outcome) or "given up" in str(error) for error in errors)
    assert step == "." or not any(isinstance(error, UncertainDelivery) for error in errors)


def test_a_hanging_exchange_over_tls_is_ended_too() -> None:
    server, client = certified("127.0.0.1")
    mailbox = Hanging()
    with smtp_server(mailbox, tls=server) as port:
        with relay_at(port, tls=client, patience=Patience(), security=Security.TLS) as relay:
            with ThreadPoolExecutor(1) as pool:
                sending = pool.submit(relay.send, envelope())
                _wait_until(lambda: mailbox.begun)
                relay.abort()

    assert isinstance(sending.exception(), UncertainDelivery)


def test_after_giving_up_nothing_is_sent() -> None:
    script = Script()
    with misbehaving_server(script) as port, relay_at(port) as relay:
        relay.send(envelope())
        relay.abort()
        with pytest.raises(TransportError, match="given up"):
            relay.send(envelope())

    assert len(script.taken) == 1


def test_who_waits_for_the_pace_is_not_kept_waiting() -> None:
    script = Script()
    with misbehaving_server(script) as port, relay_at(port, mails_per_minute=1, patience=SHORT) as relay:
        relay.send(envelope())
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(relay.send, envelope())
            relay.abort()

    assert "given up" in str(waiting.exception())
    assert len(script.taken) == 1


def _wait_until(true: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)
