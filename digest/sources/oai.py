"""OAI-PMH 2.0 as a wire format: strict XML in, records out.

https://www.openarchives.org/OAI/openarchivesprotocol.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from lxml import etree

from digest.errors import SourceError
from digest.sources.xml import strict_root, text_of

_OAI = "{http://www.openarchives.org/OAI/2.0/}"


@dataclass(frozen=True, slots=True)
class OaiRecord:
    """One record: its header, and its metadata element (None for a deleted record)."""

    identifier: str
    datestamp: date
    metadata: etree._Element | None


@dataclass(frozen=True, slots=True)
class OaiAnswer:
    """One answer to ListRecords or GetRecord."""

    answered_on: date  # the day of responseDate, UTC
    records: tuple[OaiRecord, ...]
    token: str | None  # for the next page; None on the last
    error: str | None  # an error code such as noRecordsMatch
    error_text: str = ""
    unreadable: tuple[str, ...] = ()


def parse(body: bytes, *, source: str) -> OaiAnswer:
    """Read one answer; SourceError if it is not whole and well-formed OAI-PMH."""
    root = _root(body, source)
    try:
        answered_on = _day(root.findtext(f"{_OAI}responseDate"))
    except ValueError as error:
        raise SourceError(source, "the answer has no readable responseDate") from error
    failure = root.find(f"{_OAI}error")
    if failure is not None:
        return OaiAnswer(answered_on, (), None, failure.get("code", "unknown"), text_of(failure))
    listing = next(
        (found for verb in ("ListRecords", "GetRecord") if (found := root.find(_OAI + verb)) is not None), None
    )
    if listing is None:
        raise SourceError(source, "the OAI-PMH answer has neither records nor an error")
    records: list[OaiRecord] = []
    unreadable: list[str] = []
    for element in listing.iterfind(f"{_OAI}record"):
        try:
            records.append(_record(element))
        except ValueError as error:
            unreadable.append(str(error))
    token = text_of(listing.find(f"{_OAI}resumptionToken")) or None
    return OaiAnswer(answered_on, tuple(records), token, None, unreadable=tuple(unreadable))


def _root(body: bytes, source: str) -> etree._Element:
    root = strict_root(body, source=source, form="OAI-PMH")
    if root.tag != f"{_OAI}OAI-PMH":
        raise SourceError(source, f"the answer is not OAI-PMH but <{etree.QName(root).localname[:40]}>")
    return root


def _record(element: etree._Element) -> OaiRecord:
    header = element.find(f"{_OAI}header")
    identifier = text_of(header.find(f"{_OAI}identifier")) if header is not None else ""
    if header is None or not identifier:
        raise ValueError("a record without an identifier")
    try:
        datestamp = _day(header.findtext(f"{_OAI}datestamp"))
    except ValueError as error:
        raise ValueError(f"{identifier}: no readable datestamp") from error
    metadata = element.find(f"{_OAI}metadata")
    body = next(_elements(metadata), None) if metadata is not None else None
    deleted = header.get("status") == "deleted"
    if body is None and not deleted:
        raise ValueError(f"{identifier}: no metadata")
    return OaiRecord(identifier, datestamp, None if deleted else body)


def _elements(parent: etree._Element) -> Iterator[etree._Element]:
    return (child for child in parent if isinstance(child.tag, str))


def _day(text: str | None) -> date:
    return date.fromisoformat((text or "").strip()[:10])
