"""Which format a file has, by its first bytes and its name; the reader of each but BibTeX and plain lists."""

import json
import re
from collections.abc import Callable, Mapping
from enum import StrEnum

from digest.exchange import csl, opml, ris_reader, table, tags, zotero_items, zotero_rdf
from digest.exchange.entries import Library


class Format(StrEnum):
    """What a library may be kept in."""

    BIBTEX = "bibtex"
    RIS = "ris"
    CSL = "csl-json"
    RDF = "zotero-rdf"
    ZOTERO = "zotero-json"
    CSV = "csv"
    OPML = "opml"
    TAGS = "arxiv-sanity"
    LIST = "list"


READERS: Mapping[Format, Callable[[bytes], Library]] = {
    Format.RIS: ris_reader.read_ris,
    Format.CSL: csl.read_csl,
    Format.RDF: zotero_rdf.read_rdf,
    Format.ZOTERO: lambda content: zotero_items.read_zotero([content]),
    Format.CSV: table.read_csv,
    Format.OPML: opml.read_opml,
    Format.TAGS: tags.read_tags,
}
_ENDINGS = {
    "bib": Format.BIBTEX, "bibtex": Format.BIBTEX, "ris": Format.RIS, "rdf": Format.RDF, "csv": Format.CSV,
    "tsv": Format.CSV, "opml": Format.OPML, "txt": Format.LIST,
}  # fmt: skip
_HEAD = 4096  # bytes that are looked at
_BIBTEX = re.compile(r"^\s*@\s*[A-Za-z]+\s*[{(]", re.M)
_RIS = re.compile(r"^TY {1,2}-", re.M)


def format_of(name: str, content: bytes) -> Format:
    """The format of a file; a plain list where nothing tells otherwise."""
    ending = _ENDINGS.get(name.rpartition(".")[2].casefold()) if "." in name else None
    return _by_content(content) or ending or Format.LIST


def _by_content(content: bytes) -> Format | None:
    if content.startswith(tags.SQLITE):
        return Format.TAGS
    head = content[:_HEAD].decode("utf-8-sig", "replace").lstrip()
    if head.startswith("<"):
        return Format.OPML if "<opml" in head.casefold() else Format.RDF
    if head.startswith(("[", "{")):
        return _of_json(content)
    if _RIS.search(head):
        return Format.RIS
    return Format.BIBTEX if _BIBTEX.search(head) else None


def _of_json(content: bytes) -> Format:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return Format.CSL  # whose reader says what is wrong
    if tags.is_tags(value):
        return Format.TAGS
    is_zotero = isinstance(value, list) and any(isinstance(each, dict) and "data" in each for each in value[:1])
    return Format.ZOTERO if is_zotero else Format.CSL
