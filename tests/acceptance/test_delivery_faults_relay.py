"""Rows 5 to 10 of the fault table: a relay that loses replies, drops connections, refuses, is down, or bounces."""

import json
import mailbox
from collections import Counter
from datetime import datetime, timedelta
from email import message_from_bytes
from itertools import pairwise
from pathlib import Path

import pytest

from digest import outbox
from digest.deliver import DeliverySettings
from digest.mail import DeliveryState
from digest.sample import SampleArxiv
from digest.transport.returns.settings import ReturnsSettings
from digest.transport.wire import Patience
from tests.acceptance.conftest import Figures
from tests.acceptance.delivery import Office, text_of
from tests.acceptance.delivery_relay import noting_relay
from tests.fakes import MONDAY, at
from tests.smtp_server import Script, misbehaving_server

NOW = at(MONDAY)
READERS = [f"reader{number}" for number in range(8)]
SOON = timedelta(minutes=8)  # when what was refused once, five minutes and a jitter ago, is due again
TUESDAY = NOW + timedelta(days=1)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Eight readers whose edition is kept and not sent yet."""
    made = Office(tmp_path / "office")
    made.subscribe(*READERS, now=NOW - timedelta(hours=1))
    made.morning(NOW, "Ants", "Bees")
    return made


def message_ids(script: Script) -> Counter[str]:
    return Counter(str(message_from_bytes(content)["Message-ID"]) for _, content in script.taken)


def takers(script: Script) -> list[str]:
    """Who got a mail, by name, once for each mail."""
    return sorted(recipient.partition("@")[0] for recipient, _ in script.taken)


# ---------------------------------------------------------------- row 5


@pytest.mark.parametrize(
    "script",
    [
        Script(lose_answer=True),
        Script(delays={".": 4.0}, replies={".": None}),
        Script(delays={".": 2.5}),
        Script(replies={".": b"299"}, lose_answer=True),
        Script(replies={".": b"mumble"}),
    ],
    ids=["the connection ends", "it hangs and then ends", "the 250 comes after our time-out", "cut", "nonsense"],
)
def test_a_reply_lost_after_the_final_dot_leaves_the_mail_uncertain_and_the_same_bytes_are_sent_again(
    office: Office, script: Script, figure: Figures, request: pytest.FixtureRequest
) -> None:
    """Row 5: reply lost after the final dot; hang before the 250; 250 after our time-out."""
    with misbehaving_server(script) as port:
        first = office.deliver(port, NOW)
    with misbehaving_server(sound := Script()) as port:
        second = office.deliver(port, NOW + SOON)
        third = office.deliver(port, NOW + 2 * SOON)

    assert first.outcomes == {DeliveryState.UNCERTAIN: len(READERS)}
    assert (second.sent, third.sent) == (len(READERS), 0)
    assert takers(sound) == READERS
    assert set(script.taken) <= set(sound.taken)
    assert message_ids(sound).keys() == office.message_ids().keys()
    figure(
        f"reply lost: {request.node.callspec.id}",
        f"{len(READERS)} uncertain, sent again as the same bytes, {len(script.taken)} copies",
    )


def test_we_wait_ten_minutes_for_the_last_answer() -> None:
    """Row 5: the time-out after DATA (RFC 5321 §4.5.3.2.6)."""
    assert Patience().final >= 600


# ---------------------------------------------------------------- row 6


@pytest.mark.parametrize("after", [0, 500, 5000])
def test_a_connection_lost_in_mid_stream_costs_no_copy(office: Office, after: int, figure: Figures) -> None:
    """Row 6: connection lost after the 354 or in mid-stream.

    Nothing was taken. Where the whole mail is written before the loss is heard of, we cannot know that.
    """
    with misbehaving_server(script := Script(drop_in_message_after=after)) as port:
        first = office.deliver(port, NOW)
    states = office.states()
    with misbehaving_server(sound := Script()) as port:
        second = office.deliver(port, NOW + SOON)
        third = office.deliver(port, NOW + 2 * SOON)

    assert (first.sent, script.taken) == (0, [])
    assert states.keys() <= {"pending", "uncertain"}
    assert (second.sent, third.sent) == (len(READERS), 0)
    assert takers(sound) == READERS
    known = ", ".join(f"{number} {state}" for state, number in sorted(states.items()))
    figure(f"connection lost after {after} bytes", f"{known}; one mail each in the end")


def test_a_connection_lost_before_the_354_is_replaced(office: Office) -> None:
    """Row 6, at the earlier commands, now and then."""
    lost = {"mail": [b"250 ok", b"250 ok", None], "rcpt": [b"250 ok"] * 3 + [None], "data": [b"354 go on"] * 4 + [None]}
    with misbehaving_server(script := Script(first=lost)) as port:
        for number in range(3):
            office.deliver(port, NOW + number * SOON)

    assert takers(script) == READERS
    assert office.states() == {"sent": len(READERS)}


# ---------------------------------------------------------------- row 7


@pytest.mark.parametrize(("step", "reply"), [("rcpt", b"450 4.2.0 greylisted"), (".", b"451 4.3.0 try again")])
def test_a_refusal_for_now_is_repeated_later_and_holds_up_nobody(office: Office, step: str, reply: bytes) -> None:
    """Row 7: 450 at RCPT; 451 at the end."""
    with misbehaving_server(script := Script(first={step: [reply]})) as port:
        first = office.deliver(port, NOW)
        at_once = office.deliver(port, NOW + timedelta(seconds=1))
        later = office.deliver(port, NOW + SOON)

    assert first.outcomes == {DeliveryState.SENT: len(READERS) - 1, DeliveryState.PENDING: 1}
    assert (at_once.sent, later.sent) == (0, 1)
    assert takers(script) == READERS


def test_a_greylist_that_goes_on_is_asked_less_and_less_often(office: Office, figure: Figures) -> None:
    """Row 7: the delay grows."""
    tried = []
    with misbehaving_server(script := Script(recipients={"reader0@example.org": b"450 4.2.0 greylisted"})) as port:
        for minute in range(8 * 60):
            asked = len(script.commands)
            office.deliver(port, NOW + timedelta(minutes=minute), threads=1)
            if any(line.startswith("RCPT TO:<reader0@") for line in script.commands[asked:]):
                tried.append(minute)

    waits = [after - before for before, after in pairwise(tried)]
    assert waits == sorted(waits)
    assert 5 <= waits[0] <= 6
    assert waits[-1] >= 80
    assert takers(script) == READERS[1:]
    figure("greylisted all day", f"asked at minutes {', '.join(map(str, tried))}; the other {len(READERS) - 1} at once")


def test_a_421_instead_of_a_greeting_means_later_for_all(office: Office) -> None:
    """Row 7: 421 at greeting."""
    with misbehaving_server(script := Script(replies={"greeting": b"421 4.3.2 closing"})) as port:
        first = office.deliver(port, NOW)
    with misbehaving_server(sound := Script()) as port:
        second = office.deliver(port, NOW + timedelta(minutes=1))

    assert (first.sent, script.taken) == (0, [])
    assert first.problem is not None
    assert second.sent == len(READERS)
    assert takers(sound) == READERS


def test_a_421_after_some_mails_is_answered_with_another_connection(office: Office) -> None:
    """Row 7: 421 after N mails."""
    with misbehaving_server(script := Script(mails_per_connection=3, connections_at_once=1)) as port:
        delivered = office.deliver(port, NOW)

    assert delivered.outcomes == {DeliveryState.SENT: len(READERS)}
    assert takers(script) == READERS
    assert script.connections >= len(READERS) / 3


# ---------------------------------------------------------------- row 8


def test_a_550_suppresses_that_address_and_no_other(office: Office) -> None:
    """Row 8: 550 for one address."""
    gone = {"reader3@example.org": b"550 5.1.1 no such user"}
    with misbehaving_server(script := Script(recipients=gone)) as port:
        first = office.deliver(port, NOW)
        office.morning(TUESDAY, "Wasps")
        second = office.deliver(port, TUESDAY)

    others = [name for name in READERS if name != "reader3"]
    assert first.outcomes == {DeliveryState.SENT: len(others), DeliveryState.FAILED: 1}
    assert second.outcomes == {DeliveryState.SENT: len(others)}
    assert office.reader_states() == {**dict.fromkeys(others, "active"), "reader3": "suppressed"}
    assert takers(script) == sorted(2 * others)
    assert script.commands.count("RCPT TO:<reader3@example.org>") == 1


def test_a_few_dead_addresses_one_after_another_hold_up_nobody(tmp_path: Path) -> None:
    """Row 8: three readers who are gone, each with a letter and an edition, are fewer than K readers."""
    office = Office(tmp_path / "new", welcome=True)
    office.subscribe(*READERS, now=NOW - timedelta(hours=1))
    office.morning(NOW, "Ants")
    dead, alive = READERS[:3], READERS[3:]
    gone = {f"{name}@example.org": b"550 5.1.1 no such user" for name in dead}
    with misbehaving_server(script := Script(recipients=gone)) as port:
        delivered = office.deliver(port, NOW)

    assert delivered.problem is None
    assert takers(script) == sorted(2 * alive)
    assert office.reader_states() == {**dict.fromkeys(alive, "active"), **dict.fromkeys(dead, "suppressed")}


@pytest.mark.parametrize("step", ["mail", "rcpt", "."])
@pytest.mark.parametrize("reply", [b"554 5.7.1 blocked", b"554 no", b"550 5.7.1 listed"])
def test_a_relay_that_refuses_everybody_is_asked_no_more_and_nobody_is_suppressed(
    office: Office, step: str, reply: bytes
) -> None:
    """Row 8: 554 for all: stop after K, nobody suppressed."""
    refused = Script(replies={step: reply})
    with misbehaving_server(refused) as port:
        first = office.deliver(port, NOW)
    with misbehaving_server(sound := Script()) as port:
        second = office.deliver(port, NOW + SOON)

    asked = sum(line.startswith("MAIL") for line in refused.commands)
    limit = DeliverySettings().refusals_in_a_row
    assert limit <= asked < limit + 2  # two are asked at a time
    assert first.problem is not None
    assert first.sent == 0
    assert set(office.reader_states().values()) == {"active"}
    assert second.sent == len(READERS)
    assert takers(sound) == READERS


@pytest.mark.parametrize("readers", [1, 2, 4])
@pytest.mark.parametrize("reply", [b"554 5.7.1 blocked", b"554 no"])
def test_few_readers_are_not_suppressed_either_where_all_are_refused(
    tmp_path: Path, readers: int, reply: bytes
) -> None:
    """Row 8: 554 for all, where all are fewer than K."""
    office = Office(tmp_path / "few")
    office.subscribe(*READERS[:readers], now=NOW - timedelta(hours=1))
    office.morning(NOW, "Ants")
    with misbehaving_server(Script(replies={"rcpt": reply})) as port:
        office.deliver(port, NOW)
    held = office.states()
    with misbehaving_server(sound := Script()) as port:
        outbox.release(office.store, outbox.chosen(office.store, None, [DeliveryState.HELD]), now=NOW)
        office.deliver(port, NOW + SOON)

    assert held == {"held": readers}
    assert set(office.reader_states().values()) == {"active"}
    assert takers(sound) == READERS[:readers]


def test_the_operator_hears_of_a_relay_that_refuses_everybody(tmp_path: Path, figure: Figures) -> None:
    """Row 8: the alarm, from the real process."""
    office = Office(tmp_path / "office")
    moment = datetime.fromisoformat("2026-03-09T07:30:00+00:00")
    office.subscribe(*READERS, now=moment - timedelta(hours=1))
    refused = Script(replies={"rcpt": b"554 5.7.1 blocked"})
    with SampleArxiv(moment.date()) as arxiv, misbehaving_server(refused) as port:
        ran = office.run("run", now=moment, smtp_port=port, **_sample(arxiv))

    assert ran.code == 1
    assert "alarm kind=relay-down: the relay seems to refuse us: 5 readers in a row were refused" in ran.err
    assert "@example.org" not in ran.err
    assert set(office.reader_states().values()) == {"active"}
    figure("554 for all", f"stopped after {DeliverySettings().refusals_in_a_row}, alarm, nobody suppressed")


def _sample(arxiv: SampleArxiv) -> dict[str, object]:
    return {
        "sources_arxiv_categories": "cs.CL",
        "sources_arxiv_oai_url": arxiv.oai_url,
        "sources_arxiv_rss_url": arxiv.rss_url,
        "letters_welcome": "false",
    }


# ---------------------------------------------------------------- row 9


def test_a_relay_that_is_back_the_same_day_gets_the_mails_of_the_day(office: Office, figure: Figures) -> None:
    """Row 9: relay down for hours, in the real process."""
    down = office.run("deliver", now=NOW, smtp_port=closed_port())
    tries = [office.deliver(closed_port(), NOW + timedelta(hours=hour)) for hour in range(1, 14)]
    with noting_relay() as relay:
        late = office.run("deliver", now=NOW + timedelta(hours=14), smtp_port=relay.port)

    assert down.code == 1
    assert "nothing is lost, run again" in down.err
    assert {each.sent for each in tries} == {0}
    assert (late.code, relay.readers) == (0, READERS)
    figure("relay down for 14 hours", "all sent the same day, one mail each")


def test_what_was_not_sent_by_the_end_of_the_day_is_carried_by_the_next_edition(office: Office) -> None:
    """Row 9: after the cut-off `expired`, and the next edition carries the papers."""
    for hour in range(0, 16, 3):
        office.deliver(closed_port(), NOW + timedelta(hours=hour))
    with misbehaving_server(script := Script()) as port:
        midnight = office.deliver(port, TUESDAY - timedelta(hours=7))
        office.morning(TUESDAY, "Wasps")
        next_day = office.deliver(port, TUESDAY)

    assert (midnight.outcomes, next_day.sent) == ({DeliveryState.EXPIRED: len(READERS)}, len(READERS))
    assert takers(script) == READERS
    texts = [text_of(content) for _, content in script.taken]
    assert all(title in text for text in texts for title in ("Ants", "Bees", "Wasps"))


def closed_port() -> int:
    """Where nobody listens."""
    with misbehaving_server(Script()) as port:
        return port


# ---------------------------------------------------------------- row 10

_DSN = """\
From: MAILER-DAEMON@mx.example.net
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-ID: <{name}@mx.example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

