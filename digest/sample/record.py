"""A paper as an OAI-PMH record in the format arXivRaw, its lines broken and indented as arXiv does it."""

from email.utils import format_datetime
from textwrap import fill
from xml.etree import ElementTree as ET

from digest.sample.papers import SamplePaper, SampleVersion

PREFIX = "arXivRaw"
NAMESPACE = "http://arxiv.org/OAI/arXivRaw/"
SCHEMA = "http://arxiv.org/OAI/arXivRaw.xsd"
SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_WIDTH = 78


def identifier_of(paper: SamplePaper) -> str:
    """The paper's OAI identifier: `oai:arXiv.org:2603.90001`."""
    return f"oai:arXiv.org:{paper.id}"


def add_record(parent: ET.Element, paper: SamplePaper) -> None:
    """Append the paper's `<record>`: header and metadata."""
    record = ET.SubElement(parent, "record")
    header = ET.SubElement(record, "header")
    add_text(header, "identifier", identifier_of(paper))
    add_text(header, "datestamp", str(paper.datestamp))
    for spec in paper.set_specs:
        add_text(header, "setSpec", spec)
    _add_raw(ET.SubElement(record, "metadata"), paper)


def add_text(parent: ET.Element, tag: str, text: str, **attributes: str) -> ET.Element:
    """Append an element that holds only text."""
    element = ET.SubElement(parent, tag, attributes)
    element.text = text
    return element


def _add_raw(parent: ET.Element, paper: SamplePaper) -> None:
    raw = ET.SubElement(
        parent,
        PREFIX,
        {
            "xmlns": NAMESPACE,
            "xmlns:xsi": SCHEMA_INSTANCE,
            "xsi:schemaLocation": f"{NAMESPACE} {SCHEMA}",
        },
    )
    add_text(raw, "id", paper.id)
    add_text(raw, "submitter", paper.submitter)
    for number, version in enumerate(paper.versions, start=1):
        _add_version(raw, number, version)
    add_text(raw, "title", _hanging(paper.title))
    add_text(raw, "authors", _hanging(paper.authors))
    add_text(raw, "categories", " ".join(paper.categories))
    for tag, text in _optional(paper):
        if text:
            add_text(raw, tag, text)
    add_text(raw, "abstract", _paragraphs(paper.abstract))


def _add_version(raw: ET.Element, number: int, version: SampleVersion) -> None:
    element = ET.SubElement(raw, "version", {"version": f"v{number}"})
    if version.submitted is not None:
        add_text(element, "date", format_datetime(version.submitted, usegmt=True))
    add_text(element, "size", version.size)
    if version.source_type:
        add_text(element, "source_type", version.source_type)


def _optional(paper: SamplePaper) -> tuple[tuple[str, str], ...]:
    return (
        ("comments", _hanging(paper.comments)),
        ("msc-class", paper.msc_class),
        ("acm-class", paper.acm_class),
        ("journal-ref", paper.journal_ref),
        ("doi", paper.doi),
        ("license", paper.license),
    )


def _hanging(text: str) -> str:
    """Broken into lines, those after the first indented."""
    return _broken(text, first="", rest="  ")


def _paragraphs(text: str) -> str:
    """Each paragraph broken into lines, its first line indented."""
    return "".join(_broken(paragraph, first="  ", rest="") + "\n" for paragraph in text.split("\n") if paragraph)


def _broken(text: str, *, first: str, rest: str) -> str:
    return fill(
        text, _WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
