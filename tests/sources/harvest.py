"""A whole harvest of a source, page by page, as `ingest` asks for it."""

from collections.abc import Iterator
from datetime import datetime

from digest.papers import Announcement, Cursor, Page
from digest.sources import Source
from tests.sources.conftest import NOW


def harvest(source: Source, cursor: Cursor | None = None, *, stream: str, now: datetime = NOW) -> Iterator[Page]:
    """Every page of a stream, from the cursor on."""
    while True:
        page = source.page(stream, cursor, now=now)
        yield page
        if page.is_last:
            return
        cursor = page.cursor


def titles(announcements: list[Announcement]) -> list[str]:
    return [item.paper.title for item in announcements]
