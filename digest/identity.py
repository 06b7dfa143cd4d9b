"""The pure rules of what is the same work: one canonical key for each."""

import re
from datetime import date
from typing import NewType

PaperId = NewType("PaperId", str)  # canonical key: "arxiv:2601.10962", "arxiv:math/0306266"

# https://info.arxiv.org/help/arxiv_identifier.html
_NEW_STYLE = re.compile(r"(?P<year>\d{2})(?P<month>0[1-9]|1[0-2])\.\d{4,5}", re.ASCII)
_OLD_STYLE = re.compile(
    r"(?P<archive>[a-z]+(?:-[a-z]+)?)(?:\.[A-Z]{2})?/(?P<year>\d{2})(?P<month>0[1-9]|1[0-2])\d{3}", re.ASCII
)
_DECORATION = re.compile(
    r"^(?:(?:https?://)?(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/|oai:arXiv\.org:|arxiv:)", re.I
)
_VERSION = re.compile(r"v[1-9]\d*$", re.ASCII)


def arxiv_id(text: str) -> str | None:
    """The bare arXiv id in an id, URL, `arXiv:` or OAI spelling, without version; None where there is none."""
    address = re.split(r"[?#]", text.strip())[0].rstrip("/")
    bare = _VERSION.sub("", _DECORATION.sub("", address).removesuffix(".pdf"))
    if _NEW_STYLE.fullmatch(bare):
        return bare
    if _OLD_STYLE.fullmatch(bare):
        archive, _, number = bare.partition("/")
        return f"{archive.partition('.')[0]}/{number}"
    return None


def paper_id(arxiv: str) -> PaperId:
    """The canonical key of an arXiv paper, from its bare id."""
    return PaperId(f"arxiv:{arxiv}")


def month_of(arxiv: str) -> date:
    """The first day of the month in which arXiv gave the id, which it does on announcing the paper."""
    found = _NEW_STYLE.fullmatch(arxiv) or _OLD_STYLE.fullmatch(arxiv)
    if found is None:
        raise ValueError(f"not an arXiv id: {arxiv!r}")
    year = int(found["year"])
    return date(year + (1900 if year > 90 else 2000), int(found["month"]), 1)
