"""Signatures that a second implementation accepts, and that a changed byte breaks."""

import base64
import re
import time
from datetime import UTC, datetime
from functools import cache

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.transport.dkim import Signer
from digest.transport.settings import DkimSettings

NOW = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
HEAD = (
    b"From: Paperround <digest@example.org>\r\n"
    b"To: ana@example.org\r\n"
    b"Subject: =?utf-8?q?Na=C3=AFve?=\r\n  Bayes \r\n"
    b"Date: Mon, 02 Mar 2026 07:30:00 +0000\r\n"
    b"Message-ID: <1@example.org>\r\n"
    b"List-Id: <daily.example.org>\r\n"
    b"List-Unsubscribe: <https://example.org/u/abc>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    b"Auto-Submitted: auto-generated\r\n"
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
)
MESSAGE = HEAD + b"\r\nA  line\t with blanks \r\n\r\n.dot\r\n..\r\n" + b"x" * 900 + b"\r\n"
KINDS = ["rsa", "ed25519"]


@cache
def key(kind: str) -> tuple[str, bytes]:
    """A private key as PEM, and its record in the DNS."""
    if kind == "ed25519":
        edwards = Ed25519PrivateKey.generate()
        raw = edwards.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return pem(edwards), b"v=DKIM1; k=ed25519; p=" + base64.b64encode(raw)
    private = rsa.generate_private_key(public_exponent=65537, key_size=int(kind.removeprefix("rsa") or 2048))
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return pem(private), b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


def pem(private: rsa.RSAPrivateKey | Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def signer(kind: str, domain: str = "example.org") -> Signer:
    return Signer(DkimSettings(domain=domain, selector="2026a", private_key=key(kind)[0]))


def verified(content: bytes, kind: str) -> bool:
    def record(name: bytes, timeout: float = 5) -> bytes:
        assert name == b"2026a._domainkey.example.org."
        return key(kind)[1]

    return bool(dkim.verify(content, dnsfunc=record))


def tags(content: bytes) -> dict[str, str]:
    field = content.partition(b"\r\n\r\n")[0].decode().split("\r\nFrom:")[0].partition(":")[2]
    pairs = (re.sub(r"\s", "", tag).partition("=") for tag in field.split(";"))
    return {name: value for name, _, value in pairs}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\r\n",
        b"\r\n\r\n\r\n",
        b" \r\n\t\r\n",
        b"one line\r\n",
        b"blank lines at the end\r\n\r\n \r\n\r\n",
        b"\r\nblank line first\r\n",
        b".\r\n..\r\n.a\r\n",
        b"  blanks \t inside \t\r\n\tand\t\taround  \r\n",
        b"x" * 990 + b"\r\n",
        "naïve ∑\r\n".encode(),
    ],
)
def test_a_second_implementation_accepts_the_signature(kind: str, body: bytes) -> None:
    assert verified(signer(kind).signed(HEAD + b"\r\n" + body, now=NOW), kind)


_line = st.text(alphabet=" \t.ab:;=é\x0b\x0c\x85", max_size=12).map(str.encode)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    body=st.lists(_line, max_size=8),
    subject=st.lists(st.text(alphabet=" \tab:;=", max_size=12), min_size=1, max_size=4),
)
def test_no_whitespace_makes_a_second_implementation_disagree(body: list[bytes], subject: list[str]) -> None:
    folded = "\r\n ".join(f"x{part}" for part in subject).encode()
    content = b"Subject:" + folded + b"\r\n" + HEAD + b"\r\n" + b"".join(b"%s\r\n" % line for line in body)

    assert verified(signer("ed25519").signed(content, now=NOW), "ed25519")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"A  line", b"B  line"),
        (b"\r\n.dot", b"\r\n. dot"),
        (b"Bayes", b"Boyes"),
        (b"<digest@", b"<other@"),
        (b"u/abc", b"u/abd"),
        (b"One-Click", b"Two-Click"),
        (b"To: ana", b"From: eve@example.com\r\nTo: ana"),
        (b"t=", b"t=1"),
        (b"charset=utf-8", b"charset=utf-7"),
    ],
)
def test_a_changed_byte_breaks_it(kind: str, old: bytes, new: bytes) -> None:
    content = signer(kind).signed(MESSAGE, now=NOW)
    assert content.count(old) >= 1

    assert not verified(content.replace(old, new, 1), kind)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(where=st.integers(0, len(MESSAGE) - len(HEAD) - 5), what=st.sampled_from(b"yz0"))
def test_any_other_letter_in_the_body_breaks_it(where: int, what: int) -> None:
    content = bytearray(signer("ed25519").signed(MESSAGE, now=NOW))
    content[len(content) - 1 - where] = what

    assert not verified(bytes(content), "ed25519")


