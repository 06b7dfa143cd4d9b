"""arXiv's own metadata format `arXivRaw`: an element in, a Paper out.

http://arxiv.org/OAI/arXivRaw.xsd
"""

import re
import unicodedata
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from lxml import etree
from pylatexenc.latex2text import LatexNodes2Text

from digest import identity
from digest.papers import Paper, Version

_RAW = "{http://arxiv.org/OAI/arXivRaw/}"
_SUFFIXES = {"jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "ph.d."}
# 68T50, 57-02, 53Zxx; I.2.7, H.m; between them stand words such as "(Primary)".
_CODE = re.compile(r"\b(?:\d{2}[A-Z-][\dXx]{2}|[A-K](?:\.(?:\d{1,2}|m))+)(?!\w)", re.ASCII)
_TEX = LatexNodes2Text(math_mode="text", keep_comments=True)


def paper_of(element: etree._Element) -> Paper:
    """The paper an `arXivRaw` element describes; ValueError if it has no usable id or title."""
    if element.tag != f"{_RAW}arXivRaw":
        raise ValueError(f"metadata in another format: <{etree.QName(element).localname}>")
    arxiv = identity.arxiv_id(_field(element, "id"))
    if arxiv is None:
        raise ValueError(f"not an arXiv id: {_field(element, 'id')[:60]!r}")
    title = _field(element, "title")
    if not title:
        raise ValueError(f"{arxiv}: no title")
    return Paper(
        id=identity.paper_id(arxiv),
        title=title,
        abstract=paragraphs(element.findtext(f"{_RAW}abstract") or ""),
        authors=author_names(_field(element, "authors")),
        categories=tuple(dict.fromkeys(_field(element, "categories").split())),
        classes=_classes(element),
        versions=tuple(sorted(map(_version, element.iterfind(f"{_RAW}version")), key=lambda version: version.number)),
        comment=_field(element, "comments"),
        doi=_field(element, "doi"),
        journal_ref=_field(element, "journal-ref"),
    )


def author_names(text: str) -> tuple[str, ...]:
    """The names in arXiv's one string, in order: affiliations dropped, TeX accents as Unicode, a collaboration first.

    https://info.arxiv.org/help/prep.html#author
    """
    bare = _without_parentheses(text)
    parts = (part for group in re.split(r":\s", bare) for part in re.split(r",|;|\s(?:and|&)\s", group))
    names: list[str] = []
    for part in parts:
        name = _unicode_name(part.removeprefix("and ").strip())
        if name.casefold() in _SUFFIXES and names:
            names[-1] = f"{names[-1]} {name}"
        elif any(character.isalnum() for character in name):
            names.append(name)
    return tuple(names)


def paragraphs(text: str) -> str:
    """The abstract with its paragraphs (arXiv indents each new one) kept and other line ends folded."""
    pieces = re.split(r"\n\s*\n|\n[ \t]{2,}(?=\S)", text.strip())
    return "\n\n".join(filter(None, map(_folded, pieces)))


def class_codes(text: str) -> tuple[str, ...]:
    """The MSC and ACM codes in a text, each once."""
    return tuple(dict.fromkeys(_CODE.findall(text)))


def _without_parentheses(text: str) -> str:
    kept: list[str] = []
    depth = 0
    for character in text:
        depth += character == "("
        if not depth:
            kept.append(character)
        depth -= character == ")" and depth > 0
    return _folded("".join(kept) or text)


def _unicode_name(name: str) -> str:
    return unicodedata.normalize("NFC", _folded(_from_tex(name) if re.search(r"[\\{}$~]", name) else name))


def _from_tex(name: str) -> str:
    try:
        return str(_TEX.latex_to_text(name))
    except Exception:  # the converter fails in many ways on what it does not expect; the source is readable too
        return name


def _version(element: etree._Element) -> Version:
    number = re.fullmatch(r"v([1-9]\d{0,3})", element.get("version", ""))
    if number is None:
        raise ValueError(f"not a version: {element.get('version', '')[:20]!r}")
    source_type = _field(element, "source_type")
    return Version(
        number=int(number[1]),
        submitted_at=_instant(_field(element, "date")),
        withdrawn="I" in source_type and int(number[1]) > 1,
    )


def _instant(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def _classes(element: etree._Element) -> tuple[str, ...]:
    return class_codes(" ".join(_field(element, tag) for tag in ("msc-class", "acm-class")))


def _field(element: etree._Element, tag: str) -> str:
    return _folded(element.findtext(_RAW + tag) or "")


def _folded(text: str) -> str:
    return " ".join(text.split())
