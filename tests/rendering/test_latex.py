"""LaTeX becomes text that a person reads; what cannot stays as its source."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from digest.rendering.latex import readable

unhurried = settings(deadline=None)  # how fast a machine is must not decide
anything = st.text(st.characters())

JUDGED = Path(__file__).parents[2] / "benchmarks" / "judged" / "mathematics.tsv"

MARKUP = (
    *"\\{}$^_~'`\"%&#-=()[]/|",
    *("\\emph{", "\\textbf{", "\\frac", "\\alpha", "\\mathbb{R}", "\\'e", '\\"', "\\c", "\\begin{x}", "\\end{x}"),
    *("\\(", "\\)", "\\[", "\\]", "\\href{", "$$", "\\left(", "\\sqrt[", "\\char", "\\text{", "{\\em ", "\\over"),
    *("\\hat", "\\underline", "\\not", "\\unicode{x41}", "\\newcommand", "\\log", "\\,", "\\color", "\\mathbf"),
    *("n", "é", "5", " ", "\n", "图", "\u202e", "\U000f0000", "\ud800"),
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
        (r"T$^\star$, $90^\circ$, $x^{\prime}$", "T⋆, 90°, x′"),
        (r"$\text{R}^2\text{PO}$ and $\mathrm{SO}(3)$", "R²PO and SO(3)"),
        (r"$\{a,b\}$ and $1{,}000$", "{a,b} and 1,000"),
        ("$$E=mc^2$$ so", "E=mc² so"),
        (r"\[ a \le b, \] so", "a ≤ b, so"),
        ("$a$$b$", "ab"),
        (r"faster by $\textbf{2$\times$}$", "faster by 2×"),
        (r"\textbf{both $x$ and $y$}", "both x and y"),
        ("שלום $x^2$ עולם", "שלום x² עולם"),
    ],
)
def test_mathematics_is_written_in_unicode(source: str, text: str) -> None:
    assert readable(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("FoldA$_{LL}$M", "FoldA_(LL)M"),
        ("D$_A$ and D$_A$-like", "D_A and D_A-like"),
        (r"2$\frac{a}{b}$", "2(a/b)"),
        (r"1$\frac{2}{3}$", "1 2/3"),
        (r"$\sqrt{n}$x", "√(n)x"),
        ("Ti$_3$C$_2$T$_x$", "Ti₃C₂Tₓ"),
        (r"$\underline{P}$rogressive", "Progressive"),
        (r"5$\,$km", "5 km"),
    ],
)
def test_a_formula_that_touches_a_word_is_told_from_it(source: str, text: str) -> None:
    assert readable(source) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"Erd\H{o}s, P\'olya, Fran\c{c}ois, Ho\u{g}", "Erdős, Pólya, François, Hoğ"),
        (r"K\"ahler, {\'E}cole, {\"o}, \v{S}, \'{\i}", "Kähler, École, ö, Š, í"),
        (r"Stra\ss e, {\O}rsted, \AA ngstr\"om", "Straße, Ørsted, Ångström"),
        (r"\emph{really} \textbf{bold \emph{nested}} {\em so}", "really bold nested so"),
        (r"\href{https://example.org}{code}, \url{https://example.org/a_b}", "code, https://example.org/a_b"),
        (r"\textcolor{red}{new}, code\footnote{there}", "new, code (there)"),
        (r"10\textsuperscript{-3}, CO\textsubscript{2}", "10⁻³, CO₂"),
        ("``quoted'' -- and 3--5 --- so", "“quoted” – and 3–5 — so"),
        ("$a$--$b$", "a–b"),
        (r"50\% \& more for \$5", "50% & more for $5"),
        (r"us vs.\ them in Fig.~3, 5\,km", "us vs. them in Fig. 3, 5 km"),
        (r"hy\-phen", "hyphen"),
        ("{B}ayesian {GPT}-4", "Bayesian GPT-4"),
        (r"a \alpha particle, 2\times faster, 360{\deg}", "a α particle, 2× faster, 360°"),
        (r"Spearman's \r{ho}, \b{eta}-chains and \c{hi}", "Spearman's ρ, β-chains and χ"),
    ],
)
def test_marks_of_the_writer_become_what_they_mean(source: str, text: str) -> None:
    assert readable(source) == text


@pytest.mark.parametrize(
    "text",
    [
        "costs $5 and $10",
        "a lone $ sign",
        "$",
        "$ $",
        "$$",
        "between US$5 and 10%",
        "from $0.398 to $0.228, a cut",
        "cost $14 to $55 per hour, $18/hour versus $60/hour",
        "($0.45-$78.96 per 1K)",
        "$1.49 million, then others ($1.33M)",
        "energy ($/kWh) and demand charges ($/kW)",
        "an alpha of 0.87$) and correlations (p < 0.001$).",
        "it costs ~5 euros",
        "see https://example.org/~ana/ for code",
        "100% sure, 5 < 6 & 7 > 3, a_b and x^2",
        "well-known f(x)",
    ],
)
def test_money_and_what_only_looks_like_latex_are_left_alone(text: str) -> None:
    assert readable(text) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("costs $5 with $x_1$", "costs $5 with x₁"),
        ("$5 or $10 for $k=2$", "$5 or $10 for k=2"),
        (r"$6 \times $ and $ N $", "6× and N"),
        (r"$\sim$10 and $\approx$5$\%$", "∼10 and ≈5%"),
        ("pairs $(head, relation)$", "pairs (head, relation)"),
    ],
)
def test_mathematics_beside_money_is_found(source: str, text: str) -> None:
    assert readable(source) == text


@pytest.mark.parametrize(
    "source",
    [
        r"$\unknownmacro{x}$",
        r"\unknown{x} y",
        r"\cite{ames2026}",
        r"$\begin{pmatrix} a & b \end{pmatrix}$",
        r"$\newcommand{\x}{y} \x$",
        r"$\def\x{y}\x$",
        r"$a & b$",
        "${x$",
        "$x}$",
        r"$\frac{1}$",
        r"$x^a^b$",
        r"$\sqrt[n]{x}$",
        r"$\widehat{AB}$",
        r"$\left\alpha x$",
        r"$\not\alpha$",
        r"$\unicode{x202E}$",
        r"$\unicode{xFFFFFF}$",
    ],
)
def test_what_cannot_be_written_stays_as_its_source(source: str) -> None:
    assert readable(source) == source


def test_one_command_that_is_not_known_keeps_its_whole_formula() -> None:
    assert readable(r"$\alpha^2 + \foo \le \beta$ and $\beta$") == r"$\alpha^2 + \foo \le \beta$ and β"


def test_a_formula_is_never_put_together_from_two_paragraphs() -> None:
    assert readable("one $x\n\ntwo$ three") == "one $x\n\ntwo$ three"


@pytest.mark.parametrize(
    "tex",
    [
        "x+" * 2500,
        "{" * 500 + "}" * 500,
        "x^{" * 300 + "y" + "}" * 300,
        r"\hat" * 400 + "x",
        r"\frac" * 300,
        r"\sqrt[" * 300,
        r"\left(" * 3000,
    ],
)
def test_a_formula_without_measure_stays_as_its_source(tex: str) -> None:
    assert readable(f"before ${tex}$ after") == f"before ${tex}$ after"


def test_what_was_judged_to_be_right_is_still_written_so() -> None:
    rows = [line.split("\t") for line in JUDGED.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert len(rows) == 600
    assert {verdict for *_, verdict in rows} == {"right"}
    assert [readable(source) for _, source, *_ in rows] == [text for *_, text, _ in rows]


@pytest.mark.parametrize(
    "text",
    [
        "$" * 50_000,
        r"\(" * 20_000,
        "$a{" * 20_000,
        "$" + "ab" * 50_000 + " $",
        " " * 50_000 + r"\footnote",
        "{a" * 50_000,
    ],
)
def test_long_nonsense_takes_no_longer_than_its_length(text: str) -> None:
    assert readable(text)  # a quarter of a second each; with a rule that looks back, hours


@unhurried
@given(st.one_of(anything, st.lists(st.sampled_from(MARKUP), max_size=25).map("".join)))
@example(r"\'")
@example(r"$\frac$")
@example(r"$\sqrt[3$")
@example("$x/{ }y$")
def test_any_text_gives_text(source: str) -> None:
    assert readable(source).encode().decode() == readable(source)


@unhurried
@given(st.text("abcXYZ éü图0189.,;:!?()", max_size=60))
def test_text_without_markup_stays_as_it_is(text: str) -> None:
    assert readable(text) == text
