"""HTML from the open web in, plain text and usable addresses out.

https://html.spec.whatwg.org/multipage/syntax.html. Pieces of it stand in feeds whole, cut off, or not as HTML at all,
so only what bears the name of an element is read as a tag: "p < 0.05" and "x <y and z> w" come out as they went in.
Entities are decoded once. Scripts, styles and what else no reader sees are left out with all they hold.
"""

import html
import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from lxml import etree

from digest.sources.jats import clean

_BLOCKS = frozenset(
    "address article aside blockquote br caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol p pre sec section summary table tbody "
    "td tfoot th thead title tr ul".split()
)
_HIDDEN = frozenset(
    "annotation annotation-xml applet audio canvas embed iframe noembed noframes noscript object "
    "script select style svg template textarea video".split()
)
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big button cite code data del dfn em font i img input ins kbd label link map "
    "area mark math meta meter nobr option output param picture progress q rp rt ruby s samp small source span strike "
    "strong sub sup time track tt u var wbr "
    "mfenced mfrac mi mn mo mover mpadded mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr "
    "munder munderover semantics".split()
)
_DOCUMENT = frozenset({"html", "head", "body"})  # after the end of one the parser reads no more
_NAMES = _BLOCKS | _HIDDEN | _INLINE
_LESS_THAN = re.compile(r"<(?:(/?)([A-Za-z][\w-]*(?::[A-Za-z][\w-]*)?)|!--|\?)?", re.ASCII)
_REST_OF_TAG = re.compile(r"\s*/?>|\s+[\w:-]+\s*=", re.ASCII)  # a name of one letter may be a variable
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
_BREAK = "\x1e"
_LONGEST_ADDRESS = 2000


def line(fragment: str) -> str:
    """The text of a fragment on one line."""
    return " ".join(_blocks(fragment))


def paragraphs(fragment: str) -> str:
    """The text of a fragment, a blank line between its blocks; a heading "Abstract" at its beginning is left out."""
    blocks = _blocks(fragment)
    if blocks and blocks[0].strip(" .:").casefold() == "abstract":
        blocks = blocks[1:]
    return "\n\n".join(blocks)


def plain_paragraphs(text: str) -> str:
    """Text without markup: clean, its paragraphs kept and other line ends folded."""
    return "\n\n".join(filter(None, map(clean, re.split(r"\r?\n[ \t]*\r?\n", text))))


def address(text: str, base: str = "") -> str:
    """An absolute http or https address of at most 2,000 characters, a relative one resolved against `base`; or ""."""
    if not text.strip():
        return ""
    try:
        parts = urlsplit(urljoin(base, text.strip()))
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
        found = parts.geturl() if usable and parts.port != 0 else ""
    except ValueError:  # a bracket or a port that is none
        return ""
    return found if len(found) <= _LONGEST_ADDRESS and found.isprintable() and " " not in found else ""


def _blocks(fragment: str) -> list[str]:
    if "<" not in fragment:
        return plain_paragraphs(html.unescape(fragment)).split("\n\n") if fragment.strip() else []
    pieces = "".join(_pieces(_with_tags_only(fragment)))
    return list(filter(None, map(clean, pieces.split(_BREAK))))


def _with_tags_only(fragment: str) -> str:
    """The fragment with each "<" that begins no tag escaped."""
    text = _CDATA.sub("", fragment.replace("\x00", "").replace(_BREAK, ""))
    ends = {"<!--": text.rfind("-->"), "<?": text.rfind(">")}  # a comment without an end would hide all that follows

    def kept_or_escaped(found: re.Match[str]) -> str:
        name = (found[2] or "").casefold()
        if name in _DOCUMENT:
            return f"<{found[1]}div"
        is_variable = len(name) == 1 and not _REST_OF_TAG.match(text, found.end())
        is_tag = ":" in name or (name in _NAMES and not is_variable) or ends.get(found[0], -1) > found.start()
        return found[0] if is_tag else f"&lt;{found[0][1:]}"

    return _LESS_THAN.sub(kept_or_escaped, text)


def _pieces(fragment: str) -> Iterator[str]:
    """The text of a fragment, with a break before and after each block."""
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    # An element around it, because the parser refuses what holds none.
    root = etree.fromstring(f"<body><div>{fragment}</div></body>".encode(errors="ignore"), parser)
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        name = str(element.tag).rpartition(":")[2]
        is_hidden = name in _HIDDEN
        if name in _BLOCKS:
            yield _BREAK
        if event == "end":
            yield element.tail or ""
        elif is_hidden:
            walk.skip_subtree()
        else:
            yield element.text or ""
