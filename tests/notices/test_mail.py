"""An alarm as a mail: plain, whole, and with exactly the headers meant, whatever words it carries."""

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import RelayUnavailable
from digest.mail import Envelope
from digest.notices import Alarm
from digest.notices.mail import MailVoice, alarm_mail
from tests.fakes import Outbox
from tests.smtp_server import Mailbox, smtp_server

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
ALARM = Alarm(kind="source-failed:arxiv", text="arxiv cs.LG: the XML is damaged", facts={"streams": "cs.LG"})


def written(alarm: Alarm = ALARM, *, site: str = "Paperround") -> Envelope:
    return alarm_mail(
        alarm, site=site, sender="digest@example.org", to="ops@bücher.example", message_id="<1@example.org>", now=NOW
    )


def test_an_alarm_is_a_plain_mail_to_the_operator() -> None:
    envelope = written()
    message = message_from_bytes(envelope.content, policy=policy.default)

    assert (envelope.mail_from, envelope.rcpt_to) == ("digest@example.org", "ops@xn--bcher-kva.example")
    assert message["Subject"] == "Paperround: arxiv cs.LG: the XML is damaged"
    assert message["From"] == "Paperround <digest@example.org>"
    assert message.get_content_type() == "text/plain"
    assert "streams: cs.LG" in message.get_content()
    assert not [name for name in message if name.startswith("List-")]


@given(
    text=st.text(st.characters(codec=None), max_size=400),
    site=st.text(max_size=80).filter(lambda name: name.strip() != ""),
)
def test_no_words_from_outside_make_a_header_or_break_a_line(text: str, site: str) -> None:
    envelope = written(Alarm(kind="relay-down", text=text, facts={"answer": text}), site=site)

    message = message_from_bytes(envelope.content, policy=policy.default)

    assert set(message.keys()) == {
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
        *("MIME-Version", "Content-Type", "Content-Transfer-Encoding"),
    }
    assert max(map(len, envelope.content.split(b"\r\n"))) <= 998
    assert envelope.content.isascii()


def test_a_real_relay_takes_it() -> None:
    from digest.transport.settings import SmtpSettings
    from digest.transport.smtp import SmtpTransport

    mailbox = Mailbox()
    with smtp_server(mailbox) as port:
        relay = SmtpTransport(SmtpSettings(host="127.0.0.1", port=port))
        voice = MailVoice(
            relay, site="Paperround", sender="d@example.org", to="o@example.org", message_id=lambda: "<1@example.org>"
        )
        voice.say(ALARM, now=NOW)

    assert [address for address, _ in mailbox.taken] == ["o@example.org"]


def test_a_relay_that_is_down_is_an_error_of_the_voice() -> None:
    outbox = Outbox(failures=[RelayUnavailable("no relay")])
    voice = MailVoice(
        outbox, site="Paperround", sender="d@example.org", to="o@example.org", message_id=lambda: "<1@example.org>"
    )

    with pytest.raises(RelayUnavailable):
        voice.say(ALARM, now=NOW)
