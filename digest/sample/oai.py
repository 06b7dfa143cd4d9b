"""OAI-PMH 2.0 over the sample, as far as arXiv's own interface speaks it: a query string in, XML out.

https://www.openarchives.org/OAI/openarchivesprotocol.html
"""

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET

from digest.sample.papers import SamplePaper
from digest.sample.record import NAMESPACE, PREFIX, SCHEMA, SCHEMA_INSTANCE, add_record, add_text, identifier_of

_OAI = "http://www.openarchives.org/OAI/2.0/"
_EARLIEST = "2026-03-05"
_VERBS: dict[str, tuple[frozenset[str], frozenset[str]]] = {  # what each needs, and what it takes besides
    "Identify": (frozenset(), frozenset()),
    "ListMetadataFormats": (frozenset(), frozenset({"identifier"})),
    "ListSets": (frozenset(), frozenset()),
    "GetRecord": (frozenset({"identifier", "metadataPrefix"}), frozenset()),
    "ListRecords": (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set"})),
}


class OaiError(Exception):
    """An answer that is an OAI-PMH error: its code, and a sentence for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


class Repository:
    """The sample as an OAI-PMH repository on one day."""

    def __init__(self, papers: Iterable[SamplePaper], *, today: date, page_size: int, base_url: str) -> None:
        standing = [paper for paper in (paper.as_of(today) for paper in papers) if paper is not None]
        self._papers = sorted(standing, key=lambda paper: paper.datestamp)
        self._today = today
        self._page_size = page_size
        self._base_url = base_url

    def answer(self, query: str) -> bytes:
        """The XML that answers a query string; errors of the asker are answers, too."""
        root = ET.Element(
            "OAI-PMH",
            {
                "xmlns": _OAI,
                "xmlns:xsi": SCHEMA_INSTANCE,
                "xsi:schemaLocation": f"{_OAI} http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd",
            },
        )
        add_text(root, "responseDate", f"{self._today}T08:00:00Z")
        request = add_text(root, "request", self._base_url)
        try:
            verb, arguments = _arguments(query)
            request.attrib.update({"verb": verb} | {key: text for key, text in arguments.items() if text.isprintable()})
            root.append(self._verb(verb)(arguments))
        except OaiError as error:
            add_text(root, "error", str(error), code=error.code)
        xml: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
        return xml

    def _verb(self, verb: str) -> Callable[[Mapping[str, str]], ET.Element]:
        return {
            "Identify": self._identify,
            "ListMetadataFormats": self._formats,
            "ListSets": self._sets,
            "GetRecord": self._get_record,
            "ListRecords": self._list_records,
        }[verb]

    def _identify(self, _: Mapping[str, str]) -> ET.Element:
        element = ET.Element("Identify")
        add_text(element, "repositoryName", "A sample of invented papers")
        add_text(element, "baseURL", self._base_url)
        add_text(element, "protocolVersion", "2.0")
        add_text(element, "adminEmail", "sample@example.org")
        add_text(element, "earliestDatestamp", _EARLIEST)
        add_text(element, "deletedRecord", "no")
        add_text(element, "granularity", "YYYY-MM-DD")
        add_text(element, "compression", "gzip")
        return element

    def _formats(self, arguments: Mapping[str, str]) -> ET.Element:
        if "identifier" in arguments:
            self._paper(arguments["identifier"])
        element = ET.Element("ListMetadataFormats")
        entry = ET.SubElement(element, "metadataFormat")
        add_text(entry, "metadataPrefix", PREFIX)
        add_text(entry, "schema", SCHEMA)
        add_text(entry, "metadataNamespace", NAMESPACE)
        return element

    def _sets(self, _: Mapping[str, str]) -> ET.Element:
        element = ET.Element("ListSets")
        for spec in sorted({prefix for paper in self._papers for prefix in _sets_of(paper)}):
            entry = ET.SubElement(element, "set")
            add_text(entry, "setSpec", spec)
            add_text(entry, "setName", spec.rpartition(":")[2])
        return element

    def _get_record(self, arguments: Mapping[str, str]) -> ET.Element:
        _require_format(arguments["metadataPrefix"])
        element = ET.Element("GetRecord")
        add_record(element, self._paper(arguments["identifier"]))
        return element

    def _paper(self, identifier: str) -> SamplePaper:
        for paper in self._papers:
            if identifier_of(paper) == identifier:
                return paper
        raise OaiError("idDoesNotExist", "No record has this identifier today.")

    def _list_records(self, arguments: Mapping[str, str]) -> ET.Element:
        offset, selection = self._resumed(arguments)
        _require_format(selection["metadataPrefix"])
        selected = self._selected(selection)
        if not selected:
            raise OaiError("noRecordsMatch", "No record matches the set and the days asked for.")
        element = ET.Element("ListRecords")
        for paper in selected[offset : offset + self._page_size]:
            add_record(element, paper)
        if len(selected) > self._page_size:
            self._add_token(element, selection, offset, len(selected))
        return element

    def _selected(self, selection: Mapping[str, str]) -> Sequence[SamplePaper]:
        first, last = _day(selection, "from", date.min), _day(selection, "until", date.max)
        if first > last:
            raise OaiError("badArgument", "'from' is later than 'until'.")
        wanted = selection.get("set")
        return [
            paper
            for paper in self._papers
            if first <= paper.datestamp <= last and (wanted is None or wanted in _sets_of(paper))
        ]

    def _resumed(self, arguments: Mapping[str, str]) -> tuple[int, Mapping[str, str]]:
        if "resumptionToken" not in arguments:
            return 0, arguments
        try:
            today, offset, selection = json.loads(base64.urlsafe_b64decode(arguments["resumptionToken"]))
        except (ValueError, TypeError) as error:
            raise OaiError("badResumptionToken", "This is not a token of this repository.") from error
        if today != str(self._today):
            raise OaiError("badResumptionToken", "The token expired at midnight.")
        return offset, selection

    def _add_token(self, element: ET.Element, selection: Mapping[str, str], offset: int, total: int) -> None:
        following = offset + self._page_size
        state = json.dumps([str(self._today), following, dict(selection)])
        token = base64.urlsafe_b64encode(state.encode()).decode() if following < total else ""
        expires = f"{self._today + timedelta(days=1)}T00:00:00Z"
        numbers = {"cursor": str(offset), "completeListSize": str(total)}
        add_text(element, "resumptionToken", token, **(numbers | {"expirationDate": expires} if token else numbers))


def _arguments(query: str) -> tuple[str, dict[str, str]]:
    """The verb of a query and its other arguments, checked against what the verb takes."""
    pairs = parse_qsl(query, keep_blank_values=True)
    arguments = dict(pairs)
    verb = arguments.pop("verb", "")
    if verb not in _VERBS or [key for key, _ in pairs].count("verb") > 1:
        raise OaiError("badVerb", "The verb is missing, repeated or not one of this repository.")
    if len(pairs) > len(arguments) + 1:
        raise OaiError("badArgument", "An argument is repeated.")
    if verb == "ListRecords" and arguments.keys() == {"resumptionToken"}:
        return verb, arguments
    needed, allowed = _VERBS[verb]
    if not needed <= arguments.keys() <= needed | allowed:
        raise OaiError("badArgument", f"{verb} lacks an argument, or was given one that it does not take here.")
    return verb, arguments


def _day(selection: Mapping[str, str], name: str, default: date) -> date:
    text = selection.get(name)
    if text is None:
        return default
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise OaiError("badArgument", f"'{name}' is not a day such as 2026-03-05.")


def _require_format(prefix: str) -> None:
    if prefix != PREFIX:
        raise OaiError("cannotDisseminateFormat", f"Records are given as {PREFIX} only.")


def _sets_of(paper: SamplePaper) -> set[str]:
    """The sets the paper is in, wide ones included: `cs`, `cs:cs` and `cs:cs:CL` for a paper in cs.CL."""
    specs = [spec.split(":") for spec in paper.set_specs]
    return {":".join(parts[:length]) for parts in specs for length in range(1, len(parts) + 1)}
