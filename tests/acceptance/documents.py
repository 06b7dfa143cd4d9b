"""The Daily Papers documents as texts of a reader's own clipboard: read here, never kept, and loaded as a file of ours.

Two kinds: bare ones are titles and abstracts alone; told ones have an organisation or a number of authors, a date and
the comments below each. A date without a year is of the year in which the page was read.
"""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from digest.ingest import ingest
from digest.signals import COMMENTS, ORGANISATION
from digest.sources.files import Files
from digest.sources.settings import FileSettings
from digest.store import Store

YEAR = 2025  # of the newest papers in them
UNDATED = date(YEAR, 12, 10)  # under which bare papers are loaded
BARE, TOLD = ("001", "002"), ("003", "004")
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_DATE = rf"(?P<month>{'|'.join(_MONTHS)}) (?P<day>\d{{1,2}})(?:, (?P<year>\d{{4}}))?(?: (?P<comments>\d+))?"
_FACTS = re.compile(rf"(?:\s*• (?P<authors>\d+) authors|(?P<organisation>\S.*))\n(?:·\n)?{_DATE}")


@dataclass(frozen=True, kw_only=True)
class Told:
    """One paper as a document has it."""

    title: str
    abstract: str
    authors: int | None = None  # how many
    organisation: str = ""
    day: date | None = None
    comments: int = 0


def document(shared: Path, number: str) -> Path:
    """The document of a number such as 003."""
    (path,) = (shared / "data" / "documents").glob(f"{number}_*.txt")
    return path


def read(path: Path) -> tuple[Told, ...]:
    """The papers of a document of any kind."""
    text = path.read_text(encoding="utf-8").strip()
    if path.name.startswith(TOLD):
        return read_told(text)
    return read_bare(text)


def read_bare(text: str) -> tuple[Told, ...]:
    """Titles and abstracts in turns, below the head of the page, which may run into the first title."""
    lines = [line.strip() for line in _body(text).splitlines() if line.strip()]
    return tuple(Told(title=title, abstract=abstract) for title, abstract in zip(lines[::2], lines[1::2], strict=True))


def read_told(text: str) -> tuple[Told, ...]:
    """Title, abstract and facts in turns; some have no facts."""
    parts, papers = re.split(r"\n\n+", _body(text)), list[Told]()
    while parts:
        title, abstract = parts.pop(0), parts.pop(0)
        facts = _FACTS.fullmatch(parts[0]) if parts else None
        if facts:
            parts.pop(0)
        papers.append(_told(title.strip(), abstract.strip(), facts))
    return tuple(papers)


def load(store: Store, papers: Sequence[Told], folder: Path) -> tuple[date, ...]:
    """Have the file source read them, each on its own day, as an operator's file of that day would be; those days."""
    by_day: dict[date, list[dict[str, object]]] = defaultdict(list)
    for number, paper in enumerate(papers):
        by_day[paper.day or UNDATED].append(_line(number, paper))
    for day, lines in sorted(by_day.items()):
        file = folder / f"{day}.jsonl"
        file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
        ingest(store, Files(FileSettings(paths=(str(file),))), now=datetime.combine(day, time(12), UTC))
    return tuple(sorted(by_day))


def _body(text: str) -> str:
    """What stands below the head, of which the last line is a date or "Subscribe"."""
    head = re.match(rf"(?s).{{0,300}}?research community\s+{_DATE}\s+|.{{0,200}}?inbox!\s+Subscribe", text)
    assert head is not None
    return text[head.end() :].strip("\n")


def _told(title: str, abstract: str, facts: re.Match[str] | None) -> Told:
    if facts is None:
        return Told(title=title, abstract=abstract)
    return Told(
        title=title,
        abstract=abstract,
        authors=int(facts["authors"]) if facts["authors"] else None,
        organisation=(facts["organisation"] or "").partition(" ")[2],  # after the name of its account
        day=date(int(facts["year"] or YEAR), _MONTHS.index(facts["month"]) + 1, int(facts["day"])),
        comments=int(facts["comments"] or 0),
    )


def _line(number: int, paper: Told) -> dict[str, object]:
    return {
        "id": f"paper {number}",
        "title": paper.title,
        "abstract": paper.abstract,
        "authors": [f"Nemo Nescio {place}" for place in range(1, (paper.authors or 0) + 1)],
        "categories": ["cs.LG"],  # the documents name none
        "date": paper.day.isoformat() if paper.day else None,
        "signals": {COMMENTS: paper.comments or None, ORGANISATION: paper.organisation or None},
    }
