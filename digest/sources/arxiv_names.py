"""The names of authors: arXiv's one string, in TeX or Unicode, in; names in order, in Unicode, out.

https://info.arxiv.org/help/prep.html#author
"""

import re
import unicodedata
from collections.abc import Sequence

from digest.sources.arxiv_text import decoded
from digest.sources.xml import folded

_SUFFIXES = {"jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "ph.d."}
_OTHERS = {"et al", "et al.", "and others"}
_GROUPS = ("collaboration", "collaborations", "consortium", "team")
_BEHALF = re.compile(r"(?:^|\s)(?:(on behalf of)|for) (?:the )?(?=\S)", re.I)
_FOOTNOTE = re.compile(r"\$[{}\s]{0,5}\^[^$]{0,80}\$")  # $^{1,2}$, $^\dagger$

_PLAIN = re.compile(r"[^\W\d_][\w.'’-]*(?: [\w.'’-]+)*(?:\n[^\W\d_][\w.'’-]*(?: [\w.'’-]+)*)*")

_MARKS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "H": "\u030b", "b": "\u0331", "c": "\u0327", "d": "\u0323", "k": "\u0328", "r": "\u030a", "t": "\u0361",
    "u": "\u0306", "v": "\u030c",
}  # fmt: skip
_LETTERS = {
    "i": "ı", "j": "ȷ", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "aa": "å", "AA": "Å", "ae": "æ", "AE": "Æ", "oe": "œ",
    "OE": "Œ", "ss": "ß", "SS": "ẞ", "dh": "ð", "DH": "Ð", "dj": "đ", "DJ": "Đ", "th": "þ", "TH": "Þ", "ng": "ŋ",
    "NG": "Ŋ", "textquoteright": "’", "textquoteleft": "‘",
}  # fmt: skip
_LETTER = re.compile(rf"\\({'|'.join(_LETTERS)})(?![A-Za-z])(?:\{{\}}|\s+)?")
_ACCENT = re.compile(r"\\(?:([`'^\"~=.])|([Hbcdkrtuv])(?![A-Za-z]))\s*(?:\{([^{}\\]*)\}|([^\W\d_]))")
_COMMAND = re.compile(r"\\(?:[A-Za-z]+\*?\s*|(.?))")
_DOTLESS = str.maketrans("ıȷ", "ij")


def author_names(text: str) -> tuple[str, ...]:
    """The names in a string of authors: affiliations dropped, TeX as Unicode, a collaboration where it is named.

    A parenthesis that is never closed costs what stands before the next comma, and no name after it.
    """
    bare = _outside_parentheses(folded(_FOOTNOTE.sub("", decoded(text))))
    parts = (part for group in re.split(r":(?:\s|$)", bare) for part in re.split(r",|;|\s(?:and|&)\s", group))
    names: list[str] = []
    for part in parts:
        name = _in_unicode(part.strip().removeprefix("and "))
        if name.casefold() in _SUFFIXES and names:
            names[-1] = f"{names[-1]} {name}"
        else:
            names.extend(_apart(name))
    return tuple(names)


def are_plain(names: Sequence[str]) -> bool:
    """Whether there is nothing to decode, to fold or to take apart in any of several names, as in most."""
    text = "\n".join(names)
    if text.count("\n") != len(names) - 1 or not _PLAIN.fullmatch(text) or not unicodedata.is_normalized("NFC", text):
        return False
    lower = text.casefold()
    return not any(mark in lower for mark in ("for ", "behalf", "et al", "and others"))


def one_author(text: str) -> tuple[str, ...]:
    """The name in a text that names one author; two where a collaboration is named with its speaker, none for ":"."""
    return (text,) if are_plain([text]) else _apart(unicode_name(text))


def unicode_name(text: str) -> str:
    """A name or an affiliation on one line, TeX accents and HTML entities as Unicode."""
    return _in_unicode(folded(decoded(text)))


def _apart(name: str) -> tuple[str, ...]:
    """Two names for “B. Li for the TIDES Collaboration”, one for a person, none for a sign."""
    found = _BEHALF.search(name)
    if found and (found[1] or name.casefold().endswith(_GROUPS)):
        return tuple(filter(_is_name, (name[: found.start()].strip(), name[found.end() :])))
    return (name,) if _is_name(name) else ()


def _is_name(text: str) -> bool:
    return any(character.isalnum() for character in text) and text.casefold() not in _OTHERS


def _outside_parentheses(text: str) -> str:
    closed = _closings(text)
    kept: list[str] = []
    at, dropping = 0, False
    while at < len(text):
        if at in closed:
            at = closed[at] + 1
            continue
        if text.startswith("((", at):
            break  # "((1) MIT, (2) ETH": nothing after it is a name
        if text[at] in ",;" or text.startswith((" and ", " & "), at):
            dropping = False
        dropping = dropping or text[at] == "("
        if not dropping and text[at] != ")":
            kept.append(text[at])
        at += 1
    return folded("".join(kept)) or text


def _closings(text: str) -> dict[int, int]:
    """Where each parenthesis that is closed is closed."""
    opened: list[int] = []
    closed: dict[int, int] = {}
    for at, character in enumerate(text):
        if character == "(":
            opened.append(at)
        elif character == ")" and opened:
            closed[opened.pop()] = at
    return closed


def _in_unicode(name: str) -> str:
    return unicodedata.normalize("NFC", folded(_from_tex(name) if re.search(r"[\\{}$~]", name) else name))


def _from_tex(name: str) -> str:
    """The name without TeX; what is no accent and no letter of TeX's loses its command and keeps its text."""
    text = _LETTER.sub(lambda found: _LETTERS[found[1]], _FOOTNOTE.sub("", name))
    for _ in range(3):  # an accent may stand on an accented letter
        text = _ACCENT.sub(_accented, text)
    text = _COMMAND.sub(lambda found: _plain(found[1] or ""), text).replace("~", " ")
    return re.sub(r"[{}$]", "", text)


def _accented(found: re.Match[str]) -> str:
    letters = (found[4] or found[3]).strip()
    first = letters[:1].translate(_DOTLESS) + _MARKS[found[1] or found[2]]
    return unicodedata.normalize("NFC", first) + letters[1:] if letters else ""


def _plain(sign: str) -> str:
    """What an escaped sign stands for."""
    if sign.isalnum() or sign in "&%#_":
        return sign
    return " " if sign in "\\,;: ~" else ""
