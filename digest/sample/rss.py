"""The sample's listings as RSS, as arXiv's feeds have them: one day, one category, nothing at the weekend.

https://info.arxiv.org/help/rss_specifications.html
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from email.utils import format_datetime
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from digest.sample.papers import SamplePaper
from digest.sample.record import add_text, identifier_of

_NEW_YORK = ZoneInfo("America/New_York")
_NAMESPACES = {
    "version": "2.0",
    "xmlns:arxiv": "http://arxiv.org/schemas/atom",
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
}
_LAST_LISTED_VERSION = 5  # later replacements are in no feed


def feed(papers: Iterable[SamplePaper], category: str, *, today: date) -> tuple[int, bytes]:
    """Status and XML of a category's feed on one day."""
    root = ET.Element("rss", _NAMESPACES)
    channel = ET.SubElement(root, "channel")
    if re.fullmatch(r"[a-z-]+(\.[A-Za-z-]+)?", category) is None:
        add_text(channel, "title", f"Feed error for query: {category}")
        return 400, _xml(root)
    _add_head(channel, category, today)
    listed = [paper for each in papers if (paper := each.as_of(today)) is not None and paper.datestamp == today]
    for paper in listed:
        if category in paper.categories and len(paper.versions) <= _LAST_LISTED_VERSION:
            _add_item(channel, paper, category)
    return 200, _xml(root)


def _add_head(channel: ET.Element, category: str, today: date) -> None:
    add_text(channel, "title", f"{category} updates on arXiv.org")
    add_text(channel, "link", f"http://rss.arxiv.org/rss/{category}")
    add_text(channel, "description", f"{category} updates on the arXiv.org e-print archive.")
    add_text(channel, "language", "en-us")
    add_text(channel, "pubDate", _midnight(today))
    days = ET.SubElement(channel, "skipDays")
    add_text(days, "day", "Saturday")
    add_text(days, "day", "Sunday")


def _add_item(channel: ET.Element, paper: SamplePaper, category: str) -> None:
    item = ET.SubElement(channel, "item")
    kind, number = _announce_type(paper, category), len(paper.versions)
    abstract = paper.abstract.replace("\n", "\n  ")
    add_text(item, "title", paper.title)
    add_text(item, "link", f"https://arxiv.org/abs/{paper.id}")
    add_text(item, "description", f"arXiv:{paper.id}v{number} Announce Type: {kind} \nAbstract: {abstract}")
    add_text(item, "guid", f"{identifier_of(paper)}v{number}", isPermaLink="false")
    for listed in paper.categories:
        add_text(item, "category", listed)
    add_text(item, "pubDate", _midnight(paper.datestamp))
    add_text(item, "arxiv:announce_type", kind)
    add_text(item, "dc:rights", paper.license)
    add_text(item, "dc:creator", paper.authors)


def _announce_type(paper: SamplePaper, category: str) -> str:
    at_home = paper.categories[0] == category
    if len(paper.versions) > 1:
        return "replace" if at_home else "replace-cross"
    return "new" if at_home else "cross"


def _midnight(day: date) -> str:
    return format_datetime(datetime.combine(day, time(), _NEW_YORK))


def _xml(root: ET.Element) -> bytes:
    xml: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return xml
