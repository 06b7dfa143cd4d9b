"""What each command of TeX stands for: one table for each way in which it is read.

The names are those of the LaTeX kernel, amsmath, amssymb, and MathJax, as arXiv shows abstracts with it. What authors
define for themselves is not here: `\\R` may be anything.
"""

import unicodedata


def _pairs(text: str) -> dict[str, str]:
    words = text.split()
    return {f"\\{name}": sign for name, sign in zip(words[::2], words[1::2], strict=True)}


ORDINARY = _pairs(
    """alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ varkappa ϰ
    lambda λ mu μ nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς tau τ upsilon υ phi ϕ varphi φ
    chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω upmu μ
    varGamma Γ varDelta Δ varTheta Θ varLambda Λ varXi Ξ varPi Π varSigma Σ varPhi Φ varPsi Ψ varOmega Ω
    infty ∞ partial ∂ nabla ∇ forall ∀ exists ∃ nexists ∄ emptyset ∅ varnothing ∅ ell ℓ hbar ℏ hslash ℏ Re ℜ Im ℑ wp ℘
    aleph ℵ beth ℶ imath ı jmath ȷ eth ð top ⊤ bot ⊥ angle ∠ measuredangle ∡ neg ¬ lnot ¬ prime ′ backprime ‵ degree °
    square □ Box □ blacksquare ■ Diamond ◇ lozenge ◊ blacklozenge ⧫ triangle △ triangledown ▽ blacktriangle ▲
    blacktriangledown ▼ bigtriangleup △ bigtriangledown ▽ bigstar ★ bigcirc ◯ clubsuit ♣ diamondsuit ♢ heartsuit ♡
    spadesuit ♠ flat ♭ natural ♮ sharp ♯ checkmark ✓ maltese ✠ complement ∁ mho ℧ surd √ dag † ddag ‡ S § P ¶
    copyright © circledR ® circledS Ⓢ pounds £ yen ¥ textregistered ® texttrademark ™ textcopyright © textdegree °
    textmu µ texteuro € aa å AA Å ae æ AE Æ oe œ OE Œ o ø O Ø l ł L Ł ss ß i ı j ȷ TeX TeX LaTeX LaTeX
    % % & & # # _ _ $ $ backslash \\ textbackslash \\ textasciitilde ~ textasciicircum ^ textunderscore _"""
)
INFIX = _pairs(
    """pm ± mp ∓ times × div ÷ cdot · centerdot · ast ∗ star ⋆ circ ∘ bullet • cap ∩ cup ∪ uplus ⊎ sqcap ⊓ sqcup ⊔
    vee ∨ lor ∨ wedge ∧ land ∧ setminus ∖ smallsetminus ∖ wr ≀ diamond ⋄ oplus ⊕ ominus ⊖ otimes ⊗ oslash ⊘ odot ⊙
    dagger † ddagger ‡ amalg ⨿ boxplus ⊞ boxminus ⊟ boxtimes ⊠ boxdot ⊡ ltimes ⋉ rtimes ⋊ bowtie ⋈ veebar ⊻
    le ≤ leq ≤ leqslant ⩽ leqq ≦ ge ≥ geq ≥ geqslant ⩾ geqq ≧ lt < gt > ne ≠ neq ≠ equiv ≡ sim ∼ simeq ≃ approx ≈
    approxeq ≊ thicksim ∼ thickapprox ≈ cong ≅ asymp ≍ doteq ≐ propto ∝ varpropto ∝ models ⊨ perp ⊥ parallel ∥
    nparallel ∦ nmid ∤ ll ≪ gg ≫ lll ⋘ ggg ⋙ lesssim ≲ gtrsim ≳ lessapprox ⪅ gtrapprox ⪆ lessgtr ≶ gtrless ≷ nless ≮
    ngtr ≯ nleq ≰ ngeq ≱ prec ≺ preceq ≼ preccurlyeq ≼ succ ≻ succeq ≽ succcurlyeq ≽ precsim ≾ succsim ≿ in ∈
    notin ∉ ni ∋ owns ∋ subset ⊂ supset ⊃ subseteq ⊆ supseteq ⊇ subsetneq ⊊ supsetneq ⊋ nsubseteq ⊈ nsupseteq ⊉
    Subset ⋐ Supset ⋑ sqsubset ⊏ sqsupset ⊐ sqsubseteq ⊑ sqsupseteq ⊒ vdash ⊢ dashv ⊣ vDash ⊨ Vdash ⊩ nvdash ⊬
    triangleq ≜ coloneqq ≔ eqqcolon ≕ trianglelefteq ⊴ trianglerighteq ⊵ triangleleft ◁ triangleright ▷ multimap ⊸
    to → gets ← rightarrow → leftarrow ← leftrightarrow ↔ longrightarrow ⟶ longleftarrow ⟵ longleftrightarrow ⟷
    Rightarrow ⇒ Leftarrow ⇐ Leftrightarrow ⇔ Longrightarrow ⟹ Longleftarrow ⟸ Longleftrightarrow ⟺ implies ⟹
    impliedby ⟸ iff ⟺ mapsto ↦ longmapsto ⟼ hookrightarrow ↪ hookleftarrow ↩ rightharpoonup ⇀ leftharpoonup ↼
    rightleftharpoons ⇌ leftrightharpoons ⇋ rightleftarrows ⇄ leftrightarrows ⇆ rightsquigarrow ⇝ leadsto ⇝
    twoheadrightarrow ↠ rightarrowtail ↣ nrightarrow ↛ nleftarrow ↚ nRightarrow ⇏ circlearrowright ↻
    circlearrowleft ↺ curvearrowright ↷ curvearrowleft ↶ uparrow ↑ downarrow ↓ updownarrow ↕ Uparrow ⇑ Downarrow ⇓
    upuparrows ⇈ downdownarrows ⇊ nearrow ↗ searrow ↘ swarrow ↙ nwarrow ↖ therefore ∴ because ∵"""
)
LARGE = _pairs(
    """sum ∑ prod ∏ coprod ∐ int ∫ iint ∬ iiint ∭ oint ∮ bigcap ⋂ bigcup ⋃ bigvee ⋁ bigwedge ⋀ bigoplus ⨁ bigotimes ⨂
    bigodot ⨀ biguplus ⨄ bigsqcup ⨆"""
)
OPENING = _pairs("( ( [ [ lbrace { lbrack [ langle ⟨ lceil ⌈ lfloor ⌊ lvert | lVert ‖") | {r"\{": "{"}
CLOSING = _pairs(") ) ] ] rbrace } rbrack ] rangle ⟩ rceil ⌉ rfloor ⌋ rvert | rVert ‖") | {r"\}": "}"}
OTHER = _pairs(
    """| ‖ Vert ‖ vert | ldots … dots … dotsc … dotsb … dotsm … dotso … cdots ⋯ vdots ⋮ ddots ⋱ textellipsis …
    textbar | textquotedblleft “ textquotedblright ” textquoteleft ‘ textquoteright ’ textendash – textemdash —"""
)
FUNCTIONS = {
    f"\\{name}": name
    for name in """arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf ker lg lim ln log max min
    Pr sec sin sinh sup tan tanh""".split()
} | {r"\limsup": "lim sup", r"\liminf": "lim inf", r"\argmax": "arg max", r"\argmin": "arg min"}
WORDS = {r"\mid": "|", r"\bmod": "mod"}  # between blanks wherever they stand
BLANKS = frozenset(r"\, \; \: \> \quad \qquad \space \thinspace \medspace \thickspace \enspace \enskip \nobreakspace"
                   .split()) | {"\\ ", "\\\n", "~"}  # fmt: skip
