"""LaTeX becomes text that a person reads; what cannot stays as its source."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.rendering.latex import readable
from tests.rendering.builders import anything, unhurried

MARKUP = (
    *"\\{}$^_~'`\"%&#-=()[]",
    *("\\emph{", "\\textbf{", "\\frac", "\\alpha", "\\mathbb{R}", "\\'e", '\\"', "\\c", "\\begin{x}", "\\end{x}"),
    *(
        "\\(",
        "\\)",
        "\\href{",
        "$$",
        "\\left(",
        "\\sqrt[",
        "\\char",
        "\\text",
        "{\\em ",
        "n",
        "é",
        "5",
        " ",
        "\n",
        "图",
    ),
)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("An R$^2$ of 0.9", "An R² of 0.9"),
        ("$k$-center stations", "k-center stations"),
        (r"Loop closure in $O(n \log n)$", "Loop closure in O(n log n)"),
        (r"$\epsilon$-greedy, \(a+b\)", "ϵ-greedy, a+b"),
        (r"$10^{-3}$ and $x^{-1}$, H$_2$O, $^{13}$C", "10⁻³ and x⁻¹, H₂O, ¹³C"),
        (r"$p < 0.05$ for $x<y$", "p < 0.05 for x<y"),
        (r"$\sum_{i=1}^n x_i$", "∑ᵢ₌₁ⁿ xᵢ"),
        (r"T$^\star$, $90^\circ$, $x^{\prime}$, $L^\infty$", "T⋆, 90°, x′, L^∞"),
        (r"$\text{R}^2\text{PO}$ and $\mathrm{SO}(3)$", "R²PO and SO(3)"),
        (r"$\mathbb{R}$, $\mathcal{O}(1/T)$, $\tilde{O}(n)$", "ℝ, 𝒪(1/T), Õ(n)"),
        (r"$\{a,b\}$ and $1{,}000$", "{a,b} and 1,000"),
        ("$$E=mc^2$$", "E=mc²"),
    ],
)
def test_mathematics_is_written_in_unicode(source: str, text: str) -> None:
    assert readable(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("$x_{i_j}$", "x_(iⱼ)"),
        ("$e^{x^2}$", "e^(x²)"),
        ("$O(n^{3/2})$", "O(n^(3/2))"),
        (r"$SU(2)_L$", "SU(2)_L"),
    ],
)
def test_a_script_without_small_letters_of_its_own_is_put_in_brackets(source: str, text: str) -> None:
    assert readable(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"Erd\H{o}s, P\'olya, Fran\c{c}ois, Ho\u{g}", "Erdős, Pólya, François, Hoğ"),
        (r"K\"ahler, {\'E}cole, {\"o}, \v{S}, \'{\i}", "Kähler, École, ö, Š, í"),
        (r"Stra\ss e, {\O}rsted, \AA ngstr\"om", "Straße, Ørsted, Ångström"),
        (r"\emph{really} \textbf{bold \emph{nested}} {\em so}", "really bold nested so"),
        (r"\href{https://example.org}{code}, \url{https://example.org/a_b}", "code, https://example.org/a_b"),
        ("``quoted'' -- and 3--5 --- so", "“quoted” – and 3–5 — so"),
        (r"50\% \& more for \$5", "50% & more for $5"),
        (r"us vs.\ them in Fig.~3", "us vs. them in Fig. 3"),
        ("{B}ayesian {GPT}-4", "Bayesian GPT-4"),
        (r"a \alpha particle", "a α particle"),
    ],
)
def test_marks_of_the_writer_become_what_they_mean(source: str, text: str) -> None:
    assert readable(source) == text


@pytest.mark.parametrize(
    "text",
    [
        "costs $5 and $10",
        "a lone $ sign",
        "between US$5 and 10%",
        "it costs ~5 euros",
        "see https://example.org/~ana/ for code",
        "100% sure, 5 < 6 & 7 > 3, a_b and x^2",
        "well-known f(x)",
    ],
)
def test_what_only_looks_like_latex_is_left_alone(text: str) -> None:
    assert readable(text) == text


@pytest.mark.parametrize(
    "source",
    [
        r"$\unknownmacro{x}$",
        r"\unknown{x} y",
        r"\cite{ames2026}",
        r"$\begin{pmatrix} a & b \end{pmatrix}$",
        r"$\left( \frac{a}{b} \right)$",
    ],
)
def test_what_cannot_be_written_stays_as_its_source(source: str) -> None:
    assert readable(source) == source


@unhurried
@given(st.one_of(anything, st.lists(st.sampled_from(MARKUP), max_size=25).map("".join)))
@example(r"\'")
@example(r"$\frac$")
@example(r"$\sqrt[3$")
def test_any_text_gives_text(source: str) -> None:
    assert readable(source).encode().decode() == readable(source)


def test_a_formula_that_the_converter_cannot_read_is_nothing_to_warn_of(caplog: pytest.LogCaptureFixture) -> None:
    readable(r"half a fraction: $\frac{1}$")
    assert not caplog.records


@unhurried
@given(st.text("abcXYZ éü图0189.,;:!?()", max_size=60))
def test_text_without_markup_stays_as_it_is(text: str) -> None:
    assert readable(text) == text
