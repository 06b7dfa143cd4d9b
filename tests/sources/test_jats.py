"""Publishers' markup as plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.sources import jats
from tests.sources.conftest import unhurried

TEX = r"\documentclass[12pt]{minimal}\usepackage{amsmath}\begin{document}$$x^2$$\end{document}"
MATHML = '<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML"><mml:msup><mml:mi>x</mml:mi><mml:mn>2</mml:mn>'


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("A <i>c</i><sub>p</sub> of  <b>\n5</b> J", "A cp of 5 J"),
        ("Deep <jats:italic toggle='yes'>E. coli</jats:italic>", "Deep E. coli"),
        ("One<br/>Two", "One Two"),
        ('<SPAN class="x > y">Wide</SPAN>', '<SPAN class="x > y">Wide'),
        ("p < 0.05, a <b and c> d, <T>, 3 > 2", "p < 0.05, a <b and c> d, <T>, 3 > 2"),
        ("R&D; AT&T &amp; Sons &copy 2026 &eacute; &#233; &#xE9; &foo;", "R&D; AT&T & Sons &copy 2026 é é é &foo;"),
        ("&amp;lt;75 K", "&lt;75 K"),
        ("&lt;i&gt;p&lt;/i&gt;", "<i>p</i>"),
        ("a &#0; &#x202E;b\ud800\x07\u200bc", "a \ufffd bc"),
        ("<!-- no --><![CDATA[Yes]]><?no?>", "Yes"),
        (f"{MATHML}</mml:msup></mml:math> grows", "x2 grows"),
        (f"<alternatives><tex-math>{TEX}</tex-math>{MATHML}</mml:msup></mml:math></alternatives> grows", "$x^2$ grows"),
        (f"<jats:alternatives>{MATHML}</mml:msup></mml:math></jats:alternatives> grows", "x2 grows"),
        ("<alternatives><tex-math>$y$", "$y$"),
        ("<alternatives><tex-math>$y$</tex-math>z<p>Whole.</p>", "$y$ Whole."),
        ('<mml:semantics><mml:mi>x</mml:mi><mml:annotation encoding="TeX">x</mml:annotation></mml:semantics>!', "x!"),
        ("<annotation>never <i>ever</i> closed<p>Whole.</p>", "Whole."),
        ("<annotation>never closed", "never closed"),
        ("<math><semantics>y<annotation>z</semantics></math>!", "y!"),
        ("y<annotation/>z", "yz"),
        ("Mu\u0308ller", "Müller"),
        (None, ""),
        (7, ""),
        (["a"], ""),
    ],
)
def test_a_line_is_what_a_reader_sees(raw: object, read: str) -> None:
    assert jats.line(raw) == read


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        ("<jats:title>Abstract</jats:title><jats:p>One.</jats:p>\n   <jats:p>Two.</jats:p>", "One.\n\nTwo."),
        ("<p>ABSTRACT:</p><p>One.</p>", "One."),
        ("Abstract<p>One.</p>", "One."),
        ("<p>One.</p><p>Abstract</p>", "One.\n\nAbstract"),
        (
            "<sec><title>Aim</title><p>To wait.</p></sec><sec><title>Why?</title><p>Tides.</p><p>Moon.</p></sec>",
            "Aim: To wait.\n\nWhy? Tides.\n\nMoon.",
        ),
        ("<title>Main</title><sec><title>Aim</title><p>To wait.</p></sec>", "Main Aim: To wait."),
        ("<p>One.</p><title>Trial registration</title>", "One.\n\nTrial registration"),
        (
            "<p>Such as<list><list-item><p>one</p></list-item><list-item>two</list-item></list></p>",
            "Such as\n\none\n\ntwo",
        ),
        ("No markup at all.", "No markup at all."),
        ("", ""),
        ({"p": 1}, ""),
    ],
)
def test_an_abstract_keeps_its_paragraphs(raw: object, read: str) -> None:
    assert jats.paragraphs(raw) == read


@pytest.mark.parametrize(
    "title",
    ["RETRACTED: Tides", "Retracted Article: Tides", "[Withdrawn] Tides", "WITHDRAWN : Tides", "“Removed: Tides”"],
)
def test_a_title_may_say_that_the_paper_was_taken_back(title: str) -> None:
    assert jats.is_marked_withdrawn(title)


@pytest.mark.parametrize(
    "title", ["Retracted papers: a survey", "Tides, retracted: why", "Removed sand and the sea", ""]
)
def test_a_title_about_papers_taken_back_is_no_such_mark(title: str) -> None:
    assert not jats.is_marked_withdrawn(title)


MARKUP = st.lists(
    st.sampled_from(
        ["<p>", "</p>", "<title>", "</title>", "<alternatives>", "</alternatives>", "<tex-math>", "<i", "<"]
    )
    | st.sampled_from(["<mml:annotation>", "</mml:annotation>", "<br/>", "&amp;", "&#55296;", "\x00", " ", "$$", ">"])
    | st.text()
).map("".join)


@unhurried
@given(MARKUP)
def test_any_markup_comes_out_folded_and_fit_to_be_kept(raw: str) -> None:
    for text in (jats.line(raw), *jats.paragraphs(raw).split("\n\n")):
        assert text == " ".join(text.split())
        assert not any(character < " " or "\x7f" <= character <= "\x9f" for character in text)
        text.encode()


@unhurried
@given(st.text(st.characters(categories=["L", "N", "P", "Zs"], exclude_characters="<&")))
def test_text_without_markup_says_the_same_afterwards(text: str) -> None:
    assert jats.line(text) == jats.clean(text)
