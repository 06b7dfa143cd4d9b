"""Bulk writes that both engines understand."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

Item = TypeVar("Item")
CHUNK = 500


def insert(connection: sa.Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT with ON CONFLICT for the engine at hand."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def plain_many(connection: sa.Connection, statement: sa.Insert, rows: Sequence[dict[str, Any]]) -> None:
    """Execute a statement for many rows of texts and numbers, which the driver takes as they are.

    SQLAlchemy looks at each value of each row on the way, which for such rows takes most of the time.
    """
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(rows[0]))
    order = getattr(compiled, "positiontup", None)
    values = [tuple(row[name] for name in order) for row in rows] if order else list(rows)
    connection.exec_driver_sql(str(compiled), values)


def take_turns(connection: sa.Connection, table: sa.Table) -> None:
    """Wait until no other transaction adds to the table, so that numbers become visible in ascending order.

    Whoever has read up to a number would otherwise never see a lower one that is kept later.
    """
    if connection.dialect.name == "postgresql":  # SQLite has one writer at a time
        connection.execute(sa.text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))


def chunks(items: Sequence[Item], size: int = CHUNK) -> Iterator[Sequence[Item]]:
    """The items in parts that fit into one statement; nothing for nothing."""
    return (items[start : start + size] for start in range(0, len(items), size))
