"""From one engine to the other: every row of every table, in one transaction, and read again before it is kept.

The full-text index is not copied: each engine has it in its own way, and the next run fills it again.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa

from digest.errors import StoreError
from digest.store import search_tables
from digest.store.metadata import metadata

AT_ONCE = 2000  # rows in memory
Progress = Callable[[str, int, int], None]  # table, rows so far, rows in all
_MADE_ANEW = {search_tables.word.name, search_tables.term.name}
_STALE = {"document": None, "stale": True}  # of search_entry: the paper waits to come into the index
_WHOLE = 2**128


@dataclass(frozen=True, slots=True)
class Content:
    """What a table holds: how many rows, and the sum of their fingerprints, in whatever order they come."""

    rows: int = 0
    digest: int = 0  # 0 to 2**128 - 1

    def of(self, rows: Sequence[dict[str, Any]]) -> "Content":
        """With some rows more."""
        return Content(self.rows + len(rows), (self.digest + sum(map(_fingerprint, rows))) % _WHOLE)


def copy_all(
    source: sa.Connection, target: sa.Connection, progress: Progress = lambda table, done, of: None
) -> dict[str, Content]:
    """Copy all tables into empty ones of the same schema; what each holds now, by name.

    `source` is one state of its database, `target` a transaction of the other. StoreError where the target holds
    anything, or holds something else in the end: nothing must be kept then.
    """
    tables = [_lenient(table) for table in metadata.sorted_tables if table.name not in _MADE_ANEW]
    if held := [table.name for table in metadata.sorted_tables if _rows(target, table)]:
        raise StoreError(f"the target is not empty: it has rows in {', '.join(held)}; nothing was copied")
    copied = {table.name: _copy(source, target, table, progress) for table in tables}
    _carry_numbers(source, target)
    for table in tables:
        found = Content()
        for rows in _batches(target, table):
            found = found.of(rows)
        if found != copied[table.name]:
            raise StoreError(f"{table.name}: the copy has {found.rows} rows and reads otherwise; nothing was kept")
    return copied


def _copy(source: sa.Connection, target: sa.Connection, table: sa.Table, progress: Progress) -> Content:
    content, of = Content(), _rows(source, table)
    for rows in _batches(source, table):
        changed = [row | _STALE for row in rows] if table.name == search_tables.entry.name else rows
        target.execute(sa.insert(table), changed)
        content = content.of(changed)
        progress(table.name, content.rows, of)
    return content


def _batches(connection: sa.Connection, table: sa.Table) -> Iterator[list[dict[str, Any]]]:
    found = connection.execute(sa.select(table), execution_options={"yield_per": AT_ONCE})
    for part in found.mappings().partitions():
        yield [dict(row) for row in part]


def _rows(connection: sa.Connection, table: sa.Table) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def _lenient(table: sa.Table) -> sa.Table:
    """The table with JSON columns that keep nothing as NULL, where they may: it is read alike, and written so."""
    same = table.to_metadata(sa.MetaData())
    for column in same.columns:
        if isinstance(column.type, sa.JSON) and column.nullable:
            column.type = sa.JSON(none_as_null=True)
    return same


# ---------------------------------------------------------------- numbers that nobody else may ever have


def _carry_numbers(source: sa.Connection, target: sa.Connection) -> None:
    """Have the target number new rows behind all that the source has ever numbered, deleted ones too."""
    given = _numbers_of_sqlite(source) if source.dialect.name == "sqlite" else {}
    for table in metadata.sorted_tables:
        if "id" in table.columns and table.autoincrement_column is not None:
            highest = source.execute(sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0))).scalar_one()
            _number_from(target, table, max(highest, given.get(table.name) or _number_of_postgresql(source, table)))


def _numbers_of_sqlite(connection: sa.Connection) -> dict[str, int]:
    return {row.name: row.seq for row in connection.exec_driver_sql("SELECT name, seq FROM sqlite_sequence")}


def _number_of_postgresql(connection: sa.Connection, table: sa.Table) -> int:
    if connection.dialect.name == "sqlite":
        return 0
    sequence = sa.func.pg_get_serial_sequence(table.name, "id")
    last = sa.func.pg_sequence_last_value(sa.cast(sequence, sa.dialects.postgresql.REGCLASS))
    return int(connection.execute(sa.select(sa.func.coalesce(last, 0))).scalar_one())


def _number_from(connection: sa.Connection, table: sa.Table, last: int) -> None:
    if connection.dialect.name == "sqlite":
        if table.dialect_options["sqlite"]["autoincrement"]:
            connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
            values = {"name": table.name, "seq": last}
            connection.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :seq)"), values)
    elif last:
        connection.execute(sa.select(sa.func.setval(sa.func.pg_get_serial_sequence(table.name, "id"), last)))


# ---------------------------------------------------------------- fingerprints


def _fingerprint(row: dict[str, Any]) -> int:
    """128 bits of all values of a row, the same on either engine."""
    told = json.dumps(row, sort_keys=True, default=_plain, ensure_ascii=True)
    return int.from_bytes(hashlib.sha256(told.encode()).digest()[:16])


def _plain(value: object) -> Sequence[str]:
    """Values that JSON has no words for, with their type, so that none is taken for a text that looks like it."""
    if isinstance(value, (datetime, date, time)):
        return type(value).__name__, value.isoformat()
    if isinstance(value, (bytes, memoryview)):
        return "bytes", bytes(value).hex()
    raise StoreError(f"a value of the type {type(value).__name__} cannot be copied")
