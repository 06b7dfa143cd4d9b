"""What is on the rise in public: terms of the week, papers by listing and day, and who writes most.

Terms are counted from the counted terms that are kept with each paper, by number; only those that rise are spelled, in
the words of a few papers of the week. The formula is that of `relevance.trends`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from digest.relevance.text import Ids, TermCounts, is_stem, spelled
from digest.relevance.trends import LEAST_PAPERS, LEAST_RISE, Frequencies, Rising, rising
from digest.store import Store, Transaction
from digest.store.days import AuthorOfLate
from digest.store.upsert import chunks

WEEK = timedelta(days=7)
WEEKS_BEFORE = 8
AUTHOR_DAYS = 30  # in which authors are counted
LISTINGS = 12  # with most papers, which are shown
TERMS = 10  # of one listing
AUTHORS = 20
_DAY = timedelta(days=1)
_AT_ONCE = 2000  # papers whose terms are read in one question; some 5 MB
_Counts = npt.NDArray[np.int64]
_NONE: Ids = np.array([], np.uint64)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingTrend:
    """One listing, such as cs.LG."""

    name: str
    papers: tuple[int, ...]  # by day, as `Trends.days` has them
    rising: tuple[Rising, ...]  # best first, at most TERMS
    week: int  # papers of the week
    before: int  # papers of the weeks before


@dataclass(frozen=True, slots=True, kw_only=True)
class Trends:
    """The trends at the newest listing."""

    first: date  # of the week
    last: date
    days: tuple[date, ...]  # on which anything was listed in AUTHOR_DAYS, oldest first
    listings: tuple[ListingTrend, ...]  # that with most papers of the week first, at most LISTINGS
    authors: tuple[AuthorOfLate, ...]  # of AUTHOR_DAYS, at most AUTHORS
    since: date  # the first of these days


@dataclass(frozen=True, slots=True)
class _Named:
    """The papers of each listing, by row number, without those that were listed before."""

    week: Mapping[str, set[int]]
    before: Mapping[str, set[int]]


@dataclass(frozen=True, slots=True)
class _Told:
    """Terms, ascending, and how many papers of the week and of the weeks before hold each: all of shape (n,)."""

    ids: Ids
    now: _Counts
    before: _Counts

    def those(self, which: npt.NDArray[np.bool_]) -> "_Told":
        return _Told(self.ids[which], self.now[which], self.before[which])

    def by_term(self, spelt: Mapping[int, str], counts: _Counts) -> dict[str, int]:
        """Counts by the word behind each term."""
        pairs = zip(self.ids.tolist(), counts.tolist(), strict=True)
        return {spelt[number]: count for number, count in pairs if number in spelt}


def trends(store: Store, *, today: date) -> Trends | None:
    """The trends at the newest listing that is no later than tomorrow; None where there is none yet."""
    with store.read() as tx:
        last = tx.days.before(today + 2 * _DAY)
        if last is None:
            return None
        since = last - timedelta(days=AUTHOR_DAYS) + _DAY
        listed = tx.days.listed(last - WEEK - WEEKS_BEFORE * WEEK + _DAY, last)
        authors = tuple(tx.days.busiest(since, last, limit=AUTHORS))
    by_day = _by_day(each for each in listed if each[2] >= since)
    named = _named(listed, last - WEEK)
    order = sorted(named.week, key=lambda name: (-len(named.week[name]), name))[:LISTINGS]
    risen = _risen(store, named, order)
    days = tuple(sorted({day for counts in by_day.values() for day in counts}))
    return Trends(
        first=last - WEEK + _DAY,
        last=last,
        days=days,
        listings=tuple(
            ListingTrend(
                name=name,
                papers=tuple(by_day[name][day] for day in days),
                rising=risen[name][:TERMS],
                week=len(named.week[name]),
                before=len(named.before.get(name, ())),
            )
            for name in order
        ),
        authors=authors,
        since=since,
    )


def _by_day(listed: Iterable[tuple[int, str, date]]) -> Mapping[str, Counter[date]]:
    """How many papers each listing has on each day; one that another source confirms counts once."""
    found: dict[str, Counter[date]] = defaultdict(Counter)
    for _, name, day in set(listed):
        found[name][day] += 1
    return found


def _named(listed: Iterable[tuple[int, str, date]], start: date) -> _Named:
    week: dict[str, set[int]] = defaultdict(set)
    before: dict[str, set[int]] = defaultdict(set)
    for row, name, day in listed:  # oldest first
        if day <= start:
            before[name].add(row)
        elif row not in before[name]:
            week[name].add(row)
    return _Named(week, before)


# ------------------------------------------------------------ terms


def _risen(store: Store, named: _Named, order: Sequence[str]) -> Mapping[str, tuple[Rising, ...]]:
    """The rising terms of each listing."""
    held = _held(store, {row for name in order for row in named.week[name]})
    often = {name: _often(held[row] for row in named.week[name] if row in held) for name in order}
    wanted = np.unique(np.concatenate([_NONE, *(ids for ids, _ in often.values())]))
    then = _before(store, named, order, wanted)
    risen = {}
    for name in order:
        ids, counts = often[name]
        told = _Told(ids, counts, then[name][np.searchsorted(wanted, ids)])
        papers, before = len(named.week[name]), len(named.before.get(name, ()))
        may_rise = told.those(counts * before >= LEAST_RISE * told.before * papers)
        spelt = _spelled(store, may_rise.ids, {row: held[row] for row in named.week[name] if row in held})
        risen[name] = rising(
            Frequencies(papers=papers, by_term=may_rise.by_term(spelt, may_rise.now)),
            Frequencies(papers=before, by_term=may_rise.by_term(spelt, may_rise.before)),
        )
    return risen


def _held(store: Store, rows: Iterable[int]) -> dict[int, Ids]:
    """The terms that each paper holds, as they are written."""
    return {row: ids for part in _terms(store, rows) for row, ids in part.items()}


def _terms(store: Store, rows: Iterable[int]) -> Iterator[Mapping[int, Ids]]:
    for part in chunks(sorted(rows), _AT_ONCE):
        with store.read() as tx:
            blobs = tx.history.terms(part)
        yield {row: _written(blob) for row, blob in blobs.items()}


def _written(blob: bytes) -> Ids:
    ids = TermCounts.from_bytes(blob).ids
    return ids[~is_stem(ids)]


def _often(held: Iterable[Ids]) -> tuple[Ids, _Counts]:
    """The terms that LEAST_PAPERS or more hold, ascending, and how many."""
    ids, counts = np.unique(np.concatenate([_NONE, *held]), return_counts=True)
    return ids[counts >= LEAST_PAPERS], counts[counts >= LEAST_PAPERS]


def _before(store: Store, named: _Named, order: Sequence[str], wanted: Ids) -> Mapping[str, _Counts]:
    """How many papers of the weeks before held each wanted term, by listing."""
    counts = {name: np.zeros(len(wanted), np.int64) for name in order}
    listings: dict[int, list[str]] = defaultdict(list)
    for name in order:
        for row in named.before.get(name, ()):
            listings[row].append(name)
    if not len(wanted):
        return counts
    for part in _terms(store, listings):
        for row, ids in part.items():
            places = np.minimum(np.searchsorted(wanted, ids), len(wanted) - 1)
            found = places[wanted[places] == ids]
            for name in listings[row]:
                counts[name][found] += 1  # each id once
    return counts


def _spelled(store: Store, ids: Ids, held: Mapping[int, Ids]) -> Mapping[int, str]:
    """The words behind ids, from as few papers that hold them as a walk through all finds."""
    left, rows = ids, list[int]()
    for row in sorted(held):
        if not len(left):
            break
        rest = np.setdiff1d(left, held[row], assume_unique=True)
        if len(rest) < len(left):
            rows.append(row)
            left = rest
    with store.read() as tx:
        return _words(tx, ids, rows)


def _words(tx: Transaction, ids: Ids, rows: Sequence[int]) -> Mapping[int, str]:
    texts = [text for kept in tx.papers.by_row(rows).values() for text in (kept.paper.title, kept.paper.abstract)]
    return spelled(ids.tolist(), texts)
