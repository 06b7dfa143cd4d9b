"""Text as publishers deposit it: pieces of JATS, HTML and MathML in, plain text out.

https://jats.nlm.nih.gov/. The pieces are often not well-formed, so tags are known by their names and what is no tag
stays: "p < 0.05" and "a <b and c> d" come out as they went in. Entities are decoded once, as a browser would.
"""

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.entities import html5

# No part of it can match what another part does, so a long text costs no more than its length.
_TAG = re.compile(
    r"""<(?P<end>/?)(?P<name>[A-Za-z][\w.-]*(?::[A-Za-z][\w.-]*)?)
        (?:\s+[\w.:-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))*\s*/?>
      |<!--[^<>]*-->|<\?[^<>]*\?>|<!\[CDATA\[|\]\]>""",
    re.VERBOSE | re.ASCII,
)
_ENTITY = re.compile(r"&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});", re.ASCII)
_HEADINGS = frozenset("title h1 h2 h3 h4 h5 h6".split())
_BLOCKS = _HEADINGS | frozenset(
    "abstract trans-abstract sec section p div br break hr ul ol li list list-item def-list def-item disp-formula "
    "disp-quote boxed-text table tr td th caption fig".split()
)
_WORDS = frozenset(  # tags within a line
    "i b u s em strong it italic bi bold sub sup inf small big tt code sc scp span font strike underline overline ovl "
    "monospace roman sans-serif named-content styled-content abbrev label a xref ext-link uri email img graphic "
    "inline-graphic inline-formula alternatives tex-math math semantics annotation annotation-xml mi mn mo ms mtext "
    "mrow msub msup msubsup mfrac msqrt mroot mstyle mspace mover munder munderover mfenced mtable mtr mtd mphantom "
    "mpadded mmultiscripts mprescripts none menclose merror".split()
)
_SECOND_WORDING = frozenset({"annotation", "annotation-xml"})  # of a formula that has been told already
_TEX_BODY = re.compile(r"\\begin\{document\}(.*?)(?:\\end\{document\}|$)", re.DOTALL)
# Controls, bidi controls and marks (UAX #9), the byte order mark, lone surrogates, non-characters; white space stays.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\ufdd0-\ufdef\ufffe\uffff]"
)
_WITHDRAWN = re.compile(r"\W*(?:retracted|withdrawn|removed)(?:\s+(?:article|chapter|paper|preprint))?\s*[:\])]", re.I)


def line(value: object) -> str:
    """A value that should be text as one line; "" for anything else."""
    return " ".join(block.text for block in _blocks(value))


def paragraphs(value: object) -> str:
    """A value that should be an abstract, a blank line between its paragraphs; "" for anything else.

    A heading begins the paragraph it stands over ("Methods: We …"); the heading "Abstract" is left out.
    """
    kept: list[str] = []
    heading = ""
    for number, block in enumerate(_blocks(value)):
        if (block.is_heading or number == 0) and block.text.strip(" .:").casefold() == "abstract":
            continue
        if block.is_heading:
            heading = f"{heading} {block.text}".strip()
            continue
        kept.append(_headed(heading, block.text))
        heading = ""
    return "\n\n".join([*kept, heading] if heading else kept)


def is_marked_withdrawn(title: str) -> bool:
    """Whether "RETRACTED:", "[Withdrawn]" or the like has been put before a title."""
    return _WITHDRAWN.match(title) is not None


def clean(text: str) -> str:
    """The text on one line: white space folded, in NFC, without controls, bidi marks and broken encoding."""
    return unicodedata.normalize("NFC", " ".join(_UNWANTED.sub("", text).split()))


@dataclass(slots=True)
class _Block:
    is_heading: bool = False
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return clean("".join(self.pieces))


def _headed(heading: str, text: str) -> str:
    if not heading:
        return text
    return f"{heading} {text}" if heading[-1] in ".:?!" else f"{heading}: {text}"


def _blocks(value: object) -> list[_Block]:
    """The blocks of a piece of markup that hold text."""
    blocks = [_Block()]
    formula: _Formula | None = None
    for end, name, text in _tokens(value if isinstance(value, str) else ""):
        if name == "alternatives" or name in _BLOCKS:
            blocks[-1].pieces.append(formula.text if formula else "")
            formula = _Formula() if name == "alternatives" and not end else None
        if name in _BLOCKS:
            blocks.append(_Block(is_heading=name in _HEADINGS and not end))
        elif formula is not None:
            formula.take(end, name, text)
        else:
            blocks[-1].pieces.append(text)
    if formula is not None:
        blocks[-1].pieces.append(formula.text)
    return [block for block in blocks if block.text]


def _tokens(text: str) -> Iterator[tuple[bool, str, str]]:
    """Tags (whether it ends, its name, "") and what stands between them (False, "", the text)."""
    reached, hidden = 0, ""
    for tag in _TAG.finditer(text):
        prefix, _, name = (tag["name"] or "").casefold().rpartition(":")
        if not (prefix or name in _BLOCKS or name in _WORDS or tag["name"] is None):
            continue
        if not hidden:
            yield False, "", _decoded(text[reached : tag.start()])
        reached, end = tag.end(), bool(tag["end"])
        if hidden and (name in _BLOCKS or (end and name in {hidden, "semantics", "math"})):
            hidden = ""
        if not hidden:
            yield end, name, ""
            hidden = name if name in _SECOND_WORDING and not end and not tag[0].endswith("/>") else ""
    yield False, "", _decoded(text[reached:])


def _decoded(text: str) -> str:
    """The text with its entities decoded; "&c." and "R&D;" hold none."""
    return _ENTITY.sub(lambda found: html.unescape(found[0]) if _is_entity(found[1]) else found[0], text)


def _is_entity(name: str) -> bool:
    return name.startswith("#") or f"{name};" in html5


@dataclass(slots=True)
class _Formula:
    """One formula told more than once, in TeX and in MathML: the TeX is kept."""

    tex: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    in_tex: bool = False

    def take(self, end: bool, name: str, text: str) -> None:
        if name == "tex-math":
            self.in_tex = not end
        (self.tex if self.in_tex else self.other).append(text)

    @property
    def text(self) -> str:
        tex = "".join(self.tex)
        body = _TEX_BODY.search(tex)
        return (body[1] if body else tex).replace("$$", "$") or "".join(self.other)
