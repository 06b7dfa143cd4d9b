"""Bulk writes that both engines understand."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

Item = TypeVar("Item")
CHUNK = 500
MANY = 5_000  # rows that `many` writes at once


def insert(connection: sa.Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT with ON CONFLICT for the engine at hand."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def many(connection: sa.Connection, statement: sa.Insert, rows: Sequence[dict[str, Any]]) -> None:
    """Execute an INSERT for many rows that all give the same columns.

    The same as `connection.execute`, with each value made ready for the driver by its column's type, and without the
    rest of what SQLAlchemy does for each value, which takes longer than the database.
    """
    in_columns(connection, statement, {name: [row[name] for row in rows] for name in rows[0]})


def in_columns(connection: sa.Connection, statement: sa.Insert, cells: Mapping[str, Sequence[Any]]) -> None:
    """The same for rows that are given column by column, all of one length above 0."""
    text, values = _for_driver(connection, statement, cells)
    connection.exec_driver_sql(text, values)


def each(connection: sa.Connection, statement: ReturningInsert[Any], rows: Sequence[dict[str, Any]]) -> list[Any]:
    """The same for a statement that returns a column: what it returns for each row, None where that is nothing."""
    if not rows:
        return []
    text, values = _for_driver(connection, statement, {name: [row[name] for row in rows] for name in rows[0]})
    cursor, found = connection.connection.cursor(), []
    try:
        for row in values:
            cursor.execute(text, row)
            returned = cursor.fetchone()
            found.append(None if returned is None else returned[0])
    finally:
        cursor.close()
    return found


def _for_driver(
    connection: sa.Connection, statement: sa.Insert | ReturningInsert[Any], columns: Mapping[str, Sequence[Any]]
) -> tuple[str, list[Any]]:
    """A statement's text, and the values of each row as the driver takes them."""
    dialect, count = connection.dialect, len(next(iter(columns.values())))
    compiled = statement.compile(dialect=dialect, column_keys=list(columns))
    names = getattr(compiled, "positiontup", None) or list(compiled.binds)
    cells = []
    for name in names:
        bind = compiled.binds[name]  # a column, or a value that the statement itself gives
        values = columns[name] if name in columns else [bind.value] * count
        cells.append(_ready(values, bind.type.dialect_impl(dialect).bind_processor(dialect)))
    in_order = list(zip(*cells, strict=True))
    in_place = getattr(compiled, "positiontup", None) is not None
    return str(compiled), in_order if in_place else [dict(zip(names, row, strict=True)) for row in in_order]


def _ready(values: Sequence[Any], step: Callable[[Any], Any] | None) -> Sequence[Any]:
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
