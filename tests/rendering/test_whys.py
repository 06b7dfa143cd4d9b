"""Why a paper is there, quoted for both bodies at once: nobody can tell which way it was quoted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.rendering.forms import quoted, quoted_html, read
from digest.rendering.plain import COLUMNS, one_line, wrapped
from digest.rendering.whys import said
from tests.rendering.builders import anything, unhurried

INDENT, FIRST = " " * 5, " " * 13


@unhurried
@given(st.one_of(anything, st.text("abc ,:-\"'&<=é“", max_size=90)).map(one_line))
def test_a_reason_is_quoted_as_it_would_be_for_each_body_alone(text: str) -> None:
    html, plain = said(text)
    assert read(html) == read(quoted_html(text)[0])
    assert read(plain) == read(quoted(wrapped(text, INDENT, FIRST)[len(FIRST) :])[0])


@pytest.mark.parametrize("length", range(56, 62))
def test_a_reason_leaves_room_for_what_stands_before_it(length: int) -> None:
    reason = ("matches: " + "flat minima, " * 9)[: length - 1] + "x"
    lines = f"{FIRST}{read(said(reason)[1])}".split("\n")
    assert max(map(len, lines)) <= COLUMNS
    assert " ".join(line.strip() for line in lines) == reason
