"""What readers want and nobody has yet: kept with all names of an entry, and found when a paper has one of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digest.identity import PaperId
from digest.store import tables as t
from digest.store.upsert import chunks, insert


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """An entry that leads to no paper yet."""

    name: PaperId  # the surest of its names, by which the same entry is known again
    names: tuple[PaperId, ...]  # all by which a paper may be found; none, where it says too little
    title: str
    author: str  # the first one, as printed
    origin: str  # file and place
    reason: str  # why it is not found
    interest: int | None  # the number of the interest that it is for; None: `main`


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The same, as it is kept."""

    name: PaperId
    title: str
    author: str
    origin: str
    reason: str
    interest: str | None  # by its present name; None: `main`
    wanted_at: datetime  # UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A paper that has one of the names of an entry."""

    number: int  # of the entry
    subscriber: int
    interest: str | None
    names: tuple[PaperId, ...]  # of the entry, all of them
    row: int  # of the paper


class Wants:
    """What is wanted, within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def keep(self, subscriber: int, wants: Sequence[Want], *, now: datetime) -> int:
        """Keep entries of one subscriber; how many are new. One that is wanted already has its reason renewed."""
        before = self.count(subscriber)
        rows = [
            {
                "subscriber_id": subscriber,
                "interest_id": want.interest,
                "name": want.name,
                "title": want.title,
                "author": want.author,
                "origin": want.origin,
                "reason": want.reason,
                "wanted_at": now,
            }
            for want in {want.name: want for want in wants}.values()
        ]
        for part in chunks(rows):
            statement = insert(self._db, t.wanted)
            renewed = {"reason": statement.excluded.reason}
            known = ["subscriber_id", "name"]
            self._db.execute(statement.on_conflict_do_update(index_elements=known, set_=renewed), part)
        self._keep_names(subscriber, wants)
        return self.count(subscriber) - before

    def _keep_names(self, subscriber: int, wants: Iterable[Want]) -> None:
        names = {want.name: want.names for want in wants}
        w = t.wanted.c
        for part in chunks(sorted(names)):
            query = sa.select(w.id, w.name).where(w.subscriber_id == subscriber, w.name.in_(part))
            rows = [
                {"wanted_id": number, "scheme": scheme, "value": value}
                for number, known in self._db.execute(query)
                for name in names[PaperId(known)]
                for scheme, _, value in [name.partition(":")]
            ]
            if rows:
                self._db.execute(insert(self._db, t.wanted_name).on_conflict_do_nothing(), rows)

    def count(self, subscriber: int) -> int:
        """How many entries a subscriber wants."""
        query = sa.select(sa.func.count()).select_from(t.wanted).where(t.wanted.c.subscriber_id == subscriber)
        return self._db.execute(query).scalar_one()

    def of(self, subscriber: int) -> list[Wanted]:
        """What a subscriber wants, in the order in which it was asked for."""
        w = t.wanted.c
        query = sa.select(t.wanted, t.interest.c.name.label("called")).outerjoin(t.interest)
        return [
            Wanted(
                name=PaperId(row.name),
                title=row.title,
                author=row.author,
                origin=row.origin,
                reason=row.reason,
                interest=row.called,
                wanted_at=row.wanted_at,
            )
            for row in self._db.execute(query.where(w.subscriber_id == subscriber).order_by(w.id))
        ]

    def arrived(self) -> list[Arrived]:
        """Every entry of anybody that a kept paper has a name of, by the surest names first."""
        n, i, w = t.wanted_name.c, t.identifier.c, t.wanted.c
        query = (
            sa.select(w.id, w.subscriber_id, t.interest.c.name, i.paper_id, i.scheme)
            .select_from(t.wanted_name)
            .join(t.identifier, sa.and_(n.scheme == i.scheme, n.value == i.value))
            .join(t.wanted, w.id == n.wanted_id)
            .outerjoin(t.interest, w.interest_id == t.interest.c.id)
            .order_by(w.id, i.scheme)  # arxiv, doi, entry, title
        )
        found = self._db.execute(query).all()
        names = self._names({row.id for row in found})
        return [
            Arrived(number=number, subscriber=whose, interest=interest, names=names[number], row=paper)
            for number, whose, interest, paper, _ in found
        ]

    def _names(self, numbers: Iterable[int]) -> Mapping[int, tuple[PaperId, ...]]:
        n, names = t.wanted_name.c, dict[int, list[PaperId]]()
        for part in chunks(sorted(numbers)):
            for row in self._db.execute(sa.select(t.wanted_name).where(n.wanted_id.in_(part))):
                names.setdefault(row.wanted_id, []).append(PaperId(f"{row.scheme}:{row.value}"))
        return {number: tuple(found) for number, found in names.items()}

    def remove(self, numbers: Iterable[int]) -> None:
        """Want these entries no longer."""
        for part in chunks(sorted(set(numbers))):
            self._db.execute(sa.delete(t.wanted).where(t.wanted.c.id.in_(part)))

    def settle(self, subscriber: int, names: Iterable[PaperId]) -> None:
        """Want a subscriber's entries of these names no longer, for they are found."""
        w = t.wanted.c
        for part in chunks(sorted(set(names))):
            self._db.execute(sa.delete(t.wanted).where(w.subscriber_id == subscriber, w.name.in_(part)))
