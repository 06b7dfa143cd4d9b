"""A list of feeds as OPML 2.0 (http://opml.org/spec2.opml): names and addresses in, bytes out."""

from collections.abc import Iterable

from lxml import etree


def opml(feeds: Iterable[tuple[str, str]], *, title: str) -> bytes:
    """The list; names and addresses must be clean."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    for name, address in feeds:
        etree.SubElement(body, "outline", type="rss", text=name, title=name, xmlUrl=address)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
