"""arXiv's feeds of single authors, who opted in: all papers of one person, wherever they are listed.

https://info.arxiv.org/help/author_identifiers.html; thank you to arXiv for use of its open access interoperability.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from digest.authors import AuthorKey, Byline
from digest.batches import Announces
from digest.errors import SourceError
from digest.papers import Announcement, AnnouncementKind, Cursor, Page, Paper
from digest.sources.arxiv import GATE
from digest.sources.arxiv_query import Feed, parse
from digest.sources.client import PoliteClient
from digest.sources.settings import ArxivSettings

_NEWS = timedelta(days=30)  # since its first version; authors claim old papers too, and those are no news
_ARXIV_AUTHOR = re.compile(r"(?P<surname>[a-z]+)_(?P<initial>[a-z])_[1-9]\d*", re.ASCII)
_ORCID = re.compile(r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]", re.ASCII)
_TITLE = re.compile(r"['’]s articles on arXiv$")
_UNKNOWN = frozenset({400, 404})


class ArxivAuthorFeeds:
    """The authors of the settings as streams, each by an arXiv author id (`smith_j_1`) or an ORCID."""

    name = "arxiv-authors"
    gate = GATE
    ledger = "arxiv-authors"
    is_reference = True

    def __init__(self, settings: ArxivSettings, client: PoliteClient) -> None:
        """Raises ValueError where an author feed of the settings has neither kind of name."""
        self._settings = settings
        self._client = client
        self._keys = {name: author_key(name) for name in settings.author_feeds}

    @property
    def streams(self) -> Sequence[str]:
        return tuple(self._keys)

    def page(self, stream: str, cursor: Cursor | None, *, now: datetime) -> Page:
        """All papers of an author; what the first reading brings is no news, and nor is an old paper later."""
        url = f"{self._settings.site_url.rstrip('/')}/a/{stream}.atom2"
        answer = self._client.changed(url, cursor.validator if cursor else None, now=now, also=_UNKNOWN)
        if answer.unchanged and cursor is not None:
            return Page(announcements=(), cursor=replace(cursor, completed_at=now), unchanged=True)
        if answer.status in _UNKNOWN:
            raise SourceError(self.name, "arXiv has no feed of this author; authors choose whether to have one")
        feed = parse(answer.body, source=self.name)
        announcements = (self._announcement(stream, paper, feed, cursor is None, now) for paper in feed.papers)
        return Page(
            announcements=tuple(announcements),
            cursor=Cursor(since=now.date(), completed_at=now, validator=answer.validator),
            skipped=feed.skipped,
        )

    def announces(self, day: date) -> Announces:
        return Announces.PERHAPS

    def shown_at(self, day: date) -> datetime:
        return datetime.combine(day + timedelta(days=1), time(), UTC)

    def _announcement(self, stream: str, paper: Paper, feed: Feed, is_first: bool, now: datetime) -> Announcement:
        """A feed does not say when it began to list a paper: the day is that of the paper's first version."""
        submitted = min(paper.submitted_at or now, now)
        is_news = not is_first and paper.submitted_at is not None and submitted >= now - _NEWS
        return Announcement(
            source=self.name,
            stream=stream,
            paper=signed(paper, stream, self._keys[stream], feed),
            kind=AnnouncementKind.NEW if is_news else AnnouncementKind.FOUND,
            day=submitted.date(),
        )


def author_key(name: str) -> AuthorKey:
    """The key of the author that a feed belongs to; ValueError if it is neither an arXiv author id nor an ORCID."""
    if _ORCID.fullmatch(name):
        return AuthorKey(f"orcid:{name}")
    if _ARXIV_AUTHOR.fullmatch(name):
        return AuthorKey(f"arxiv:{name}")
    raise ValueError(f"author_feeds: {name!r} is neither an arXiv author id such as smith_j_1 nor an ORCID")


def signed(paper: Paper, name: str, key: AuthorKey, feed: Feed) -> Paper:
    """The paper with the key at the one printed author whom the feed belongs to; as it is where nobody can tell."""
    position = _position(paper.authors, name, feed.author or _TITLE.sub("", feed.title))
    if position is None:
        return paper
    bylines = list(paper.bylines or (Byline(name=author) for author in paper.authors))
    bylines[position] = replace(bylines[position], keys=(key,))
    return replace(paper, bylines=tuple(bylines))


def _position(authors: Sequence[str], name: str, owner: str) -> int | None:
    """Which of the printed authors is the feed's: by the whole name, else by surname and first initial."""
    same = [n for n, author in enumerate(authors) if author.casefold() == owner.casefold()]
    if not same:
        known = _ARXIV_AUTHOR.fullmatch(name)
        surname, initial = (known["surname"], known["initial"]) if known else _surname_and_initial(owner)
        same = [n for n, author in enumerate(authors) if surname and _is_called(author, surname, initial)]
    return same[0] if len(same) == 1 else None


def _surname_and_initial(owner: str) -> tuple[str, str]:
    words = owner.split()
    return (_folded(words[-1]), _folded(words[0])[:1]) if len(words) > 1 else ("", "")


def _is_called(author: str, surname: str, initial: str) -> bool:
    """Whether a printed name ends in the surname, of up to five words, and begins with the initial."""
    first, *rest = author.split()
    ends = {"".join(map(_folded, rest[-count:])) for count in range(1, 6)}
    return surname in ends and _folded(first).startswith(initial)


def _folded(text: str) -> str:
    """Letters a to z alone, accents taken off: as arXiv makes its author ids."""
    return re.sub(r"[^a-z]", "", unicodedata.normalize("NFKD", text.casefold()))
