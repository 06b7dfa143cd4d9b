"""Pages and feeds show mathematics as MathML; whatever the input, it is safe and well-formed."""

import re
from itertools import chain

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from digest.rendering.latex import readable
from digest.rendering.mathml import NAMESPACE, mathml
from tests.rendering.test_latex import MARKUP, anything

ALLOWED = {f"{{{NAMESPACE}}}{name}" for name in (
    "math mrow mi mn mo mtext mspace msup msub msubsup mfrac msqrt mroot mover munder munderover mstyle mpadded"
).split()} | {"span"}  # fmt: skip
HARMLESS = re.compile(r"[-+\w.%]{1,20}")
unhurried = settings(deadline=None)


def parsed(text: str) -> etree._Element:
    """The text as the content of an element, read by a parser that forgives nothing."""
    strict = etree.XMLParser(resolve_entities=False, no_network=True, recover=False)
    return etree.fromstring(f"<p>{text}</p>".encode(), strict)


def elements(text: str) -> list[str]:
    return [str(element.tag).removeprefix(f"{{{NAMESPACE}}}") for element in parsed(text).iterdescendants()]


def test_a_formula_is_an_element_of_mathml_with_its_source_beside_it() -> None:
    assert mathml("size $n^2$!") == (
        f'size <math xmlns="{NAMESPACE}" display="inline" alttext="n^2">'
        "<mrow><msup><mi>n</mi><mn>2</mn></msup></mrow></math>!"
    )


@pytest.mark.parametrize(
    ("tex", "names"),
    [
        (r"\frac{a}{b}", {"mfrac"}),
        (r"\sqrt{x}", {"msqrt"}),
        ("x_i^2", {"msubsup"}),
        (r"\hat{x}", {"mover"}),
        (r"\sum_{i=1}^n i", {"munderover", "msubsup"}),
        (r"O(n\log n)", {"mo"}),
        (r"\left(\tfrac12\right)", {"mfrac"}),
    ],
)
def test_structure_is_kept(tex: str, names: set[str]) -> None:
    assert names & set(elements(mathml(f"${tex}$")))


def test_text_around_formulas_is_escaped_and_read_as_in_mail() -> None:
    text = parsed(mathml(r"<b>K\"ahler</b> & $x$ -- so")).xpath("string()")
    assert text == "<b>Kähler</b> & x – so"


def test_a_bold_letter_is_that_of_unicode_where_mathml_core_has_no_other() -> None:
    assert "<mi>𝐱</mi>" in mathml(r"$\mathbf{x}$")


def test_words_in_another_face_are_words() -> None:
    assert mathml(r"$\textbf{Results:}$ $\textit{a < b}$") == "Results: a &lt; b"


def test_a_percent_sign_is_no_remark() -> None:
    assert parsed(mathml("$95% x$")).xpath("string()") == "95%x"


@pytest.mark.parametrize("source", [r"$\foo{x}$", r"$\begin{matrix}1\end{matrix}$", "${x$", "$" + "x+" * 2500 + "$"])
def test_what_cannot_be_read_is_its_source_from_left_to_right(source: str) -> None:
    assert mathml(f"א {source} ב") == f'א <span dir="ltr">{source}</span> ב'


def test_what_only_one_reader_understands_is_shown_as_in_mail() -> None:
    source = r"$\Tilde{O}(n)$"  # latex2mathml does not know the capital
    assert mathml(source) == f'<span dir="ltr">{readable(source)}</span>'


@pytest.mark.parametrize(
    "source",
    [
        r"$\text{<script>alert(1)</script>} + x$",
        r"$\text{&lt;script&gt;alert(1)&lt;/script&gt;} + x$",
        r"$\href{javascript:alert(1)}{x} + y$",
        r"$\style{background:url(//x.example)}{x} + y$",
        r"$\class{evil}{x}$",
        r"$\color{red\" onclick=\"alert(1)}{x} + y$",
        r"$x\tag{\" onload=\"alert(1)}$",
        r"$\hspace{1em\" onclick=\"x} y$",
        r"$\rule{1em}{1em}$",
        r"$\unicode{x3c}script\unicode{x3e}$",
        r"$\newcommand{\a}{\b\b}\newcommand{\b}{\c\c}\newcommand{\c}{x}\a$",
        r"$\def\a{\a\a}\a$",
        '$x"><script>alert(1)</script>$',
        "$x<!-- y -->$ ]]> <![CDATA[ $z$",
    ],
)
def test_nothing_that_acts_gets_through(source: str) -> None:
    for element in parsed(mathml(source)).iterdescendants():
        assert element.tag in ALLOWED
        assert not {"href", "style", "class", "onclick", "onload", "mathcolor", "src"} & set(map(str, element.attrib))


def test_macros_that_multiply_are_not_followed() -> None:
    doubling = "".join(
        rf"\newcommand{{\{new}}}{{\{old}\{old}}}" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert len(mathml(rf"${doubling}\i$")) < 2 * len(doubling)


@unhurried
@given(st.one_of(anything, st.lists(st.sampled_from(MARKUP), max_size=25).map("".join)))
@example("$\x00$")
@example("$x\ufffe$ \ud800")
@example(r"$\sqrt[3$")
@example("$<$ & $\\&$")
def test_any_text_gives_well_formed_and_harmless_markup(source: str) -> None:
    found = list(parsed(mathml(source)).iterdescendants())
    assert {element.tag for element in found} <= ALLOWED
    attributes = chain.from_iterable(element.attrib.items() for element in found)
    assert all(name == "alttext" or HARMLESS.fullmatch(str(value)) for name, value in attributes)
