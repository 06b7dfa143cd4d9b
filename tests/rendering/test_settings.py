"""Who publishes the digest: what an operator may say of it."""

import pytest

from tests.rendering.builders import site


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("name", ""),
        ("name", " \x00\u202e"),
        ("sender", "digest"),
        ("sender", "@example.org"),
        ("sender", "digest@"),
        ("sender", "Digest <digest@example.org>"),
        ("sender", "a@example.org,b@example.org"),
        ("sender", "digest@example.org\r\nBcc: eve@example.org"),
        ("url", "example.org"),
        ("url", "javascript:alert(1)"),
        ("url", "https://"),
        ("url", "https://bücher.example"),
        ("url", "https://example.org/a b"),
        ("url", "https://example.org>, <https://evil.example"),
        ("url", "https://example.org\r\nBcc: eve@example.org"),
        ("url", "https://example.org?digest"),
        ("url", f"https://{'a' * 300}.example"),
        ("transactional_sender", "digest"),
        ("transactional_sender", "a@example.org\r\nBcc: eve@example.org"),
        ("postal_address", " \x00"),
        ("postal_address", "a" * 301),
        ("imprint_url", "javascript:alert(1)"),
        ("imprint_url", "/imprint"),
        ("privacy_url", 'https://example.org/"><b>'),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(setting: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"^{setting}: expected"):
        site(**{setting: value})


def test_letters_come_from_the_sender_unless_another_is_named() -> None:
    assert site().letter_sender == site().sender
    assert site(transactional_sender="hello@example.org").letter_sender == "hello@example.org"


def test_links_of_the_foot_may_have_a_query() -> None:
    assert site(imprint_url="https://example.org/?page=imprint#us").imprint_url.endswith("#us")
