"""arXiv's metadata format `arXiv`, where each author has a name and affiliations of their own: an element in, a
partial Paper out.

http://arxiv.org/OAI/arXiv.xsd. Its dates are not read: `created` is the day of the current version, not of the first.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from lxml import etree

from digest.authors import Byline
from digest.papers import AnnouncementKind, Paper
from digest.sources.arxiv_harvest import ArxivHarvest
from digest.sources.arxiv_metadata import described
from digest.sources.arxiv_names import one_author, unicode_name
from digest.sources.xml import inner_text

_ARXIV = "{http://arxiv.org/OAI/arXiv/}"


class ArxivDetails(ArxivHarvest):
    """The listings once more, for what is told of each author. It brings no news of its own."""

    name = "arxiv-details"
    is_reference = False
    prefix = "arXiv"

    def read(self, element: etree._Element) -> Paper:
        return paper_of(element)

    def kind(self, paper: Paper, stream: str, *, listed: date, since: date | None) -> AnnouncementKind:
        return AnnouncementKind.FOUND


def paper_of(element: etree._Element) -> Paper:
    """The paper an `arXiv` element describes, without versions; ValueError if it has no usable id or title."""
    bylines = tuple(
        byline for author in element.iterfind(f"{_ARXIV}authors/{_ARXIV}author") for byline in _told(author)
    )
    return replace(
        described(element, "arXiv"),
        authors=tuple(byline.name for byline in bylines),
        bylines=bylines,
        partial=True,
    )


def _told(author: etree._Element) -> Iterator[Byline]:
    """The author, with what is told of them, and the collaboration they speak for, if one is named."""
    name = " ".join(part for tag in ("forenames", "keyname", "suffix") for part in _texts(author, tag))
    affiliations = tuple(dict.fromkeys(filter(None, map(unicode_name, _texts(author, "affiliation")))))
    for number, each in enumerate(one_author(name)):
        yield Byline(name=each, affiliations=() if number else affiliations)


def _texts(author: etree._Element, tag: str) -> list[str]:
    return [inner_text(element) for element in author.iterfind(_ARXIV + tag)]
