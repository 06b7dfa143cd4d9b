"""Text with its mathematics as MathML, for pages and feeds.

A formula becomes a `math` element where `digest.rendering.latex` can read it and latex2mathml, a second reader, finds
the same letters and digits in it; otherwise it is the text that mail shows. Nothing of what latex2mathml makes is
written as it is: its elements and attributes are copied if they are in a short list, its characters are escaped again.
"""

import html
import re
import unicodedata
from functools import lru_cache
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element
from lxml import etree

from digest.rendering.latex.formula import formula, only_words
from digest.rendering.latex.segments import Segment
from digest.rendering.latex.signs import dressed
from digest.rendering.latex.tree import Unreadable
from digest.rendering.latex.weaving import woven
from digest.rendering.plain import clean

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
_REMEMBERED = 20_000  # formulas

# What inline formulas need of MathML Core; no links, no actions, no styles, no scripts.
_ELEMENTS = frozenset(
    "mrow mi mn mo mtext mspace msup msub msubsup mfrac msqrt mroot mover munder munderover mstyle mpadded".split()
)
_ATTRIBUTES = frozenset(
    """accent accentunder depth displaystyle fence form height largeop linethickness lspace mathvariant maxsize minsize
    movablelimits rspace scriptlevel stretchy voffset width""".split()
)
_VALUE = re.compile(r"[-+\w.%]{1,20}", re.A)
_FONTS = {  # MathML Core keeps `mathvariant` for "normal" alone: other letters are those of Unicode
    "bold": "BOLD",
    "bold-italic": "BOLD ITALIC",
    "sans-serif": "SANS-SERIF",
    "monospace": "MONOSPACE",
    "double-struck": "DOUBLE-STRUCK",
    "script": "SCRIPT",
    "fraktur": "FRAKTUR",
}
_RAW_PERCENT = re.compile(r"(?<!\\)((?:\\\\)*)%")  # which authors mean, and TeX takes for a remark


def mathml(source: str) -> str:
    """The clean text, escaped for XML and HTML, with each formula as a `math` element.

    What cannot be one is its readable text or its source, in a `span` that keeps it left to right.
    """
    return woven(source, formula=_written, text=_escaped)


def _written(segment: Segment) -> str:
    tex = segment.tex or ""
    try:
        text = formula(tex, after_operand=segment.after_operand, before_operand=segment.before_operand)
        if only_words(tex):
            return _escaped(text)
    except Unreadable:
        return _left_to_right(segment.source)
    return _element(tex) or _left_to_right(text)


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


def _left_to_right(text: str) -> str:
    return f'<span dir="ltr">{_escaped(text)}</span>' if text.strip() else text


@lru_cache(maxsize=_REMEMBERED)
def _element(tex: str) -> str:
    """The formula as MathML; empty where the two readers do not agree."""
    try:
        made = convert_to_element(_RAW_PERCENT.sub(r"\1\\%", tex))
    except Exception:  # it fails in many ways on what it does not expect
        return ""
    root = etree.Element("math", {"display": "inline", "alttext": " ".join(tex.split())}, nsmap={None: NAMESPACE})
    if not all(_copied(child, root) for child in made) or _letters("".join(root.itertext())) != _letters(formula(tex)):
        return ""
    return etree.tostring(root, encoding="unicode")


def _copied(source: Element, parent: etree._Element) -> bool:
    """Whether the element and all within it are allowed; they are then in `parent`."""
    if source.tag not in _ELEMENTS:
        return False
    text = clean(html.unescape(source.text or ""))
    kept = {name: value for name, value in source.attrib.items() if name in _ATTRIBUTES and _VALUE.fullmatch(value)}
    if len(text) == 1 and kept.get("mathvariant") in _FONTS:
        text = dressed(text, _FONTS[kept.pop("mathvariant")])
    element = etree.SubElement(parent, source.tag, kept)
    element.text = text or None
    return "\\" not in text and all(_copied(child, element) for child in source)


def _letters(text: str) -> list[str]:
    """What two readings of one formula have in common, whatever they do with its signs."""
    plain = unicodedata.normalize("NFKD", text.replace("⊤", "T").replace("⊺", "T").replace("choose", ""))
    return sorted(filter(str.isalnum, plain))
