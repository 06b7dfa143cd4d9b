"""Which way a text runs, and which language its letters tell of."""

import pytest

from digest.rendering.scripts import direction, language


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("Flat minima", "ltr"),
        ("", "ltr"),
        ("12 — …", "ltr"),
        ("ליבה", "rtl"),
        ("1: شبكات", "rtl"),
        ("BERT של", "ltr"),
        ("图", "ltr"),
    ],
)
def test_the_first_letter_with_a_direction_decides(text: str, way: str) -> None:
    assert direction(text) == way


@pytest.mark.parametrize(
    ("text", "tag"),
    [("Flat minima", ""), ("José", ""), ("图神经", "zh"), ("图の学習", "ja"), ("분자", "ko"), ("GAN 网络", "zh")],
)
def test_only_what_needs_a_font_of_its_own_is_named(text: str, tag: str) -> None:
    assert language(text) == tag
