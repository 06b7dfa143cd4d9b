"""What messages say that mail systems really write."""

import pytest

from digest.mail import BounceKind
from digest.subscribers import Verdict
from digest.transport.returns import Complaint, Judgement, Nothing, Recipient, Reply, Report, judged, read
from tests.transport.returns_samples import (
    ARF,
    EXCHANGE,
    EXIM,
    GMAIL,
    NO_TAG,
    NO_TOKEN,
    POSTFIX,
    SES,
    VACATION,
    failed,
    message,
    reply,
    report,
)

TAG = "bounces+17-0123456789abcdef0123@example.org"
OTHER = "bounces+18-0123456789abcdef0123@example.org"


def test_a_report_of_postfix_names_recipient_status_and_the_address_it_was_sent_to() -> None:
    assert read(message(POSTFIX, TAG)) == Report(
        identity="<20260302073100.4CFA11E0053@mail.example.org>",
        sent_to=(TAG,),
        recipients=(
            Recipient(
                action="failed",
                status="5.1.1",
                diagnostic="smtp; 550 5.1.1 (address) Recipient address rejected:"
                " User unknown in virtual mailbox table",
                original="ana@example.net",
            ),
        ),
    )


@pytest.mark.parametrize(
    ("sample", "kind", "status", "reason"),
    [
        (POSTFIX, BounceKind.HARD, "5.1.1", "User unknown in virtual mailbox table"),
        (EXIM, BounceKind.HARD, "5.1.1", "The user you are trying to contact ((address)) does not exist"),
        (EXCHANGE, BounceKind.SOFT, "5.2.2", "STOREDRV.Deliver.Exception:QuotaExceededException"),
        (GMAIL, BounceKind.HARD, "5.1.1", "smtp; 550-5.1.1 The email account that you tried to reach does not exist."),
        (SES, BounceKind.POLICY, "5.7.1", "Sender address rejected: blocked by our reputation list"),
    ],
)
def test_each_mail_system_is_understood(sample: str, kind: BounceKind, status: str, reason: str) -> None:
    said = read(message(sample, TAG))

    assert isinstance(said, Report)
    assert said.sent_to == (TAG,)
    judgement = judged(said.recipients)
    assert judgement is not None
    assert (judgement.kind, judgement.status) == (kind, status)
    assert reason in judgement.reason
    assert "example.net" not in judgement.reason
    assert len(judgement.reason) <= 200


@pytest.mark.parametrize("sample", [POSTFIX, EXIM, EXCHANGE, GMAIL, SES])
def test_the_words_of_a_report_decide_nothing(sample: str) -> None:
    """A status in the text and in the returned mail, another one in the field."""
    delayed = message(sample, TAG).replace(b"Action: failed", b"Action: delayed")

    said = read(delayed)

    assert isinstance(said, Report)
    assert judged(said.recipients) is None


def test_the_recipient_that_the_mail_system_told_comes_first() -> None:
    said = read(message(POSTFIX, TAG), recipient=OTHER)

    assert isinstance(said, Report)
    assert said.sent_to == (OTHER, TAG)


def test_a_report_without_a_message_id_is_known_by_its_date() -> None:
    said = read(message(POSTFIX, TAG).replace(b"Message-Id:", b"X-Id:"))

    assert isinstance(said, Report)
    assert said.identity.startswith("Mon, 2 Mar 2026 07:31:00 +0000 (UTC) by mail.example.org")


def test_a_report_cut_off_in_the_returned_mail_is_read() -> None:
    whole = message(POSTFIX, TAG)

    assert read(whole[: whole.index(b"Paperround")]) == read(whole)


def test_a_report_in_another_alphabet_is_read() -> None:
    """RFC 6533: the address in UTF-8, the status part encoded."""
    told = "Final-Recipient: utf-8; ana=40=E4.example\nAction: failed\nStatus: 5.1.1\n"
    sent = report(told, to=TAG).replace(
        b"message/delivery-status", b"message/global-delivery-status\nContent-Transfer-Encoding: quoted-printable"
    )

    said = read(sent)

    assert isinstance(said, Report)
    assert said.recipients[0].status == "5.1.1"


@pytest.mark.parametrize(
    ("recipients", "judgement"),
    [
        (["5.1.1", "5.1.1"], (BounceKind.HARD, "5.1.1")),
        (["5.1.1", "5.2.2"], (BounceKind.SOFT, "5.2.2")),
        (["5.1.1", "5.2.2", "5.7.1"], (BounceKind.POLICY, "5.7.1")),
        (["5.1.1", "relayed"], (BounceKind.SOFT, "5.1.1")),
        (["5.1.1", "delayed"], (BounceKind.SOFT, "5.1.1")),
    ],
)
def test_an_alias_of_several_addresses_is_gone_when_all_of_them_are(
    recipients: list[str], judgement: tuple[BounceKind, str]
) -> None:
    groups = [
        f"Final-Recipient: rfc822; r{number}@example.net\n"
        + (f"Action: failed\nStatus: {each}\n" if each[0].isdigit() else f"Action: {each}\nStatus: 2.0.0\n")
        for number, each in enumerate(recipients)
    ]

    said = read(report(*groups))

    assert isinstance(said, Report)
    assert len(said.recipients) == len(recipients)
    found = judged(said.recipients)
    assert found is not None
    assert (found.kind, found.status) == judgement


def test_a_report_that_names_no_recipient_says_nothing() -> None:
    assert read(report()) == Nothing(why="a delivery report that names no recipient")