@pytest.mark.parametrize("kind", KINDS)
def test_the_message_stays_as_it_was_below_one_header_of_short_lines(kind: str) -> None:
    content = signer(kind).signed(MESSAGE, now=NOW)

    assert content.endswith(MESSAGE)
    field = content.removesuffix(MESSAGE)
    assert field.startswith(b"DKIM-Signature: v=1; ")
    assert field.endswith(b"\r\n")
    assert max(map(len, field.split(b"\r\n"))) <= 76
    assert content == signer(kind).signed(MESSAGE, now=NOW)


def test_the_tags_say_what_was_done() -> None:
    found = tags(signer("rsa").signed(MESSAGE, now=NOW))

    assert (found["a"], found["c"], found["d"], found["s"]) == ("rsa-sha256", "relaxed/relaxed", "example.org", "2026a")
    assert found["t"] == "1772436600"
    assert "l" not in found
    assert tags(signer("ed25519").signed(MESSAGE, now=NOW))["a"] == "ed25519-sha256"


def test_from_is_covered_once_more_than_it_is_there_and_both_ways_to_unsubscribe_are() -> None:
    names = tags(signer("rsa").signed(MESSAGE, now=NOW))["h"].split(":")

    assert names.count("from") == 2
    assert {"list-unsubscribe", "list-unsubscribe-post", "list-id", "to", "subject", "date", "message-id"} < set(names)
    assert {"mime-version", "content-type", "auto-submitted"} < set(names)
    assert "received" not in names


def test_headers_that_relays_add_on_the_way_do_no_harm() -> None:
    content = signer("rsa").signed(MESSAGE, now=NOW)

    assert verified(b"Received: from here by there\r\n" + content + b"\r\n\r\n", "rsa")


def test_a_domain_beyond_ascii_is_named_in_ascii() -> None:
    assert tags(signer("rsa", "bücher.example").signed(MESSAGE, now=NOW))["d"] == "xn--bcher-kva.example"


@pytest.mark.parametrize(
    "content", [b"To: a@b\r\n\r\nx\r\n", b"\r\nx\r\n", b"", HEAD + b"\r\nbare\n", b"From: a\rb\r\n"]
)
def test_what_is_no_whole_message_is_not_signed(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"From|CRLF"):
        signer("ed25519").signed(content, now=NOW)


def test_a_message_of_headers_alone_is_signed() -> None:
    assert verified(signer("rsa").signed(HEAD + b"\r\n", now=NOW), "rsa")


# ------------------------------------------------------------ keys


def rejected(private_key: str, selector: str = "2026a") -> str:
    with pytest.raises(ValueError, match=r"private_key_file|selector") as caught:
        Signer(DkimSettings(domain="example.org", selector=selector, private_key=private_key))
    return str(caught.value)


def test_a_key_that_no_verifier_takes_is_refused() -> None:
    short = """-----BEGIN RSA PRIVATE KEY-----
MIIBOgIBAAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8Qu
KUpRKfFLfRYC9AIKjbJTWit+CqvjWYzvQwECAwEAAQJAIJLixBy2qpFoS4DSmoEm
o3qGy0t6z09AIJtH+5OeRV1be+N4cDYJKffGzDa88vQENZiRm0GRq6a+HPGQMd2k
TQIhAKMSvzIBnni7ot/OSie2TmJLY4SwTQAevXysE2RbFDYdAiEBCUEaRQnMnbp7
9mxDXDf6AU0cN/RPBjb9qSHDcWZHGzUCIG2Es59z8ugGrDY+pxLQnwfotadxd+Uy
v/Ow5T0q5gIJAiEAyS4RaI9YG8EWx/2w0T67ZUVAw8eOMB6BIUg0Xcu+3okCIBOs
/5OiPgoTdSy7bcF9IGpSE8ZgGKzgYQVZeN97YE00
-----END RSA PRIVATE KEY-----"""

    assert "512 bits are too few" in rejected(short)


def test_other_kinds_of_keys_are_refused_without_a_word_of_them() -> None:
    curve = ec.generate_private_key(ec.SECP256R1())
    locked = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
    )

    for text in (
        pem(curve),
        locked.decode(),
        "c2VjcmV0",
        "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----",
    ):
        said = rejected(text)
        assert "expected an RSA or Ed25519 key" in said
        assert "c2VjcmV0" not in said


def test_a_selector_is_a_name_in_the_dns() -> None:
    assert "selector" in rejected(key("rsa")[0], "2026a; d=other")


def test_settings_are_whole_or_absent() -> None:
    assert DkimSettings().domain == ""
    with pytest.raises(ValueError, match="all three"):
        DkimSettings(domain="example.org")


if __name__ == "__main__":  # how long a signature takes, in µs
    content = MESSAGE + b"A usual line of a mail in quoted-printable, about as long as they are.\r\n" * 1180
    for each in KINDS:
        made = signer(each)
        times = []
        for _ in range(300):
            began = time.perf_counter()
            made.signed(content, now=NOW)
            times.append(time.perf_counter() - began)
        print(f"{each}: median {sorted(times)[150] * 1e6:.0f} µs for {len(content)} bytes")
