"""Search: what somebody types and chooses in, a page of papers out.

What is named by id, DOI or address is found at once, an exact title stands first. Otherwise every word must be there,
by its stem; mistyped words are replaced; and where nothing has all of them, the nearest papers are shown by meaning.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from digest.browse.likeness import nearest, nearest_to
from digest.browse.loading import records
from digest.browse.queries import Query, author_clause, corrected, is_title, read, title_phrase
from digest.browse.spelling import corrections
from digest.browse.stems import CODE_TAG, category_tag
from digest.identity import PaperId
from digest.papers import Paper
from digest.records import Record
from digest.store import Store, Transaction
from digest.store.search import numbers_of
from digest.store.search_engines import Clause, Part, Phrase, Wanted

PAGE = 20  # papers on one page, where nobody says how many
MEANT = 50  # papers found by meaning, at most: beyond them likeness is chance
_TITLES = 10  # that begin like a query and are looked at
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of what a search found."""

    records: tuple[Record, ...]  # at most `size`, the best first; the newest first where nothing was typed
    count: int  # on all pages
    page: int  # from 1
    size: int = PAGE  # papers on one page
    corrected: str = ""  # the query that was answered, where it is another than the one typed
    direct: PaperId | None = None  # the one paper that the query names
    by_meaning: bool = False  # these are the nearest, and need not have the words
    near: Paper | None = None  # the one whose neighbours these are

    @property
    def pages(self) -> int:
        """How many there are, at least 1."""
        return max(1, -(-self.count // self.size))


def search(
    store: Store,
    text: str,
    *,
    category: str = "",
    since: date | None = None,
    until: date | None = None,
    author: str = "",
    has_code: bool = False,
    by_meaning: bool = False,
    newest_first: bool = False,
    page: int = 1,
    size: int = PAGE,
    now: datetime,
) -> Found:
    """The page of a number, from 1, of what any text finds among the papers of a category (or of an archive such as
    `cs`), announced in some days, by somebody, with code; `size` papers are a page. As `now` is the moment to work at,
    nothing later is found.

    A paper that the query names is found whatever the filters say. Beyond the last page there is nothing.
    """
    query, latest = read(text), now.date() + _DAY  # arXiv's listing has tomorrow's date at most
    first, last = numbers_of(since, min(until or latest, latest))
    wanted = Wanted(clauses=_filters(category, author, has_code=has_code), first=first, last=last)
    with store.read() as tx:
        return _Search(tx, wanted, page, size, newest_first).found(query, by_meaning=by_meaning)


@dataclass(frozen=True, slots=True)
class _Search:
    """One page of one search."""

    tx: Transaction
    wanted: Wanted  # what the filters want
    page: int
    size: int
    newest_first: bool

    def found(self, query: Query, *, by_meaning: bool) -> Found:
        if query.like is not None:
            return self._neighbours(query.like)
        direct = self.tx.works.read_as(query.names) if query.names else None
        if direct is not None:
            return self._loaded([direct], count=1, direct=direct)
        if by_meaning and query.every_word:
            return self._meant(nearest(self.tx, query.text, self.wanted, limit=MEANT))
        return self._by_words(query) if query.every_word else self._without_words(query)

    def _without_words(self, query: Query) -> Found:
        """The newest where nothing was typed, and nothing where it holds no word."""
        if query.text:
            return self._loaded([], count=0)
        rows = self.tx.search.newest(self.wanted, limit=self.size, offset=self._start)
        return self._papers(rows, count=self.tx.search.count(self.wanted))

    def _by_words(self, query: Query) -> Found:
        found = self._all_of(query)
        if found.count:
            return found
        meant = corrections(self.tx, query.every_word)
        said = corrected(query, meant) if meant else ""
        if said and (better := self._all_of(read(said))).count:
            return replace(better, corrected=said)
        return replace(self._meant(nearest(self.tx, said or query.text, self.wanted, limit=MEANT)), corrected=said)

    def _all_of(self, query: Query) -> Found:
        wanted = replace(self.wanted, clauses=(*query.clauses(), *self.wanted.clauses))
        if self.newest_first:
            rows = self.tx.search.newest(wanted, limit=self.size, offset=self._start)
            return self._papers(rows, count=self.tx.search.count(wanted))
        exact = self._titled(query)
        others = replace(wanted, without=self.tx.search.document(exact) if exact else None)
        count = self.tx.search.count(others)
        start = max(self._start - bool(exact), 0)
        size = self.size - bool(exact and self.page == 1)
        rows = self.tx.search.best(others, limit=size, offset=start) if start < count else []
        first = [exact] if exact and self.page == 1 else []
        return self._papers([*first, *rows], count=count + bool(exact))

    def _titled(self, query: Query) -> int | None:
        """The paper whose title the query is; of several the newest."""
        phrase = title_phrase(query)
        if phrase is None:
            return None
        wanted = replace(self.wanted, clauses=((phrase,), *self.wanted.clauses))
        kept = self.tx.papers.by_row(self.tx.search.newest(wanted, limit=_TITLES))
        return max((row for row, each in kept.items() if is_title(query, each.paper.title)), default=None)

    def _neighbours(self, name: PaperId) -> Found:
        key = self.tx.works.read_as(name)
        if key is None:
            return self._meant([])
        kept = self.tx.papers.get([key])[key]
        found = self._meant(nearest_to(self.tx, kept, self.wanted, limit=MEANT))
        return replace(found, near=kept.paper)

    def _meant(self, keys: list[PaperId]) -> Found:
        page = self._loaded(keys[self._start : self._start + self.size], count=len(keys))
        return replace(page, by_meaning=True)

    @property
    def _start(self) -> int:
        return (self.page - 1) * self.size

    def _papers(self, rows: list[int], *, count: int) -> Found:
        keys = self.tx.works.kept_as(rows)
        return self._loaded([keys[row] for row in rows if row in keys], count=count)

    def _loaded(self, keys: list[PaperId], *, count: int, direct: PaperId | None = None) -> Found:
        return Found(records=tuple(records(self.tx, keys)), count=count, page=self.page, size=self.size, direct=direct)


def _filters(category: str, author: str, *, has_code: bool) -> tuple[Clause, ...]:
    wanted: list[Clause] = []
    if category:
        wanted.append((Phrase((category_tag(category),), Part.TAGS),))
    if author:
        wanted.append(author_clause(author))
    if has_code:
        wanted.append((Phrase((CODE_TAG,), Part.TAGS),))
    return tuple(wanted)
