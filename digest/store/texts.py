"""Former texts: the title and abstract of each version of a paper that a newer one has taken the place of."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from digest.papers import Paper
from digest.store import tables as t
from digest.store.upsert import chunks, insert


class Texts:
    """Former texts within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def keep(self, papers: Mapping[int, Paper], *, now: datetime) -> None:
        """Write how papers, by row number, read until now; what is kept of a version already stays as it is."""
        rows = [
            {
                "paper_id": row,
                "number": paper.newest_version,
                "title": paper.title,
                "abstract": paper.abstract,
                "replaced_at": now,
            }
            for row, paper in papers.items()
        ]
        for part in chunks(rows):
            self._db.execute(insert(self._db, t.former_text).on_conflict_do_nothing(), part)

    def of(self, row: int) -> dict[int, tuple[str, str]]:
        """The former titles and abstracts of a paper, by the number of the version that read so, oldest first."""
        f = t.former_text.c
        query = sa.select(f.number, f.title, f.abstract).where(f.paper_id == row).order_by(f.number)
        return {number: (title, abstract) for number, title, abstract in self._db.execute(query)}