NOTHING = frozenset(
    r"""\! \/ \- \@ \displaystyle \textstyle \scriptstyle \scriptscriptstyle \limits \nolimits \tiny \scriptsize
    \footnotesize \small \normalsize \large \Large \negthinspace \relax \null \strut \mathstrut \noindent \xspace
    \boldmath \mathsurround""".split()
)
ACCENTS = {
    f"\\{name}": mark
    for names, mark in (
        ("hat widehat Hat ^", "\u0302"),
        ("tilde widetilde Tilde ~", "\u0303"),
        ("bar Bar overline =", "\u0304"),
        ("vec Vec overrightarrow", "\u20d7"),
        ("dot Dot .", "\u0307"),
        ('ddot Ddot "', "\u0308"),
        ("acute Acute '", "\u0301"),
        ("grave Grave `", "\u0300"),
        ("check Check v", "\u030c"),
        ("breve Breve u", "\u0306"),
        ("mathring r", "\u030a"),
        ("underline underbar uline", "\u0332"),
    )
    for name in names.split()
}
TEXT_ACCENTS = {f"\\{name}": ACCENTS[f"\\{name}"] for name in "^~=.\"'`vur"} | {
    r"\H": "\u030b",
    r"\c": "\u0327",
    r"\k": "\u0328",
    r"\d": "\u0323",
    r"\b": "\u0331",
}

