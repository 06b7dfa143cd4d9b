"""Zotero's RDF in, entries out: RDF/XML as its export writes it, with collections and what is in them.

An item is a child of the root with an item type and a title; the DOI of an article stands within its journal.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from lxml import etree

from digest.errors import InvalidInput
from digest.exchange.entries import Entry, Library, Unread, each_once, library, mentioned, one_line
from digest.exchange.markup import root_of

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_Z = "{http://www.zotero.org/namespaces/export#}"
_BIB = "{http://purl.org/net/biblio#}"
_DC, _TERMS = "{http://purl.org/dc/elements/1.1/}", "{http://purl.org/dc/terms/}"
_FOAF = "{http://xmlns.com/foaf/0.1/}"
_NO_WORKS = frozenset({"attachment", "note", "annotation"})


def read_rdf(content: bytes) -> Library:
    """The items of an export; InvalidInput where it is something else."""
    root = root_of(content, form="Zotero's RDF")
    if root.tag != f"{_RDF}RDF":
        name = etree.QName(root).localname[:40]
        raise InvalidInput(f"expected RDF, found <{name}>; export the library from Zotero as “Zotero RDF”")
    return library(_entries(root, _collections(root)))


def _collections(root: etree._Element) -> Mapping[str, list[str]]:
    """The names of the collections that each item, by its address within the file, is in."""
    found: dict[str, list[str]] = defaultdict(list)
    for collection in root.iterfind(f"{_Z}Collection"):
        name = one_line(collection.findtext(f"{_DC}title"))
        for part in collection.iterfind(f"{_TERMS}hasPart"):
            found[part.get(f"{_RDF}resource", "")].append(name)
    return found


def _entries(root: etree._Element, collections: Mapping[str, list[str]]) -> Iterator[Entry | Unread]:
    for item in root:
        kind = item.findtext(f"{_Z}itemType") or ""
        if kind and kind not in _NO_WORKS and item.tag != f"{_Z}Collection":
            about = item.get(f"{_RDF}about", "")
            yield _entry(item, f"line {item.sourceline}", about, collections.get(about, []))


def _entry(item: etree._Element, place: str, about: str, collections: list[str]) -> Entry:
    told = [one_line(each.text) for each in item.iter(f"{_DC}identifier")]
    addresses = [one_line(each.text) for each in item.iterfind(f"{_DC}identifier/{_TERMS}URI/{_RDF}value")]
    remarks = [one_line(each.text) for each in item.iterfind(f"{_DC}description")]
    dois = [text.removeprefix("DOI ") for text in told if text.startswith("DOI ")]
    return Entry(
        place=place,
        title=one_line(item.findtext(f"{_DC}title")),
        authors=each_once(map(_name, item.iterfind(f"{_BIB}authors//{_FOAF}Person"))),
        names=each_once(
            [*(name for text in (*remarks, *told) for name in mentioned(text)), *dois, *addresses, _address(about)]
        ),
        collections=each_once(collections),
    )


def _address(about: str) -> str:
    return about if about.startswith(("http://", "https://")) else ""


def _name(person: etree._Element) -> str:
    family, given = one_line(person.findtext(f"{_FOAF}surname")), one_line(person.findtext(f"{_FOAF}givenName"))
    return f"{family}, {given}" if family and given else family
