"""What was announced over some days, as public pages count, sort and divide it: row numbers, never whole papers."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from digest.identity import PaperId
from digest.papers import FRESH, AnnouncementKind
from digest.signals import COMMENTS, UPVOTES
from digest.store import tables as t
from digest.store.upsert import chunks
from digest.store.works import Works

_LONG_LISTS = ("week", "month")  # streams of what readers point to over many days, under the first of them


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPaper:
    """One work that was announced on one of the days."""

    row: int
    key: PaperId
    day: date  # the last of these days that names it
    number: int  # of its last announcement on these days
    is_fresh: bool  # new or cross-listed then, and not only pointed to
    categories: tuple[str, ...]  # primary first
    upvotes: int = 0
    comments: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorOfLate:
    """Somebody, and how many papers of theirs were announced."""

    number: int
    name: str  # as first printed
    papers: int


@dataclass(frozen=True, slots=True)
class _Told:
    day: date
    number: int
    is_fresh: bool


class Days:
    """Days within one transaction. Merged papers are one work."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection
        self._works = Works(connection)

    def named(self, first: date, last: date) -> list[NamedPaper]:
        """Every work announced from `first` to `last` as new, cross-listed or trending."""
        told = self._told(first, last)
        roots = self._works.roots(told)
        of_work: dict[int, _Told] = {}
        for row, each in told.items():
            other = of_work.get(roots[row])
            of_work[roots[row]] = _both(other, each) if other else each
        light = self._light(of_work)
        counts = self._counts([key for key, _ in light.values()])
        return [
            NamedPaper(
                row=row,
                key=key,
                day=of_work[row].day,
                number=of_work[row].number,
                is_fresh=of_work[row].is_fresh,
                categories=categories,
                upvotes=counts.get((key, UPVOTES), 0),
                comments=counts.get((key, COMMENTS), 0),
            )
            for row, (key, categories) in light.items()
        ]

    def before(self, day: date) -> date | None:
        """The last day before this one on which anything was announced."""
        return self._edge(sa.func.max(t.announcement.c.day), t.announcement.c.day < day)

    def after(self, day: date) -> date | None:
        """The first day after this one on which anything was announced."""
        return self._edge(sa.func.min(t.announcement.c.day), t.announcement.c.day > day)

    def revision(self) -> tuple[object, ...]:
        """Another value after every harvest and every question to a source, from one row of each of three tables."""
        tables = (t.announcement.c.id, t.cursor.c.completed_at, t.gate.c.last_request_at)
        query = sa.select(*(sa.select(sa.func.max(column)).scalar_subquery() for column in tables))
        return tuple(self._db.execute(query).one())

    # ------------------------------------------------------------ trends

    def listed(self, first: date, last: date) -> list[tuple[int, str, date]]:
        """Paper, stream and day of everything announced as new or cross-listed, oldest first."""
        a = t.announcement.c
        query = sa.select(a.paper_id, a.stream, a.day).where(a.day.between(first, last), a.kind.in_(FRESH))
        return [(row, stream, day) for row, stream, day in self._db.execute(query.order_by(a.day, a.id))]

    def busiest(self, first: date, last: date, *, limit: int) -> list[AuthorOfLate]:
        """Whoever wrote most of the papers that were announced as new, most first; hidden ones left out."""
        a, s, p = t.announcement.c, t.authorship.c, t.author.c
        named = sa.select(a.paper_id).where(a.day.between(first, last), a.kind == AnnouncementKind.NEW)
        papers = sa.func.count()
        query = (
            sa.select(p.id, p.printed, papers)
            .join(t.authorship, s.author_id == p.id)
            .where(s.paper_id.in_(named), p.hidden_at.is_(None))
            .group_by(p.id, p.printed)
            .order_by(papers.desc(), p.id)
            .limit(limit)
        )
        return [AuthorOfLate(number=who, name=name, papers=count) for who, name, count in self._db.execute(query)]

    # ------------------------------------------------------------ parts

    def _edge(self, wanted: sa.ColumnElement[Any], *conditions: sa.ColumnElement[bool]) -> date | None:
        found: date | None = self._db.execute(sa.select(wanted).where(_SHOWN, *conditions)).scalar()
        return found

    def _told(self, first: date, last: date) -> dict[int, _Told]:
        a = t.announcement.c
        query = sa.select(a.paper_id, a.kind, a.day, a.id).where(a.day.between(first, last), _SHOWN)
        found: dict[int, _Told] = {}
        for row, kind, day, number in self._db.execute(query.order_by(a.id)):
            told = _Told(day, number, kind in FRESH)
            found[row] = _both(found[row], told) if row in found else told
        return found

    def _light(self, rows: Iterable[int]) -> dict[int, tuple[PaperId, tuple[str, ...]]]:
        """Key and categories by row number."""
        p, found = t.paper.c, dict[int, tuple[PaperId, tuple[str, ...]]]()
        for part in chunks(sorted(rows)):
            query = sa.select(p.id, p.canonical_key, p.categories).where(p.id.in_(part))
            found |= {row: (PaperId(key), tuple(names)) for row, key, names in self._db.execute(query)}
        return found

    def _counts(self, keys: Collection[PaperId]) -> Mapping[tuple[str, str], int]:
        """The last that any source told of upvotes and comments, by paper and name."""
        s, found = t.signal.c, dict[tuple[str, str], int]()
        for part in chunks(sorted(keys)):
            query = sa.select(s.subject, s.name, s.value).where(s.subject.in_(part), s.name.in_((UPVOTES, COMMENTS)))
            for subject, name, value in self._db.execute(query.order_by(s.observed_at)):
                if isinstance(value, int | float) and value >= 0:
                    found[subject, name] = int(value)
        return found


_SHOWN = sa.or_(
    t.announcement.c.kind.in_(FRESH),
    sa.and_(t.announcement.c.kind == AnnouncementKind.TRENDING, t.announcement.c.stream.not_in(_LONG_LISTS)),
)


def _both(one: _Told, other: _Told) -> _Told:
    return _Told(max(one.day, other.day), max(one.number, other.number), one.is_fresh or other.is_fresh)