LINES_UNDER = frozenset({r"\underline", r"\underbar", r"\uline"})
LINES = dict.fromkeys(LINES_UNDER, "\u0332") | {r"\overline": "\u0305"}  # those that go over or under many letters

DOUBLE_STRUCK, SCRIPT, FRAKTUR, BOLD, SANS, MONO, PLAIN = (
    *("DOUBLE-STRUCK", "SCRIPT", "FRAKTUR", "BOLD", "SANS-SERIF", "MONOSPACE", ""),
)
FONTS = {
    f"\\{name}": font
    for names, font in (
        ("mathbb Bbb mathds mathbbm", DOUBLE_STRUCK),
        ("mathcal mathscr", SCRIPT),
        ("mathfrak frak", FRAKTUR),
        ("mathbf bm boldsymbol pmb bold symbf", BOLD),
        ("mathsf", SANS),
        ("mathtt", MONO),
        ("mathrm mathit mathnormal mathop mathrel mathbin mathord mathopen mathclose mathinner smash boxed", PLAIN),
        ("ensuremath", PLAIN),
    )
    for name in names.split()
}
SWITCHES = {
    r"\rm": PLAIN,
    r"\it": PLAIN,
    r"\em": PLAIN,
    r"\sl": PLAIN,
    r"\sc": PLAIN,
    r"\mit": PLAIN,
    r"\normalfont": PLAIN,
    r"\bf": BOLD,
    r"\bfseries": BOLD,
    r"\itshape": PLAIN,
    r"\cal": SCRIPT,
    r"\sf": SANS,
    r"\tt": MONO,
}
TEXT = frozenset(
    rf"\{name}"
    for name in """text textrm textbf textit texttt textsf textsc textsl textup textmd textnormal emph mbox hbox textbb
    mathtext""".split()
)
_GREEK_VARIANTS = {"ϵ": "EPSILON SYMBOL", "ϑ": "THETA SYMBOL", "ϰ": "KAPPA SYMBOL", "ϕ": "PHI SYMBOL"} | {
    "ϱ": "RHO SYMBOL",
    "ϖ": "PI SYMBOL",
    "∂": "PARTIAL DIFFERENTIAL",
    "∇": "NABLA",
}


_LETTERLIKE = {FRAKTUR: "BLACK-LETTER"}  # the older names, of the letters that came into Unicode first


def dressed(sign: str, font: str) -> str:
    """A letter or digit in a font of Unicode (blocks Letterlike Symbols and Mathematical Alphanumeric Symbols).

    The sign itself where there is none. The calligraphic O stays plain: it is Landau's, which both letters write.
    """
    if not font or sign == "ℓ" or (font == SCRIPT and sign in "Oo"):
        return sign
    name = _GREEK_VARIANTS.get(sign) or _short_name(sign)
    for candidate in (f"MATHEMATICAL {font} {name}", f"{_LETTERLIKE.get(font, font)} {name}"):
        try:
            return unicodedata.lookup(candidate)  # "SCRIPT CAPITAL P" is Weierstrass's: it comes second
        except KeyError:
            continue
    return sign


def _short_name(sign: str) -> str:
    """LATIN CAPITAL LETTER R → CAPITAL R."""
    name = unicodedata.name(sign, "")
    for script in ("LATIN ", "GREEK "):
        name = name.removeprefix(script)
    return name.replace(" LETTER", "")
