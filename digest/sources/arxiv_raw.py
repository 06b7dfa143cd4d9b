"""arXiv's own metadata format `arXivRaw`, with the history of versions: an element in, a Paper out.

http://arxiv.org/OAI/arXivRaw.xsd
"""

import re
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from lxml import etree

from digest.papers import Paper, Version
from digest.sources.arxiv_metadata import described
from digest.sources.arxiv_names import author_names, unicode_name
from digest.sources.xml import inner_text, text_of

_RAW = "{http://arxiv.org/OAI/arXivRaw/}"


def paper_of(element: etree._Element) -> Paper:
    """The paper an `arXivRaw` element describes; ValueError if it has no usable id, title or version number."""
    return replace(
        described(element, "arXivRaw"),
        authors=author_names(inner_text(element.find(f"{_RAW}authors"))),
        versions=tuple(sorted(map(_version, element.iterfind(f"{_RAW}version")), key=lambda version: version.number)),
        submitter=unicode_name(inner_text(element.find(f"{_RAW}submitter"))),
    )


def _version(element: etree._Element) -> Version:
    number = re.fullmatch(r"v([1-9]\d{0,3})", element.get("version", ""), re.ASCII)
    if number is None:
        raise ValueError(f"not a version: {element.get('version', '')[:20]!r}")
    source_type = text_of(element.find(f"{_RAW}source_type"))
    return Version(
        number=int(number[1]),
        submitted_at=_instant(text_of(element.find(f"{_RAW}date"))),
        withdrawn="I" in source_type and int(number[1]) > 1,
    )


def _instant(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError):
        return None
