"""What a real Postfix makes of our mails: kept byte for byte, bounced with a true DSN, greylisted and taken later."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import Message

import pytest

from digest.errors import Refusal, TransportError
from digest.mail import BounceKind, Envelope
from digest.transport.returns import Report, judged, read
from digest.transport.settings import SmtpSettings
from digest.transport.smtp import SmtpTransport
from tests.acceptance.postfix import GONE, GREYLISTED, READERS, SENDER_DOMAIN, Postfix, running_postfix

BODY = b"First line\r\n.dot\r\n..\r\n \r\n" + b"x" * 900 + b"\r\n\r\ntrailing blank lines\r\n\r\n\r\n"
TRACE = {"return-path", "x-original-to", "delivered-to", "received"}  # RFC 5321 §4.4, and Postfix's own


@pytest.fixture(scope="module")
def postfix() -> Iterator[Postfix]:
    with running_postfix() as server:
        yield server


@pytest.fixture
def transport(postfix: Postfix) -> Iterator[SmtpTransport]:
    opened = SmtpTransport(SmtpSettings(host="127.0.0.1", port=postfix.port))
    yield opened
    opened.close()


def envelope(to: str) -> Envelope:
    """A message with a bounce address of its own."""
    content = (
        f"From: Paperround <digest@{SENDER_DOMAIN}>\r\nTo: {to}\r\nSubject: Papers of the day\r\n"
        f"Date: Mon, 02 Mar 2026 07:30:00 +0000\r\nMessage-ID: <1.{to}>\r\nAuto-Submitted: auto-generated\r\n"
        f"List-Unsubscribe: <https://digest.test/u/{'t' * 120}>\r\n"
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nMIME-Version: 1.0\r\n\r\n"
    ).encode() + BODY
    return Envelope(mail_from=f"bounce+7.abc@{SENDER_DOMAIN}", rcpt_to=to, message_id=f"<1.{to}>", content=content)


def test_a_mail_that_is_taken_arrives_byte_for_byte(postfix: Postfix, transport: SmtpTransport) -> None:
    sent = envelope(f"ana@{READERS}")

    receipt = transport.send(sent)

    [kept] = postfix.arrived(READERS)
    added, _, rest = kept.partition(b"From: Paperround")
    assert receipt.answer.startswith("250 2.0.0 Ok: queued as")
    assert b"From: Paperround" + rest == sent.content.replace(b"\r\n", b"\n")
    assert {name.lower() for name, _ in message_from_bytes(added).items()} == TRACE


def test_a_mail_that_the_next_hop_refuses_comes_back_as_a_report(postfix: Postfix, transport: SmtpTransport) -> None:
    transport.send(envelope(f"bea@{GONE}"))

    [raw] = postfix.arrived(SENDER_DOMAIN)
    report = message_from_bytes(raw, policy=policy.default)
    assert report.get_content_type() == "multipart/report"
    assert report.get_param("report-type") == "delivery-status"
    assert report["X-Original-To"] == f"bounce+7.abc@{SENDER_DOMAIN}"
    assert report["Return-Path"] == "<>"
    status = _recipient_status(report)
    assert (status["Status"], status["Action"]) == ("5.1.1", "failed")
    assert status["Final-Recipient"] == f"rfc822; bea@{GONE}"
    told = read(raw)
    assert isinstance(told, Report)
    judgement = judged(told.recipients)
    assert judgement is not None
    assert (judgement.kind, judgement.status) == (BounceKind.HARD, "5.1.1")


def test_a_mail_that_is_greylisted_is_taken_the_next_time(postfix: Postfix, transport: SmtpTransport) -> None:
    sent = envelope(f"cleo@{GREYLISTED}")

    with pytest.raises(TransportError, match="Greylisted, come again") as caught:
        transport.send(sent)
    assert (caught.value.code, caught.value.status) == (450, "4.2.0")
    assert (caught.value.permanent, caught.value.about) == (False, Refusal.LATER)

    transport.send(sent)

    [kept] = postfix.arrived(GREYLISTED)
    assert kept.endswith(sent.content.replace(b"\r\n", b"\n"))


def _recipient_status(report: Message) -> Message:
    """The fields of the one recipient in a DSN (RFC 3464 §2.3)."""
    [part] = [each for each in report.walk() if each.get_content_type() == "message/delivery-status"]
    blocks = part.get_payload()
    assert isinstance(blocks, list)
    fields = blocks[1]
    assert isinstance(fields, Message)
    return fields