def test_a_comment_and_capitals_in_a_field_change_nothing() -> None:
    said = read(failed("Failed (no such user)", "5.1.1 (bad mailbox)"))

    assert isinstance(said, Report)
    assert judged(said.recipients) == Judgement(kind=BounceKind.HARD, status="5.1.1", reason="status 5.1.1")


# ---------------------------------------------------------------- complaints


@pytest.mark.parametrize("kind", ["abuse", "fraud"])
def test_a_complaint_tells_the_addresses_and_tokens_of_the_mail(kind: str) -> None:
    said = read(message(ARF, TAG, mail_from=OTHER).replace(b"Type: abuse", f"Type: {kind}".encode()))

    assert said == Complaint(
        identity="<20260302174036.feedback@example.com>",
        kind=kind,
        tagged=(OTHER, TAG),
        tokens=(NO_TOKEN,),
        message_id="<0123456789abcdef@example.org>",
    )


@pytest.mark.parametrize("kind", ["not-spam", "virus", "auth-failure", "other", ""])
def test_another_feedback_report_is_no_complaint(kind: str) -> None:
    said = read(message(ARF, TAG).replace(b"Type: abuse", f"Type: {kind}".encode()))

    assert said == Nothing(why=f"a feedback report that is no complaint: {kind or 'without a type'}")


def test_a_complaint_with_the_header_fields_alone_is_read() -> None:
    sent = message(ARF, TAG, mail_from=NO_TAG).replace(b"message/rfc822", b"text/rfc822-headers")

    said = read(sent)

    assert isinstance(said, Complaint)
    assert (said.tagged, said.tokens) == ((TAG,), (NO_TOKEN,))


def test_a_complaint_without_the_mail_still_has_the_sender_it_names() -> None:
    sent = message(ARF, TAG, mail_from=OTHER).replace(b"message/rfc822", b"application/pgp-encrypted")

    said = read(sent)

    assert isinstance(said, Complaint)
    assert (said.tagged, said.tokens, said.message_id) == ((OTHER,), (), "")


def test_a_receipt_of_reading_says_nothing() -> None:
    sent = report("x: y\n").replace(b"message/delivery-status", b"message/disposition-notification")

    assert read(sent) == Nothing(why="a receipt of reading")


# ---------------------------------------------------------------- machines and people


@pytest.mark.parametrize(
    ("field", "sign"),
    [
        ("Auto-Submitted: auto-replied", "Auto-Submitted"),
        ("Auto-Submitted: auto-generated; owner-email=a@b.c", "Auto-Submitted"),
        ("Precedence: bulk", "Precedence"),
        ("Precedence: JUNK", "Precedence"),
        ("Precedence: auto_reply", "Precedence"),
        ("X-Autoreply: yes", "X-Autoreply"),
        ("X-Autorespond: Out of office", "X-Autorespond"),
        ("Return-Path: <>", "an empty Return-Path"),
    ],
)
def test_what_a_machine_wrote_says_nothing(field: str, sign: str) -> None:
    sent = f"{field}\r\nTo: {TAG}\r\nSubject: unsubscribe\r\n\r\n+3\r\n".encode()

    assert read(sent) == Nothing(why=f"written by a machine: {sign}")


def test_a_vacation_reply_says_nothing() -> None:
    assert read(message(VACATION, TAG)) == Nothing(why="written by a machine: Auto-Submitted")


def test_a_person_votes_above_the_quoted_mail() -> None:
    assert read(reply("+3 -7", TAG)) == Reply(
        identity="<reply-1@example.com>",
        sent_to=(TAG,),
        votes=((3, Verdict.LIKE), (7, Verdict.DISLIKE)),
        leave=False,
        words="+3 -7",
    )


def test_auto_submitted_no_is_a_person() -> None:
    sent = f"Auto-Submitted: no\r\nTo: {TAG}\r\n\r\n+3\r\n".encode()

    said = read(sent)

    assert isinstance(said, Reply)
    assert said.votes == ((3, Verdict.LIKE),)


@pytest.mark.parametrize(
    "subject", ["unsubscribe", "Unsubscribe", "STOP", "=?utf-8?q?unsubscribe?=", "=?UTF-8?B?dW5zdWJzY3JpYmU=?="]
)
def test_a_subject_alone_leaves(subject: str) -> None:
    said = read(f"To: {TAG}\r\nSubject: {subject}\r\n\r\n".encode())

    assert isinstance(said, Reply)
    assert said.leave


@pytest.mark.parametrize(
    ("charset", "encoding", "body"),
    [
        ("utf-8", "quoted-printable", b"=E2=88=923=\r\n\r\n"),
        ("utf-8", "base64", b"4oiSMw0K\r\n"),
        ("windows-1252", "8bit", b"\x963\r\n"),
        ("iso-2022-jp", "7bit", b"\x1b$B!]\x1b(B3\r\n"),
    ],
)
def test_a_minus_in_any_encoding_dislikes(charset: str, encoding: str, body: bytes) -> None:
    head = f"To: {TAG}\r\nContent-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"

    said = read(head.encode() + body)

    assert isinstance(said, Reply)
    assert said.votes == ((3, Verdict.DISLIKE),)


def test_the_first_line_that_a_pipe_puts_there_is_no_header_field() -> None:
    sent = b"From MAILER-DAEMON Mon Mar  2 07:31:00 2026\n" + message(POSTFIX, TAG)

    assert read(sent) == read(message(POSTFIX, TAG))


def test_words_that_are_no_command_are_told_without_addresses() -> None:
    said = read(reply("Thank you, write to me@example.com next time.\nBest, Ana", TAG))

    assert isinstance(said, Reply)
    assert (said.votes, said.leave) == ((), False)
    assert said.words == "Thank you, write to (address) next time. Best, Ana"
