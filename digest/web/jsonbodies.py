"""JSON objects that were sent come in, dataclasses come out: every field of the type it has to be, and no other."""

import dataclasses
import math
import types
from enum import StrEnum
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from digest.web.openapi import Refused

Made = TypeVar("Made")
MOST_ENTRIES = 200  # of a list
LONGEST_TEXT = 2000  # characters
_UNPROCESSABLE = 422  # RFC 9110 §15.5.21: understood, and not to be used
_NAMES = {str: "text", int: "a whole number", float: "a number", bool: "true or false", type(None): "null"}


def made_of(kind: type[Made], value: Any) -> Made:
    """The dataclass that an object says; Refused names the field and what was expected of it."""
    if not isinstance(value, dict):
        raise refused("body", "expected an object")
    hints = get_type_hints(kind, include_extras=True)
    fields = {each.name: each for each in dataclasses.fields(kind)}  # type: ignore[arg-type]  # it is a dataclass
    for name in value:
        if name not in fields:
            raise refused(str(name)[:LONGEST_TEXT], f"is not known here; known are {', '.join(fields)}")
    for name, each in fields.items():
        if name not in value and each.default is dataclasses.MISSING:
            raise refused(name, f"is missing; expected {_expected(hints[name])}")
    return kind(**{name: _read(name, value[name], hints[name]) for name in fields if name in value})


def refused(field: str, problem: str) -> Refused:
    """A body that cannot be used."""
    return Refused(_UNPROCESSABLE, "Not to be used", f"{field}: {problem}")


def _read(name: str, value: Any, kind: Any) -> Any:
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _read(name, value, parts[0])
    if origin in (Union, types.UnionType):
        if value is None and type(None) in parts:
            return None
        return _read(name, value, next(part for part in parts if part is not type(None)))
    if origin is tuple:
        if not isinstance(value, list) or len(value) > MOST_ENTRIES:
            raise refused(name, f"expected {_expected(kind)}")
        return tuple(_read(name, each, parts[0]) for each in value)
    return _read_one(name, value, kind)


def _read_one(name: str, value: Any, kind: type) -> Any:
    if issubclass(kind, StrEnum) and isinstance(value, str) and value in list(kind):
        return kind(value)
    if kind is float and type(value) in (int, float) and math.isfinite(value):
        return float(value)
    if kind is str and isinstance(value, str) and len(value) <= LONGEST_TEXT:
        return value
    if kind in (int, bool) and type(value) is kind:
        return value
    raise refused(name, f"expected {_expected(kind)}")


def _expected(kind: Any) -> str:
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _expected(parts[0])
    if origin in (Union, types.UnionType):
        return " or ".join(map(_expected, parts))
    if origin is tuple:
        return f"a list of at most {MOST_ENTRIES}, each {_expected(parts[0])}"
    if issubclass(kind, StrEnum):
        return f"one of {', '.join(kind)}"
    return f"text of at most {LONGEST_TEXT} characters" if kind is str else _NAMES[kind]
