"""What arXiv writes of a paper in any of its formats — titles, abstracts, subjects, DOIs — as finished values."""

import html
import re
from functools import lru_cache
from html.entities import html5

from lxml import etree

from digest import identity
from digest.identity import PaperId
from digest.sources.xml import folded, inner_text

# A named or numbered character left over by whoever wrote the text. After a backslash only those that a program puts
# in for TeX's own signs are: \&quot;o was \"o, and Q\&A; is no entity.
_ENTITY = re.compile(
    r"(?<!\\)&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});|(?<=\\)&(amp|quot|apos|#0?39|#x27);"
)
_PARAGRAPH = re.compile(r"\n\s*\n|\n[ \t]{2,}(?=\S)")
_CATEGORY = re.compile(r"[a-z]+(?:-[a-z]+)*(?:\.[A-Za-z-]+)?", re.ASCII)  # not 68T50, I.2.7
# 68T50, 57-02, 53Zxx; I.2.7, H.m; between them stand words such as "(Primary)".
_CODE = re.compile(r"\b(?:\d{2}[A-Z-][\dXx]{2}|[A-K](?:\.(?:\d{1,2}|m))+)(?!\w)", re.ASCII)


def decoded(text: str) -> str:
    """The text with left-over HTML entities read once; TeX's `\\&` and a bare `&` stay."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def line(text: str) -> str:
    """The text on one line, entities read."""
    return folded(decoded(text))


def line_of(element: etree._Element | None) -> str:
    """All text in an element as `line` gives it; "" for no element."""
    return line(inner_text(element))


def paragraphs(text: str) -> str:
    """The abstract with its paragraphs (arXiv indents each new one) kept and other line ends folded."""
    if "\n" not in text:
        return line(text)
    text = decoded(text).strip()
    if "\n " not in text and "\n\n" not in text and "\n\t" not in text:
        return folded(text.replace("\n", " "))
    pieces = _PARAGRAPH.split(text)
    return "\n\n".join(filter(None, map(folded, pieces)))


@lru_cache(maxsize=1 << 12)
def subjects(terms: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """arXiv's categories among the terms, in order and each once, and the MSC and ACM codes in the others."""
    listed = list(dict.fromkeys(map(folded, terms)))
    others = [term for term in listed if not _CATEGORY.fullmatch(term)]
    categories = tuple(term for term in listed if term not in others) if others else tuple(listed)
    return categories, class_codes(" ".join(others)) if others else ()


def class_codes(text: str) -> tuple[str, ...]:
    """The MSC and ACM codes in a text, each once."""
    return tuple(dict.fromkeys(_CODE.findall(text)))


def dois(text: str) -> tuple[str, tuple[PaperId, ...]]:
    """The first DOI as it is written, and the keys of all: a paper and its erratum may stand in one field."""
    if not text:
        return "", ()
    written = [part for part in re.split(r"[\s,;]+", line(text)) if identity.doi(part)]
    keys = dict.fromkeys(key for part in written if (key := identity.doi_id(part)))
    return written[0] if written else "", tuple(key for key in keys if identity.scheme_of(key) == "doi")


def _character(found: re.Match[str]) -> str:
    entity = found[1] or found[2]
    known = entity.startswith("#") or f"{entity};" in html5
    return html.unescape(found[0]) if known else found[0]
