"""Works that go by several names: which paper a name leads to, and what was merged into what.

A merged paper stays as it is and is read as the one it leads to, so that a split takes nothing but a date.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digest import identity
from digest.identity import PaperId, Rule
from digest.papers import Paper
from digest.store import tables as t
from digest.store.among import among
from digest.store.search import mark
from digest.store.upsert import MANY, chunks, insert, many


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """One paper that was found to be the same work as another."""

    paper: PaperId
    into: PaperId
    rule: Rule
    merged_at: datetime
    split_at: datetime | None


@dataclass(frozen=True, slots=True)
class Known:
    """What the names that papers were told under lead to."""

    kept_as: Mapping[PaperId, PaperId]  # told id → the id it is kept under
    to_merge: tuple[tuple[PaperId, PaperId, Rule], ...]  # the one that is read as the other


class Works:
    """The names of works within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def known(self, papers: Iterable[Paper]) -> Known:
        """Under which id each paper is to be kept, and which kept papers turn out to be one work."""
        told = list({paper.id: paper for paper in papers}.values())
        names = {paper.id: _names(paper) for paper in told}
        every_name = {name for of_one in names.values() for name, _ in of_one}
        named, own = self._found(every_name), self._own(every_name)
        kept_as: dict[PaperId, PaperId] = {}
        to_merge: list[tuple[PaperId, PaperId, Rule]] = []
        for paper in told:
            kept = own.get(paper.id) or named.get(paper.id)
            kept_as[paper.id], found = self._joined(paper.id, kept, _leads(names[paper.id], named, own))
            to_merge += found
        return Known(kept_as, tuple(to_merge))

    def _joined(
        self, told: PaperId, kept: PaperId | None, leads: Iterable[tuple[PaperId, Rule]]
    ) -> tuple[PaperId, list[tuple[PaperId, PaperId, Rule]]]:
        """The id that a paper is to be kept under, and the merges that its names ask for."""
        best, merges = kept or told, list[tuple[PaperId, PaperId, Rule]]()
        for other, rule in leads:
            if other == best or not identity.may_be_one(best, other) or self._stay_apart(best, other):
                continue
            winner = identity.stronger(best, other)
            is_new = kept is None and best == told != winner  # nothing is kept under its own name yet
            # A name that a source gives is one name more for what is kept; a title may be wrong, and must come apart.
            if not is_new or rule is Rule.TITLE:
                merges.append((other if winner == best else best, winner, rule))
            if not is_new or rule is Rule.NAMED:
                best = winner
        return best, merges

    def read_as(self, name: PaperId) -> PaperId | None:
        """The id that a paper is read as, by any of its names; None for a name that nothing kept goes by."""
        return self.read_as_each([name]).get(name)

    def read_as_each(self, names: Iterable[PaperId]) -> dict[PaperId, PaperId]:
        """The same for many names; those that nothing kept goes by are not among them."""
        wanted = set(names)
        return self._read(self._named(wanted) | self._rows(wanted))

    def roots(self, rows: Iterable[int]) -> dict[int, int]:
        """For each paper, the one that it is read as: itself, unless it was merged."""
        wanted = set(rows)
        steps: dict[int, int] = {}
        asked: set[int] = set()
        open_ends = wanted
        while open_ends:
            asked |= open_ends
            found = self._steps(open_ends)
            steps |= found
            open_ends = set(found.values()) - asked
        return {row: _end(row, steps) for row in wanted} if steps else {row: row for row in wanted}

    def kept_as(self, rows: Iterable[int]) -> dict[int, PaperId]:
        """The id that each paper is read as."""
        roots = self.roots(rows)
        keys = self._keys(set(roots.values()))
        return {row: keys[root] for row, root in roots.items()}

    def names_of(self, roots: Iterable[int]) -> set[int]:
        """Some papers, and all that are read as one of them, by their rows."""
        m, found = t.merge.c, set(roots)
        newest = found
        while newest:
            merged = sa.select(m.paper_id).where(m.split_at.is_(None))
            parts = [merged.where(among(self._db, m.into_id, part)) for part in chunks(sorted(newest), MANY)]
            newest = {row for part in parts for row in self._db.execute(part).scalars()} - found
            found = found | newest
        return found

    def merge(self, paper: int, into: int, rule: Rule, *, now: datetime) -> bool:
        """Have a paper read as another; False where they are one already, or an operator has split the two."""
        roots = self.roots([paper, into])
        paper, into = roots[paper], roots[into]
        if paper == into or (rule is not Rule.OPERATOR and self._were_split(paper, into)):
            return False
        row = {"paper_id": paper, "into_id": into, "rule": rule.value, "merged_at": now}
        new = insert(self._db, t.merge).values(row).on_conflict_do_nothing().returning(t.merge.c.id)
        is_new = self._db.execute(new).first() is not None
        mark(self._db, [paper, into] if is_new else [])
        return is_new

    def split(self, paper: int, *, now: datetime) -> bool:
        """Have a merged paper stand for itself again; False where it does."""
        m = t.merge.c
        active = sa.update(t.merge).where(m.paper_id == paper, m.split_at.is_(None))
        was_merged = self._db.execute(active.values(split_at=now)).rowcount == 1
        mark(self._db, [paper] if was_merged else [])
        return was_merged

    def merges(self, row: int) -> list[Merge]:
        """Every merge that a paper was or is part of, oldest first."""
        m, one, other = t.merge.c, t.paper.alias(), t.paper.alias()
        query = (
            sa.select(one.c.canonical_key, other.c.canonical_key, m.rule, m.merged_at, m.split_at)
            .join(one, one.c.id == m.paper_id)
            .join(other, other.c.id == m.into_id)
            .where(sa.or_(m.paper_id == row, m.into_id == row))
            .order_by(m.id)
        )
        return [
            Merge(paper=PaperId(paper), into=PaperId(into), rule=Rule(rule), merged_at=at, split_at=until)
            for paper, into, rule, at, until in self._db.execute(query)
        ]

    def names(self, row: int) -> list[PaperId]:
        """Every name that a paper was told under, fingerprints left out."""
        i = t.identifier.c
        query = sa.select(i.scheme, i.value).where(i.paper_id == row, i.scheme != "title").order_by(i.scheme, i.value)
        return [PaperId(f"{scheme}:{value}") for scheme, value in self._db.execute(query)]

    def keep_names(self, papers: Sequence[Paper], rows: Mapping[PaperId, int]) -> None:
        """Note every name that papers go by; a name that another paper has stays with it."""
        found = [
            {"scheme": scheme, "value": value, "paper_id": rows[paper.id]}
            for paper in papers
            for name, _ in _names(paper)
            for scheme, _, value in [name.partition(":")]
        ]
        for part in chunks(found):
            many(self._db, insert(self._db, t.identifier).on_conflict_do_nothing(), part)

    def _found(self, names: set[PaperId]) -> dict[PaperId, PaperId]:
        """The id that each name is kept under, of those that are."""
        return self._read(self._named(names))

    def _own(self, ids: Iterable[PaperId]) -> dict[PaperId, PaperId]:
        """The id that each paper is read as, of those that are kept under an id of their own."""
        return self._read(self._rows(ids))

    def _read(self, rows: Mapping[PaperId, int]) -> dict[PaperId, PaperId]:
        """The id that each paper is read as, by the name that led to it."""
        keys = self.kept_as(rows.values())
        return {name: keys[row] for name, row in rows.items()}

    def _named(self, names: set[PaperId]) -> dict[PaperId, int]:
        """The row number behind each name, of those that anything goes by."""
        i = t.identifier.c
        rows: dict[PaperId, int] = {}
        for scheme in {identity.scheme_of(name) for name in names}:
            values = sorted(name.partition(":")[2] for name in names if identity.scheme_of(name) == scheme)
            for part in chunks(values):
                query = sa.select(i.value, i.paper_id).where(i.scheme == scheme, i.value.in_(part))
                rows |= {PaperId(f"{scheme}:{value}"): row for value, row in self._db.execute(query)}
        return rows

    def _rows(self, keys: Iterable[PaperId]) -> dict[PaperId, int]:
        p = t.paper.c
        found: dict[PaperId, int] = {}
        for part in chunks(sorted(keys), MANY):
            query = sa.select(p.canonical_key, p.id).where(among(self._db, p.canonical_key, part))
            found.update((PaperId(key), row) for key, row in self._db.execute(query))
        return found

    def _keys(self, rows: set[int]) -> dict[int, PaperId]:
        found: dict[int, PaperId] = {}
        for part in chunks(sorted(rows), MANY):
            query = sa.select(t.paper.c.id, t.paper.c.canonical_key).where(among(self._db, t.paper.c.id, part))
            found.update((row, PaperId(key)) for row, key in self._db.execute(query).all())
        return found

    def _steps(self, rows: set[int]) -> dict[int, int]:
        m = t.merge.c
        found: dict[int, int] = {}
        for part in chunks(sorted(rows), MANY):
            query = sa.select(m.paper_id, m.into_id).where(among(self._db, m.paper_id, part), m.split_at.is_(None))
            found.update((row, into) for row, into in self._db.execute(query))
        return found

    def _stay_apart(self, one: PaperId, other: PaperId) -> bool:
        """Whether an operator has split the two, as far as they are kept."""
        rows = self._rows([one, other])
        return len(rows) == 2 and self._were_split(rows[one], rows[other])

    def _were_split(self, one: int, other: int) -> bool:
        """Whether any paper that is read as the one was split off a paper that is read as the other."""
        m = t.merge.c
        works = self.names_of([one]), self.names_of([other])
        split = sa.select(m.paper_id, m.into_id).where(m.paper_id.in_(works[0] | works[1]), m.split_at.is_not(None))
        return any(
            (paper in works[0] and into in works[1]) or (paper in works[1] and into in works[0])
            for paper, into in self._db.execute(split)
        )