It could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; {reader}@example.org
Action: failed
Status: {status}
Diagnostic-Code: smtp; 550 {status} said the other side

--b--
"""
_VACATION = """\
From: reader@example.org
To: {to}
Subject: Out of office
Auto-Submitted: auto-replied
Message-ID: <{name}@mx.example.net>

I am away; user unknown; 550 5.1.1; unsubscribe
"""


def test_reports_are_believed_by_their_signature_and_their_status_alone(
    office: Office, tmp_path: Path, figure: Figures
) -> None:
    """Row 10: DSN hard, soft, policy; vacation; forged; repeated; read by the real process from a maildir."""
    with noting_relay() as relay:
        office.deliver(relay.port, NOW, returns=ReturnsSettings(bounces="bounces@example.org"))
    to = {each.recipient.partition("@")[0]: each.sender for each in relay.taken}
    box = mailbox.Maildir(tmp_path / "reports")
    for message in (
        _DSN.format(to=to["reader0"], reader="reader0", status="5.1.1", name="hard"),
        _DSN.format(to=to["reader1"], reader="reader1", status="4.2.2", name="soft"),
        _DSN.format(to=to["reader2"], reader="reader2", status="5.7.1", name="policy"),
        _VACATION.format(to=to["reader3"], name="vacation"),
        _DSN.format(to=_forged(to["reader4"]), reader="reader4", status="5.1.1", name="forged"),
        *[_DSN.format(to=to["reader5"], reader="reader5", status="4.2.2", name="again")] * 5,
    ):
        box.add(message.encode())

    done = office.run("bounce", "read", "--maildir", str(tmp_path / "reports"), "--json", now=NOW + SOON)

    assert done.code == 0, done.err
    assert json.loads(done.out)["counts"] == {
        "suppressed": 1,
        "counted": 2,
        "refused": 1,
        "nothing": 1,
        "forged": 1,
        "repeated": 4,
    }
    assert office.reader_states() == {**dict.fromkeys(READERS, "active"), "reader0": "suppressed"}
    figure("DSNs", "hard suppressed, soft counted, policy told; vacation, forged and repeated changed nothing")


def _forged(address: str) -> str:
    """The same with another last digit of its MAC."""
    local, _, domain = address.rpartition("@")
    return f"{local[:-1]}{'0' if local[-1] != '0' else '1'}@{domain}"
