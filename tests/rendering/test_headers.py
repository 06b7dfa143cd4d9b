"""Headers written by hand: read as they were meant, or not written at all."""

from email import message_from_bytes, policy
from email.header import decode_header, make_header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import RenderingError
from digest.headers import folded_text, head, mailbox
from digest.rendering.plain import header_text
from tests.rendering.builders import anything, unhurried

subjects = st.one_of(
    anything, st.text(st.sampled_from("ae图é —_=?…x9"), max_size=150), st.text(st.sampled_from("word x"), max_size=200)
).map(header_text)


@unhurried
@given(subjects.filter(bool))
def test_any_subject_is_read_as_it_was_written(text: str) -> None:
    written = head({"Subject": folded_text("Subject", text), "To": "a@x.org"})
    message = message_from_bytes(written, policy=policy.default)
    assert message["Subject"] == text
    assert message.keys() == ["Subject", "To"]
    assert str(make_header(decode_header(folded_text("Subject", text).replace("\r\n", "")))) == text


@unhurried
@given(subjects.filter(bool))
def test_no_line_is_wider_than_it_may_be(text: str) -> None:
    lines = f"Subject: {folded_text('Subject', text)}".split("\r\n")
    assert max(map(len, lines)) <= 76
    assert max(len(word) for line in lines for word in line.split(" ")) <= 75  # RFC 2047 §2


def test_a_subject_that_is_mostly_ascii_can_be_read_in_the_source() -> None:
    assert folded_text("Subject", "Flat minima…, and 6 more") == "=?utf-8?q?Flat_minima=E2=80=A6=2C_and_6_more?="
    assert folded_text("Subject", "图神经网络") == "=?utf-8?b?5Zu+56We57uP572R57uc?="


@pytest.mark.parametrize(
    "value", ["x\r\nBcc: e@x", "x\nBcc: e@x", "x\rBcc: e@x", "x\r\n\r\nbody", "", " ", "x\0", "x\r\n ", "x\x1b[31m"]
)
def test_a_value_that_would_be_something_else_is_refused(value: str) -> None:
    with pytest.raises(RenderingError, match="headers would not be the ones meant"):
        head({"From": "a@x.org", "Subject": value})


def test_a_line_that_is_too_long_is_refused() -> None:
    with pytest.raises(RenderingError, match="headers would not be the ones meant"):
        head({"List-Unsubscribe": f"<https://x.org/{'a' * 1000}>"})


@unhurried
@given(anything, anything)
def test_whatever_stands_in_a_value_only_the_headers_meant_are_read(value: str, other: str) -> None:
    try:
        written = head({"From": value, "To": other})
    except (RenderingError, UnicodeEncodeError):
        return
    assert message_from_bytes(written + b"\r\nbody", policy=policy.compat32).keys() == ["From", "To"]


@pytest.mark.parametrize("address", ["a@x.org", "a.b+c-1@x-y.org", "ä@x.org", "a'b@x.org"])
def test_a_plain_address_stays_as_it_is(address: str) -> None:
    assert mailbox(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "a@",
        "@x.org",
        "a b@x.org",
        "a,b@x.org",
        "a@x.org, b@x.org",
        '"a"@x.org',
        "a@x.org\r\nBcc: e@x",
        "a@b@c",
    ],
)
def test_what_is_no_plain_address_is_refused_and_not_named(address: str) -> None:
    with pytest.raises(RenderingError) as caught:
        mailbox(address)
    assert str(caught.value) == "an address cannot be written in a mail"
