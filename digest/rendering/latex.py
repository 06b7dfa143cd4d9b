"""LaTeX in titles and abstracts as readable Unicode; what cannot be written so stays as its source."""

import logging
import re
from functools import lru_cache

from pylatexenc.latex2text import LatexNodes2Text, get_default_latex_context_db

from digest.rendering.plain import clean

logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)  # it warns of what it cannot convert, which is no news
_CONVERTER = LatexNodes2Text(math_mode="text", keep_comments=True)
_CONTEXT = get_default_latex_context_db()

# No blank inside the dollars (Pandoc's rule), and "$5 and $10" is money.
_MATH = re.compile(
    r"(?<!\\)(\$\$?)(?=\S)(?!\d[\d.,]*\s[^$]*\$\d)(?P<dollars>[^$]+?)(?<=[^\s\\])\1|\\\((?P<parens>.+?)\\\)", re.S
)
_SYMBOL = re.compile(r"\\([A-Za-z]+)(?![A-Za-z{])")
_MACRO = re.compile(r"\\([A-Za-z]+)")
_WRAPPER = re.compile(
    r"\\(?:emph|underline|text(?:bf|it|sc|tt|rm|sf|sl|up|md|subscript|superscript)?|url|mbox)\s*\{([^{}]*)\}"
)
_LINK = re.compile(r"\\href\s*\{[^{}]*\}\s*\{([^{}]*)\}")
_SWITCH = re.compile(r"\{\\(?:em|bf|it|sc|tt|rm|sl)\s+([^{}]*)\}")
_ACCENT = re.compile(r"\{?\\(?:[`'^\"~=.]|[ckHruvdtbL](?![A-Za-z]))\s*(?:\{\\?[A-Za-z]\}|\\?[A-Za-z])\}?")
_LETTER = re.compile(
    r"\{\\(?:ss|ae|AE|oe|OE|aa|AA|o|O|l|L|i|j)\}|\\(?:ss|ae|AE|oe|OE|aa|AA|o|O|l|L|i|j)(?![A-Za-z])\s?"
)
_GROUP = re.compile(r"(\\[A-Za-z]+\*?)?\{(\w[\w -]*)\}")  # {B}ayesian, but not \\unknown{x}
_ESCAPED = re.compile(r"\\([%&#_${}])")
_SCRIPT = re.compile(r"([\^_])\s*(?:\{([^{}]*)\}|(\\[A-Za-z]+|[^\s{}\\]))")
_RAISED = dict(
    zip("0123456789+-−=()abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True)
)
_RAISED |= {"*": "*", "'": "′", "′": "′", "⋆": "⋆", "†": "†", "∘": "°", "⊤": "ᵀ", "T": "ᵀ", " ": ""}
_LOWERED = dict(zip("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_LOWERED |= {"∞": "∞", " ": ""}
_UP, _DOWN, _OPEN, _CLOSE = "\ue000", "\ue001", "\ue002", "\ue003"  # stand for ^ _ { } while a formula is converted
_MEANT = str.maketrans(dict(zip((_UP, _DOWN, _OPEN, _CLOSE), "^_{}", strict=True)))


@lru_cache(maxsize=20_000)
def readable(source: str) -> str:
    """The clean text with its mathematics and markup as Unicode."""
    pieces: list[str] = []
    end = 0
    text = _unwrapped(clean(source))
    for found in _MATH.finditer(text):
        pieces.append(_prose(text[end : found.start()]))
        pieces.append(_formula(found["dollars"] or found["parens"], found[0]))
        end = found.end()
    pieces.append(_prose(text[end:]))
    return "".join(pieces)


def _unwrapped(text: str) -> str:
    """The text without the commands that only set its face."""
    if "\\" not in text:
        return text
    text = _LINK.sub(r"\1", text)
    for _ in range(3):  # they may be nested
        text = _SWITCH.sub(r"\1", _WRAPPER.sub(r"\1", text))
    return text


def _prose(text: str) -> str:
    if "\\" in text or "{" in text:
        text = _ACCENT.sub(_converted, text)
        text = _LETTER.sub(_converted, text)
        text = _SYMBOL.sub(_converted_symbol, text)
        text = _ESCAPED.sub(r"\1", text).replace("\\ ", " ")
        text = _GROUP.sub(lambda found: found[0] if found[1] else found[2], text)
    text = re.sub(r"(?<=[^\s/])~(?=\S)", " ", text)  # TeX's unbreakable blank, not that of "costs ~5" and "/~home"
    text = text.replace("``", "“").replace("''", "”")
    return re.sub(r"(?<=[\w\s”)])---?(?=[\s\w“(])", lambda dash: "—" if len(dash[0]) == 3 else "–", text)


def _converted(found: re.Match[str]) -> str:
    return (_convert(found[0]) or "").strip() or found[0]


def _converted_symbol(found: re.Match[str]) -> str:
    spec = _CONTEXT.get_macro_spec(found[1])
    is_symbol = spec is not None and isinstance(spec.simplify_repl, str) and len(spec.simplify_repl) == 1
    return spec.simplify_repl if is_symbol else found[0]


def _convert(tex: str) -> str | None:
    """TeX as text, None where the converter cannot; it fails in many ways on what it does not expect."""
    try:
        return str(_CONVERTER.latex_to_text(tex))
    except Exception:
        return None


def _formula(inner: str, source: str) -> str:
    """A formula on one line, or its source where a command is unknown or the result would mislead."""
    if any(_CONTEXT.get_macro_spec(name) is None for name in _MACRO.findall(inner)) or "\\begin" in inner:
        return source
    flat = inner.replace("\\{", _OPEN).replace("\\}", _CLOSE).replace("\\|", "‖")
    for _ in range(2):  # a script within a script
        flat = _SCRIPT.sub(_script, flat)
    text = " ".join((_convert(f"${flat}$") or "").replace("−", "-").split())
    if not text or re.search(r"[\\{}$]", text):
        return source
    return text.translate(_MEANT)


def _script(found: re.Match[str]) -> str:
    raised, body = found[1] == "^", found[2] if found[2] is not None else found[3]
    text = (_convert(f"${body}$") or body) if "\\" in body else body
    table = _RAISED if raised else _LOWERED
    if all(character in table for character in text):
        return "{}" + "".join(table[character] for character in text)  # {} ends a command name before it
    mark = _UP if raised else _DOWN
    return f"{{}}{mark}{text}" if len(text) == 1 else f"{{}}{mark}({text})"
