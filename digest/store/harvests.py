"""Where each harvest stands, and when each source may be asked again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digest.errors import SourceResting
from digest.papers import Cursor
from digest.store import tables as t
from digest.store.upsert import insert


@dataclass(frozen=True, slots=True)
class GateState:
    """What a source's next request must respect."""

    last_request_at: datetime | None = None
    rest_until: datetime | None = None
    rest_reason: str = ""
    budget_used: int = 0  # requests since
    budget_began: datetime | None = None


class Harvests:
    """Cursors and gates within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def cursor(self, source: str, stream: str) -> Cursor | None:
        c = t.cursor.c
        row = self._db.execute(sa.select(t.cursor).where(c.source == source, c.stream == stream)).one_or_none()
        return None if row is None else _cursor(row)

    def move(self, source: str, stream: str, cursor: Cursor) -> None:
        values = {
            "since": cursor.since,
            "token": cursor.token,
            "began": cursor.began,
            "completed_at": cursor.completed_at,
            "validator": cursor.validator,
        }
        statement = insert(self._db, t.cursor).values(source=source, stream=stream, **values)
        self._db.execute(statement.on_conflict_do_update(index_elements=["source", "stream"], set_=values))

    def gate(self, source: str) -> GateState:
        row = self._db.execute(sa.select(t.gate).where(t.gate.c.source == source)).one_or_none()
        if row is None:
            return GateState()
        return GateState(row.last_request_at, row.rest_until, row.rest_reason, row.budget_used, row.budget_began)

    def refuse_while_resting(self, source: str, *, now: datetime) -> None:
        """Raise SourceResting while the source wants to be left alone."""
        gate = self.gate(source)
        if gate.rest_until is not None and now < gate.rest_until:
            problem = f"{gate.rest_reason}; it is not asked before {gate.rest_until:%Y-%m-%d %H:%M:%S} UTC"
            raise SourceResting(source, problem, until=gate.rest_until)

    def take(self, source: str, holder: str, *, now: datetime, until: datetime, is_gone: Callable[[str], bool]) -> None:
        """Be the only one to ask a source until `until`, or raise SourceResting while another living process is."""
        g = t.gate.c
        self._db.execute(insert(self._db, t.gate).values(source=source).on_conflict_do_nothing())
        row = self._db.execute(sa.select(g.holder, g.held_until).where(g.source == source)).one()
        is_free = row.holder in (None, holder) or row.held_until <= now or is_gone(row.holder)
        same = g.holder.is_(None) if row.holder is None else g.holder == row.holder
        taking = sa.update(t.gate).where(g.source == source, same).values(holder=holder, held_until=until)
        if not is_free or self._db.execute(taking).rowcount != 1:
            raise SourceResting(source, "another run is asking it", until=now)

    def release(self, source: str, holder: str) -> None:
        """Let another one ask the source."""
        g = t.gate.c
        mine = sa.update(t.gate).where(g.source == source, g.holder == holder)
        self._db.execute(mine.values(holder=None, held_until=None))

    def note_request(self, source: str, at: datetime, *, used: int = 0, began: datetime | None = None) -> None:
        """Keep that a request is made or over, and how much of the budget was used since when."""
        self._set_gate(source, last_request_at=at, budget_used=used, budget_began=began)

    def note_rest(self, source: str, until: datetime, reason: str) -> None:
        self._set_gate(source, rest_until=until, rest_reason=reason)

    def cursors(self) -> list[tuple[str, str, Cursor]]:
        """Source, stream and cursor of every harvest."""
        found = self._db.execute(sa.select(t.cursor).order_by(t.cursor.c.source, t.cursor.c.stream))
        return [(row.source, row.stream, _cursor(row)) for row in found]

    def _set_gate(self, source: str, **values: object) -> None:
        statement = insert(self._db, t.gate).values(source=source, **values)
        self._db.execute(statement.on_conflict_do_update(index_elements=["source"], set_=values))


def _cursor(row: sa.Row[Any]) -> Cursor:
    return Cursor(
        since=row.since,
        token=row.token,
        began=row.began,
        completed_at=row.completed_at,
        validator=row.validator,
    )
