"""What the operator has been told: each kind of alarm once a UTC day, by whichever process comes first."""

from datetime import date, datetime

import sqlalchemy as sa

from digest.store import tables as t
from digest.store.upsert import insert


class Alarms:
    """Alarms within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def note(self, kind: str, day: date, text: str, now: datetime) -> bool:
        """Note the intent to say an alarm; True for the one who shall say it, False where it is noted already."""
        statement = insert(self._db, t.alarm).values(kind=kind, day=day, said_at=now, text=text.replace("\0", ""))
        return self._db.execute(statement.on_conflict_do_nothing().returning(t.alarm.c.kind)).first() is not None

    def withdraw(self, kind: str, day: date) -> None:
        """Forget an alarm that nobody could be told, so that the next run says it."""
        a = t.alarm.c
        self._db.execute(sa.delete(t.alarm).where(a.kind == kind, a.day == day))
