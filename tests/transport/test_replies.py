"""What each answer means, by table; and that no answer, however hostile, says more than one short clean line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import Refusal, TransportError
from digest.transport.replies import Phase, answer, judged, refusal, shown

RECIPIENT, MAILBOX, MESSAGE = Refusal.RECIPIENT, Refusal.MAILBOX, Refusal.MESSAGE
POLICY, UNREACHABLE, LATER = Refusal.POLICY, Refusal.UNREACHABLE, Refusal.LATER
MAIL, RCPT, DATA, END = Phase.MAIL, Phase.RCPT, Phase.DATA, Phase.END

FOR_EVER = [
    # the address
    (RCPT, 550, "no such user", RECIPIENT),
    (RCPT, 551, "user not local", RECIPIENT),
    (RCPT, 553, "mailbox name not allowed", RECIPIENT),
    (RCPT, 556, "domain takes no mail", RECIPIENT),
    (RCPT, 556, "5.1.10 null MX", RECIPIENT),
    (RCPT, 550, "5.1.1 no such user", RECIPIENT),
    (RCPT, 550, "#5.1.0 Address rejected", RECIPIENT),
    (RCPT, 554, "5.1.2 no such domain", RECIPIENT),
    (RCPT, 550, "5.1.6 has moved", RECIPIENT),
    (RCPT, 550, "5.2.1 disabled", RECIPIENT),
    (RCPT, 550, "5.5.0 mailbox unavailable", RECIPIENT),
    (RCPT, 550, "5.0.0 no", RECIPIENT),
    (END, 550, "5.1.1 no such user", RECIPIENT),
    # its mailbox
    (RCPT, 552, "over quota", MAILBOX),
    (RCPT, 552, "5.2.2 over quota", MAILBOX),
    (RCPT, 550, "5.2.2 over quota", MAILBOX),
    (RCPT, 550, "4.2.2 over quota", MAILBOX),
    (RCPT, 550, "5.2.0 other", MAILBOX),
    (RCPT, 550, "5.2.4 list too large", MAILBOX),
    (RCPT, 550, "5.4.1 no answer from host", MAILBOX),
    (RCPT, 550, "5.4.4 no route", MAILBOX),
    (RCPT, 550, "5.4.7 expired", MAILBOX),
    (END, 552, "5.2.2 over quota", MAILBOX),
    # the message
    (MAIL, 552, "too big", MESSAGE),
    (MAIL, 552, "5.3.4 too big", MESSAGE),
    (MAIL, 554, "5.3.4 too big", MESSAGE),
    (RCPT, 552, "5.3.4 too big", MESSAGE),
    (RCPT, 550, "5.2.3 longer than the mailbox takes", MESSAGE),
    (RCPT, 550, "5.6.0 content", MESSAGE),
    (END, 550, "looks like spam", MESSAGE),
    (END, 551, "no", MESSAGE),
    (END, 552, "too big", MESSAGE),
    (END, 553, "no", MESSAGE),
    (END, 554, "5.6.0 content", MESSAGE),
    (END, 554, "5.3.4 too big", MESSAGE),
    # us
    (MAIL, 550, "sender rejected", POLICY),
    (MAIL, 550, "5.1.0 sender rejected", POLICY),
    (MAIL, 550, "5.1.1 sender rejected", POLICY),
    (MAIL, 530, "5.7.0 log in first", POLICY),
    (MAIL, 501, "5.1.7 bad sender", POLICY),
    (RCPT, 550, "5.1.7 bad sender", POLICY),
    (RCPT, 553, "5.1.8 bad sender's domain", POLICY),
    (RCPT, 550, "5.7.1 relaying denied", POLICY),
    (RCPT, 551, "5.7.26 not authenticated", POLICY),
    (RCPT, 554, "denied", POLICY),
    (RCPT, 554, "5.7.1 denied", POLICY),
    (RCPT, 550, "5.3.2 takes no mail from outside", POLICY),
    (RCPT, 550, "5.4.6 loop", POLICY),
    (RCPT, 550, "5.5.1 bad sequence", POLICY),
    (RCPT, 503, "bad sequence", POLICY),
    (RCPT, 555, "parameters", POLICY),
    (RCPT, 521, "takes no mail", POLICY),
    (DATA, 554, "5.5.1 no valid recipients", POLICY),
    (DATA, 550, "no", POLICY),
    (END, 554, "denied", POLICY),
    (END, 550, "5.7.1 blocked", POLICY),
    (END, 521, "no", POLICY),
    # the address and this relay
    (MAIL, 550, "5.6.7 no non-ASCII addresses", UNREACHABLE),
    (RCPT, 553, "5.6.7 no non-ASCII addresses", UNREACHABLE),
    (END, 554, "5.6.9 cannot be converted", UNREACHABLE),
]


@pytest.mark.parametrize(("phase", "code", "text", "about"), FOR_EVER)
def test_a_refusal_for_ever_is_about(phase: Phase, code: int, text: str, about: Refusal) -> None:
    verdict = judged(phase, code, text)

    assert (verdict.permanent, verdict.about) == (True, about)


@pytest.mark.parametrize(
    ("phase", "code", "text", "about"),
    [
        (RCPT, 450, "greylisted", LATER),
        (RCPT, 450, "4.2.0 Greylisted", LATER),
        (RCPT, 450, "4.7.1 Greylisted", LATER),
        (RCPT, 450, "5.1.1 no such user", LATER),
        (RCPT, 451, "4.3.0 trouble", LATER),
        (RCPT, 452, "4.5.3 too many recipients", LATER),
        (RCPT, 452, "4.2.2 over quota", MAILBOX),
        (RCPT, 450, "4.2.1 off for now", MAILBOX),
        (END, 452, "4.2.2 over quota", MAILBOX),
        (END, 451, "trouble", LATER),
        (MAIL, 421, "4.7.0 slow down", LATER),
        (DATA, 250, "which is not 354", LATER),
        (RCPT, 650, "5.1.1 no such code", LATER),
        (RCPT, -1, "no code at all", LATER),
    ],
)
def test_what_is_no_5xx_is_never_for_ever(phase: Phase, code: int, text: str, about: Refusal) -> None:
    verdict = judged(phase, code, text)

    assert (verdict.permanent, verdict.about) == (False, about)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("5.1.1 no", "5.1.1"),
        ("5.1.10 no", "5.1.10"),
        ("5.1.1", "5.1.1"),
        ("#5.1.1 no", "5.1.1"),
        ("5.1.1: no", "5.1.1"),
        ("no, 5.1.1", ""),
        ("5.1.1.2 is an address", ""),
        ("5.1.1234 no", ""),
        ("2.1.1 no", ""),
        ("٥.١.١ no", ""),
        ("", ""),
    ],
)
def test_a_status_stands_at_the_beginning_or_there_is_none(text: str, status: str) -> None:
    assert judged(RCPT, 550, text).status == status


@settings(deadline=None)
@given(phase=st.sampled_from(Phase), code=st.integers(-1, 999), text=st.text(max_size=60))
def test_every_answer_has_a_verdict_and_only_500_to_599_is_for_ever(phase: Phase, code: int, text: str) -> None:
    verdict = judged(phase, code, text)

    assert verdict.permanent is (500 <= code <= 599)
    assert verdict.permanent or verdict.about in {LATER, MAILBOX}
    assert not verdict.permanent or verdict.about is not LATER


@settings(deadline=None)
@given(text=st.binary(max_size=9000))
def test_no_answer_is_shown_with_more_than_clean_short_words(text: bytes) -> None:
    line = answer(550, text)

    assert len(line) <= 204
    assert line.isprintable()
    assert "@" not in line


def test_a_person_reads_the_answer_without_the_address() -> None:
    error = refusal(RCPT, 550, b"5.1.1 <ana@example.org>: Recipient address\nrejected")

    assert str(error) == "the relay answered 550 5.1.1 (address) Recipient address rejected to RCPT"
    assert (error.code, error.status, error.about) == (550, "5.1.1", RECIPIENT)


def test_a_long_answer_is_cut_and_says_so() -> None:
    line = shown("na " * 40_000)

    assert len(line) == 200
    assert line.endswith("…")


def test_an_error_without_an_answer_blames_no_address() -> None:
    assert TransportError("no", permanent=True).about is MESSAGE
    assert TransportError("not now", permanent=False).about is LATER
