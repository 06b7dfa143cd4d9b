"""OPML in, categories of arXiv out (http://opml.org/spec2.opml): those whose feeds a reader of feeds has."""

import re
from urllib.parse import unquote, urlsplit

from lxml import etree

from digest.errors import InvalidInput
from digest.exchange.entries import MOST_ENTRIES, Library, Unread, library, one_line, shown
from digest.exchange.markup import root_of

_HOSTS = frozenset({"arxiv.org", "www.arxiv.org", "export.arxiv.org", "rss.arxiv.org"})
_FEED = re.compile(r"/(?:rss|atom|list)/([A-Za-z0-9.+-]+)")
_CATEGORY = re.compile(r"[a-z][a-z-]*(?:\.[A-Za-z-]{2,})?", re.ASCII)


def read_opml(content: bytes) -> Library:
    """The categories whose feeds stand in a list; other feeds are unread. InvalidInput where it is no OPML."""
    root = root_of(content, form="OPML")
    if root.tag != "opml":
        raise InvalidInput(f"expected OPML, found <{etree.QName(root).localname[:40]}>; export the feeds as OPML")
    categories: list[str] = []
    unread: list[Unread] = []
    for outline in root.iter("outline"):
        address = one_line(outline.get("xmlUrl"))
        if address and len(categories) + len(unread) < MOST_ENTRIES:
            named = _categories(address)
            categories += named
            unread += [] if named else [_other(outline.sourceline, address)]
    return library(unread, categories=categories)


def _categories(address: str) -> list[str]:
    try:
        parts = urlsplit(address)
    except ValueError:  # a bracket that is none
        return []
    found = _FEED.match(unquote(parts.path)) if parts.hostname in _HOSTS else None
    named = found[1].split("+") if found else []
    return named if all(_CATEGORY.fullmatch(name) for name in named) else []


def _other(line: int | None, address: str) -> Unread:
    problem = f"{shown(address)} is no feed of a category of arXiv; other feeds are read by [sources.feeds] urls"
    return Unread(place=f"line {line or 1}", problem=problem)
