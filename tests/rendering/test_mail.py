"""The message: its headers, its form, and one approved whole.

`approved/mail.eml` is what a mail looks like, byte for byte. When a change of it is meant, write it anew and look at
the difference before keeping it:

    APPROVE=1 .venv/bin/python -m pytest tests/rendering
"""

import re
from email.headerregistry import Address

import pytest
from hypothesis import given

from digest.editions import Edition
from digest.errors import RenderingError
from digest.rendering.plain import header_text, shortened
from digest.subscribers import EditionKind
from tests.fakes import paper
from tests.rendering.builders import (
    HOSTILE,
    LEAVE,
    LINKS,
    NOW,
    SITE,
    approved,
    bodies,
    chosen,
    edition,
    header_lines,
    hostile_editions,
    mail,
    parsed,
    reader,
    reason,
    renderer,
    site,
    site_names,
    three_papers,
    unhurried,
)

MEANT = [
    *("From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe"),
    *("List-Unsubscribe-Post", "Auto-Submitted", "Precedence", "Feedback-ID", "MIME-Version", "Content-Type"),
]
ENCODED_WORD = re.compile(r"=\?[^?\s]*\?[bBqQ]\?[^?\s]*\?=")


def test_the_mail_is_the_approved_one() -> None:
    content = mail(three_papers())
    assert content == approved("mail.eml", content)


def test_the_headers_are_these_and_no_others() -> None:
    assert header_lines(mail(edition("Flat minima", "Noise"))) | {"Content-Type": ""} == {
        "From": "Paperround <digest@paperround.example>",
        "To": "ana@example.org",
        "Subject": "Flat minima, and 1 more for Monday",
        "Date": "Mon, 02 Mar 2026 07:30:00 +0000",
        "Message-ID": "<1@paperround.example>",
        "List-Id": "<digest.paperround.example>",
        "List-Unsubscribe": f"<{LEAVE}>, <mailto:digest@paperround.example?subject=unsubscribe>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
        "Precedence": "list",
        "Feedback-ID": "daily:paperround.example",
        "MIME-Version": "1.0",
        "Content-Type": "",
    }


def test_the_kind_of_edition_stands_where_providers_count_complaints_by_it() -> None:
    assert header_lines(mail(edition("A", kind=EditionKind.WEEKLY)))["Feedback-ID"] == "weekly:paperround.example"


def test_where_answers_are_read_both_they_and_leaving_by_mail_go_there() -> None:
    there = "digest+17-0123456789abcdef0123@paperround.example"
    fields = header_lines(mail(edition("A"), reply_to=there))
    assert list(fields) == [*MEANT[:2], "Reply-To", *MEANT[2:]]
    assert fields["Reply-To"] == there
    assert fields["List-Unsubscribe"] == f"<{LEAVE}>, <mailto:{there}?subject=unsubscribe>"


def test_the_envelope_is_addressed_as_the_headers_are() -> None:
    envelope = renderer().envelope(edition("A"), reader=reader(), links=LINKS, message_id="<1@x>", now=NOW)
    assert (envelope.mail_from, envelope.rcpt_to) == ("digest@paperround.example", "ana@example.org")
    assert envelope.message_id == parsed(envelope.content)["Message-ID"] == "<1@x>"


def test_reports_go_where_they_are_told_to() -> None:
    bounces = "bounces+17-0123456789abcdef0123@paperround.example"
    envelope = renderer().envelope(
        edition("A"), reader=reader(), links=LINKS, message_id="<1@x>", now=NOW, mail_from=bounces
    )
    assert envelope.mail_from == bounces
    assert bounces.encode() not in envelope.content
    assert renderer().addressed(b"", to="ana@example.org", message_id="<1@x>").mail_from == SITE.sender


def test_whoever_wants_plain_text_gets_it_alone() -> None:
    message = parsed(mail(three_papers(), to=reader(plain=True)))
    assert message.keys() == [*MEANT, "Content-Transfer-Encoding"]
    assert message.get_content_type() == "text/plain"
    assert message.get_content().replace("\r\n", "\n") == bodies(three_papers()).plain
    assert not message.defects


def test_a_mail_is_the_same_whenever_it_is_written() -> None:
    assert mail(three_papers()) == mail(three_papers())
    assert mail(three_papers()) != mail(three_papers(), message_id="<2@paperround.example>")


def test_the_plain_part_comes_first_and_both_are_utf_8_in_quoted_printable() -> None:
    message = parsed(mail(three_papers()))
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    for part in message.iter_parts():
        assert part.get_content_charset() == "utf-8"
        assert part["Content-Transfer-Encoding"] == "quoted-printable"


# ------------------------------------------------------------ words beyond ASCII

LONG = "Überraschend lange Überschriften über große Sprachmodelle für ältere Leserinnen 图神经网络: eine Studie"


def test_a_long_subject_beyond_ascii_is_read_as_it_was_written() -> None:
    content = mail(edition(LONG.partition(":")[0][:58], "Noise"))
    assert (
        parsed(content)["Subject"] == "Überraschend lange Überschriften über große Sprachmodelle, and 1 more for Monday"
    )


def test_encoded_words_are_short_enough_and_stand_only_where_they_may() -> None:
    fields = header_lines(mail(edition(LONG), by=site(name="Zeitung für Ålesund 图书馆 " * 4)))
    assert {name for name, value in fields.items() if "=?" in value} == {"From", "Subject"}
    words = ENCODED_WORD.findall(fields["From"] + fields["Subject"])
    assert len(words) > 2
    assert max(map(len, words)) <= 75


