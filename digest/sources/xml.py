"""XML from outside: whole, well-formed, and nothing in it that reaches out or grows."""

import re

from lxml import etree

from digest.errors import SourceError

_UNPRINTABLE = bytes([*range(32), 127])
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")  # those that are not white space


def strict_root(body: bytes, *, source: str, form: str, mixed: bool = True) -> etree._Element:
    """The root of an answer that should be in the format named `form`; SourceError says why it cannot be one.

    `mixed` is False where no element holds text and elements side by side, so that white space between elements says
    nothing; it is not kept then, which takes a quarter of the time.
    """
    if not body.strip():
        raise SourceError(source, "the answer is empty")
    if body.lstrip()[:200].lower().startswith((b"<html", b"<!doctype html")):
        raise SourceError(source, f"answered with an HTML page instead of {form}; it may be down for maintenance")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        remove_blank_text=not mixed,
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        reason = " ".join(str(error.msg).split())
        raise SourceError(source, f"the XML is damaged or cut short ({reason})") from error
    if root.getroottree().docinfo.doctype:
        raise SourceError(source, f"the XML declares a document type, which {form} never does; refused")
    return root


def folded(text: str) -> str:
    """The text on one line: white space folded, control characters dropped."""
    if not _is_printable(text):
        text = _CONTROLS.sub("", text)
    elif "  " not in text and text.strip(" ") == text:
        return text  # most is: no other white space is printable
    return " ".join(text.split())


def _is_printable(text: str) -> bool:
    """`str.isprintable`, three times as fast on the plain text that most is."""
    if not text.isascii():
        return text.isprintable()
    plain = text.encode()
    return len(plain.translate(None, _UNPRINTABLE)) == len(plain)


def inner_text(element: etree._Element | None) -> str:
    """All text in an element as it stands; "" for no element."""
    if element is None:
        return ""
    return "".join(element.itertext()) if len(element) else element.text or ""


def text_of(element: etree._Element | None) -> str:
    """All text in an element on one line; "" for no element."""
    return folded(inner_text(element))