def _end(row: int, steps: Mapping[int, int]) -> int:
    """Where the steps lead; two transactions may have made a circle, which is read as its oldest paper."""
    path = [row]
    while (row := steps.get(row, row)) not in path:
        path.append(row)
    return min(path[path.index(row) :])


def _leads(names: Iterable[tuple[PaperId, Rule]], *found: Mapping[PaperId, PaperId]) -> list[tuple[PaperId, Rule]]:
    """The kept papers that the names lead to: those that a source names first, and of them the strongest, so that
    nothing is merged into what will not be kept.
    """
    leads: dict[PaperId, Rule] = {}
    for name, rule in names:
        for by_name in found:  # two papers that were told at once may have one name
            if name in by_name:
                leads.setdefault(by_name[name], rule)
    return sorted(leads.items(), key=lambda lead: (lead[1] is not Rule.NAMED, identity.strength(lead[0])))


def _names(paper: Paper) -> list[tuple[PaperId, Rule]]:
    """The names a paper goes by, and what it proves if another one has one of them."""
    told = [paper.id, *paper.also, *filter(None, [identity.doi_id(paper.doi)])]
    fingerprint = identity.fingerprint(paper.title, paper.authors)
    by_title = [(fingerprint, Rule.TITLE)] if fingerprint else []
    return [(name, Rule.NAMED) for name in dict.fromkeys(told)] + by_title
