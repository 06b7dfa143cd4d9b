"""Letters: what is written to subscribers about the subscription itself."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from digest.mail import Letter, LetterKind
from digest.store import tables as t
from digest.store.upsert import insert


class Letters:
    """Letters within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def keep(
        self, subscriber: int, kind: LetterKind, day: date, *, now: datetime, details: dict[str, Any] | None = None
    ) -> int | None:
        """The number of a new letter; None if that subscriber has one of that kind and day."""
        values = {"subscriber_id": subscriber, "kind": kind.value, "day": day}
        made = insert(self._db, t.letter).values(**values, details=details or {}, created_at=now)
        return self._db.execute(made.on_conflict_do_nothing().returning(t.letter.c.id)).scalar()

    def get(self, number: int) -> Letter:
        """The letter with that number, which must exist."""
        row = self._db.execute(sa.select(t.letter).where(t.letter.c.id == number)).one()
        return Letter(
            id=row.id, subscriber_id=row.subscriber_id, kind=LetterKind(row.kind), day=row.day, details=row.details
        )

    def last(self, subscriber: int, kind: LetterKind) -> date | None:
        """The day of a subscriber's newest letter of that kind."""
        c = t.letter.c
        query = sa.select(sa.func.max(c.day)).where(c.subscriber_id == subscriber, c.kind == kind.value)
        return self._db.execute(query).scalar()
