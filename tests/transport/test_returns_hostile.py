"""Whatever the bytes are, reading them ends, raises nothing, and says nothing that could harm."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.transport.returns import Complaint, Nothing, Reply, Report, judged, parts, read
from digest.transport.returns.lines import clean, tagged
from digest.transport.returns.values import Returned
from tests.transport.returns_samples import ARF, EXCHANGE, GMAIL, POSTFIX, failed, message, reply, report

TAG = "bounces+17-0123456789abcdef0123@example.org"
SAMPLES = [message(each, TAG) for each in (POSTFIX, EXCHANGE, GMAIL, ARF)] + [reply("+3 -7", TAG)]
MEGABYTE = 2**20


def words(said: Returned) -> list[str]:
    """All that a person may be shown."""
    match said:
        case Report():
            judgement = judged(said.recipients)
            return [judgement.reason, judgement.status] if judgement else []
        case Complaint():
            return [said.kind]
        case Reply():
            return [said.words]
        case Nothing():
            return [said.why]


def is_harmless(said: Returned) -> bool:
    return all(
        line.isprintable() and "@" not in line and "=?" not in line and len(line) <= 250 and line == line.strip()
        for line in words(said)
    )


@given(st.binary(max_size=2000))
@settings(deadline=None)
def test_any_bytes_are_read(content: bytes) -> None:
    assert is_harmless(read(content))


FIELDS = st.sampled_from(
    "Content-Type Content-Transfer-Encoding Content-Disposition To Subject Message-ID Auto-Submitted Action Status"
    " Diagnostic-Code Final-Recipient Original-Recipient Feedback-Type List-Unsubscribe Return-Path".split()
)
VALUES = st.one_of(
    st.sampled_from(
        [
            "multipart/report; boundary=b",
            'multipart/mixed; boundary="b"',
            "message/delivery-status",
            "message/feedback-report",
            "message/rfc822",
            "text/plain; charset=punycode",
            "text/plain; charset=\0",
            "text/plain; charset*=utf-8''%E2%82",
            "base64",
            "quoted-printable",
            "=?utf-8?b?x?=",
            "=?\0?q?x?=",
            "failed",
            "5.1.1",
            "smtp; 550 5.1.1 ana@example.net \u202egnp",
            "rfc822; ana@example.net",
            "abuse",
        ]
    ),
    st.text(max_size=40),
)


@st.composite
def structured(draw: st.DrawFn) -> bytes:
    """Header fields, delimiters, blank lines and text in any order."""
    line = st.one_of(
        st.builds("{}: {}".format, FIELDS, VALUES),
        st.sampled_from(["", "--b", "--b--", " folded"]),
        st.text(max_size=9),
    )
    return "\n".join(draw(st.lists(line, max_size=40))).encode("utf-8", "surrogatepass")


@given(structured())
@settings(deadline=None)
def test_any_order_of_fields_and_delimiters_is_read(content: bytes) -> None:
    assert is_harmless(read(content))


@given(st.sampled_from(SAMPLES), st.data())
@settings(deadline=None)
def test_a_damaged_message_is_read(sample: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(sample)))
    end = data.draw(st.integers(start, min(len(sample), start + 80)))
    damaged = sample[:start] + data.draw(st.binary(max_size=20)) + sample[end:]

    assert is_harmless(read(damaged))


# A megabyte of each; each is slow, deep or large for the standard library's parser.
NESTED = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(18_000))
INSIDE = b"Content-Type: message/rfc822\n\n" * 30_000
GROUPS = report("a: b\n\n" * 170_000)
HEADS = b"To: x\n" * 170_000
LONG_HEAD = b"Content-Type: multipart/report" + b'; boundary="b' * 80_000
PARTS = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 200_000
FOLDED = b"Subject: " + b"=?utf-8?q?x?=\n " * 70_000
BLANKS = b"To: x\n\n" + b"\n" * MEGABYTE
ONE_LINE = b"To: x\n\n" + b"+1" * 500_000
ADDRESSES = b"To: " + b"a+1-" * 250_000


@pytest.mark.parametrize("bomb", [NESTED, INSIDE, GROUPS, HEADS, LONG_HEAD, PARTS, FOLDED, BLANKS, ONE_LINE, ADDRESSES])
def test_a_megabyte_of_anything_is_read(bomb: bytes) -> None:
    assert is_harmless(read(bomb))


def test_no_more_than_the_first_mebibyte_is_read() -> None:
    head = f"To: {TAG}\n\n".encode()
    late = head + b" " * MEGABYTE + b"\n+3\n" + b"x" * 50 * MEGABYTE

    said = read(late)

    assert isinstance(said, Reply)
    assert said.votes == ()


def test_a_report_in_front_of_50_megabytes_is_read() -> None:
    said = read(message(POSTFIX, TAG) + b"x" * 50 * MEGABYTE)

    assert said == read(message(POSTFIX, TAG))


def test_of_a_multipart_50_parts_are_looked_at() -> None:
    whole = parts.opened(PARTS)

    assert len(list(parts.parts(whole))) < parts.MOST_PARTS + 1


def test_a_text_below_too_many_multiparts_is_not_found() -> None:
    def wrapped(depth: int) -> bytes:
        inner = b"Content-Type: text/plain\n\n+3\n"
        for level in range(depth):
            inner = b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n%b\n--b%d--\n" % (
                level,
                level,
                inner,
                level,
            )
        return inner

    assert parts.text(parts.opened(wrapped(parts.MOST_DEPTH))) == "+3\n"
    assert parts.text(parts.opened(wrapped(parts.MOST_DEPTH + 1))) is None


def test_an_attachment_is_not_what_the_reader_wrote() -> None:
    sent = b"Content-Type: text/plain\nContent-Disposition: attachment; filename=x.txt\n\n+3\n"

    assert parts.text(parts.opened(sent)) is None


@pytest.mark.parametrize(
    "charset", ["punycode", "idna", "zip", "hex", "unicode_escape", "utf-7", "nonsense", "x" * 100, "utf-8"]
)
def test_an_unknown_or_costly_charset_is_read_as_utf_8(charset: str) -> None:
    sent = f"Content-Type: text/plain; charset={charset}\n\n−3\n".encode()

    assert parts.text(parts.opened(sent)) == "−3\n"


@pytest.mark.parametrize(
    "diagnostic",
    [
        "smtp; 550 5.1.1 no\r\n\tsuch\r\n\tuser ana@example.net",
        "smtp; 550 5.1.1 =?utf-8?b?CkJjYzogYUBi?=",
        "smtp; 550 5.1.1 \x00\x1b[31mred\u202egnp",
        "smtp; 550 5.1.1 https://example.net/?who=ana%40example.net",
        "smtp; 550 5.1.1 unknown user: 'ana'",
        "smtp; 550 5.1.1 " + "long " * 5000,
    ],
)
def test_a_reason_is_one_clean_line_without_the_address(diagnostic: str) -> None:
    said = read(failed("failed", "5.1.1", diagnostic))

    assert is_harmless(said)
    (reason, _) = words(said)
    assert reason.startswith("smtp; 550 5.1.1 ")
    assert "ana" not in reason


def test_a_name_inside_another_word_stays() -> None:
    assert clean("Ana has no banana, ana.", ["ana@example.net"]) == "(address) has no banana, (address)."


def test_only_what_looks_like_a_tag_is_told() -> None:
    fields = [f"Ana <{TAG}>, ana@example.net", "bounces+17@example.org", f'"{TAG}" <x@example.org>', TAG.upper()]

    assert tagged(fields) == (TAG, TAG.upper())


def test_an_empty_message_says_nothing() -> None:
    assert read(b"\r\n \r\n") == Nothing(why="an empty message")
