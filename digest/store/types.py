"""Column types that mean the same on SQLite and PostgreSQL, and how JSON is read from them."""

import json
from datetime import UTC, datetime
from typing import Any

import orjson
import sqlalchemy as sa


def read_json(text: str | bytes) -> Any:
    """What `json.dumps` has written, in three quarters of its own time; of integers, those of 64 bits."""
    try:
        return orjson.loads(text)
    except ValueError:  # Python's own writes more than there is in JSON: NaN, infinities, lone surrogates
        return json.loads(text)


def write_json(value: Any) -> str:
    """What `read_json` reads; where orjson has no word for something, or writes null for it, as Python's own has it."""
    try:
        text = orjson.dumps(value, default=_plain, option=_STRICT)
    except TypeError:
        return json.dumps(value)
    return json.dumps(value) if _NULL in text else text.decode()


_STRICT = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME  # what JSON does not know is an error
_NULL = b"null"  # stands for None, but also for NaN and infinities


def _plain(value: Any) -> tuple[Any, ...]:
    if isinstance(value, tuple):  # a named one
        return tuple(value)
    raise TypeError(f"{type(value).__name__} is nothing that JSON knows")


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware instant in UTC; SQLite keeps it without its zone and gets it back on reading."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone: {value}")
        return value if value.tzinfo is UTC else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        if not isinstance(value, datetime):
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
