"""A relay that misbehaves on command: what is taken, what is tried again, and what is said of it."""

import pytest

from digest.errors import Refusal, RelayUnavailable, TransportError, UncertainDelivery
from digest.transport.wire import Patience
from tests import smtp_server
from tests.smtp_server import Script, misbehaving_server
from tests.transport.relays import CONTENT, SHORT, envelope, relay_at

BIG = b"Subject: Long\r\n\r\n" + b"A line of a long message.\r\n" * 4000


@pytest.fixture(autouse=True, params=[b"250 here", b"250-here\r\n250 PIPELINING"], ids=["alone", "together"])
def _offered(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every fault, with commands that are sent one by one and with commands that are sent together."""
    monkeypatch.setitem(smtp_server._USUAL, "ehlo", request.param)


def refused_with(script: Script, content: bytes = CONTENT, patience: Patience = SHORT) -> TransportError:
    """What one message comes to."""
    with misbehaving_server(script) as port, relay_at(port, patience=patience) as relay:
        with pytest.raises(TransportError) as caught:
            relay.send(envelope(content=content))
    return caught.value


def greetings(script: Script) -> int:
    return sum(command.lower().startswith("ehlo") for command in script.commands)


# ------------------------------------------------------------ one answer


@pytest.mark.parametrize(
    ("step", "reply", "permanent", "about"),
    [
        ("mail", b"550 5.7.1 no", True, Refusal.POLICY),
        ("mail", b"451 4.3.0 later", False, Refusal.LATER),
        ("rcpt", b"550 5.1.1 no", True, Refusal.RECIPIENT),
        ("rcpt", b"550 5.7.1 no", True, Refusal.POLICY),
        ("rcpt", b"450 4.2.0 later", False, Refusal.LATER),
        ("rcpt", b"452 4.2.2 full", False, Refusal.MAILBOX),
        ("data", b"554 5.5.1 no", True, Refusal.POLICY),
        ("data", b"250 what", False, Refusal.LATER),
        (".", b"451 later", False, Refusal.LATER),
        (".", b"550 spam", True, Refusal.MESSAGE),
    ],
)
def test_a_refusal_says_for_how_long_and_of_what(step: str, reply: bytes, permanent: bool, about: Refusal) -> None:
    error = refused_with(Script(replies={step: reply}))

    assert (error.permanent, error.about, error.code) == (permanent, about, int(reply[:3]))


def test_the_next_message_is_taken_on_the_same_connection_after_a_refusal() -> None:
    script = Script(recipients={"gone@example.org": b"550 5.1.1 no", "busy@example.org": b"450 later"})
    with misbehaving_server(script) as port, relay_at(port) as relay:
        for address in ("gone@example.org", "busy@example.org"):
            with pytest.raises(TransportError):
                relay.send(envelope(address))
        relay.send(envelope("ana@example.org"))

    assert [address for address, _ in script.taken] == ["ana@example.org"]
    assert script.connections == 1


def test_a_relay_that_waits_for_a_message_to_nobody_gets_none() -> None:
    script = Script(recipients={"gone@example.org": b"550 5.1.1 no"}, waits_for_nobodys_message=True)
    with misbehaving_server(script) as port, relay_at(port) as relay:
        with pytest.raises(TransportError, match=r"550 5\.1\.1 no to RCPT"):
            relay.send(envelope("gone@example.org"))
        relay.send(envelope("ana@example.org"))

    assert [address for address, _ in script.taken] == ["ana@example.org"]


def test_a_refusal_stands_though_the_connection_is_lost_before_the_other_answers() -> None:
    gone = {"gone@example.org": b"550 5.1.1 no"}
    script = Script(recipients=gone, replies={"data": None}, waits_for_nobodys_message=True)
    with misbehaving_server(script) as port, relay_at(port) as relay:
        with pytest.raises(TransportError, match=r"550 5\.1\.1 no to RCPT"):
            relay.send(envelope("gone@example.org"))


def test_after_an_answer_out_of_place_the_connection_is_not_trusted() -> None:
    script = Script(first={"data": [b"250 what"]})
    with misbehaving_server(script) as port, relay_at(port) as relay:
        with pytest.raises(TransportError, match="250 what to DATA"):
            relay.send(envelope())
        relay.send(envelope())

    assert script.connections == 2
    assert len(script.taken) == 1


@pytest.mark.parametrize("lines", [1, 1000])
def test_an_answer_of_100_kb_with_controls_becomes_one_short_line(lines: int) -> None:
    words = b"\x1b[2J\x07 \xe2\x80\xae " + b"x" * (100_000 // lines - 20)
    reply = b"\r\n".join([b"550-5.1.1 " + words] * (lines - 1) + [b"550 5.1.1 " + words])

    error = refused_with(Script(replies={"rcpt": reply}))

    assert len(str(error)) < 300
    assert str(error).isprintable()
    assert error.about is (Refusal.RECIPIENT if lines > 1 else Refusal.LATER)  # no line may be that long


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    error = refused_with(Script(replies={"rcpt": b"\r\n".join([b"250-" + b"x" * 1000] * 1100)}))

    assert "more than 1048576 bytes" in str(error)


# ------------------------------------------------------------ 421


@pytest.mark.parametrize("step", ["mail", "rcpt", "data", "."])
def test_a_421_is_answered_with_another_connection_and_one_more_try(step: str) -> None:
    script = Script(first={step: [b"421 4.3.2 closing"]})
    with misbehaving_server(script) as port, relay_at(port) as relay:
        relay.send(envelope())

    assert script.connections == 2
    assert len(script.taken) == 1


@pytest.mark.parametrize("step", ["mail", "rcpt", "data", "."])
def test_a_second_421_postpones_the_message(step: str) -> None:
    script = Script(replies={step: b"421 4.3.2 closing"})

    error = refused_with(script)

    assert (error.permanent, error.about, error.code) == (False, Refusal.LATER, 421)
    assert not isinstance(error, RelayUnavailable | UncertainDelivery)
    assert script.connections == 2
    assert script.taken == []


def test_a_relay_with_a_limit_per_connection_gets_all_mails_once() -> None:
    script = Script(mails_per_connection=2)
    with misbehaving_server(script) as port, relay_at(port) as relay:
        for number in range(7):
            relay.send(envelope(f"reader{number}@example.org"))

    assert [address for address, _ in script.taken] == [f"reader{number}@example.org" for number in range(7)]
    assert script.connections == 4


@pytest.mark.parametrize("step", ["greeting", "ehlo"])
def test_a_new_connection_that_is_refused_means_there_is_no_relay(step: str) -> None:
    with misbehaving_server(Script(replies={step: b"421 too busy", "helo": b"421 too busy"})) as port:
        with relay_at(port) as relay, pytest.raises(RelayUnavailable, match=r"check \[smtp\]"):
            relay.send(envelope())


# ------------------------------------------------------------ lost and hanging


def test_a_kept_connection_that_the_relay_has_closed_is_replaced_unnoticed() -> None:
    script = Script()
    with misbehaving_server(script) as port, relay_at(port) as relay:
        relay.send(envelope("ana@example.org"))
        script.first["mail"] = [None]
        relay.send(envelope("bea@example.org"))

    assert [address for address, _ in script.taken] == ["ana@example.org", "bea@example.org"]
    assert script.connections == 2


@pytest.mark.parametrize("step", ["mail", "rcpt", "data"])
def test_a_new_connection_that_is_lost_before_the_message_postpones_it(step: str) -> None:
    script = Script(replies={step: None})

    error = refused_with(script)

    assert (error.permanent, error.about) == (False, Refusal.LATER)
    assert not isinstance(error, RelayUnavailable | UncertainDelivery)
    assert script.connections == 1


def test_a_connection_lost_in_the_middle_of_the_message_has_delivered_nothing() -> None:
    script = Script(drop_in_message_after=1000)

    error = refused_with(script, BIG * 40)

    assert not isinstance(error, UncertainDelivery)
    assert script.taken == []


def test_a_lost_answer_to_the_final_dot_is_uncertain_and_not_tried_again() -> None:
    script = Script(lose_answer=True)

    assert isinstance(refused_with(script), UncertainDelivery)
    assert len(script.taken) == 1


def test_an_answer_to_the_final_dot_that_comes_too_late_is_uncertain() -> None:
    script = Script(delays={".": 1.0})

    error = refused_with(script)

    assert isinstance(error, UncertainDelivery)
    assert "no answer in time" in str(error)
    assert len(script.taken) == 1


def test_an_answer_to_the_final_dot_that_is_no_answer_is_uncertain() -> None:
    for reply in (b"??? what", b"354 go on", b"799 well"):
        assert isinstance(refused_with(Script(replies={".": reply})), UncertainDelivery)


def test_each_step_has_a_patience_of_its_own() -> None:
    long = 30.0
    hurried = {
        "mail": Patience(command=0.1, data=long, final=long),
        "rcpt": Patience(command=0.1, data=long, final=long),
        "data": Patience(command=long, data=0.1, final=long),
        ".": Patience(command=long, data=long, final=0.1),
    }
    for step, patience in hurried.items():
        error = refused_with(Script(delays={step: long}), patience=patience)
        assert "no answer in time" in str(error), step
        assert isinstance(error, UncertainDelivery) is (step == ".")


def test_an_answer_that_drips_in_has_one_deadline() -> None:
    slow = b"\r\n".join(b"250-%d" % line for line in range(4))
    script = Script(replies={"rcpt": slow}, delays={"data": 30.0})  # which never ends
    with misbehaving_server(script) as port, relay_at(port) as relay:
        with pytest.raises(TransportError, match="no answer in time"):
            relay.send(envelope())


def test_the_usual_patience_is_that_of_the_rfc() -> None:
    usual = Patience()

    assert (usual.command, usual.data, usual.block, usual.final) == (300, 120, 180, 600)  # RFC 5321 §4.5.3.2


def test_a_relay_that_never_says_goodbye_holds_nobody_up() -> None:
    script = Script(delays={"quit": 600.0})
    with misbehaving_server(script) as port, relay_at(port) as relay:
        relay.send(envelope())
        relay.close()
        answered = list(script.answered)

    assert answered[-1] == b"250 taken"
    assert script.commands[-1] == "quit"
