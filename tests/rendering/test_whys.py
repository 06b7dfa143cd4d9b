"""Why a paper is there, quoted for both bodies at once: nobody can tell which way it was quoted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from digest.editions import Reason, ReasonKind, Recommendation
from digest.rendering.blocks import Blocks
from digest.rendering.catalogues import words
from digest.rendering.forms import quoted, quoted_html, read
from digest.rendering.frames import Frames
from digest.rendering.personal import Copyist
from digest.rendering.plain import COLUMNS, one_line, wrapped
from digest.rendering.templates import translated
from digest.rendering.whys import Whys, said
from digest.rendering.words import Words
from tests.rendering.builders import LINKS, SITE, TEMPLATES, anything, chosen, edition, reader, unhurried

INDENT, FIRST = " " * 5, " " * 13


def why(item: Recommendation, spoken: Words) -> tuple[str, str]:
    """What a mail says of why its only paper is there, in HTML and in plain text."""
    templates = translated(TEMPLATES, spoken)
    copy = Copyist(SITE, spoken, Blocks(templates, spoken)).copy(edition(item), reader(), LINKS, answers=False)
    ((html, plain),) = Whys(Frames(SITE, templates, spoken), spoken).of(copy)
    return read(html), read(plain)


@unhurried
@given(st.one_of(anything, st.text("abc ,:-\"'&<=é“", max_size=90)).map(one_line))
def test_a_reason_is_quoted_as_it_would_be_for_each_body_alone(text: str) -> None:
    html, plain = said(text)
    assert read(html) == read(quoted_html(text)[0])
    assert read(plain) == read(quoted(wrapped(text, INDENT, FIRST)[len(FIRST) :])[0])


@unhurried
@given(
    st.lists(st.one_of(st.text("ab ,-&é", max_size=9), st.text("abc", min_size=20, max_size=30), anything), max_size=4),
    anything,
    st.sampled_from(["en", "de"]),
)
def test_a_mail_says_of_a_paper_what_is_said_of_it_elsewhere(terms: list[str], label: str, language: str) -> None:
    liked = Reason(ReasonKind.LIKED, label, 0.5, tuple((term, 0.5) for term in terms))
    item = chosen("Flat minima", liked, Reason(ReasonKind.AUTHOR, label, 9.0))
    html, plain = why(item, words(language))
    expected = words(language).why(item)
    assert html.endswith(" · ".join(str(escape(each)) for each in expected))
    assert "".join("".join(expected).split()) in "".join(plain.split())


@pytest.mark.parametrize("length", range(56, 62))
def test_a_reason_leaves_room_for_what_stands_before_it(length: int) -> None:
    reason = ("matches: " + "flat minima, " * 9)[: length - 1] + "x"
    lines = f"{FIRST}{read(said(reason)[1])}".split("\n")
    assert max(map(len, lines)) <= COLUMNS
    assert " ".join(line.strip() for line in lines) == reason
