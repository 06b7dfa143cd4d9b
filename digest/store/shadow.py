"""The shadow log: what came near to an edition and was left out of it, so that a reader can reclaim it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from digest.identity import PaperId
from digest.papers import Paper
from digest.store import tables as t
from digest.store.papers import Papers
from digest.store.upsert import CHUNK, MANY, chunks, in_columns, insert, many
from digest.store.works import Works


class LeftOut(NamedTuple):  # an edition has fifty
    """A paper that an edition might have brought, and what kept it out."""

    paper: PaperId  # which must be kept
    interest: str  # the name of the one it ranked highest for
    score: float  # raw, unbounded, finite
    probability: float | None  # 0 to 1; None where scores are not calibrated
    why: str  # in plain words: "below the threshold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadowed:
    """A line of the log as it is read."""

    edition: int
    slot_date: date  # of the edition
    paper: Paper
    interest: str
    score: float
    probability: float | None
    why: str
    reclaimed_at: datetime | None  # UTC


CARRIED = "its mail could not be sent in time"


class Shadow:
    """The shadow log within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection
        self._papers = Papers(connection)
        self._works = Works(connection)

    def keep(self, edition: int, entries: Iterable[LeftOut]) -> None:
        """Note what an edition has left out; what is noted already stays as it is."""
        self.keep_all({edition: tuple(entries)})

    def keep_all(self, entries: Mapping[int, Sequence[LeftOut]]) -> None:
        """The same for many editions, by number."""
        told = [(edition, entry) for edition, each in entries.items() for entry in each]
        rows = self._papers.rows({entry.paper for _, entry in told})
        statement = insert(self._db, t.left_out).on_conflict_do_nothing()
        for part in chunks(told, MANY):
            cells: dict[str, list[Any]] = {
                "edition_id": [edition for edition, _ in part],
                "paper_id": [rows[entry.paper] for _, entry in part],
                "interest": [entry.interest for _, entry in part],
                "score": [entry.score for _, entry in part],
                "probability": [entry.probability for _, entry in part],
                "why": [entry.why for _, entry in part],
            }
            in_columns(self._db, statement, cells)

    def of(self, subscriber: int, *, limit: int, since: date | None = None) -> list[Shadowed]:
        """What a subscriber's editions left out, at most `limit`: newest edition first, in it the highest score."""
        e, out = t.edition.c, t.left_out.c
        query = sa.select(t.left_out, e.slot_date).join(t.edition).where(e.subscriber_id == subscriber)
        if since is not None:
            query = query.where(e.slot_date >= since)
        order = (e.slot_date.desc(), e.id.desc(), out.score.desc(), out.paper_id)
        found = self._db.execute(query.order_by(*order).limit(limit)).all()
        papers = self._papers.by_row(row.paper_id for row in found)
        return [_shadowed(row, papers[row.paper_id].paper) for row in found]

    def reclaim(self, subscriber: int, paper: int, *, now: datetime) -> bool:
        """Mark the newest line of a subscriber that names a work, under any of its papers; False where none does.

        A line that is marked already keeps its time.
        """
        out, e = t.left_out.c, t.edition.c
        query = sa.select(out.edition_id, out.paper_id).join(t.edition).where(e.subscriber_id == subscriber)
        lines = self._db.execute(query.order_by(e.slot_date.desc(), e.id.desc())).all()
        roots = self._works.roots({paper, *(line.paper_id for line in lines)})
        line = next((line for line in lines if roots[line.paper_id] == roots[paper]), None)
        if line is None:
            return False
        this = (out.edition_id == line.edition_id, out.paper_id == line.paper_id, out.reclaimed_at.is_(None))
        self._db.execute(sa.update(t.left_out).where(*this).values(reclaimed_at=now))
        return True

    def carry(self, edition: int, *, now: datetime) -> int:
        """Have the next edition bring what this one could not, because its mail was not sent; how many papers."""
        s, e = t.seen.c, t.edition.c
        (items,) = self._db.execute(sa.select(e["items"]).where(e.id == edition)).one()
        facts = {item["p"]: item for item in items}
        lines = [
            {
                "edition_id": edition,
                "paper_id": paper,
                "interest": facts[paper].get("i", "") if paper in facts else "",
                "score": facts[paper]["s"] if paper in facts else 0.0,
                "probability": facts[paper].get("c") if paper in facts else None,
                "why": CARRIED,
                "reclaimed_at": now,
            }
            for paper in self._db.execute(sa.select(s.paper_id).where(s.edition_id == edition)).scalars()
        ]
        for part in chunks(lines):
            many(self._db, insert(self._db, t.left_out).on_conflict_do_nothing(), part)
        return len(lines)

    def carried(self, subscribers: Iterable[int]) -> set[tuple[int, int]]:
        """Subscriber and paper of what editions that were never sent have left to the next one."""
        wanted, (out, e) = set(subscribers), (t.left_out.c, t.edition.c)
        query = sa.select(e.subscriber_id, out.paper_id).join(t.edition, e.id == out.edition_id)
        found = self._db.execute(query.where(sa.text(t.RECLAIMED), out.why == CARRIED))
        return {(who, paper) for who, paper in found if who in wanted}

    def reclaimed(self, subscribers: Iterable[int]) -> dict[int, set[int]]:
        """What each has reclaimed and no edition has brought them yet, as the papers that the works are read as.

        Whoever waits for nothing is not among the keys.
        """
        asked = self._reclaimed(set(subscribers))
        roots = self._works.roots(paper for _, paper in asked)
        names = {(subscriber, name) for subscriber, paper in asked for name in (paper, roots[paper])}
        brought = self._brought(names)
        waiting: dict[int, set[int]] = defaultdict(set)
        for subscriber, paper in asked:
            if brought.isdisjoint({(subscriber, paper), (subscriber, roots[paper])}):
                waiting[subscriber].add(roots[paper])
        return dict(waiting)

    def forget_before(self, day: date) -> int:
        """Forget the lines of editions of earlier local dates, reclaimed or not, and return how many there were."""
        older = sa.select(t.edition.c.id).where(t.edition.c.slot_date < day)
        return self._db.execute(sa.delete(t.left_out).where(t.left_out.c.edition_id.in_(older))).rowcount

    def _reclaimed(self, wanted: set[int]) -> list[tuple[int, int]]:
        """Every subscriber and paper of a line that is marked; for many subscribers all marks are read at once."""
        out, e = t.left_out.c, t.edition.c
        query = sa.select(e.subscriber_id, out.paper_id).join(t.edition, e.id == out.edition_id)
        query = query.where(sa.text(t.RECLAIMED)).distinct()
        if len(wanted) <= CHUNK:
            query = query.where(e.subscriber_id.in_(wanted))
        return [(who, paper) for who, paper in self._db.execute(query) if who in wanted]

    def _brought(self, names: set[tuple[int, int]]) -> set[tuple[int, int]]:
        s, found = t.seen.c, set[tuple[int, int]]()
        for part in chunks(sorted(names)):
            condition = sa.tuple_(s.subscriber_id, s.paper_id).in_(part)
            found |= {
                (who, paper) for who, paper in self._db.execute(sa.select(s.subscriber_id, s.paper_id).where(condition))
            }
        return found


def _shadowed(row: sa.Row[Any], paper: Paper) -> Shadowed:
    return Shadowed(
        edition=row.edition_id,
        slot_date=row.slot_date,
        paper=paper,
        interest=row.interest,
        score=row.score,
        probability=row.probability,
        why=row.why,
        reclaimed_at=row.reclaimed_at,
    )
