"""Operations as programs meet them: what one takes, what it answers, and the OpenAPI 3.1 document of all of them.

The document is made from the dataclasses that the answers are made of: a field that is added is documented, and one
that is not there cannot be promised. `Annotated` tells what a field is, and the bounds of its values as JSON Schema.
"""

import dataclasses
import re
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

Schema = dict[str, Any]
PROBLEM = "application/problem+json"  # RFC 9457
_DIALECT = "3.1.0"  # https://spec.openapis.org/oas/v3.1.0
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_TRUTH = {"true": True, "false": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What was wrong (RFC 9457 §3.1)."""

    type: str
    title: str
    status: int
    detail: str


class Refused(Exception):
    """A request that cannot be answered as it is."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        super().__init__(detail)
        self.problem = Problem(type="about:blank", title=title, status=status, detail=detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One value of an address."""

    name: str
    said: str  # what it is
    kind: type = str  # str, int, bool or date
    in_path: bool = False
    required: bool = False  # what stands in the path always is
    pattern: str = ""  # of the whole text
    least: int = 0  # of a number
    most: int = 0  # of a number, or of the characters of a text; 0 is no bound
    choices: tuple[str, ...] = ()
    example: str = ""

    def read(self, text: str) -> Any:
        """The value; ValueError with what was expected."""
        if self.kind is bool:
            return self._chosen(text, _TRUTH, "true or false")
        if self.kind is date:
            return self._day(text)
        if self.kind is int:
            return self._number(text)
        return self._text(text)

    def schema(self) -> Schema:
        """What `read` takes."""
        if self.kind is bool:
            return {"type": "boolean"}
        if self.kind is date:
            return {"type": "string", "format": "date"}
        if self.kind is int:
            return {"type": "integer", "minimum": self.least, "maximum": self.most}
        bounds = {"maxLength": self.most or None, "minLength": self.least or None, "enum": list(self.choices) or None}
        made = {name: value for name, value in bounds.items() if value is not None}
        return {"type": "string"} | made | ({"pattern": f"^(?:{self.pattern})$"} if self.pattern else {})

    def _chosen(self, text: str, values: Mapping[str, Any], expected: str) -> Any:
        if text not in values:
            raise ValueError(f"expected {expected}")
        return values[text]

    def _day(self, text: str) -> date:
        try:
            return date.fromisoformat(text if _DAY.fullmatch(text) else "")
        except ValueError as error:
            raise ValueError("expected a day such as 2026-01-22") from error

    def _number(self, text: str) -> int:
        if not _WHOLE.fullmatch(text) or not self.least <= int(text) <= self.most:
            raise ValueError(f"expected a whole number from {self.least} to {self.most}")
        return int(text)

    def _text(self, text: str) -> str:
        if self.choices:
            return str(self._chosen(text, dict.fromkeys(self.choices, text), f"one of {', '.join(self.choices)}"))
        if self.most and len(text) > self.most:
            raise ValueError(f"expected at most {self.most} characters")
        if len(text) < self.least or (self.pattern and not re.fullmatch(self.pattern, text)):
            raise ValueError(f"expected something such as {self.example}")
        return text.replace("\x00", "\ufffd")  # which no database takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one address."""

    id: str
    path: str  # "/api/v1/papers/{id}"
    said: str
    work: Callable[..., Any]  # the product, the values by name, and the body → an answer; None is "no such thing"
    method: str = "GET"
    parameters: tuple[Parameter, ...] = ()
    body: type | None = None  # a dataclass
    answer: type | None  # a dataclass; None for an answer without a body
    refusals: Mapping[int, str] = dataclasses.field(default_factory=dict)  # besides 400, 404 and 429
    needs_key: bool = False


def taken(operation: Operation, path: Mapping[str, str], query: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The values of an address by name; Refused where one is missing, unknown, given twice or not what it has to be."""
    expected = {each.name: each for each in operation.parameters}
    values: dict[str, Any] = {}
    for name, text, in_path in [*((n, t, True) for n, t in path.items()), *((n, t, False) for n, t in query)]:
        if name not in expected or expected[name].in_path is not in_path or name in values:
            said = "given twice" if name in values else f"not known here; known are {', '.join(sorted(expected))}"
            raise Refused(400, "Not understood", f"{name}: {said}")
        try:
            values[name] = expected[name].read(text)
        except ValueError as error:
            raise Refused(404 if in_path else 400, "Not understood", f"{name}: {error}") from error
    for each in operation.parameters:
        if each.required and each.name not in values:
            raise Refused(
                400, "Not understood", f"{each.name}: is missing; it is {each.said[:1].lower()}{each.said[1:]}"
            )
    return values


# ------------------------------------------------------------ the document


def document(operations: Sequence[Operation], *, title: str, version: str, server: str, said: str) -> Schema:
    """The OpenAPI document of some operations; `server` is the address below which they are."""
    schemas: dict[str, Schema] = {}
    schema_of(Problem, schemas)
    paths: dict[str, Schema] = {}
    for each in operations:
        paths.setdefault(each.path.replace(":path", ""), {})[each.method.lower()] = _operation(each, schemas)
    components: Schema = {"schemas": schemas}
    if any(each.needs_key for each in operations):
        components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    return {
        "openapi": _DIALECT,
        "info": {"title": title, "version": version, "description": said},
        "servers": [{"url": server}],
        "paths": paths,
        "components": components,
    }


def _operation(operation: Operation, schemas: dict[str, Schema]) -> Schema:
    made: Schema = {
        "operationId": operation.id,
        "summary": operation.said,
        "parameters": [_parameter(each) for each in operation.parameters],
        "responses": _responses(operation, schemas),
    }
    if operation.body is not None:
        content = {"application/json": {"schema": schema_of(operation.body, schemas)}}
        made["requestBody"] = {"required": True, "content": content}
    if operation.needs_key:
        made["security"] = [{"key": []}]
    return made


def _parameter(parameter: Parameter) -> Schema:
    made = {
        "name": parameter.name,
        "in": "path" if parameter.in_path else "query",
        "description": parameter.said,
        "required": parameter.required or parameter.in_path,
        "schema": parameter.schema(),
    }
    return made | ({"example": parameter.example} if parameter.example and parameter.kind is str else {})


def _responses(operation: Operation, schemas: dict[str, Schema]) -> Schema:
    refusals = {400: "Not understood", 404: "No such thing", 429: "Too many requests"} | dict(operation.refusals)
    problem = {PROBLEM: {"schema": schema_of(Problem, schemas)}}
    told: Schema = {str(status): {"description": said, "content": problem} for status, said in refusals.items()}
    if operation.answer is None:
        return {"204": {"description": "Done"}} | told
    content = {"application/json": {"schema": schema_of(operation.answer, schemas)}}
    return {"200": {"description": "The answer", "content": content}} | told


# ------------------------------------------------------------ types


def schema_of(kind: Any, schemas: dict[str, Schema]) -> Schema:
    """The JSON Schema (2020-12) of a type; dataclasses are put into `schemas` and referred to."""
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _reference(kind, schemas)
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _annotated(parts[0], parts[1:], schemas)
    if origin in (Union, types.UnionType):
        return {"anyOf": [schema_of(part, schemas) for part in parts]}
    if origin is tuple:
        return {"type": "array", "items": schema_of(parts[0], schemas)}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return {"type": "string", "enum": [member.value for member in kind]}
    return dict(_PLAIN[kind])


def _annotated(kind: Any, told: Sequence[Any], schemas: dict[str, Schema]) -> Schema:
    made = schema_of(kind, schemas)
    for each in told:
        made |= {"description": each} if isinstance(each, str) else each
    return made


_PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    type(None): {"type": "null"},
}


def _reference(kind: type, schemas: dict[str, Schema]) -> Schema:
    if kind.__name__ not in schemas:
        schemas[kind.__name__] = {}  # it may hold itself
        hints, fields = get_type_hints(kind, include_extras=True), dataclasses.fields(kind)
        schemas[kind.__name__] = {
            "type": "object",
            "description": (kind.__doc__ or "").strip(),
            "properties": {each.name: schema_of(hints[each.name], schemas) for each in fields},
            "required": [each.name for each in fields if each.default is MISSING and each.default_factory is MISSING],
            "additionalProperties": False,
        }
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def plain(value: Any) -> Any:
    """An answer as JSON has it: dataclasses as objects, days and instants as ISO 8601, tuples as arrays."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
