"""Everything that is held of one subscriber, found by following the keys of the tables: no table can be forgotten."""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa

from digest.store import tables as t
from digest.store.metadata import metadata
from digest.store.upsert import chunks

Rows = dict[str, list[dict[str, Any]]]


class Holdings:
    """What is held of subscribers within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._db = connection

    def of(self, subscriber: int) -> Rows:
        """Rows by table, as plain JSON: the subscriber's own, and those that belong to one of these."""
        held: dict[str, list[sa.Row[Any]]] = {}
        for table in metadata.sorted_tables:  # parents first
            if found := self._rows(table, subscriber, held):
                held[table.name] = found
        return {name: [_plain(row) for row in rows] for name, rows in held.items()}

    def erase(self, subscriber: int, address: str) -> None:
        """Forget a subscriber with everything that is held of them, and what was asked for their address."""
        self._db.execute(sa.delete(t.application).where(t.application.c.address == address))
        self._db.execute(sa.delete(t.subscriber).where(t.subscriber.c.id == subscriber))

    def _rows(self, table: sa.Table, subscriber: int, held: dict[str, list[sa.Row[Any]]]) -> list[sa.Row[Any]]:
        if table is t.subscriber:
            return list(self._db.execute(sa.select(table).where(table.c.id == subscriber)))
        found: dict[tuple[Any, ...], sa.Row[Any]] = {}
        for column, parent in _owners(table):
            numbers = [row.id for row in held.get(parent, ())]
            for part in chunks(numbers):
                for row in self._db.execute(sa.select(table).where(column.in_(part))):
                    found[tuple(row._mapping[key.name] for key in table.primary_key)] = row
        return list(found.values())


def _owners(table: sa.Table) -> Iterator[tuple[sa.Column[Any], str]]:
    """The columns by which a row belongs to a subscriber, or to something of theirs; papers are everybody's."""
    for key in table.foreign_keys:
        parent = key.column.table.name
        if parent in _OWN:
            yield key.parent, parent


def _own() -> frozenset[str]:
    """The tables whose rows are some subscriber's."""
    own = {t.subscriber.name}
    for table in metadata.sorted_tables:
        if any(key.column.table.name in own for key in table.foreign_keys):
            own.add(table.name)
    return frozenset(own)


_OWN = _own()


def _plain(row: sa.Row[Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in row._mapping.items()}


def _value(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value.isoformat() if isinstance(value, datetime | date | time) else value
