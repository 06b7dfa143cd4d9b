"""What stands between the dollars is read as TeX means it, and so that it cannot be read otherwise."""

import pytest

from digest.rendering.latex.formula import formula, only_words
from digest.rendering.latex.tree import Unreadable


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        ("x^2_i", "xᵢ²"),
        ("x_i^2", "xᵢ²"),
        ("x^{n+1}", "xⁿ⁺¹"),
        (r"x^{n+\lambda}", "x^(n+λ)"),
        (r"e^{-\alpha t}", "e^(-αt)"),
        ("e^{x^2}", "e^(x²)"),
        ("x_{i_j}", "x_(iⱼ)"),
        ("O(n^{3/2})", "O(n^(3/2))"),
        ("n^{O(1)}", "n^(O(1))"),
        ("2^{O}", "2^O"),
        (r"\sum_{i=1}^n x_i", "∑ᵢ₌₁ⁿ xᵢ"),
        (r"\sum_{i \in S} x_i", "∑_(i∈S) xᵢ"),
        (r"\sum\limits_{i}", "∑ᵢ"),
        (r"\int_0^1 f(x)\,dx", "∫₀¹ f(x) dx"),
        (r"x_\mathrm{max}", "xₘₐₓ"),
        (r"x_{\text{total}}", "x_total"),
        ("x_{i,j}", "x_(i,j)"),
        ("x_{0.5}", "x_0.5"),
        ("x^{(i)}", "x⁽ⁱ⁾"),
        ("f''(x)", "f′′(x)"),
        ("f'_i", "f′ᵢ"),
        (r"\sigma^{\prime 2}", "σ′²"),
        (r"2^{\log^{1-\epsilon} n}", "2^(log^(1-ϵ) n)"),
        (r"A^\top A", "AᵀA"),
        (r"\ell_\infty", "ℓ_∞"),
        ("L^ 2 _ p", "Lₚ²"),
        (r"P_{c\bar{c}}^+", "P⁺_(cc̄)"),
        (r"^\circledR", "®"),
        (r"11{,}860^{+280}_{-\;\,50}", "11,860₋₅₀⁺²⁸⁰"),
    ],
)
def test_scripts_are_small_letters_or_stand_in_brackets(tex: str, text: str) -> None:
    assert formula(tex) == text


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        ("X_A^2", "X²_A"),  # X_A² has the square on the index
        ("X_Ay", "X_A y"),
        ("W^*W", "W* W"),
        (r"\mu_{\phi_h}", "μ_(ϕₕ)"),
        (r"\operatorname{KL_{inf}}^{-1}", "KL_(inf)⁻¹"),
        ("{x^a}^b", "(xᵃ)ᵇ"),
        (r"\frac{a}{b}^2", "(a/b)²"),
        (r"\sqrt{x}^2", "(√x)²"),
        ("x^{n^{m}}", "x^(nᵐ)"),
    ],
)
def test_scripts_hold_on_to_nothing_else(tex: str, text: str) -> None:
    assert formula(tex) == text


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"\frac{1}{n}", "1/n"),
        (r"\frac12", "1/2"),
        (r"\frac\pi2", "π/2"),
        (r"\frac{a+b}{c}", "(a+b)/c"),
        (r"\frac{1}{2n}", "1/(2n)"),
        (r"\frac{1}{n(1-\gamma)}", "1/(n(1-γ))"),
        (r"\frac{\log(n)}{\mathrm{rank}(A)}", "log(n)/rank(A)"),
        (r"\frac{1}{\sigma_k(1-x)}", "1/(σₖ(1-x))"),
        (r"\frac{a}{b} \circ c", "(a/b) ∘ c"),
        (r"c \cdot \frac{a}{b}", "c · a/b"),
        (r"\frac{\log n}{n}", "(log n)/n"),
        (r"\frac{|S|}{\sqrt n}", "|S|/√n"),
        (r"\frac{\sqrt n}{m}", "(√n)/m"),
        (r"\frac{1}{2}x", "(1/2)x"),
        (r"2\frac{a}{b}", "2(a/b)"),
        (r"10\tfrac{2}{3}", "10 2/3"),
        (r"1\frac{2}{3}x", "(1 2/3)x"),
        (r"2\frac{3}{2}", "2(3/2)"),
        (r"\log\frac{a}{b}", "log(a/b)"),
        (r"\frac{a}{\frac{b}{c}}", "a/(b/c)"),
        (r"1+\frac{1}{2^r-1}", "1+1/(2ʳ-1)"),
        (r"\frac{\partial \mathcal{L}}{\partial \mathbf{x}_i}", "∂ℒ/∂xᵢ"),
        (r"{a \over b}", "a/b"),
        (r"n^{\frac{1}{2}}", "n^(1/2)"),
        (r"T/{n m}", "T/(n m)"),
        (r"{n}/{\varepsilon^2}", "n/ε²"),
        (r"1/{\log n}", "1/(log n)"),
        (r"\binom{n}{k}", "(n choose k)"),
        (r"m\choose 2", "(m choose 2)"),
    ],
)
def test_fractions_put_on_the_brackets_they_need(tex: str, text: str) -> None:
    assert formula(tex) == text


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"\sqrt{n}", "√n"),
        (r"\sqrt{10}", "√10"),
        (r"\sqrt{d_k}", "√dₖ"),
        (r"\sqrt{2n}", "√(2n)"),
        (r"\sqrt{x^2}", "√(x²)"),
        (r"\sqrt{(a+b)}", "√(a+b)"),
        (r"\sqrt[3]{x}", "∛x"),
        (r"\sqrt{n}d", "√(n)d"),
        (r"n\sqrt{n}", "n√n"),
        (r"\sqrt{T}\log n", "√(T) log n"),
        (r"\sqrt{\frac{a}{b}}", "√(a/b)"),
    ],
)
def test_a_root_says_how_far_it_goes(tex: str, text: str) -> None:
    assert formula(tex) == text


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"n\log n", "n log n"),
        (r"\log_2 n", "log₂ n"),
        (r"\log\log n", "log log n"),
        (r"\max\{a,b\}", "max{a,b}"),
        (r"\arg\max_{x\in X} f(x)", "arg max_(x∈X) f(x)"),
        (r"\operatorname{tr}(A)", "tr(A)"),
        (r"\operatorname*{argmin}_x f", "argminₓ f"),
        (r"\underset{x}{\max}", "maxₓ"),
        (r"- \log p", "-log p"),
        (r"\mathcal{O} (n)", "O(n)"),
        (r"a \bmod n, b \pmod n", "a mod n, b (mod n)"),
    ],
)
def test_names_of_functions_stand_apart(tex: str, text: str) -> None:
    assert formula(tex) == text


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"\alpha \le \beta", "α ≤ β"),
        (r"\alpha\le\beta", "α≤β"),
        (r"\Delta = K", "Δ = K"),
        ("x -1", "x - 1"),
        ("G := F", "G := F"),
        ("G:=F", "G:=F"),
        ("y <= b", "y <= b"),
        ("10{,} 000", "10,000"),
        ("(-1)", "(-1)"),
        (r"a=\pm 1", "a=±1"),
        (r"\sim 10", "∼10"),
        (r"2 \times", "2×"),
        (r"29\times / 3\times", "29× / 3×"),
        (r"a \times -1", "a × -1"),
        (r"p(x\mid y)", "p(x | y)"),
        (r"f\colon X\to Y", "f: X→Y"),
        (r"a \not= b \not\in C", "a ≠ b ∉ C"),
        (r"\{x : x > 0\}", "{x : x > 0}"),
        (r"x_1,\ldots,x_n", "x₁,…,xₙ"),
        (r"\forall x\in X", "∀x∈X"),
    ],
)
def test_signs_between_two_sides_are_spaced_as_the_author_did(tex: str, text: str) -> None:
    assert formula(tex) == text


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"\left\|x\right\|_2", "‖x‖₂"),
        (r"\left( \frac{a}{b} \right)", "(a/b)"),
        (r"\left.x\right|_0", "x|₀"),
        (r"\left<x\right>", "⟨x⟩"),
        (r"\langle x,y\rangle", "⟨x,y⟩"),
        (r"\lVert x \rVert, \lceil x \rceil, \lfloor x \rfloor", "‖x‖, ⌈x⌉, ⌊x⌋"),
        (r"\bigl(x\bigr) \Big/ 2", "(x) / 2"),
    ],
)
def test_brackets_of_all_sizes_are_brackets(tex: str, text: str) -> None:
    assert formula(tex) == text


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"\mathbb{R}^{n\times d}", "ℝ^(n×d)"),
        (r"\mathbb{E}[X], \mathbb{1}", "𝔼[X], 𝟙"),
        (r"\mathbb R^n", "ℝⁿ"),
        (r"\mathcal{O}(1/T)", "O(1/T)"),
        (r"\mathcal{L}, \mathscr{F}, \mathcal{P}", "ℒ, ℱ, 𝒫"),
        (r"\mathcal{SAT}", "SAT"),
        (r"\mathfrak{su}(2), \mathfrak{C}", "𝔰𝔲(2), ℭ"),
        (r"\mathbf{x}, \bm{\theta}, \boldsymbol{\phi}", "x, θ, ϕ"),
        (r"\mathbf{x} \ne x", "𝐱 ≠ x"),
        (r"\frac{1}{K}\mathbf{1}", "(1/K)𝟏"),
        (r"\mathbf{4.8}, \mathbf{7}", "4.8, 7"),
        (r"{\rm x}_{\bf y}, \cal L", "x_y, ℒ"),
        (r"\mathrm{KL}(p\|q), \mathsf{P}, \mathtt{T}", "KL(p‖q), P, T"),
        (r"\hat{x}, \tilde{\mathcal{O}}, \bar{y}, \vec{v}, \dot z", "x̂, Õ, ȳ, v⃗, ż"),
        (r"\hat{x}_i, \hat{x_i}, \hat\mathbf{y}", "x̂ᵢ, x̂ᵢ, ŷ"),
        (r"\overline{AB}", "A̅B̅"),
        (r"\underline{x} \le x", "x̲ ≤ x"),
        (r"\underline{r}", "r̲"),
        (r"\underline{0.95}", "0.95"),
        (r"\mathsf{P} \ne \mathsf{NP}", "P ≠ NP"),
        (r"\unicode{x2192} \unicode{x1D450}", "→ c"),
    ],
)
def test_letters_keep_what_their_dress_means(tex: str, text: str) -> None:
    assert formula(tex) == text


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"x \text{ if } y", "x if y"),
        (r"\text{Stra\ss e -- ``so''}", "Straße – “so”"),
        (r"\textbf{61.2\%}\uparrow", "61.2%↑"),
        (r"\textbf{a_b^c}", "a_b^c"),
        (r"\text{a $x^2$ b}", "a x² b"),
        (r"\underline{\textbf{S}}", "S"),
        (r"\href{https://x.example/a_b}{code}", "code"),
        (r"\textcolor{red}{x}, {\color{red} y}", "x, y"),
        (r"10\,000\%, 5\ \mu\text{m}", "10 000%, 5 μm"),
        (r"95%", "95%"),
        (r"\text{R}\textsuperscript{2}", "R²"),
        (r"a\!b\hspace{1em}c\hspace{-1em}d", "ab cd"),
    ],
)
def test_words_within_a_formula_stay_words(tex: str, text: str) -> None:
    assert formula(tex) == text


@pytest.mark.parametrize(
    ("tex", "words"),
    [
        (r"\textbf{Results:}", True),
        (r"\textit{a b} \texttt{c}", True),
        (r"\text{R}^2", False),
        ("x", False),
        ("", False),
    ],
)
def test_a_formula_that_only_dresses_words_is_known(tex: str, words: bool) -> None:
    assert only_words(tex) is words


@pytest.mark.parametrize(
    ("tex", "reason"),
    [
        (r"\foo{x}", r"unknown command \foo"),
        (r"\begin{matrix}a\end{matrix}", "an environment"),
        ("{x", "unbalanced braces"),
        ("x}", "unbalanced braces"),
        ("x" * 3000, "too long"),
        ("{" * 40 + "}" * 40, "too deep"),
        (r"\hat\bar\hat\bar\hat\bar\hat x", "too deep"),
        ("x^a^b", "two scripts in one place"),
        (r"\frac{}{2}", "half a fraction"),
        (r"\sqrt{}", "half a root"),
        (r"\sqrt", "an argument is missing"),
        (r"\widetilde{AB}", r"\widetilde over more than a letter"),
    ],
)
def test_what_cannot_be_read_says_why(tex: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason.replace("\\", r"\\")):
        formula(tex)
