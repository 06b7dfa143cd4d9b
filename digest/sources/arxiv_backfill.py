"""Back-fill from arXiv's query API: a category and a day of submission at a time, oldest first.

https://info.arxiv.org/help/api/user-manual.html#query_details; thank you to arXiv for use of its open access
interoperability.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from digest.batches import Announces
from digest.errors import InvalidInput, SourceError
from digest.papers import Announcement, AnnouncementKind, Cursor, Page
from digest.sources.arxiv import GATE
from digest.sources.arxiv_query import DEEPEST, SLICE, Results, ask, category_term
from digest.sources.client import PoliteClient
from digest.sources.settings import ArxivSettings

_DAY = timedelta(days=1)


class ArxivBackfill:
    """Windows as streams, such as `cs.LG 2026-01-05`; the papers of each are found, and are no news."""

    name = "arxiv-backfill"
    gate = GATE
    ledger = "arxiv-backfill"
    is_reference = True

    def __init__(
        self,
        settings: ArxivSettings,
        client: PoliteClient,
        categories: Sequence[str],
        first: date,
        last: date,
        *,
        page_size: int = SLICE,
    ) -> None:
        """All days from `first` to `last`, both included; `page_size` papers (1 to 2,000) are asked for at once.

        Raises InvalidInput where `last` comes before `first` or a category is none.
        """
        if last < first:
            raise InvalidInput(f"The back-fill would end on {last}, before it begins on {first}.")
        self._settings = settings
        self._client = client
        self._page_size = page_size
        self._terms = {category: category_term(category) for category in categories}
        days = [first + n * _DAY for n in range((last - first).days + 1)]
        self._windows = {f"{category} {day}": (category, day) for day in days for category in self._terms}

    @property
    def streams(self) -> Sequence[str]:
        return tuple(self._windows)

    def page(self, stream: str, cursor: Cursor | None, *, now: datetime) -> Page:
        """The next papers of a window, and where the window stands after them."""
        category, day = self._windows[stream]
        start = int(cursor.token) if cursor and cursor.token else 0
        results = self._trusted(category, day, start, now)
        following = start + results.received
        if following < results.total:
            then = Cursor(since=day, token=str(following))
        else:
            then = Cursor(since=day, completed_at=now)
        announcements = (
            Announcement(source=self.name, stream=category, paper=paper, kind=AnnouncementKind.FOUND, day=day)
            for paper in results.papers
        )
        return Page(announcements=tuple(announcements), cursor=then, skipped=results.skipped)

    def is_done(self, stream: str, cursor: Cursor | None) -> bool:
        """Whether a window was read to its end after its day was over, and need not be read again."""
        if cursor is None or cursor.token is not None or cursor.completed_at is None:
            return False
        return cursor.completed_at >= self.shown_at(self._windows[stream][1])

    def announces(self, day: date) -> Announces:
        return Announces.PERHAPS

    def shown_at(self, day: date) -> datetime:
        return datetime.combine(day + _DAY, time(), UTC)

    def _trusted(self, category: str, day: date, start: int, now: datetime) -> Results:
        """An answer; that there is nothing counts only when it is said twice, and never after there was something."""
        results = self._asked(category, day, start, now)
        if results.total == 0:
            results = self._asked(category, day, start, now)
        if results.total == 0 and start > 0:
            raise SourceError(self.name, f"the answer tells of no paper, after {start:,} were given; run again later")
        if results.total > DEEPEST:
            raise SourceError(self.name, f"tells of {results.total:,} papers in a day, and gives at most {DEEPEST:,}")
        return results

    def _asked(self, category: str, day: date, start: int, now: datetime) -> Results:
        submitted = f"submittedDate:[{day:%Y%m%d}0000 TO {day:%Y%m%d}2359]"
        params = {
            "search_query": f"{self._terms[category]} AND {submitted}",
            "sortBy": "submittedDate",
            "sortOrder": "ascending",
        }
        url, size = self._settings.api_url, self._page_size
        return ask(self._client, url, params, start=start, size=size, source=self.name, now=now)
