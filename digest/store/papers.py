"""Papers and their versions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digest import identity
from digest.authors import AuthorKey, Byline
from digest.identity import PaperId
from digest.papers import Paper, Version, merged
from digest.store import tables as t
from digest.store.among import among
from digest.store.search import mark
from digest.store.texts import Texts
from digest.store.upsert import MANY, chunks, insert, many, take_turns
from digest.store.works import Works


@dataclass(frozen=True, slots=True)
class KeptPaper:
    """A paper with its row number and its counted terms (relevance.text.TermCounts as bytes)."""

    row: int
    paper: Paper
    terms: bytes  # empty where they are still to be counted


class Papers:
    """Papers within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection
        self._works = Works(connection)
        self._texts = Texts(connection)

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

    def keep(self, papers: Iterable[Paper], terms: Mapping[PaperId, bytes], *, now: datetime) -> set[PaperId]:
        """Write papers as they read now; `terms` must hold those that are new or whose text changed.

        What is kept and what is told are merged (`papers.merged`): a partial paper blanks and replaces nothing. How a
        paper read before a newer version is kept beside (`texts`).
        Returns the ids of those that were kept without a journal's DOI and have one now.
        """
        take_turns(self._db, t.paper)
        told = {paper.id: paper for paper in papers}
        kept = self.get(told)
        unique = {key: merged(kept[key].paper, paper) if key in kept else paper for key, paper in told.items()}
        terms = {key: terms[key] for key, paper in unique.items() if key in terms and _text(paper) == _text(told[key])}
        with_text = [paper for paper in unique.values() if paper.id in terms]
        self._texts.keep(_replaced(kept, with_text), now=now)
        for part in chunks([self._row(paper, terms[paper.id], now) for paper in with_text]):
            statement = insert(self._db, t.paper)
            fresh = {c.name: statement.excluded[c.name] for c in t.paper.c if c.name not in _FIXED}
            many(self._db, statement.on_conflict_do_update(index_elements=["canonical_key"], set_=fresh), part)
        self._touch([paper for paper in unique.values() if paper.id not in terms])
        rows = self.rows(unique)
        self._works.keep_names(list(unique.values()), rows)
        self._keep_versions(unique.values(), rows)
        mark(self._db, [rows[key] for key, paper in unique.items() if key not in kept or _differs(kept[key], paper)])
        return {key for key, paper in unique.items() if key in kept and _is_news(kept[key].paper.doi, paper.doi)}

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

    def _keep_versions(self, papers: Iterable[Paper], rows: Mapping[PaperId, int]) -> None:
        found = [
            {"paper_id": rows[p.id], "number": v.number, "submitted_at": v.submitted_at, "withdrawn": v.withdrawn}
            for p in papers
            for v in p.versions
        ]
        for part in chunks(found):
            statement = insert(self._db, t.version)
            news = {name: statement.excluded[name] for name in ("submitted_at", "withdrawn")}
            many(self._db, statement.on_conflict_do_update(index_elements=["paper_id", "number"], set_=news), part)

    def set_terms(self, terms: Mapping[int, bytes]) -> None:
        """Give papers, by row number, the terms they have none of; what a harvest has counted meanwhile stays."""
        p = t.paper.c
        without = sa.update(t.paper).where(p.id == sa.bindparam("row"), sa.text(t.UNCOUNTED))
        for part in chunks([{"row": row, "counted": blob} for row, blob in terms.items()]):
            self._db.execute(without.values(terms=sa.bindparam("counted")), part)

    def forget_publication(self, paper: int, of: int) -> None:
        """Take back from a paper the DOI and the reference that it has from another one."""
        kept = self.by_row([paper, of])
        one, other = kept[paper].paper, kept[of].paper
        values = {name: "" for name in ("doi", "journal_ref") if getattr(one, name) == getattr(other, name)}
        if values:
            self._db.execute(sa.update(t.paper).where(t.paper.c.id == paper).values(values))

    # ------------------------------------------------------------ reading

    def rows(self, keys: Iterable[PaperId]) -> dict[PaperId, int]:
        """Row numbers by canonical key, of those that are kept."""
        found = self._select(t.paper.c.canonical_key, t.paper.c.id, keys=keys)
        return {row.canonical_key: row.id for row in found}

    def get(self, keys: Iterable[PaperId]) -> dict[PaperId, KeptPaper]:
        """Papers by canonical key, of those that are kept."""
        found = [
            row
            for part in chunks(sorted(set(keys)), MANY)
            for row in self._db.execute(sa.select(t.paper).where(among(self._db, t.paper.c.canonical_key, part)))
        ]
        return {kept.paper.id: kept for kept in self._whole(found)}

    def by_row(self, rows: Iterable[int]) -> dict[int, KeptPaper]:
        """Papers by row number."""
        found = [
            row
            for part in chunks(sorted(set(rows)), MANY)
            for row in self._db.execute(sa.select(t.paper).where(among(self._db, t.paper.c.id, part)))
        ]
        return {kept.row: kept for kept in self._whole(found)}

    def counted(self, *, after: int, limit: int) -> dict[int, bytes]:
        """The counted terms of the newest papers by row number, at most `limit`, of those numbered above `after`."""
        p = t.paper.c
        query = sa.select(p.id, p.terms).where(p.id > after, sa.func.length(p.terms) > 0)
        found = self._db.execute(query.order_by(p.id.desc()).limit(limit))
        return {row.id: row.terms for row in found}

    def terms(self, rows: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        """The counted terms of papers by row number, of those that are kept."""
        p = t.paper.c
        for part in chunks(sorted(set(rows)), MANY):
            query = sa.select(p.id, p.terms).where(among(self._db, p.id, part))
            yield from ((row, terms) for row, terms in self._db.execute(query))

    def uncounted(self, limit: int) -> list[KeptPaper]:
        """The newest papers whose terms are still to be counted, newest first, at most `limit`."""
        query = sa.select(t.paper).where(sa.text(t.UNCOUNTED)).order_by(t.paper.c.id.desc()).limit(limit)
        return self._whole(self._db.execute(query).all())

    def _select(self, *columns: sa.ColumnElement[Any], keys: Iterable[PaperId]) -> list[sa.Row[Any]]:
        return [
            row
            for part in chunks(sorted(set(keys)), MANY)
            for row in self._db.execute(sa.select(*columns).where(among(self._db, t.paper.c.canonical_key, part)))
        ]

    def _whole(self, found: Sequence[sa.Row[Any]]) -> list[KeptPaper]:
        versions: dict[int, list[Version]] = {row.id: [] for row in found}
        for part in chunks(sorted(versions), MANY):
            of_these = among(self._db, t.version.c.paper_id, part)
            query = sa.select(t.version).where(of_these).order_by(t.version.c.number)
            for v in self._db.execute(query):
                versions[v.paper_id].append(
                    Version(number=v.number, submitted_at=v.submitted_at, withdrawn=v.withdrawn)
                )
        return [KeptPaper(row.id, _paper(row, tuple(versions[row.id])), row.terms) for row in found]


_LIGHT = ("authors", "bylines", "categories", "classes", "comment", "doi", "journal_ref", "submitter", "url")
_FOUND_BY = ("title", "abstract", "authors", "categories")
_FIXED = {"id", "canonical_key", "first_seen_at"}


def _is_news(kept: str, told: str) -> bool:
    return bool(told) and not identity.is_preprint(told) and (not kept or identity.is_preprint(kept))


def _replaced(kept: Mapping[PaperId, KeptPaper], papers: Iterable[Paper]) -> dict[int, Paper]:
    """What a newer version takes the place of, by row number; another source's spelling of the same version does not
    count.
    """
    before = ((kept[paper.id], paper) for paper in papers if paper.id in kept)
    return {
        was.row: was.paper
        for was, paper in before
        if 0 < was.paper.newest_version < paper.newest_version
        and was.paper.abstract
        and _text(was.paper) != _text(paper)
    }


def _differs(kept: KeptPaper, paper: Paper) -> bool:
    """Whether a paper is to be found by other words than before."""
    return any(getattr(kept.paper, name) != getattr(paper, name) for name in _FOUND_BY)


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
        "submitter": paper.submitter,
        "url": paper.url,
        "bylines": [[list(b.affiliations), list(b.keys)] for b in paper.bylines] or None,
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
        submitter=row.submitter,
        url=row.url,
        bylines=_bylines(row),
        changed_at=row.changed_at,
    )


def _bylines(row: sa.Row[Any]) -> tuple[Byline, ...]:
    """Kept as [[affiliations, keys], …] in the order of the names."""
    return tuple(
        Byline(name=name, affiliations=tuple(affiliations), keys=tuple(map(AuthorKey, keys)))
        for name, (affiliations, keys) in zip(row.authors, row.bylines or (), strict=False)
    )