@pytest.mark.parametrize(
    "name", ["Zeitung für Ana", "Ames, Ada (PhD)", 'The "Paper" <digest>', "a@b.example", "图书馆"]
)
def test_the_sender_is_called_what_the_operator_chose(name: str) -> None:
    (sender,) = parsed(mail(edition("A"), by=site(name=name)))["From"].addresses
    assert sender == Address(name, addr_spec=SITE.sender)


def test_the_line_for_leaving_is_never_folded_or_encoded() -> None:
    sender = f"{'digest' * 10}@{'paperround.' * 15}example"
    content = mail(edition("A"), by=site(sender=sender))
    assert f"\r\nList-Unsubscribe: <{LEAVE}>, <mailto:{sender}?subject=unsubscribe>\r\n".encode() in content


def test_domains_beyond_ascii_are_written_in_ascii() -> None:
    by = renderer(site(sender="digest@bücher.example"))
    envelope = by.envelope(edition("A"), reader=reader("ana@ålesund.example"), links=LINKS, message_id="<1@x>", now=NOW)
    assert envelope.mail_from == "digest@xn--bcher-kva.example"
    assert envelope.rcpt_to == "ana@xn--lesund-hua.example"
    assert header_lines(envelope.content)["To"] == envelope.rcpt_to
    assert header_lines(envelope.content)["List-Id"] == "<digest.xn--bcher-kva.example>"


def test_a_local_part_beyond_ascii_stays_as_it_is() -> None:
    envelope = renderer().envelope(
        edition("A"), reader=reader("änne@ålesund.example"), links=LINKS, message_id="<1@x>", now=NOW
    )
    assert envelope.rcpt_to == "änne@xn--lesund-hua.example"
    assert "\r\nTo: änne@xn--lesund-hua.example\r\n".encode() in envelope.content


@pytest.mark.parametrize(
    "to", [f"ana@{'ü' * 80}.example", "a b@example.org", "ana", "", "a,b@example.org", "ä\nb@x.org", "<a@x.org>", "a@"]
)
def test_an_address_that_cannot_be_written_costs_only_its_own_mail(to: str) -> None:
    with pytest.raises(RenderingError, match="an address cannot be written") as caught:
        mail(edition("A"), to=reader(to))
    assert not to or to not in str(caught.value)


# ------------------------------------------------------------ a hostile world


@pytest.mark.parametrize("title", HOSTILE, ids=lambda title: ascii(title[:20]))
def test_no_title_adds_a_header_or_changes_one(title: str) -> None:
    content = mail(edition(title, "Noise"))
    assert list(header_lines(content)) == MEANT
    assert parsed(content)["To"] == "ana@example.org"
    assert "Bcc" not in parsed(content)


def test_a_title_like_an_encoded_word_is_shown_as_it_stands() -> None:
    assert parsed(mail(edition("=?utf-8?b?CkJjYzogYUBi?=")))["Subject"] == "= ?utf-8?b?CkJjYzogYUBi? = for Monday"


def test_a_title_of_5_000_characters_leaves_room_for_the_day() -> None:
    subject = parsed(mail(edition("word " * 1000)))["Subject"]
    assert len(subject) < 80
    assert subject.endswith("… for Monday")


def test_3_000_authors_fit_on_a_line() -> None:
    content = mail(edition(paper(authors=tuple(f"Author {n}" for n in range(3000)))))
    assert b"Author 0, Author 1, Author 2 et al. (3,000)" in content
    assert b"Author 3" not in content


@pytest.mark.parametrize("message_id", ["<1@x>\r\nBcc: eve@example.org", "<1@x>\nBcc: e@x", "<1@x>\r\n\r\nbody", "\0"])
def test_a_header_that_was_not_meant_stops_the_mail(message_id: str) -> None:
    with pytest.raises(RenderingError, match="headers would not be the ones meant"):
        mail(edition("A"), message_id=message_id)


@unhurried
@given(hostile_editions, site_names)
def test_whatever_the_world_sends_the_mail_is_the_one_meant(letter: Edition, name: str) -> None:
    content = mail(letter, by=site(name=name))
    message = parsed(content)

    assert list(header_lines(content)) == MEANT == message.keys()
    assert message["Subject"] == header_text(bodies(letter, by=site(name=name)).subject)
    (sender,) = message["From"].addresses
    assert sender.addr_spec == SITE.sender
    # blanks aside: this reader keeps those between two encoded words, which RFC 2047 §6.2 has no reader show
    assert "".join(sender.display_name.split()) == "".join(shortened(header_text(name), 60).split())
    assert {name for name, value in header_lines(content).items() if ENCODED_WORD.search(value)} <= {"From", "Subject"}
    assert not message.defects
    assert [part.defects for part in message.walk()] == [[], [], []]


@unhurried
@given(hostile_editions)
def test_whatever_the_world_sends_the_lines_are_those_of_a_mail(letter: Edition) -> None:
    content = mail(letter)
    assert content.isascii()
    assert b"\0" not in content
    assert re.search(rb"(?<!\r)\n|\r(?!\n)", content) is None
    body = content.partition(b"\r\n\r\n")[2]
    assert max(map(len, body.split(b"\r\n"))) <= 76  # RFC 2045 §6.7


def test_a_reason_may_hold_anything_too() -> None:
    item = chosen("A", *(reason(text, terms=HOSTILE) for text in HOSTILE))
    assert list(header_lines(mail(edition(item)))) == MEANT
