"""Announcements: which source named which paper, where, when, and as what."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from digest.identity import PaperId
from digest.papers import FRESH, Announcement, AnnouncementKind
from digest.store import tables as t
from digest.store.papers import KeptPaper, Papers
from digest.store.search import mark
from digest.store.upsert import chunks, insert, take_turns
from digest.store.works import Works


@dataclass(frozen=True, slots=True)
class FreshPaper:
    """A paper that may enter an edition: the newest announcement that named it, and that announcement's day."""

    kept: KeptPaper
    announcement: int
    day: date
    late: bool = False  # named only after the batch of its day had been closed


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened to a paper after it had been announced."""

    kept: KeptPaper
    announcement: int
    kind: AnnouncementKind  # replacement, withdrawn or published
    day: date


@dataclass(frozen=True, slots=True)
class Named:
    """How many papers of one stream and day were named, and how many of them late."""

    stream: str
    day: date
    papers: int
    late: int


@dataclass(slots=True)
class _Said:
    """Which sources called a paper fresh in a stream, and the announcement that counts."""

    sources: set[str] = field(default_factory=set)
    first: dict[str, Any] | None = None


@dataclass(slots=True)
class _News:
    """Announcements on their way into the table, sorted by what was said before."""

    fresh: dict[tuple[str, int], _Said]  # by stream and paper
    otherwise: Set[tuple[str, str, int]]  # source, stream and paper of what was called anything but fresh
    told: set[tuple[str, str, int, date]]  # source, stream, paper and day of what was said of listings
    closed: Set[tuple[str, date]]  # stream and day of batches
    wanted: list[dict[str, Any]] = field(default_factory=list)
    corrected: list[dict[str, Any]] = field(default_factory=list)

    def take(self, item: Announcement, row: int, now: datetime) -> None:
        told = {"source": item.source, "stream": item.stream, "paper_id": row, "kind": item.kind, "day": item.day}
        noted = told | {"seen_at": now, "late": False}
        key = (item.source, item.stream, row, item.day)
        if item.kind in _OF_LISTINGS and key in self.told:
            return  # read again it may look like another kind; what was said at first stands
        self.told.add(key)
        if item.kind in FRESH:
            self._take_fresh(item, row, noted)
        else:
            self.wanted.append(noted)

    def _take_fresh(self, item: Announcement, row: int, noted: dict[str, Any]) -> None:
        said = self.fresh.setdefault((item.stream, row), _Said())
        if item.source in said.sources or (item.source, item.stream, row) in self.otherwise:
            return  # what a source called a replacement at first is no news when it is read again
        said.sources.add(item.source)
        if said.first is None:
            said.first = noted
            noted["late"] = (item.stream, item.day) in self.closed
        else:
            if _goes_before(noted, said.first):
                noted = self._put_first(said.first, noted)
            noted["kind"] = AnnouncementKind.CONFIRMED
        self.wanted.append(noted)

    def _put_first(self, first: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
        """Have the announcement that counts say what was told now, and return what is to be noted instead."""
        instead = told | {name: first[name] for name in ("source", "day")}
        first |= {name: told[name] for name in ("source", "day", "kind")}
        if "number" in first:
            self.corrected.append(first)
        return instead


def _goes_before(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """The earlier day counts; on the same day any fixed order of the sources will do."""
    return bool(one["day"] < other["day"] or (one["day"] == other["day"] and one["source"] > other["source"]))


def _was_told(before: Iterable[tuple[tuple[str, str], date]], teller: tuple[str, str], day: date) -> bool:
    """Whether another source or stream has told of as many changes lately as this one now has."""
    lately = Counter(other for other, when in before if abs(day - when) <= _A_CHANGE_SPREADS)
    return lately[teller] < max(lately.values(), default=0)


class Announcements:
    """Announcements within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection
        self._papers = Papers(connection)
        self._works = Works(connection)

    # ------------------------------------------------------------ writing

    def note(self, announcements: Iterable[Announcement], *, ledger: str = "", now: datetime) -> int:
        """Note what was announced and return how many are new.

        A paper is fresh in a stream only once; another source that names it confirms that, once. Which of two sources
        was asked first makes no difference in the end: the one that gives the earlier day is the one that named it.
        What is fresh after its batch in the ledger was closed is late.
        """
        take_turns(self._db, t.announcement)
        listed = list(announcements)
        rows = self._papers.rows({item.paper.id for item in listed})
        news = _News(
            fresh=self._named_fresh(set(rows.values())),
            otherwise={each[:3] for each in self._named_otherwise(set(rows.values()))},
            told=self._of_listings(set(rows.values())),
            closed=self._closed(ledger, {item.day for item in listed}),
        )
        for item in listed:
            news.take(item, rows[item.paper.id], now)
        before = self.newest() or 0
        self._correct(news.corrected)
        for part in chunks(news.wanted):
            self._db.execute(insert(self._db, t.announcement).on_conflict_do_nothing(), part)
        mark(self._db, (each["paper_id"] for each in news.wanted))  # by the day of which they are found
        a = t.announcement.c
        new = sa.select(sa.func.count(a.id)).where(a.id > before, a.kind != AnnouncementKind.CONFIRMED)
        return self._db.execute(new).scalar_one()

    def _correct(self, announcements: Iterable[dict[str, Any]]) -> None:
        """Have kept announcements say what another source says; their numbers, and so who has read them, stay."""
        statement = sa.update(t.announcement).where(t.announcement.c.id == sa.bindparam("number"))
        values: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in ("source", "day", "kind")}
        told = {each["number"]: each for each in announcements}
        rows = [{"number": n} | {f"new_{name}": each[name] for name in values} for n, each in told.items()]
        for part in chunks(rows):
            self._db.execute(statement.values(values), part)

    # ------------------------------------------------------------ reading

    def fresh_since(self, announcement: int) -> list[FreshPaper]:
        """Papers announced as new or cross-listed after the given announcement, in the order of announcing."""
        return self._fresh(t.announcement.c.id > announcement)

    def fresh_on(self, day: date, *, days: int = 1) -> list[FreshPaper]:
        """Papers announced as new or cross-listed on one day, or on so many that end with it."""
        first = day - timedelta(days=days - 1)
        return self._fresh(t.announcement.c.day.between(first, day))

    def trending(self, *, since: date) -> list[tuple[KeptPaper, str]]:
        """Papers that readers elsewhere point to from `since` on, each with the source that says so, newest first."""
        a = t.announcement.c
        query = sa.select(a.paper_id, a.source).where(a.kind == AnnouncementKind.TRENDING, a.day >= since)
        told = self._db.execute(query.order_by(a.day.desc(), a.id.desc())).all()
        roots = self._works.roots({row for row, _ in told})
        sources: dict[int, str] = {}
        for row, source in told:
            sources.setdefault(roots[row], source)
        kept = self._papers.by_row(sources)
        return [(kept[row], source) for row, source in sources.items() if row in kept]

    def changes_since(self, announcement: int, rows: Set[int]) -> list[Change]:
        """What happened to those papers after the given announcement: each kind of change once, the last of it.

        What another source or stream tells of some days later is the same change, and counts from its first telling.
        """
        a = t.announcement.c
        told: dict[tuple[int, str], list[tuple[tuple[str, str], date]]] = {}
        found: dict[tuple[int, str], tuple[int, date]] = {}
        for part in chunks(sorted(rows)):
            query = sa.select(a.paper_id, a.kind, a.source, a.stream, a.id, a.day)
            query = query.where(a.paper_id.in_(part), a.kind.in_(_CHANGES)).order_by(a.id)
            for row, kind, source, stream, number, day in self._db.execute(query):
                before = told.setdefault((row, kind), [])
                if number > announcement and not _was_told(before, (source, stream), day):
                    found[row, kind] = (number, day)
                before.append(((source, stream), day))
        kept = self._papers.by_row({row for row, _ in found})
        return [Change(kept[row], number, AnnouncementKind(kind), day) for (row, kind), (number, day) in found.items()]

    def changed_since(self, announcement: int) -> set[int]:
        """The rows of all papers to which anything happened after the given announcement."""
        a = t.announcement.c
        query = sa.select(a.paper_id).where(a.id > announcement, a.kind.in_(_CHANGES))
        return set(self._db.execute(query.distinct()).scalars())

    def newest_listing(self) -> date | None:
        """The day of the newest listing that announced anything new."""
        query = sa.select(sa.func.max(t.announcement.c.day)).where(t.announcement.c.kind.in_(FRESH))
        return self._db.execute(query).scalar()

    def newest(self) -> int | None:
        """The number of the last announcement noted."""
        return self._db.execute(sa.select(sa.func.max(t.announcement.c.id))).scalar()

    def of(self, row: int) -> list[tuple[str, str, str, date]]:
        """Source, stream, kind and day of every time a paper was announced, oldest first."""
        a = t.announcement.c
        query = sa.select(a.source, a.stream, a.kind, a.day).where(a.paper_id == row).order_by(a.day, a.id)
        return [tuple(found) for found in self._db.execute(query)]

    def named(self, sources: Sequence[str], stream: str, *, since: date) -> dict[date, Named]:
        """How many papers those sources named in a stream on each day from `since` on."""
        a = t.announcement.c
        query = (
            sa.select(a.day, sa.func.count(a.paper_id.distinct()), sa.func.sum(sa.cast(a.late, sa.Integer)))
            .where(a.source.in_(sources), a.stream == stream, a.day >= since, a.kind.in_(_COUNTED))
            .group_by(a.day)
        )
        return {day: Named(stream, day, papers, int(late)) for day, papers, late in self._db.execute(query)}

    def tally(self, stream: str, day: date) -> tuple[dict[str, int], list[PaperId]]:
        """How many papers each source named or confirmed for a stream and day, and the ids of those named late."""
        a, kinds = t.announcement.c, _COUNTED | {AnnouncementKind.CONFIRMED}
        of_day = sa.and_(a.stream == stream, a.day == day, a.kind.in_(kinds))
        counted = sa.select(a.source, sa.func.count(a.paper_id.distinct())).where(of_day).group_by(a.source)
        late = sa.select(t.paper.c.canonical_key).join(t.announcement).where(of_day, a.late)
        keys = self._db.execute(late.distinct().order_by(t.paper.c.canonical_key)).scalars()
        by_source = {str(source): int(papers) for source, papers in self._db.execute(counted)}
        return by_source, [PaperId(key) for key in keys]

    def first_day(self, sources: Sequence[str], stream: str) -> date | None:
        """The day of the oldest announcement that those sources made in a stream."""
        a = t.announcement.c
        query = sa.select(sa.func.min(a.day)).where(a.source.in_(sources), a.stream == stream, a.kind.in_(_COUNTED))
        return self._db.execute(query).scalar()

    def first_fresh(self, rows: Set[int]) -> dict[int, date]:
        """The first day on which each of some papers was announced as new or cross-listed, where it was."""
        a = t.announcement.c
        found: dict[int, date] = {}
        for part in chunks(sorted(rows)):
            query = sa.select(a.paper_id, sa.func.min(a.day)).where(a.paper_id.in_(part), a.kind.in_(FRESH))
            found.update(map(tuple, self._db.execute(query.group_by(a.paper_id))))
        return found

    def _fresh(self, condition: sa.ColumnElement[bool]) -> list[FreshPaper]:
        a = t.announcement.c
        query = sa.select(a.paper_id, a.id, a.day, a.late).where(condition, a.kind.in_(FRESH)).order_by(a.id)
        named = self._db.execute(query).all()
        roots = self._works.roots({row for row, *_ in named})
        found = {roots[row]: (number, day, late) for row, number, day, late in named}  # the newest takes the place
        kept = self._papers.by_row(found)
        return [FreshPaper(kept[row], *told) for row, told in sorted(found.items(), key=lambda item: item[1])]

    def _named_otherwise(self, rows: Set[int]) -> set[tuple[str, str, int, date]]:
        """Source, stream, paper and day of what was announced as anything but fresh."""
        return self._told(rows, t.announcement.c.kind.not_in(FRESH))

    def _of_listings(self, rows: Set[int]) -> set[tuple[str, str, int, date]]:
        """Source, stream, paper and day of what was said of listings."""
        return self._told(rows, t.announcement.c.kind.in_(_OF_LISTINGS | {AnnouncementKind.CONFIRMED}))

    def _told(self, rows: Set[int], kinds: sa.ColumnElement[bool]) -> set[tuple[str, str, int, date]]:
        a = t.announcement.c
        found: set[tuple[str, str, int, date]] = set()
        for part in chunks(sorted(rows)):
            query = sa.select(a.source, a.stream, a.paper_id, a.day).where(a.paper_id.in_(part), kinds)
            found.update((source, stream, row, day) for source, stream, row, day in self._db.execute(query))
        return found

    def _named_fresh(self, rows: Set[int]) -> dict[tuple[str, int], "_Said"]:
        """What was said of papers being fresh, by stream and paper."""
        a = t.announcement.c
        found: dict[tuple[str, int], _Said] = {}
        kinds = FRESH | {AnnouncementKind.CONFIRMED}
        for part in chunks(sorted(rows)):
            query = sa.select(a.id, a.source, a.stream, a.paper_id, a.kind, a.day)
            for each in self._db.execute(query.where(a.paper_id.in_(part), a.kind.in_(kinds))):
                said = found.setdefault((each.stream, each.paper_id), _Said())
                said.sources.add(each.source)
                if each.kind in FRESH:
                    said.first = {"number": each.id, "source": each.source, "day": each.day, "kind": each.kind}
        return found

    def _closed(self, ledger: str, days: Set[date]) -> set[tuple[str, date]]:
        """Stream and day of the batches that are closed."""
        b = t.batch.c
        found: set[tuple[str, date]] = set()
        for part in chunks(sorted(days)):
            query = sa.select(b.stream, b.day).where(b.source == ledger, b.day.in_(part), b.closed_at.is_not(None))
            found.update((stream, day) for stream, day in self._db.execute(query))
        return found


_CHANGES = (AnnouncementKind.REPLACEMENT, AnnouncementKind.WITHDRAWN, AnnouncementKind.PUBLISHED)
_A_CHANGE_SPREADS = timedelta(days=7)  # over the sources and streams that tell of it, with time for one to be down
_OF_LISTINGS = FRESH | {AnnouncementKind.REPLACEMENT, AnnouncementKind.WITHDRAWN, AnnouncementKind.CHANGED}
_COUNTED = FRESH | {AnnouncementKind.TRENDING}
