"""Quoted-printable in pieces: whatever is joined is read as it was written."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from digest.rendering.forms import Form, Marks, quoted, quoted_html, quoted_html_line, quoted_line, read
from digest.rendering.plain import clean, one_line
from tests.rendering.builders import anything, unhurried

texts = st.one_of(
    anything,
    st.text(st.sampled_from("a .=\t\né“x—x"), max_size=200),
    st.integers(70, 80).flatmap(lambda n: st.sampled_from(["x" * n, "x" * (n - 1) + "é", "é" * n, f"{'x' * n}\n"])),
).map(clean)


def as_read(text: str) -> str:
    """Text without the blanks before its line breaks."""
    return re.sub("[ \t]+\n", "\n", text)


@unhurried
@given(st.lists(texts, min_size=1, max_size=5))
def test_pieces_can_be_joined_in_any_order(pieces: list[str]) -> None:
    together = quoted(*pieces)
    assert together == [quoted(piece)[0] for piece in pieces]
    assert read(b"".join(together)) == "".join(map(as_read, pieces))
    assert read(b"".join(reversed(together))) == "".join(map(as_read, reversed(pieces)))


@unhurried
@given(texts)
def test_every_line_is_short_ascii_and_ended(text: str) -> None:
    (encoded,) = quoted(text)
    *lines, rest = encoded.split(b"\r\n")
    assert rest == b""
    assert max(map(len, lines)) <= 76
    assert re.fullmatch(rb"(?:[\t -~]*\r\n)+", encoded)
    assert not [line for line in lines if line.endswith((b" ", b"\t"))]


def test_text_for_html_is_escaped_each_by_itself() -> None:
    assert read(b"".join(quoted_html("<b>", "a & b", "plain"))) == "&lt;b&gt;a &amp; bplain"
    assert quoted_html("<b>", "plain")[1] == quoted("plain")[0]


@unhurried
@given(texts.map(one_line))
def test_a_line_is_read_as_it_was_written_however_it_is_quoted(line: str) -> None:
    assert read(quoted_line(line)) == line
    assert read(quoted_html_line(line)) == escape(line)
    for encoded in (quoted_line(line), quoted_html_line(line)):
        assert re.fullmatch(rb"(?:[\t -~]{0,75}=\r\n)+", encoded)


# ------------------------------------------------------------ forms


def test_a_form_is_filled_in_where_its_marks_stand() -> None:
    marks = Marks("name", "day")
    form = Form.written(f"Dear {marks.name},\n{marks.day} is a good day, {marks.name}.\n")
    assert read(form.filled(quoted("Ana", "Monday"))) == "Dear Ana,\nMonday is a good day, Ana.\n"
    assert read(form.filled(quoted("Bo", "Friday"))) == "Dear Bo,\nFriday is a good day, Bo.\n"


def test_a_form_without_marks_is_its_text() -> None:
    assert read(Form.written("All for everybody.").filled(())) == "All for everybody."


def test_a_form_with_one_gap_is_filled_in() -> None:
    marks = Marks("name", "body")
    assert read(Form.written(f"<{marks.body}>").filled(quoted("Ana", "text"))) == "<text>"


@unhurried
@given(texts, texts)
def test_what_stands_round_a_gap_stays_as_it_is(before: str, after: str) -> None:
    marks = Marks("name")
    filled = Form.written(f"{before}|{marks.name}|{after}").filled(quoted("100 %b and %%"))
    assert read(filled) == as_read(f"{before}|100 %b and %%|{after}")


def test_a_mark_is_as_wide_as_its_value() -> None:
    marks = Marks("number", "title", columns={"number": 4})
    assert len(marks.number) == 4
    assert read(Form.written(f"{marks.number} {marks.title}").filled(quoted("  3.", "Noise"))) == "  3. Noise"


def test_a_mark_of_no_name_is_an_error() -> None:
    with pytest.raises(AttributeError, match="nothing"):
        _ = Marks("name").nothing


@unhurried
@given(texts, texts)
def test_no_text_from_outside_can_be_a_mark(outside: str, other: str) -> None:
    marks = Marks(*(f"m{n}" for n in range(32)))
    form = Form.written(f"{clean(outside)}{marks.m7}{clean(other)}")
    assert form.gaps == (7,)
