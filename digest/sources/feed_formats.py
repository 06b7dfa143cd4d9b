"""A feed's bytes in, its entries out: RSS 0.9 to 2.0, RSS 1.0 (RDF) with Dublin Core and PRISM, Atom, JSON Feed.

https://www.rssboard.org/rss-specification, https://web.resource.org/rss/1.0/spec, RFC 4287,
https://www.jsonfeed.org/version/1.1/.

Feeds of the open web are often not quite what they say. What is UTF-8 is read as that, whatever it declares. A document
type is passed over and nothing is fetched for it; one that declares entities is refused. XML that is not well-formed is
read once more as far as it goes; where even that gives no entry, it is an error. A whole feed without entries is just
quiet. Of a feed that shows more than 10,000 entries the first ones are read. What was left out, `Feed.damage` says.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.entities import html5
from itertools import islice

from lxml import etree

from digest.errors import SourceError
from digest.sources.feed_entries import Entry, atom_entry, json_entry, local_name, rss_entry
from digest.sources.jsontext import strict_json

LARGEST = 16 * 2**20  # bytes; the largest journals' feeds have a fifth of it
MOST = 10_000  # entries
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_XML_ITSELF = frozenset({"amp", "lt", "gt", "quot", "apos"})
_NAMED = re.compile(r"&(?:([A-Za-z][A-Za-z0-9]{1,31});|(?!#))")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What a feed shows now, in its own order."""

    entries: tuple[Entry, ...]
    damage: str = ""  # why it may hold more than was read; "" where it does not


def read_feed(body: bytes, place: str, *, source: str) -> Feed:
    """The entries of a feed that was had from the address `place`; SourceError says why there are none to be had."""
    if len(body) > LARGEST:
        raise SourceError(source, f"the feed is larger than {LARGEST:,} bytes")
    text = _decoded(body).lstrip("\ufeff \t\r\n")
    if not text:
        raise SourceError(source, "the answer is empty")
    if text[:15].lower().startswith(("<html", "<!doctype html")):
        problem = "answered with an HTML page instead of a feed; give the address of the feed itself, or it may be down"
        raise SourceError(source, problem)
    return _json_feed(text, place, source) if text[0] in "{[" else _xml_feed(text, place, source)


def _feed(entries: Iterator[Entry], damage: str = "") -> Feed:
    found = tuple(islice(entries, MOST + 1))
    return Feed(entries=found[:MOST], damage=damage or (f"more than {MOST:,} entries" if len(found) > MOST else ""))


def _decoded(body: bytes) -> str:
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body.decode(encoding, errors="replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        declared = _DECLARED.search(body[:400])
        encoding = declared[1].decode("ascii").lower() if declared else "utf-8"
    try:
        return body.decode("cp1252" if encoding in {"utf-8", "utf8", "us-ascii"} else encoding, errors="replace")
    except LookupError:
        return body.decode("cp1252", errors="replace")


# ------------------------------------------------------------ JSON Feed


def _json_feed(text: str, place: str, source: str) -> Feed:
    feed = strict_json(text.encode(errors="replace"), source=source)
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise SourceError(source, "the JSON is no JSON Feed: it has no list of items")
    return _feed(json_entry(item if isinstance(item, dict) else {}, place) for item in items)


# ------------------------------------------------------------ XML


def _xml_feed(text: str, place: str, source: str) -> Feed:
    damage = ""
    root: etree._Element | None
    try:
        root = etree.fromstring(text.encode(errors="replace"), _parser(recover=False))
    except etree.XMLSyntaxError as error:
        damage = f"it is damaged or cut short ({' '.join(str(error.msg).split())[:200]})"
        root = _recovered(text)
    if root is None:
        raise SourceError(source, f"the answer is no feed: {damage}")
    _refuse_declarations(root, source)
    feed = _feed(_xml_entries(root, place, source), damage)
    if damage and not feed.entries:
        raise SourceError(source, f"no entry of the feed can be read: {damage}")
    return feed


def _parser(*, recover: bool) -> "etree.XMLParser[etree._Element]":
    return etree.XMLParser(
        encoding="utf-8",
        recover=recover,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _recovered(text: str) -> etree._Element | None:
    """What can be read of XML that is not well-formed; the names of characters that HTML knows are put right first."""
    mended = _NAMED.sub(_numbered, _NO_XML.sub("", text))
    try:
        return etree.fromstring(mended.encode(errors="replace"), _parser(recover=True))
    except etree.XMLSyntaxError:
        return None


def _numbered(found: re.Match[str]) -> str:
    if found[1] in _XML_ITSELF:
        return found[0]
    characters = html5.get(f"{found[1]};", "")
    return "".join(f"&#{ord(character)};" for character in characters) or f"&amp;{found[0][1:]}"


def _refuse_declarations(root: etree._Element, source: str) -> None:
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and next(iter(declared.iterentities()), None) is not None:
        raise SourceError(source, "the feed declares entities of its own, which no feed needs; refused")


def _xml_entries(root: etree._Element, place: str, source: str) -> Iterator[Entry]:
    kind = local_name(root)
    if kind == "html":
        raise SourceError(source, "answered with an HTML page instead of a feed; give the address of the feed itself")
    if kind not in {"feed", "rss", "rdf"}:
        raise SourceError(source, f"the answer is no feed but <{kind[:40]}>")
    name, read = ("entry", atom_entry) if kind == "feed" else ("item", rss_entry)
    return (read(element, place) for element in root.iter() if local_name(element) == name)
