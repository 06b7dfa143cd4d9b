"""OAI-PMH 2.0 as a wire format: strict XML in, records out.

https://www.openarchives.org/OAI/openarchivesprotocol.html
"""

from dataclasses import dataclass
from datetime import date

from lxml import etree

from digest.errors import SourceError
from digest.sources.xml import folded, strict_root, text_of

_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_LONGEST_TOKEN = 4000  # it travels in a URL


@dataclass(frozen=True, slots=True)
class OaiRecord:
    """One record: its header, and its metadata element (None for a deleted record)."""

    identifier: str
    datestamp: date
    metadata: etree._Element | None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record that cannot be read, as far as it can."""

    problem: str
    identifier: str = ""
    datestamp: date | None = None


@dataclass(frozen=True, slots=True)
class OaiAnswer:
    """One answer to ListRecords or GetRecord."""

    answered_on: date  # the day of responseDate, UTC
    records: tuple[OaiRecord, ...]
    token: str | None  # for the next page; None on the last
    error: str | None  # an error code such as noRecordsMatch
    error_text: str = ""
    unreadable: tuple[Unreadable, ...] = ()


def parse(body: bytes, *, source: str) -> OaiAnswer:
    """Read one answer; SourceError if it is not whole and well-formed OAI-PMH."""
    root = _root(body, source)
    answered_on = _day(text_of(root.find(f"{_OAI}responseDate")))
    if answered_on is None:
        raise SourceError(source, "the answer has no readable responseDate")
    failure = root.find(f"{_OAI}error")
    if failure is not None:
        code = folded(failure.get("code", ""))[:60] or "unknown"
        return OaiAnswer(answered_on, (), None, code, text_of(failure))
    listing = next(
        (found for verb in ("ListRecords", "GetRecord") if (found := root.find(_OAI + verb)) is not None), None
    )
    if listing is None:
        raise SourceError(source, "the OAI-PMH answer has neither records nor an error")
    read = [_record(element) for element in listing.iterfind(f"{_OAI}record")]
    return OaiAnswer(
        answered_on,
        tuple(record for record in read if isinstance(record, OaiRecord)),
        _token(listing, source),
        None,
        unreadable=tuple(record for record in read if isinstance(record, Unreadable)),
    )


def _root(body: bytes, source: str) -> etree._Element:
    root = strict_root(body, source=source, form="OAI-PMH")
    if root.tag != f"{_OAI}OAI-PMH":
        raise SourceError(source, f"the answer is not OAI-PMH but <{etree.QName(root).localname[:40]}>")
    return root


def _token(listing: etree._Element, source: str) -> str | None:
    token = text_of(listing.find(f"{_OAI}resumptionToken"))
    if len(token) > _LONGEST_TOKEN:
        raise SourceError(source, f"the token for the next page has {len(token):,} characters; refused")
    return token or None


def _record(element: etree._Element) -> OaiRecord | Unreadable:
    header, metadata = element.find(f"{_OAI}header"), element.find(f"{_OAI}metadata")
    identifier = text_of(header.find(f"{_OAI}identifier")) if header is not None else ""
    datestamp = _day(text_of(header.find(f"{_OAI}datestamp"))) if header is not None else None
    if header is None or not identifier:
        return Unreadable("a record without an identifier", datestamp=datestamp)
    if datestamp is None:
        return Unreadable("no readable datestamp", identifier)
    if header.get("status") == "deleted":
        return OaiRecord(identifier, datestamp, None)
    body = next(iter(metadata), None) if metadata is not None else None
    return Unreadable("no metadata", identifier, datestamp) if body is None else OaiRecord(identifier, datestamp, body)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
