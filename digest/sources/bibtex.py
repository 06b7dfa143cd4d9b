"""BibTeX in, records out: https://tug.ctan.org/biblio/bibtex/base/btxdoc.pdf, with the fields of biblatex and arXiv.

An entry begins with "@type{" at the beginning of a line; so a broken one costs itself alone, and a file of any length
is read a piece at a time. An @string macro holds from where it is defined to the end of the file, and one that nobody
defined stands for its own name. `keywords` becomes a signal of that name, `primaryClass` the category.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from digest import identity, signals
from digest.sources import bibtex_text, markup, naming
from digest.sources.bibtex_syntax import MONTHS, Entry, entries
from digest.sources.file_records import Period, Piece, Position, Record, Told, keys, period
from digest.sources.jats import clean

LONGEST_ENTRY = 2**20  # bytes
_BEGINS = re.compile(rb"\s*@\s*[A-Za-z]+\s*[{(]")
_STRING = re.compile(rb"\s*@\s*string\b", re.I)
_PLACES = ("volume", "number", "pages", "year")
_ARXIV_WITHIN = re.compile(r"arxiv:\s*(\S+)", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """The lines from where one entry begins to where the next one does."""

    text: bytes
    is_cut: bool  # it is too long, and the rest was not kept
    line: int
    following: Position


def pieces(file: BinaryIO, start: Position) -> Iterator[Piece]:
    """The entries from `start` on; what stands before is read for its macros alone."""
    macros = {name: name for name in MONTHS}
    for block in _blocks(file):
        is_wanted = block.following.offset > start.offset
        if is_wanted or _STRING.match(block.text):
            records = tuple(_records(block, macros))
            if is_wanted:
                yield Piece(records=records, following=block.following)


def _blocks(file: BinaryIO) -> Iterator[_Block]:
    file.seek(0)
    kept: list[bytes] = []
    size, offset, begins, line, is_new_line = 0, 0, 1, 1, True
    while part := file.readline(LONGEST_ENTRY):
        if size and is_new_line and _BEGINS.match(part):
            following = Position(offset=offset, line=line)
            yield _Block(text=b"".join(kept), is_cut=size > LONGEST_ENTRY, line=begins, following=following)
            kept, size, begins = [], 0, line
        size, offset = size + len(part), offset + len(part)
        kept += [part] if size <= LONGEST_ENTRY else []
        is_new_line = part.endswith(b"\n")
        line += is_new_line
    if size:
        following = Position(offset=offset, line=line)
        yield _Block(text=b"".join(kept), is_cut=size > LONGEST_ENTRY, line=begins, following=following)


def _records(block: _Block, macros: dict[str, str]) -> Iterator[Record]:
    if block.is_cut:
        yield Record(line=block.line, problems=(f"the entry is longer than {LONGEST_ENTRY:,} bytes",))
        return
    try:
        text = block.text.decode("utf-8-sig")
    except UnicodeDecodeError:
        yield Record(line=block.line, problems=("the entry is not UTF-8",))
        return
    for entry in entries(text, macros):
        line = block.line + entry.lines_before
        if entry.problem:
            yield Record(line=line, problems=(f"{entry.key or 'an entry'}: {entry.problem}",))
            continue
        try:
            yield Record(line=line, told=_told(entry))
        except ValueError as error:
            yield Record(line=line, problems=(f"{entry.key or 'an entry'}: {error}",))


# ------------------------------------------------------------ fields


def _told(entry: Entry) -> Told:
    fields = entry.fields
    title = bibtex_text.plain(fields.get("title", ""))
    if not title:
        raise ValueError("title: expected text, found nothing")
    arxiv, doi = keys(_names(fields))
    keywords = tuple(filter(None, map(bibtex_text.plain, re.split("[,;]", fields.get("keywords", "")))))
    return Told(
        title=title,
        name=clean(entry.key),
        arxiv=arxiv,
        doi=doi,
        abstract=bibtex_text.plain_paragraphs(fields.get("abstract", "")),
        authors=bibtex_text.names(fields.get("author", "")),
        categories=tuple(bibtex_text.plain(fields.get("primaryclass", "")).split()),
        dated=_dated(fields),
        url=markup.address(bibtex_text.address(fields.get("url", ""))),
        journal_ref=_journal_ref(fields),
        signals={signals.KEYWORDS: keywords} if keywords else {},
    )


def _names(fields: Mapping[str, str]) -> Iterator[identity.PaperId | None]:
    """What the fields name the work by; Google Scholar puts an arXiv id into `journal`, DBLP into `volume`."""
    eprint, url = (bibtex_text.address(fields.get(name, "")) for name in ("eprint", "url"))
    archive = (fields.get("archiveprefix") or fields.get("eprinttype") or "arxiv").strip().casefold()
    within = _ARXIV_WITHIN.search(fields.get("journal", ""))
    volume = fields.get("volume", "").removeprefix("abs/") if _is_repository(fields) else ""
    candidates = [eprint, f"{fields.get('primaryclass', '')}/{eprint}"] if archive == "arxiv" else []
    candidates += [within[1].rstrip(".,;)") if within else "", volume]
    yield from (identity.paper_id(bare) for text in candidates if (bare := identity.arxiv_id(text)))
    yield naming.doi_id(bibtex_text.address(fields.get("doi", "")))
    yield naming.arxiv_id(url)
    yield naming.doi_id(url)


def _is_repository(fields: Mapping[str, str]) -> bool:
    """Whether the journal is arXiv, which DBLP calls by its old name."""
    journal = fields.get("journal", "").strip("{} ").casefold()
    return journal == "corr" or journal.startswith("arxiv")


def _journal_ref(fields: Mapping[str, str]) -> str:
    """ "J. Tides 7(2), 1–12 (2026)", as far as it is told."""
    journal = bibtex_text.plain(fields.get("journal", "") or fields.get("journaltitle", ""))
    if not journal or _is_repository(fields):
        return ""
    volume, number, pages, year = (bibtex_text.plain(fields.get(name, "")) for name in _PLACES)
    where = f" {volume}" * bool(volume) + f"({number})" * bool(volume and number) + f", {pages}" * bool(pages)
    return f"{journal}{where}" + f" ({year})" * bool(year)


def _dated(fields: Mapping[str, str]) -> Period | None:
    """The date of biblatex, of a range its beginning; else year, month and day as far as they are told."""
    date, year, day = (fields.get(name, "").strip("{} ") for name in ("date", "year", "day"))
    month = f"{year}-{_month(fields.get('month', '')):02}"
    for told in (date.partition("/")[0], f"{month}-{day:0>2}", month, year):
        try:
            return period(told)
        except ValueError:
            continue
    return None


def _month(text: str) -> int:
    """1 to 12 for "mar", "March" or "03"; 0 for what names no month."""
    short = text.strip("{}. ").casefold()
    if short[:3] in MONTHS:
        return MONTHS.index(short[:3]) + 1
    return int(short) if short.isascii() and short.isdigit() and len(short) <= 2 else 0
