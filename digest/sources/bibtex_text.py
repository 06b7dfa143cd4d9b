"""What stands between the braces of BibTeX, as Unicode: TeX's letters and signs read, its mathematics left as it is."""

import re
from collections.abc import Iterator

from digest.sources.arxiv_names import unicode_name
from digest.sources.jats import clean

_MATH = re.compile(r"(?<!\\)\$(?:[^$\\]|\\.)*\$", re.DOTALL)
_FORMULA, _PRIVATE = "\ue003", re.compile("[\ue000-\ue003]")
_KEPT = str.maketrans({"\ue000": "$", "\ue001": "~", "\ue002": "\\"})  # signs that would be read as TeX's
_SIGNS = {
    "textless": "<", "textgreater": ">", "textendash": "–", "textemdash": "—", "textquotesingle": "'", "ldots": "…",
    "dots": "…", "textellipsis": "…", "textdollar": "\ue000", "textasciitilde": "\ue001", "textbackslash": "\ue002",
    "textunderscore": "_", "textregistered": "®", "texttrademark": "™", "textdegree": "°", "LaTeX": "LaTeX",
    "TeX": "TeX", "textbar": "|", "textasciicircum": "^", "S": "§", "copyright": "©", "pounds": "£",
}  # fmt: skip
_SIGN = re.compile(rf"\\({'|'.join(_SIGNS)})(?![A-Za-z])(?:\{{\}}|[ \t]+)?")
_LIGATURES = (("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"))
_ESCAPED = re.compile(r"\\([_%&#$~^{}])")
_AND, _COMMA = re.compile(" and ", re.I), re.compile(",")
_DELIMITERS = re.compile(r"[{}]")


def plain(text: str) -> str:
    """A text on one line."""
    bare = _PRIVATE.sub("", text)
    formulas = iter(_MATH.findall(bare))
    words = _outside_math(_MATH.sub(_FORMULA, bare))
    return clean(re.sub(_FORMULA, lambda _: next(formulas, ""), words))


def plain_paragraphs(text: str) -> str:
    """A text with a blank line between its paragraphs."""
    return "\n\n".join(filter(None, map(plain, re.split(r"\r?\n[ \t]*\r?\n", text))))


def names(text: str) -> tuple[str, ...]:
    """The authors of an entry, apart by "and": "First Last", "Last, First", "Last, Jr, First", or a team in braces."""
    found = (_name(person) for person in split(" ".join(text.split()), _AND))
    return tuple(name for name in found if name and name.casefold() not in {"others", "et al."})


def split(text: str, separator: re.Pattern[str]) -> list[str]:
    """The parts of a text between separators that stand in no braces."""
    parts, begin = [], 0
    for at, end in _separators(text, separator):
        parts.append(text[begin:at])
        begin = end
    return [*parts, text[begin:]]


def address(text: str) -> str:
    """A DOI or an address as it is, without what guards its signs from TeX."""
    bare = text.strip().removeprefix("\\url")
    return _ESCAPED.sub(r"\1", bare if "\\{" in bare else _DELIMITERS.sub("", bare)).strip()


def _separators(text: str, separator: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    marks = sorted(
        [(found.start(), found.end(), "") for found in separator.finditer(text)]
        + [(found.start(), found.end(), found[0]) for found in _DELIMITERS.finditer(text)]
    )
    depth = 0
    for at, end, brace in marks:
        depth += (brace == "{") - (brace == "}")
        if depth == 0 and not brace:
            yield at, end


def _name(text: str) -> str:
    parts = [clean(unicode_name(part)) for part in split(text, _COMMA)]
    if len(parts) == 1:
        return parts[0]
    family, given, suffixes = parts[0], parts[-1], parts[1:-1]
    return " ".join(filter(None, [given, family, *suffixes]))


def _outside_math(text: str) -> str:
    for written, meant in _LIGATURES:
        text = text.replace(written, meant)
    text = _SIGN.sub(
        lambda found: _SIGNS[found[1]], text.replace("\\$", "$").replace("$", "\ue000").replace("\\\\", " ")
    )
    return unicode_name(text).translate(_KEPT)
