"""Papers, their identifiers, versions and announcements."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from digest.identity import PaperId
from digest.papers import FRESH, Announcement, AnnouncementKind, Paper, Version, merged
from digest.store import tables as t
from digest.store.upsert import chunks, insert, take_turns


@dataclass(frozen=True, slots=True)
class KeptPaper:
    """A paper with its row number and its counted terms (relevance.text.TermCounts as bytes)."""

    row: int
    paper: Paper
    terms: bytes


@dataclass(frozen=True, slots=True)
class FreshPaper:
    """A paper that may enter an edition: the newest announcement that named it, and that announcement's day."""

    kept: KeptPaper
    announcement: int
    day: date


class Papers:
    """Papers within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    # ------------------------------------------------------------ writing

    def unlike(self, papers: Iterable[Paper]) -> set[PaperId]:
        """The ids of those papers that are not kept yet, or whose title or abstract would change on keeping them."""
        wanted = {paper.id: paper for paper in papers}
        kept = self.get(wanted)
        return {
            key
            for key, paper in wanted.items()
            if key not in kept or _text(merged(kept[key].paper, paper)) != _text(kept[key].paper)
        }

    def keep(self, papers: Iterable[Paper], terms: Mapping[PaperId, bytes], *, now: datetime) -> None:
        """Write papers as they read now; `terms` must hold those that are new or whose text changed.

        What is kept and what is told are merged (`papers.merged`): a partial paper blanks and replaces nothing.
        """
        told = {paper.id: paper for paper in papers}
        kept = self.get(told)
        unique = {key: merged(kept[key].paper, paper) if key in kept else paper for key, paper in told.items()}
        terms = {key: terms[key] for key, paper in unique.items() if key in terms and _text(paper) == _text(told[key])}
        with_text = [paper for paper in unique.values() if paper.id in terms]
        for part in chunks([self._row(paper, terms[paper.id], now) for paper in with_text]):
            statement = insert(self._db, t.paper)
            fresh = {c.name: statement.excluded[c.name] for c in t.paper.c if c.name not in _FIXED}
            self._db.execute(statement.on_conflict_do_update(index_elements=["canonical_key"], set_=fresh), part)
        self._touch([paper for paper in unique.values() if paper.id not in terms])
        rows = self.rows(unique)
        self._keep_identifiers(unique.values(), rows)
        self._keep_versions(unique.values(), rows)

    def announce(self, announcements: Iterable[Announcement], *, now: datetime) -> int:
        """Note what was announced and return how many are new.

        A paper is fresh in a stream only once, whichever source says so first; another source then confirms it, once.
        """
        take_turns(self._db, t.announcement)
        listed = list(announcements)
        rows = self.rows({item.paper.id for item in listed})
        fresh = self._named_fresh({rows[item.paper.id] for item in listed})  # by stream and paper: the sources
        otherwise = self._named_otherwise(set(rows.values()))
        wanted: list[dict[str, Any]] = []
        for item in listed:
            row, kind = rows[item.paper.id], item.kind
            if kind in FRESH and (item.source, item.stream, row) in otherwise:
                continue  # what a source called a replacement at first is no news when it is read again
            if kind in FRESH:
                said = fresh.setdefault((item.stream, row), set())
                if item.source in said:
                    continue
                kind = AnnouncementKind.CONFIRMED if said else kind
                said.add(item.source)
            named = {"source": item.source, "stream": item.stream, "paper_id": row}
            wanted.append({**named, "kind": kind.value, "day": item.day, "seen_at": now})
        before = self.newest_announcement() or 0
        for part in chunks(wanted):
            self._db.execute(insert(self._db, t.announcement).on_conflict_do_nothing(), part)
        a = t.announcement.c
        new = sa.select(sa.func.count(a.id)).where(a.id > before, a.kind != AnnouncementKind.CONFIRMED)
        return self._db.execute(new).scalar_one()

    def _named_otherwise(self, rows: Set[int]) -> set[tuple[str, str, int]]:
        """Source, stream and paper of what was announced as anything but fresh."""
        a = t.announcement.c
        found: set[tuple[str, str, int]] = set()
        for part in chunks(sorted(rows)):
            query = sa.select(a.source, a.stream, a.paper_id).where(a.paper_id.in_(part), a.kind.not_in(FRESH))
            found.update((source, stream, row) for source, stream, row in self._db.execute(query))
        return found

    def _touch(self, papers: Sequence[Paper]) -> None:
        """What may change without the text: lists of names, comments, references."""
        c = t.paper.c
        statement = (
            sa.update(t.paper)
            .where(c.canonical_key == sa.bindparam("key"))
            .values({name: sa.bindparam(f"new_{name}") for name in _LIGHT})
        )
        for part in chunks([{"key": p.id} | {f"new_{name}": _light(p)[name] for name in _LIGHT} for p in papers]):
            self._db.execute(statement, part)

    @staticmethod
    def _row(paper: Paper, terms: bytes, now: datetime) -> dict[str, Any]:
        return {
            "canonical_key": paper.id,
            "title": paper.title,
            "abstract": paper.abstract,
            "first_seen_at": now,
            "changed_at": now,
            "terms": terms,
            **_light(paper),
        }

    def _keep_identifiers(self, papers: Iterable[Paper], rows: Mapping[PaperId, int]) -> None:
        found = [{"scheme": "arxiv", "value": p.arxiv_id, "paper_id": rows[p.id]} for p in papers]
        found += [{"scheme": "doi", "value": p.doi.casefold(), "paper_id": rows[p.id]} for p in papers if p.doi]
        for part in chunks(found):
            self._db.execute(insert(self._db, t.identifier).on_conflict_do_nothing(), part)

    def _keep_versions(self, papers: Iterable[Paper], rows: Mapping[PaperId, int]) -> None:
        found = [
            {"paper_id": rows[p.id], "number": v.number, "submitted_at": v.submitted_at, "withdrawn": v.withdrawn}
            for p in papers
            for v in p.versions
        ]
        for part in chunks(found):
            statement = insert(self._db, t.version)
            news = {name: statement.excluded[name] for name in ("submitted_at", "withdrawn")}
            self._db.execute(statement.on_conflict_do_update(index_elements=["paper_id", "number"], set_=news), part)

    def _named_fresh(self, rows: Set[int]) -> dict[tuple[str, int], set[str]]:
        """Which sources have called a paper fresh in a stream, or confirmed it."""
        a = t.announcement.c
        found: dict[tuple[str, int], set[str]] = {}
        for part in chunks(sorted(rows)):
            kinds = FRESH | {AnnouncementKind.CONFIRMED}
            query = sa.select(a.source, a.stream, a.paper_id).where(a.paper_id.in_(part), a.kind.in_(kinds))
            for source, stream, row in self._db.execute(query):
                found.setdefault((stream, row), set()).add(source)
        return found

    # ------------------------------------------------------------ reading

    def rows(self, keys: Iterable[PaperId]) -> dict[PaperId, int]:
        """Row numbers by canonical key, of those that are kept."""
        found = self._select(t.paper.c.canonical_key, t.paper.c.id, keys=keys)
        return {row.canonical_key: row.id for row in found}

    def get(self, keys: Iterable[PaperId]) -> dict[PaperId, KeptPaper]:
        """Papers by canonical key, of those that are kept."""
        found = [
            row
            for part in chunks(sorted(set(keys)))
            for row in self._db.execute(sa.select(t.paper).where(t.paper.c.canonical_key.in_(part)))
        ]
        return {kept.paper.id: kept for kept in self._whole(found)}

    def by_row(self, rows: Iterable[int]) -> dict[int, KeptPaper]:
        """Papers by row number."""
        found = [
            row
            for part in chunks(sorted(set(rows)))
            for row in self._db.execute(sa.select(t.paper).where(t.paper.c.id.in_(part)))
        ]
        return {kept.row: kept for kept in self._whole(found)}

    def fresh_since(self, announcement: int) -> list[FreshPaper]:
        """Papers announced as new or cross-listed after the given announcement, in the order of announcing."""
        return self._fresh(t.announcement.c.id > announcement)

    def fresh_on(self, day: date) -> list[FreshPaper]:
        """Papers announced as new or cross-listed on one day."""
        return self._fresh(t.announcement.c.day == day)

    def newest_listing(self) -> date | None:
        """The day of the newest listing that announced anything new."""
        query = sa.select(sa.func.max(t.announcement.c.day)).where(t.announcement.c.kind.in_(FRESH))
        return self._db.execute(query).scalar()

    def newest_announcement(self) -> int | None:
        """The number of the last announcement noted."""
        return self._db.execute(sa.select(sa.func.max(t.announcement.c.id))).scalar()

    def background(self, limit: int) -> list[bytes]:
        """The counted terms of the newest papers, newest first, at most `limit`."""
        query = sa.select(t.paper.c.terms).order_by(t.paper.c.id.desc()).limit(limit)
        return list(self._db.execute(query).scalars())

    def announcements(self, row: int) -> list[tuple[str, str, str, date]]:
        """Source, stream, kind and day of every time a paper was announced, oldest first."""
        a = t.announcement.c
        query = sa.select(a.source, a.stream, a.kind, a.day).where(a.paper_id == row).order_by(a.day, a.id)
        return [tuple(found) for found in self._db.execute(query)]

    def _fresh(self, condition: sa.ColumnElement[bool]) -> list[FreshPaper]:
        a = t.announcement.c
        query = sa.select(a.paper_id, a.id, a.day).where(condition, a.kind.in_(FRESH)).order_by(a.id)
        found = {row: (number, day) for row, number, day in self._db.execute(query)}  # the newest takes the place
        kept = self.by_row(found)
        return [FreshPaper(kept[row], number, day) for row, (number, day) in sorted(found.items(), key=lambda x: x[1])]

    def _select(self, *columns: sa.ColumnElement[Any], keys: Iterable[PaperId]) -> list[sa.Row[Any]]:
        return [
            row
            for part in chunks(sorted(set(keys)))
            for row in self._db.execute(sa.select(*columns).where(t.paper.c.canonical_key.in_(part)))
        ]

    def _whole(self, found: Sequence[sa.Row[Any]]) -> list[KeptPaper]:
        versions: dict[int, list[Version]] = {row.id: [] for row in found}
        for part in chunks(sorted(versions)):
            query = sa.select(t.version).where(t.version.c.paper_id.in_(part)).order_by(t.version.c.number)
            for v in self._db.execute(query):
                versions[v.paper_id].append(
                    Version(number=v.number, submitted_at=v.submitted_at, withdrawn=v.withdrawn)
                )
        return [KeptPaper(row.id, _paper(row, tuple(versions[row.id])), row.terms) for row in found]


_LIGHT = ("authors", "categories", "classes", "comment", "doi", "journal_ref")
_FIXED = {"id", "canonical_key", "first_seen_at"}


def _text(paper: Paper) -> tuple[str, str]:
    return paper.title, paper.abstract


def _light(paper: Paper) -> dict[str, Any]:
    return {
        "authors": list(paper.authors),
        "categories": list(paper.categories),
        "classes": list(paper.classes),
        "comment": paper.comment,
        "doi": paper.doi,
        "journal_ref": paper.journal_ref,
    }


def _paper(row: sa.Row[Any], versions: tuple[Version, ...]) -> Paper:
    return Paper(
        id=PaperId(row.canonical_key),
        title=row.title,
        abstract=row.abstract,
        authors=tuple(row.authors),
        categories=tuple(row.categories),
        classes=tuple(row.classes),
        versions=versions,
        comment=row.comment,
        doi=row.doi,
        journal_ref=row.journal_ref,
        changed_at=row.changed_at,
    )
