"""XML from outside: whole, well-formed, and nothing in it that reaches out or grows."""

from lxml import etree

from digest.errors import SourceError


def strict_root(body: bytes, *, source: str, form: str) -> etree._Element:
    """The root of an answer that should be in the format named `form`; SourceError says why it cannot be one."""
    if not body.strip():
        raise SourceError(source, "the answer is empty")
    if body.lstrip()[:200].lower().startswith((b"<html", b"<!doctype html")):
        raise SourceError(source, f"answered with an HTML page instead of {form}; it may be down for maintenance")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        reason = " ".join(str(error.msg).split())
        raise SourceError(source, f"the XML is damaged or cut short ({reason})") from error
    if root.getroottree().docinfo.doctype:
        raise SourceError(source, f"the XML declares a document type, which {form} never does; refused")
    return root


def text_of(element: etree._Element | None) -> str:
    """All text in an element, white space folded; "" for no element."""
    return " ".join("".join(element.itertext()).split()) if element is not None else ""
