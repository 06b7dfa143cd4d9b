"""Tokens: exactly those we signed are taken, each for one purpose and one subscriber."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest import tokens
from digest.tokens import check, sign, unsubscribe_url

SECRET, OTHER = b"k" * 32, b"l" * 32
numbers = st.integers(1, 2**63 - 1)
purposes = st.text(st.characters(codec="utf-8"), max_size=20)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@given(purposes, numbers)
def test_what_was_signed_is_taken_and_fits_into_a_link(purpose: str, number: int) -> None:
    token = sign(SECRET, purpose, number)
    assert check(SECRET, purpose, token) == number
    assert re.fullmatch(r"[A-Za-z0-9_-]{24,42}", token)
    assert token == sign(SECRET, purpose, number)


@given(st.one_of(st.text(max_size=60), st.from_regex(r"[0-9]{1,20}-[A-Za-z0-9_-]{22}", fullmatch=True)))
def test_any_text_is_refused_or_is_one_that_was_signed(text: str) -> None:
    number = check(SECRET, "unsubscribe", text)
    assert number is None or sign(SECRET, "unsubscribe", number) == text


@given(purposes, purposes, numbers, numbers)
def test_no_token_works_for_another_purpose_or_subscriber(one: str, two: str, first: int, second: int) -> None:
    mac = sign(SECRET, one, first).partition("-")[2]
    taken = check(SECRET, two, f"{second}-{mac}")
    assert taken == (second if (one, first) == (two, second) else None)


@given(numbers, st.integers(0, 41), st.sampled_from(LETTERS))
def test_a_changed_letter_spoils_it(number: int, place: int, letter: str) -> None:
    token = sign(SECRET, "unsubscribe", number)
    changed = token[:place] + letter + token[place + 1 :]
    assert check(SECRET, "unsubscribe", changed) == (number if changed == token else None)


@given(numbers)
def test_another_installations_token_is_refused(number: int) -> None:
    assert check(OTHER, "unsubscribe", sign(SECRET, "unsubscribe", number)) is None


def test_every_other_way_to_write_the_same_bytes_is_refused() -> None:
    token = sign(SECRET, "unsubscribe", 7)
    for last in LETTERS.replace(token[-1], ""):
        assert check(SECRET, "unsubscribe", token[:-1] + last) is None
    for other in (f"0{token}", f"+{token}", f" {token}", f"{token}=", f"{token}==", f"{token}\n", "٧" + token[1:]):
        assert check(SECRET, "unsubscribe", other) is None


def test_the_link_of_a_preview_is_refused() -> None:
    assert check(SECRET, tokens.UNSUBSCRIBE, tokens.PREVIEW) is None


@pytest.mark.parametrize("number", [0, -1, 2**63])
def test_only_a_number_of_something_kept_is_signed(number: int) -> None:
    with pytest.raises(ValueError, match="a number is at least 1"):
        sign(SECRET, "unsubscribe", number)


def test_the_way_tokens_are_made_stays_as_it_is_for_the_mails_that_are_out() -> None:
    assert sign(bytes(range(32)), "unsubscribe", 12) == "12-mTMWyI_9shhpy7nAXgy9GQ"


@pytest.mark.parametrize("site", ["https://digest.example/papers", "https://digest.example/papers/"])
def test_a_link_stands_below_the_site(site: str) -> None:
    assert unsubscribe_url(site, "1-x") == "https://digest.example/papers/unsubscribe/1-x"


@given(number=st.integers(1, 2**63 - 1), purpose=st.sampled_from([tokens.BOUNCE, tokens.REPLY]))
def test_a_tagged_address_tells_its_number_in_any_case_of_letters(number: int, purpose: str) -> None:
    address = tokens.tagged_address(SECRET, purpose, number, "bounces@example.org")
    assert len(address.partition("@")[0]) <= 64  # RFC 5321 §4.5.3.1.1
    for written in (address, address.upper(), address.title()):
        assert tokens.tag_of(SECRET, purpose, written) == number
    other = tokens.REPLY if purpose == tokens.BOUNCE else tokens.BOUNCE
    assert tokens.tag_of(SECRET, other, address) is None


@given(address=st.text() | st.from_regex(r"[a-z]+\+[0-9]{1,20}-[0-9a-f]{20}@example\.org", fullmatch=True))
def test_an_address_that_we_did_not_write_tells_nothing(address: str) -> None:
    assert tokens.tag_of(SECRET, tokens.BOUNCE, address) is None
