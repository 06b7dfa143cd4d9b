"""Rows by many of their keys: one value for all of them, where an IN with a place for each costs more than the rows."""

from collections.abc import Collection
from typing import Any

import orjson
import sqlalchemy as sa


def among(
    connection: sa.Connection, column: sa.ColumnElement[Any], values: Collection[int] | Collection[str]
) -> sa.ColumnElement[bool]:
    """Whether a column is one of some numbers or texts, however many; of none, nothing is."""
    if connection.dialect.name == "postgresql":
        return column == sa.any_(sa.literal(list(values), sa.ARRAY(column.type)))
    each = sa.func.json_each(sa.literal(orjson.dumps(list(values)).decode(), sa.Text)).table_valued("value")
    return column.in_(sa.select(each.c.value))
