"""The ledger's batches."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa

from digest.batches import CLOSED, Batch, BatchState
from digest.store import tables as t
from digest.store.upsert import chunks, insert

_RECENT = 20  # batches that tell what is usual


class Batches:
    """Batches within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def keep(self, batches: Iterable[Batch]) -> None:
        """Write batches as they stand now; the hour a batch was first closed stays."""
        for part in chunks([_row(batch) for batch in batches]):
            statement = insert(self._db, t.batch)
            news: dict[str, Any] = {c.name: statement.excluded[c.name] for c in t.batch.c if not c.primary_key}
            news["closed_at"] = sa.func.coalesce(t.batch.c.closed_at, statement.excluded.closed_at)
            keys = [c.name for c in t.batch.primary_key]
            self._db.execute(statement.on_conflict_do_update(index_elements=keys, set_=news), part)

    def of(self, source: str, stream: str, *, since: date) -> dict[date, Batch]:
        """The batches of a stream from a day on, by day."""
        b = t.batch.c
        return {each.day: each for each in self._read(b.source == source, b.stream == stream, b.day >= since)}

    def open(self, source: str | None = None) -> list[Batch]:
        """Every batch that is not closed, oldest first."""
        b = t.batch.c
        of_source = [b.source == source] if source is not None else []
        return self._read(b.state.not_in(CLOSED), *of_source)

    def between(self, first: date, last: date) -> list[Batch]:
        """The batches of some days, both included, oldest first."""
        return self._read(t.batch.c.day.between(first, last))

    def span(self, source: str, stream: str) -> tuple[date, date] | None:
        """The oldest and the newest day of a stream's batches; None where there is none."""
        b = t.batch.c
        query = sa.select(sa.func.min(b.day), sa.func.max(b.day)).where(b.source == source, b.stream == stream)
        oldest, newest = self._db.execute(query).one()
        return None if oldest is None else (oldest, newest)

    def usual(self, source: str, stream: str) -> float | None:
        """The mean number of papers in the stream's last complete batches; None before there are three."""
        b = t.batch.c
        query = sa.select(b.arrived).where(
            b.source == source, b.stream == stream, b.state == BatchState.COMPLETE, b.arrived > 0
        )
        recent = list(self._db.execute(query.order_by(b.day.desc()).limit(_RECENT)).scalars())
        return sum(recent) / len(recent) if len(recent) >= 3 else None

    def _read(self, *conditions: sa.ColumnElement[bool]) -> list[Batch]:
        b = t.batch.c
        query = sa.select(t.batch).where(*conditions).order_by(b.day, b.source, b.stream)
        return [_batch(row) for row in self._db.execute(query)]


def _row(batch: Batch) -> dict[str, Any]:
    return {
        "source": batch.source,
        "stream": batch.stream,
        "day": batch.day,
        "state": batch.state.value,
        "expected": batch.expected,
        "arrived": batch.arrived,
        "late": batch.late,
        "missing": list(batch.missing),
        "why": batch.why,
        "closes_at": batch.closes_at,
        "closed_at": batch.closed_at,
    }


def _batch(row: sa.Row[Any]) -> Batch:
    return Batch(
        source=row.source,
        stream=row.stream,
        day=row.day,
        state=BatchState(row.state),
        expected=row.expected,
        arrived=row.arrived,
        late=row.late,
        missing=tuple(row.missing),
        why=row.why,
        closes_at=row.closes_at,
        closed_at=row.closed_at,
    )
