"""Bulk writes that both engines understand."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

Item = TypeVar("Item")
CHUNK = 500


def insert(connection: sa.Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT with ON CONFLICT for the engine at hand."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def many(connection: sa.Connection, statement: sa.Insert, rows: Sequence[dict[str, Any]]) -> None:
    """Execute an INSERT for many rows that all give the same columns.

    The same as `connection.execute`, with each value made ready for the driver by its column's type, and without the
    rest of what SQLAlchemy does for each value, which takes longer than the database.
    """
    dialect, columns = connection.dialect, statement.table.columns
    compiled = statement.compile(dialect=dialect, column_keys=list(rows[0]))
    ready = {name: columns[name].type.dialect_impl(dialect).bind_processor(dialect) for name in rows[0]}
    order = getattr(compiled, "positiontup", None)
    cells = [_ready([row[name] for row in rows], ready[name]) for name in order or rows[0]]
    in_order = list(zip(*cells, strict=True))
    named = in_order if order else [dict(zip(rows[0], row, strict=True)) for row in in_order]
    connection.exec_driver_sql(str(compiled), named)


def _ready(values: list[Any], step: Callable[[Any], Any] | None) -> list[Any]:
    return values if step is None else [step(value) for value in values]


def take_turns(connection: sa.Connection, table: sa.Table) -> None:
    """Wait until no other transaction adds to the table, so that numbers become visible in ascending order.

    Whoever has read up to a number would otherwise never see a lower one that is kept later.
    """
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time
        connection.execute(sa.text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))


def chunks(items: Sequence[Item], size: int = CHUNK) -> Iterator[Sequence[Item]]:
    """The items in parts that fit into one statement; nothing for nothing."""
    return (items[start : start + size] for start in range(0, len(items), size))
