"""What a reader has said of single papers: which are saved, which verdict stands, and what is taken back.

A work is one, whatever papers were merged into it: what was said of any of them was said of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from digest.papers import Paper
from digest.store import tables as t
from digest.store.papers import Papers
from digest.store.upsert import chunks, insert
from digest.store.works import Works
from digest.subscribers import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a reader has said of one work."""

    verdict: Verdict | None = None
    given_at: datetime | None = None  # UTC; of the verdict
    saved_at: datetime | None = None  # UTC; None where it is not saved


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedPaper:
    """A paper that a reader keeps, and since when."""

    paper: Paper
    saved_at: datetime  # UTC


class Saved:
    """Saved papers and marks within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection
        self._papers = Papers(connection)
        self._works = Works(connection)

    def keep(self, subscriber: int, paper: int, *, now: datetime) -> bool:
        """Save a paper, by row number; False, and nothing changes, where the work is saved already."""
        if self._same_work(t.saved, subscriber, paper):
            return False
        row = {"subscriber_id": subscriber, "paper_id": paper, "saved_at": now}
        made = insert(self._db, t.saved).values(row).on_conflict_do_nothing().returning(t.saved.c.paper_id)
        return self._db.execute(made).first() is not None

    def remove(self, subscriber: int, paper: int) -> bool:
        """Save a work no longer; whether it was saved."""
        return self._forget(t.saved, subscriber, paper)

    def unvote(self, subscriber: int, paper: int) -> bool:
        """Take back the verdict on a work; whether there was one."""
        return self._forget(t.feedback, subscriber, paper)

    def of(self, subscriber: int, *, limit: int, offset: int = 0) -> list[SavedPaper]:
        """What a subscriber has saved, newest first, at most `limit` after the first `offset`."""
        s = t.saved.c
        query = sa.select(s.paper_id, s.saved_at).where(s.subscriber_id == subscriber)
        found = self._db.execute(query.order_by(s.saved_at.desc(), s.paper_id.desc()).limit(limit).offset(offset)).all()
        papers = self._papers.by_row(row.paper_id for row in found)
        return [SavedPaper(paper=papers[row.paper_id].paper, saved_at=row.saved_at) for row in found]

    def count(self, subscriber: int) -> int:
        """How many papers a subscriber has saved."""
        query = sa.select(sa.func.count()).select_from(t.saved).where(t.saved.c.subscriber_id == subscriber)
        return self._db.execute(query).scalar_one()

    def marks(self, subscriber: int, papers: Iterable[int]) -> dict[int, Mark]:
        """What a subscriber has said of each paper, by row number; of several verdicts on one work the last stands."""
        wanted = set(papers)
        f, s = t.feedback.c, t.saved.c
        given = sa.select(f.paper_id, f.verdict, f.given_at).where(f.subscriber_id == subscriber).order_by(f.given_at)
        said = self._db.execute(given).all()
        kept = self._db.execute(sa.select(s.paper_id, s.saved_at).where(s.subscriber_id == subscriber)).all()
        roots = self._works.roots(wanted.union(row.paper_id for row in said).union(row.paper_id for row in kept))
        verdicts = {roots[row.paper_id]: (Verdict(row.verdict), row.given_at) for row in said}
        saved = {roots[row.paper_id]: row.saved_at for row in kept}
        return {paper: _mark(verdicts.get(roots[paper]), saved.get(roots[paper])) for paper in wanted}

    def _forget(self, table: sa.Table, subscriber: int, paper: int) -> bool:
        forgotten = 0
        for part in chunks(sorted(self._same_work(table, subscriber, paper))):
            these = (table.c.subscriber_id == subscriber, table.c.paper_id.in_(part))
            forgotten += self._db.execute(sa.delete(table).where(*these)).rowcount
        return forgotten > 0

    def _same_work(self, table: sa.Table, subscriber: int, paper: int) -> set[int]:
        """Those papers that a subscriber has in a table and that are one work with the given one."""
        query = sa.select(table.c.paper_id).where(table.c.subscriber_id == subscriber)
        theirs = set(self._db.execute(query).scalars())
        roots = self._works.roots({paper, *theirs})
        return {each for each in theirs if roots[each] == roots[paper]}


def _mark(verdict: tuple[Verdict, datetime] | None, saved_at: datetime | None) -> Mark:
    if verdict is None:
        return Mark(saved_at=saved_at)
    return Mark(verdict=verdict[0], given_at=verdict[1], saved_at=saved_at)
