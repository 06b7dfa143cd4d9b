"""The marks of TeX in running text: accents, quotes, dashes, emphasis. What is not known stays as it is."""

import re
import unicodedata

from digest.rendering.latex import signs
from digest.rendering.latex.pieces import Piece
from digest.rendering.latex.scripts import scripted

FIRST_MARK, LAST_MARK = 0xF0000, 0xFFFFD  # private use: each stands for a formula while the text around it is read
_MARKS = f"{chr(FIRST_MARK)}-{chr(LAST_MARK)}"
_NESTED = 3  # emphasis within emphasis within a link

_FACES = r"emph|underline|uline|text(?:bf|it|sc|tt|rm|sf|sl|up|md|normal)?|url|mbox|enquote"
_WRAPPED = (
    (re.compile(rf"\\(?:{_FACES})\s*\{{([^{{}}]*)\}}"), r"\1"),
    (re.compile(r"\{\\(?:em|bf|it|sc|tt|rm|sl|sf|itshape|bfseries|small|large)\s+([^{}]*)\}"), r"\1"),
    (re.compile(r"\\href\s*\{[^{}]*\}\s*\{([^{}]*)\}"), r"\1"),
    (re.compile(r"\\textcolor\s*\{[^{}]*\}\s*\{([^{}]*)\}"), r"\1"),
    (re.compile(r"\s?\\footnote\s*\{([^{}]*)\}"), r" (\1)"),
)
_SCRIPT = re.compile(r"\\text(super|sub)script\s*\{([^{}\\]*)\}")
_LETTERS = "ss|ae|AE|oe|OE|aa|AA|o|O|l|L|i|j"
_LETTER = re.compile(rf"\{{\\({_LETTERS})\}}|\\({_LETTERS})(?![A-Za-z])\s?")
_ACCENT = re.compile(
    r"\{?(\\[`'^\"~=.]|\\[ckHruvdb](?![A-Za-z]))\s*(?:\{(\\[ij]|[A-Za-z])\}|(\\[ij](?![A-Za-z])|[A-Za-z]))\}?"
)
_SYMBOL = re.compile(r"\{(\\[A-Za-z]+)\}|(\\[A-Za-z]+)(?![A-Za-z{])")
_SYMBOLS = signs.ORDINARY | signs.INFIX | signs.LARGE | signs.OTHER | {r"\deg": "°"}  # so authors write degrees
# arXiv's forms take \rho for an accent on "ho": these stand in its listings.
_TORN = {
    f"\\{name[1]}{{{name[2:]}}}": sign
    for name, sign in signs.ORDINARY.items()
    if name[:2] in (r"\b", r"\c", r"\r", r"\t") and "α" <= sign <= "ω"
}
_TORN_LETTER = re.compile("|".join(map(re.escape, _TORN)))
_ESCAPED = re.compile(r"\\([%&#_${}])")
_SPACE = re.compile(r"\\[ ,;:]")
_HINT = re.compile(r"\\[-/@!]")  # where a word may be divided, and the like
_GROUP = re.compile(rf"(\\[A-Za-z]+\*?)?\{{([\w{_MARKS}][\w{_MARKS} -]*)\}}")  # {{B}}ayesian, but not \unknown{{x}}
_TIE = re.compile(r"(?<=[^\s/])~(?=\S)")  # TeX's unbreakable blank, not that of "costs ~5" and "/~home"
_DASH = re.compile(rf"(?<=[\w\s”){_MARKS}])---?(?=[\w\s“({_MARKS}])")


def prose(text: str) -> str:
    """Running text as it is meant."""
    if "\\" in text or "{" in text:
        text = _commands(text)
    if "~" in text:
        text = _TIE.sub(" ", text)
    text = text.replace("``", "“").replace("''", "”")
    return _DASH.sub(lambda dash: "—" if len(dash[0]) == 3 else "–", text) if "--" in text else text


def _commands(text: str) -> str:
    for _ in range(_NESTED):
        for wrapped, inside in _WRAPPED:
            text = wrapped.sub(inside, text)
    text = _TORN_LETTER.sub(lambda found: _TORN[found[0]], text)
    text = _ACCENT.sub(_accented, text)
    text = _LETTER.sub(lambda found: signs.ORDINARY[f"\\{found[1] or found[2]}"], text)
    text = _SCRIPT.sub(_scripted, text)
    text = _SYMBOL.sub(lambda found: _SYMBOLS.get(found[1] or found[2], found[0]), text)
    text = _HINT.sub("", _SPACE.sub(" ", _ESCAPED.sub(r"\1", text)))
    return _GROUP.sub(lambda found: found[0] if found[1] else found[2], text)


def _accented(found: re.Match[str]) -> str:
    letter = (found[2] or found[3]).removeprefix("\\")  # \i and \j lose their dots to the accent in any case
    return unicodedata.normalize("NFC", letter + signs.TEXT_ACCENTS[found[1]])


def _scripted(found: re.Match[str]) -> str:
    raised, lowered = (found[2], None) if found[1] == "super" else (None, found[2])
    return scripted(Piece(""), raised=raised or None, lowered=lowered or None).text
