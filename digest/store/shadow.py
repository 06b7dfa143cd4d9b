"""The shadow log: what came near to an edition and was left out of it, so that a reader can reclaim it.

All that an edition left out is one row (`shadow_lines`). A line that somebody asked for, and what is carried from an
edition that was never sent, is a row of its own besides, which says more.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa

from digest.papers import Paper
from digest.store import tables as t
from digest.store.kept_items import facts_of
from digest.store.papers import Papers
from digest.store.shadow_lines import LeftOut as LeftOut
from digest.store.shadow_lines import Line, packed, unpacked
from digest.store.shadow_lines import Lines as Lines
from digest.store.upsert import CHUNK, chunks, in_columns, insert, many
from digest.store.works import Works


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


@dataclass(frozen=True, slots=True)
class _Kept:
    """A line of the log, its paper still a number."""

    edition: int
    slot_date: date
    line: Line
    reclaimed_at: datetime | None


CARRIED = "its mail could not be sent in time"
_EDITIONS = 20  # of one reader that are looked through at once


class Shadow:
    """The shadow log within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection
        self._papers = Papers(connection)
        self._works = Works(connection)

    def keep(self, edition: int, entries: Iterable[LeftOut]) -> None:
        """Note what an edition has left out; what is noted already stays as it is."""
        told = tuple(entries)
        self.keep_all({edition: Lines.of(told, self._papers.rows({entry.paper for entry in told}))})

    def keep_all(self, entries: Mapping[int, Lines]) -> None:
        """The same for many editions, by number."""
        told = {edition: lines for edition, lines in entries.items() if lines.papers}
        cells: dict[str, list[Any]] = {"edition_id": list(told), "lines": [packed(lines) for lines in told.values()]}
        if told:
            in_columns(self._db, insert(self._db, t.shadow).on_conflict_do_nothing(), cells)

    def of(self, subscriber: int, *, limit: int, since: date | None = None) -> list[Shadowed]:
        """What a subscriber's editions left out, at most `limit`: newest edition first, in it the highest score."""
        found = list(islice(self._newest_first(subscriber, since), limit))
        papers = self._papers.by_row(each.line.paper for each in found)
        return [_shadowed(each, papers[each.line.paper].paper) for each in found]

    def reclaim(self, subscriber: int, paper: int, *, now: datetime) -> bool:
        """Mark the newest line of a subscriber that names a work, under any of its papers; False where none does.

        A line that is marked already keeps its time.
        """
        lines = list(self._newest_first(subscriber))
        roots = self._works.roots({paper, *(each.line.paper for each in lines)})
        found = next((each for each in lines if roots[each.line.paper] == roots[paper]), None)
        if found is None:
            return False
        statement = insert(self._db, t.left_out).values(**_row(found), reclaimed_at=now)
        first = {"reclaimed_at": sa.func.coalesce(t.left_out.c.reclaimed_at, statement.excluded.reclaimed_at)}
        self._db.execute(statement.on_conflict_do_update(index_elements=["edition_id", "paper_id"], set_=first))
        return True

    def carry(self, edition: int, *, now: datetime) -> int:
        """Have the next edition bring what this one could not, because its mail was not sent; how many papers."""
        s, e = t.seen.c, t.edition.c
        (items,) = self._db.execute(sa.select(e["items"]).where(e.id == edition)).one()
        facts = {fact.paper: fact for fact in facts_of(items)}
        lines = [
            {
                "edition_id": edition,
                "paper_id": paper,
                "interest": facts[paper].interest if paper in facts else "",
                "score": facts[paper].score if paper in facts else 0.0,
                "probability": facts[paper].probability if paper in facts else None,
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

    def _newest_first(self, subscriber: int, since: date | None = None) -> Iterator[_Kept]:
        """The lines of a subscriber, newest edition first, in it the highest score; as far as somebody asks."""
        e = t.edition.c
        query = sa.select(e.id, e.slot_date).where(e.subscriber_id == subscriber)
        if since is not None:
            query = query.where(e.slot_date >= since)
        editions = self._db.execute(query.order_by(e.slot_date.desc(), e.id.desc())).all()
        for part in chunks(editions, _EDITIONS):
            lines = self._lines([number for number, _ in part])
            for number, slot_date in part:
                order = sorted(lines[number].values(), key=lambda each: (-each[0].score, each[0].paper))
                yield from (_Kept(number, slot_date, line, reclaimed_at) for line, reclaimed_at in order)

    def _lines(self, editions: Sequence[int]) -> dict[int, dict[int, tuple[Line, datetime | None]]]:
        """By edition and paper what was left out, and when it was asked for."""
        found: dict[int, dict[int, tuple[Line, datetime | None]]] = {number: {} for number in editions}
        kept = sa.select(t.shadow).where(t.shadow.c.edition_id.in_(editions))
        for number, lines in self._db.execute(kept):
            found[number] = {line.paper: (line, None) for line in unpacked(lines)}
        single = sa.select(t.left_out).where(t.left_out.c.edition_id.in_(editions))
        for row in self._db.execute(single):
            line = Line(row.paper_id, row.interest, row.score, row.probability, row.why)
            found[row.edition_id][row.paper_id] = line, row.reclaimed_at
        return found

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


def _row(kept: _Kept) -> dict[str, Any]:
    return {
        "edition_id": kept.edition,
        "paper_id": kept.line.paper,
        "interest": kept.line.interest,
        "score": kept.line.score,
        "probability": kept.line.probability,
        "why": kept.line.why,
    }


def _shadowed(kept: _Kept, paper: Paper) -> Shadowed:
    line = kept.line
    return Shadowed(
        edition=kept.edition,
        slot_date=kept.slot_date,
        paper=paper,
        interest=line.interest,
        score=line.score,
        probability=line.probability,
        why=line.why,
        reclaimed_at=kept.reclaimed_at,
    )
