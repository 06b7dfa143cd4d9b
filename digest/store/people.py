"""People: who wrote which paper, and what tells each of them from their namesakes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from digest.authors import AuthorKey
from digest.identity import PaperId
from digest.namesakes import Person
from digest.records import Claim
from digest.signals import CLAIMED, OPERATOR, Signal, of_person
from digest.store import tables as t
from digest.store.signals import Signals
from digest.store.upsert import chunks, insert, take_turns

_NEAR = 100  # authors of a paper that count as having written with each other: the first of a list of thousands


@dataclass(frozen=True, slots=True)
class KeptPerson:
    """A person under the name first printed."""

    number: int
    printed: str
    person: Person
    hidden_at: datetime | None  # since when the operator shows no page of them


@dataclass(frozen=True, slots=True)
class Written:
    """A paper that somebody wrote."""

    row: int
    key: PaperId
    submitted_at: datetime | None  # its first version, UTC
    changed_at: datetime  # when the store last saw its text change, UTC


class People:
    """People within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def unread(self, after: int, *, limit: int) -> list[int]:
        """The papers kept after a paper, oldest first."""
        query = sa.select(t.paper.c.id).where(t.paper.c.id > after).order_by(t.paper.c.id).limit(limit)
        return list(self._db.execute(query).scalars())

    def known_from(self, papers: Sequence[int]) -> dict[int, date]:
        """The first day on which anything was said of some papers: announced, or kept without an announcement (UTC)."""
        p, a = t.paper.c, t.announcement.c
        told = sa.select(sa.func.min(a.day)).where(a.paper_id == p.id).scalar_subquery()
        query = sa.select(p.id, p.first_seen_at, told).where(p.id.in_(papers))
        return {row: day or kept.date() for row, kept, day in self._db.execute(query)}

    def in_blocks(self, wanted: Iterable[tuple[str, str]]) -> list[Person]:
        """The persons of blocks who have the first name asked for, or none; all of a block where "" is asked for."""
        firsts: dict[str, set[str]] = {}
        for block, first in wanted:
            firsts.setdefault(block, set()).add(first)
        a, found = t.author.c, list[Person]()
        for block, names in firsts.items():
            query = sa.select(t.author).where(a.block == block)
            known = query if "" in names else query.where(a.first.in_([*sorted(names), ""]))
            found += [_person(row) for row in self._db.execute(known)]
        return found

    def with_keys(self, keys: Iterable[AuthorKey]) -> list[Person]:
        """The persons with any of these keys."""
        found: dict[int, Person] = {}
        for part in chunks(sorted(set(keys))):
            query = sa.select(t.author).join(t.author_key).where(t.author_key.c.key.in_(part))
            found |= {row.id: _person(row) for row in self._db.execute(query)}
        return list(found.values())

    def in_block(self, blocks: Iterable[str]) -> Counter[str]:
        """How many persons there are in each block."""
        a, found = t.author.c, Counter[str]()
        for part in chunks(sorted(set(blocks))):
            query = sa.select(a.block, sa.func.count().label("persons")).where(a.block.in_(part)).group_by(a.block)
            found.update({row.block: row.persons for row in self._db.execute(query)})
        return found

    def met(self, names: Iterable[str]) -> Counter[str]:
        """How often each folded name was met."""
        n, found = t.author_name.c, Counter[str]()
        for part in chunks(sorted(set(names))):
            query = sa.select(n.name, n.mentions).where(n.name.in_(part))
            found.update({row.name: row.mentions for row in self._db.execute(query)})
        return found

    def mentions(self) -> int:
        """How often any name was met."""
        return int(self._db.execute(sa.select(sa.func.sum(t.author_name.c.mentions))).scalar() or 0)

    def take_turns(self) -> None:
        """Wait until nobody else writes people."""
        take_turns(self._db, t.author)

    def next_number(self) -> int:
        """The number of the next new person."""
        return int(self._db.execute(sa.select(sa.func.max(t.author.c.id))).scalar() or 0) + 1

    def keep(
        self,
        people: Mapping[int, tuple[Person, str]],
        authorships: Sequence[tuple[int, int, int]],
        names: Mapping[str, int],
    ) -> None:
        """Write persons with their printed names by number, authorships (paper, position, person), and names met."""
        rows = [_row(number, person, printed) for number, (person, printed) in people.items()]
        keys = [{"key": key, "author_id": number} for number, (person, _) in people.items() for key in person.keys]
        written = [{"paper_id": paper, "position": place, "author_id": who} for paper, place, who in authorships]
        counted = [{"name": name, "mentions": mentions} for name, mentions in names.items()]
        self._upsert(t.author, rows, "block", "first", "summary")
        self._upsert(t.author_key, keys, "author_id")
        self._upsert(t.authorship, written, "author_id")
        self._upsert(t.author_name, counted, "mentions")

    def by_name(self, block: str) -> list[tuple[int, str, Person, list[str]]]:
        """Number, printed name, person and papers (newest first, as canonical keys) of everybody in a block."""
        rows = self._db.execute(sa.select(t.author).where(t.author.c.block == block).order_by(t.author.c.id)).all()
        return [(row.id, row.printed, _person(row), self._papers(row.id)) for row in rows]

    # ------------------------------------------------------------ one person

    def get(self, number: int) -> KeptPerson | None:
        """The person of a number."""
        row = self._db.execute(sa.select(t.author).where(t.author.c.id == number)).first()
        return None if row is None else _kept(row)

    def like(self, block: str, first: str, *, limit: int) -> list[KeptPerson]:
        """The persons of a block who have that first name or none, all of a block for ""; the first `limit` known."""
        a = t.author.c
        query = sa.select(t.author).where(a.block == block)
        if first:
            query = query.where(a.first.in_([first, ""]))
        return [_kept(row) for row in self._db.execute(query.order_by(a.id).limit(limit))]

    def written(self, number: int) -> list[Written]:
        """Every paper of a person but those that are read as another one, newest first."""
        p, v, m = t.paper.c, t.version.c, t.merge.c
        query = (
            sa.select(p.id, p.canonical_key, v.submitted_at, p.changed_at)
            .join(t.authorship, t.authorship.c.paper_id == p.id)
            .outerjoin(t.version, sa.and_(v.paper_id == p.id, v.number == 1))
            .outerjoin(t.merge, sa.and_(m.paper_id == p.id, m.split_at.is_(None)))
            .where(t.authorship.c.author_id == number, m.id.is_(None))
            .order_by(sa.func.coalesce(v.submitted_at, p.first_seen_at).desc(), p.id.desc())
        )
        return [
            Written(row, PaperId(key), submitted, changed) for row, key, submitted, changed in self._db.execute(query)
        ]

    def beside(self, number: int, *, limit: int) -> tuple[list[tuple[int, str, int]], int]:
        """Who writes with a person, most papers together first: number (0 where hidden), name and papers of at most
        `limit`; and how many they are in all.
        """
        a, own, other = t.author.c, t.authorship.alias(), t.authorship.alias()
        together = sa.func.count().label("together")
        query = (
            sa.select(a.id, a.printed, a.hidden_at, together, sa.func.count().over())
            .select_from(own)
            .join(other, sa.and_(other.c.paper_id == own.c.paper_id, other.c.author_id != own.c.author_id))
            .join(t.author, a.id == other.c.author_id)
            .where(own.c.author_id == number, other.c.position < _NEAR)
            .group_by(a.id, a.printed, a.hidden_at)
            .order_by(together.desc(), a.id)
            .limit(limit)
        )
        found = self._db.execute(query).all()
        shown = [(0 if hidden else who, printed, papers) for who, printed, hidden, papers, _ in found]
        return shown, found[0][-1] if found else 0

    def of_paper(self, row: int) -> dict[int, int]:
        """Who wrote a paper, as far as they were told from namesakes and are shown: the person by place, from 0."""
        s = t.authorship.c
        query = sa.select(s.position, s.author_id).join(t.author).where(s.paper_id == row)
        return {row.position: row.author_id for row in self._db.execute(query.where(t.author.c.hidden_at.is_(None)))}

    def newest(self, numbers: Iterable[int]) -> dict[int, str]:
        """The title of the paper kept last, of each of these persons."""
        s, p = t.authorship.c, t.paper.c
        found: dict[int, str] = {}
        for part in chunks(sorted(set(numbers))):
            last = sa.select(s.author_id, sa.func.max(s.paper_id).label("row")).where(s.author_id.in_(part))
            each = last.group_by(s.author_id).subquery()
            query = sa.select(each.c.author_id, p.title).join(each, each.c.row == p.id)
            found |= {row.author_id: row.title for row in self._db.execute(query)}
        return found

    def hide(self, number: int, since: datetime | None) -> bool:
        """Show no page of a person from then on, or one again for None; False where that is so already."""
        a = t.author.c
        is_other = a.hidden_at.is_not(None) if since is None else a.hidden_at.is_(None)
        return (
            self._db.execute(sa.update(t.author).where(a.id == number, is_other).values(hidden_at=since)).rowcount == 1
        )

    # ------------------------------------------------------------ who confirmed a page

    def claims(self, numbers: Iterable[int]) -> dict[int, Claim]:
        """Who of these persons confirmed the page about them."""
        of = {of_person(number): number for number in numbers}
        told = Signals(self._db).newest(of)
        return {
            of[subject]: Claim(since=each.observed_at, page=str(each.value))
            for subject, said in told.items()
            for each in said
            if (each.name, each.source) == (CLAIMED, OPERATOR)
        }

    def claim(self, number: int, claim: Claim) -> None:
        """Keep that a person confirmed the page about them, in place of what they confirmed before."""
        self.unclaim(number)
        told = Signal(
            subject=of_person(number), name=CLAIMED, value=claim.page, source=OPERATOR, observed_at=claim.since
        )
        Signals(self._db).keep([told])

    def unclaim(self, number: int) -> bool:
        """Forget that a person confirmed a page; False where they did not."""
        return Signals(self._db).forget(of_person(number), CLAIMED, OPERATOR)

    def _papers(self, person: int) -> list[str]:
        query = (
            sa.select(t.paper.c.canonical_key)
            .join(t.authorship, t.authorship.c.paper_id == t.paper.c.id)
            .where(t.authorship.c.author_id == person)
        )
        return list(self._db.execute(query.order_by(t.paper.c.id.desc())).scalars())

    def _upsert(self, table: sa.Table, rows: Sequence[dict[str, Any]], *changing: str) -> None:
        keys = [column.name for column in table.primary_key]
        for part in chunks(rows):
            statement = insert(self._db, table)
            news = {name: statement.excluded[name] for name in changing}
            self._db.execute(statement.on_conflict_do_update(index_elements=keys, set_=news), part)


def _row(number: int, person: Person, printed: str) -> dict[str, Any]:
    summary = {
        "names": person.names,
        "keys": person.keys,
        "coauthors": person.coauthors,
        "met": person.met,
        "categories": person.categories,
        "papers": person.papers,
        "days": [person.first_day.isoformat(), person.last_day.isoformat()],
    }
    return {"id": number, "block": person.block, "first": person.first, "printed": printed, "summary": summary}


def _kept(row: sa.Row[Any]) -> KeptPerson:
    return KeptPerson(row.id, row.printed, _person(row), row.hidden_at)


def _person(row: sa.Row[Any]) -> Person:
    kept = row.summary
    first_day, last_day = map(date.fromisoformat, kept["days"])
    return Person(
        id=row.id,
        names=tuple(kept["names"]),
        keys=tuple(map(AuthorKey, kept["keys"])),
        coauthors=tuple(kept["coauthors"]),
        met=kept["met"],
        categories=tuple((category, papers) for category, papers in kept["categories"]),
        papers=kept["papers"],
        first_day=first_day,
        last_day=last_day,
    )
