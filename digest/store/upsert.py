"""Bulk writes that both engines understand."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

Item = TypeVar("Item")
CHUNK = 500
MANY = 5_000  # rows that `many` writes at once


def insert(connection: sa.Connection, table: sa.Table) -> "sqlite.Insert | postgresql.Insert":
    """An INSERT with ON CONFLICT for the engine at hand."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # which takes as long to load as a tenth of a command

    return postgresql.insert(table)


def many(connection: sa.Connection, statement: sa.Insert, rows: Sequence[dict[str, Any]]) -> None:
    """Execute an INSERT for many rows that all give the same columns.

    The same as `connection.execute`, with each value made ready for the driver by its column's type, and without the
    rest of what SQLAlchemy does for each value, which takes longer than the database.
    """
    in_columns(connection, statement, {name: [row[name] for row in rows] for name in rows[0]})


def in_columns(connection: sa.Connection, statement: sa.Insert | sa.Update, cells: Mapping[str, Sequence[Any]]) -> None:
    """The same for rows that are given column by column, all of one length above 0; for an UPDATE, by bound names."""
    text, values = _for_driver(connection, statement, cells)
    connection.exec_driver_sql(text, values)


def reserved(connection: sa.Connection, table: sa.Table, count: int) -> Sequence[int]:
    """So many ascending numbers for rows to come, which no row of the table has or ever had; some may stay unused.

    Rows that are given their numbers are written all at once; the database tells of numbers that it gives one by one.
    `table` must count with AUTOINCREMENT on SQLite, where nobody else numbers rows before this transaction ends.
    """
    if connection.dialect.name == "sqlite":
        asked = "SELECT seq FROM sqlite_sequence WHERE name = ?"
        last = connection.exec_driver_sql(asked, (table.name,)).scalar() or 0
        return range(last + 1, last + 1 + count)
    number = sa.func.nextval(sa.func.pg_get_serial_sequence(table.name, "id"))
    query = sa.select(number).select_from(sa.func.generate_series(1, count))
    return sorted(connection.execute(query).scalars())


def _for_driver(
    connection: sa.Connection, statement: sa.Insert | sa.Update, columns: Mapping[str, Sequence[Any]]
) -> tuple[str, list[Any]]:
    """A statement's text, and the values of each row as the driver takes them."""
    dialect, count = connection.dialect, len(next(iter(columns.values())))
    compiled = statement.compile(dialect=dialect, column_keys=list(columns) if statement.is_insert else None)
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
    """Values as the driver takes them; one that comes many times in a row, such as a time, is made ready once."""
    if step is None:
        return values
    ready, last, made = [], object(), None
    for value in values:
        if value is not last:
            last, made = value, step(value)
        ready.append(made)
    return ready


def take_turns(connection: sa.Connection, table: sa.Table) -> None:
    """Wait until no other transaction adds to the table, so that numbers become visible in ascending order.

    Whoever has read up to a number would otherwise never see a lower one that is kept later.
    """
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time
        connection.execute(sa.text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))


def chunks(items: Sequence[Item], size: int = CHUNK) -> Iterator[Sequence[Item]]:
    """The items in parts that fit into one statement; nothing for nothing."""
    return (items[start : start + size] for start in range(0, len(items), size))
