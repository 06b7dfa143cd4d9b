"""Signals as a time series: a value is kept when it is another than the last one of the same source."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digest.signals import CODE, Signal, Value
from digest.store import tables as t
from digest.store.search import mark_named
from digest.store.upsert import chunks, insert

_Key = tuple[str, str, str]  # subject, name, source


class Signals:
    """Signals within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def keep(self, signals: Iterable[Signal]) -> int:
        """Keep what says something new, and return how many do."""
        told = {_key(signal): signal for signal in signals}
        last = {_key(signal): signal for signal in self._newest(signal.subject for signal in told.values())}
        news = [each for key, each in told.items() if key not in last or last[key].value != each.value]
        statement = insert(self._db, t.signal)
        keys = [column.name for column in t.signal.primary_key]
        for part in chunks([_row(signal) for signal in news]):
            value = {"value": statement.excluded.value}  # two lists of one moment may disagree
            self._db.execute(statement.on_conflict_do_update(index_elements=keys, set_=value), part)
        self._supersede(each.subject for each in news if _key(each) in last)
        mark_named(self._db, (each.subject for each in news if each.name == CODE))
        return len(news)

    def newest(self, subjects: Iterable[str]) -> dict[str, list[Signal]]:
        """The last value of each name and source, by subject."""
        found: dict[str, list[Signal]] = defaultdict(list)
        for signal in self._newest(subjects):
            found[signal.subject].append(signal)
        return dict(found)

    def history(self, subject: str, name: str) -> list[Signal]:
        """Every value of one name, oldest first."""
        s = t.signal.c
        query = sa.select(t.signal).where(s.subject == subject, s.name == name).order_by(s.observed_at, s.source)
        return [_signal(row) for row in self._db.execute(query)]

    def forget(self, subject: str, name: str, source: str) -> bool:
        """Keep no value of a name any more that a source told; False where it had told none."""
        s = t.signal.c
        told = sa.delete(t.signal).where(s.subject == subject, s.name == name, s.source == source)
        return self._db.execute(told).rowcount > 0

    # ------------------------------------------------------------ who was asked about what

    def note_asked(self, source: str, papers: Iterable[int], *, now: datetime) -> None:
        statement = insert(self._db, t.asked)
        news = statement.on_conflict_do_update(index_elements=["source", "paper_id"], set_={"asked_at": now})
        for part in chunks([{"source": source, "paper_id": row, "asked_at": now} for row in papers]):
            self._db.execute(news, part)

    def to_ask(self, source: str, *, since: datetime, before: datetime, limit: int) -> list[int]:
        """The newest papers first seen since then that the source was not asked about, or before `before`."""
        a, p = t.asked.c, t.paper.c
        query = (
            sa.select(p.id)
            .outerjoin(t.asked, sa.and_(a.paper_id == p.id, a.source == source))
            .where(p.first_seen_at >= since, sa.or_(a.asked_at.is_(None), a.asked_at < before))
            .order_by(a.asked_at.is_not(None), p.id.desc())
            .limit(limit)
        )
        return list(self._db.execute(query).scalars())

    def _supersede(self, subjects: Iterable[str]) -> None:
        """Mark what sources told of these subjects and told otherwise since."""
        s, later = t.signal.c, t.signal.alias().c
        same = [getattr(later, name) == getattr(s, name) for name in ("subject", "name", "source")]
        was_told = sa.exists().where(*same, later.observed_at > s.observed_at)
        for part in chunks(sorted(set(subjects))):
            before = sa.update(t.signal).where(s.subject.in_(part), sa.not_(s.superseded), was_told)
            self._db.execute(before.values(superseded=True))

    def _newest(self, subjects: Iterable[str]) -> Sequence[Signal]:
        s = t.signal.c
        found: dict[_Key, Signal] = {}
        for part in chunks(sorted(set(subjects))):
            query = sa.select(t.signal).where(s.subject.in_(part)).order_by(s.observed_at)
            for row in self._db.execute(query):
                found[row.subject, row.name, row.source] = _signal(row)
        return list(found.values())


def _key(signal: Signal) -> _Key:
    return signal.subject, signal.name, signal.source


def _row(signal: Signal) -> Mapping[str, Any]:
    value = list(signal.value) if isinstance(signal.value, tuple) else signal.value
    named = {"subject": signal.subject, "name": signal.name, "source": signal.source}
    return {**named, "observed_at": signal.observed_at, "value": value}


def _signal(row: sa.Row[Any]) -> Signal:
    value: Value = tuple(row.value) if isinstance(row.value, list) else row.value
    return Signal(subject=row.subject, name=row.name, source=row.source, observed_at=row.observed_at, value=value)
