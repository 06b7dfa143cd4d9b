"""What a reader may write back, and what of it counts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.subscribers import Verdict
from digest.transport.returns.reply import first_words, votes, wants_to_leave

LIKE, DISLIKE = Verdict.LIKE, Verdict.DISLIKE


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("+3 -7", [3, -7]),
        ("+3", [3]),
        ("+3-7", [3, -7]),
        ("+3,5", [3, 5]),
        ("+3, 5; 8 -1,2", [3, 5, 8, -1, -2]),
        ("+ 3 - 7", [3, -7]),
        ("+3, -7.", [3, -7]),
        ("\u22127 \uff0b3", [-7, 3]),
        ("\u20137", [-7]),
        ("+3\u00a0-7", [3, -7]),
        ("+3 -3", [-3]),
        ("+0 +999", [0, 999]),
        ("Hello,\n\n+3\nthanks\n-7", [3, -7]),
        ("> +1\n> -2\n+3", [3]),
        ("+3\n-- \n+4", [3]),
    ],
)
def test_signs_and_numbers_are_votes(text: str, places: list[int]) -> None:
    assert votes(text) == tuple((abs(place), DISLIKE if place < 0 else LIKE) for place in places)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3",
        "+",
        "+1234",
        "+49 30 123 456",
        "+49 (30) 123",
        "2026-03-02",
        "1 + 1 = 2",
        "I liked +3 most",
        "+3 was good",
        "a-3",
        "+3+",
        "+١",
        "On Mon, 2 Mar 2026 at 07:30, Paperround <digest@example.org> wrote:\n+3",
        "On Mon, 2 Mar 2026 at 07:30, Paperround <digest@example.org>\nwrote:\n+3",
        "Am 02.03.2026 um 07:30 schrieb Paperround:\n+3",
        "Le lun. 2 mars 2026 à 07:30, Paperround a écrit :\n+3",
        "-----Original Message-----\n+3",
        "________________________________\n+3",
        "From: Paperround <digest@example.org>\n+3",
        "\n".join([*"abcdefgh", "+3"]),
        "+3 " * 100,
    ],
)
def test_anything_else_is_no_vote(text: str) -> None:
    assert votes(text) == ()


def test_a_line_that_begins_like_a_quotation_and_is_none_hides_nothing() -> None:
    assert votes("On second thoughts:\n+3") == ((3, LIKE),)


@pytest.mark.parametrize("text", ["unsubscribe", "Stop", "STOP.", "Please!\n  unsubscribe  \n", "> no\nstop"])
def test_a_word_alone_on_a_line_leaves(text: str) -> None:
    assert wants_to_leave("Re: 3 papers", text)


@pytest.mark.parametrize(
    "text",
    ["", "please unsubscribe me", "> unsubscribe", "don't stop", "-- \nstop", "On 2 Mar 2026 X wrote:\nunsubscribe"],
)
def test_the_word_among_others_or_quoted_does_not(text: str) -> None:
    assert not wants_to_leave("Re: how to unsubscribe", text)


def test_the_words_for_a_person_are_the_readers_own() -> None:
    assert first_words("Dear all,\n\nmore on robots!\n> quoted\nOn 2 Mar 2026 A wrote:\nold") == (
        "Dear all, more on robots!"
    )


@given(st.text(alphabet="+-−,;. 0123456789\n>ab", max_size=300))
@settings(deadline=None)
def test_a_place_is_voted_on_once_and_has_three_digits_at_most(text: str) -> None:
    places = [place for place, _ in votes(text)]

    assert len(places) == len(set(places))
    assert all(0 <= place <= 999 for place in places)
