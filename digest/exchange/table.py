"""CSV in, entries out: the first line names the columns, as Zotero's, Mendeley's and spreadsheets' exports do.

Of the columns those count that `_COLUMNS` knows, in any case of letters; the others are not read.
"""

import csv
import io
from collections.abc import Iterator, Mapping

from digest.errors import InvalidInput
from digest.exchange.entries import Entry, Library, Unread, arxiv_name, each_once, library, mentioned, one_line, text_of

_COLUMNS = {
    "title": ("title", "document title", "article title"),
    "author": ("author", "authors", "first author"),
    "id": ("id", "arxiv", "arxiv id", "arxiv_id", "eprint", "paper"),
    "name": ("doi", "url", "link", "address"),
    "remark": ("extra", "note", "notes", "archive location", "publication title"),
    "collection": ("interest", "collection", "collections", "tag", "tags", "manual tags"),
}
_SEPARATORS = ",;\t"


def read_csv(content: bytes) -> Library:
    """The rows of a table; InvalidInput where no column names papers."""
    text = text_of(content).replace("\x00", "")
    header, _, _ = text.partition("\n")
    separator = max(_SEPARATORS, key=header.count)
    return library(_entries(text, separator))


def _entries(text: str, separator: str) -> Iterator[Entry | Unread]:
    columns: dict[str, list[int]] = {}
    is_first = True
    for place, cells in _lines(text, separator):
        if isinstance(cells, Unread):
            yield cells
        elif is_first:
            columns, is_first = _columns(cells), False
        elif any(map(str.strip, cells)):
            yield _entry(place, columns, cells)


def _lines(text: str, separator: str) -> Iterator[tuple[str, list[str] | Unread]]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    while True:
        place = f"line {rows.line_num + 1}"
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield place, Unread(place=place, problem=f"not CSV ({error}); look for a quotation mark without its other")
            continue
        yield place, cells


def _columns(header: list[str]) -> dict[str, list[int]]:
    """Which columns hold what, in their order."""
    titles = [one_line(cell).casefold() for cell in header]
    found = {
        what: [at for known in names for at, title in enumerate(titles) if title == known]
        for what, names in _COLUMNS.items()
    }
    if not (found["title"] or found["id"] or found["name"]):
        raise InvalidInput("line 1: no column is named title, arxiv, doi or url; give the table a first line of names")
    return found


def _entry(place: str, columns: Mapping[str, list[int]], cells: list[str]) -> Entry:
    def of(what: str) -> list[str]:
        return [one_line(cells[at]) for at in columns[what] if at < len(cells)]

    authors = next(iter(of("author")), "")
    remarks = [name for text in of("remark") for name in mentioned(text)]
    collections = [part for text in of("collection") for part in text.split(";")]
    return Entry(
        place=place,
        title=next(iter(filter(None, of("title"))), ""),
        authors=each_once(authors.split(";")[0].split(" and ")),
        names=each_once([*(arxiv_name(text) or text for text in of("id")), *remarks, *of("name")]),
        collections=each_once(collections),
    )
