"""What was known when: the days on which papers came and were listed, for looking back without looking ahead."""

from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa

from digest.papers import FRESH
from digest.store import tables as t
from digest.store.upsert import chunks
from digest.store.works import Works


class History:
    """The past within one transaction. Merged papers are read as one work, under its row number."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection
        self._works = Works(connection)

    def known_from(self) -> dict[int, date]:
        """The first day on which anything was said of each work: announced, or kept without an announcement (UTC)."""
        a, p = t.announcement.c, t.paper.c
        told = sa.select(a.paper_id, sa.func.min(a.day).label("day")).group_by(a.paper_id)
        kept = sa.select(p.id, p.first_seen_at).where(p.id.not_in(sa.select(a.paper_id)))
        days: dict[int, date] = {each.paper_id: each.day for each in self._db.execute(told)}
        days |= {each.id: each.first_seen_at.date() for each in self._db.execute(kept)}
        return self._of_works(days)

    def listed_on(self) -> dict[int, date]:
        """The day of the first listing that named each work as new or cross-listed."""
        a = t.announcement.c
        query = sa.select(a.paper_id, sa.func.min(a.day).label("day")).where(a.kind.in_(FRESH)).group_by(a.paper_id)
        return self._of_works({each.paper_id: each.day for each in self._db.execute(query)})

    def terms(self, rows: Iterable[int]) -> dict[int, bytes]:
        """The counted terms of papers by row number; empty where they are still to be counted."""
        p, found = t.paper.c, dict[int, bytes]()
        for part in chunks(sorted(set(rows))):
            query = sa.select(p.id, p.terms).where(p.id.in_(part))
            found |= {each.id: each.terms for each in self._db.execute(query)}
        return found

    def voters(self) -> list[int]:
        """The numbers of all subscribers who have voted."""
        f = t.feedback.c.subscriber_id
        return list(self._db.execute(sa.select(f).distinct().order_by(f)).scalars())

    def _of_works(self, days: dict[int, date]) -> dict[int, date]:
        """The earliest day of each work's papers."""
        roots, found = self._works.roots(days), dict[int, date]()
        for row, day in days.items():
            found[roots[row]] = min(day, found.get(roots[row], day))
        return found
