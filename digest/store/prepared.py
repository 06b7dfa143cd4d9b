"""Statements that are run once for every mail or request: compiled once, then handed to the driver as they are.

What SQLAlchemy does for each execution takes several times as long as the database does.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement for one engine."""

    text: str
    names: tuple[str, ...]  # of its values, in the driver's order where that takes them in order
    fixed: dict[str, Any]  # those that the statement itself gives
    steps: dict[str, Callable[[Any], Any]]  # what makes a value ready for the driver
    in_order: bool

    def values(self, given: dict[str, Any]) -> tuple[Any, ...] | dict[str, Any]:
        whole = {**self.fixed, **given}
        for name, step in self.steps.items():
            whole[name] = step(given[name])
        return tuple([whole[name] for name in self.names]) if self.in_order else whole


class Prepared:
    """An INSERT, UPDATE or DELETE whose values are given by name as it is run."""

    def __init__(self, statement: sa.UpdateBase) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}  # by dialect

    def run(self, connection: sa.Connection, **given: Any) -> int:
        """Run it within the transaction at hand; how many rows it concerned."""
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _compiled(self._statement, dialect)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(compiled.text, compiled.values(given))
            return int(cursor.rowcount)
        finally:
            cursor.close()


def _compiled(statement: sa.UpdateBase | sa.Select[Any], dialect: sa.Dialect) -> _Compiled:
    compiled = statement.compile(dialect=dialect)
    binds = {name: compiled.binds[name] for name in compiled.params}
    made_ready = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in binds.items()}
    steps = {name: step for name, step in made_ready.items() if step is not None}
    fixed = {name: bind.value for name, bind in binds.items() if not bind.required}
    order = getattr(compiled, "positiontup", None)
    return _Compiled(
        text=str(compiled),
        names=tuple(order or binds),
        fixed={name: steps[name](value) if name in steps else value for name, value in fixed.items()},
        steps={name: step for name, step in steps.items() if name not in fixed},
        in_order=order is not None,
    )


class _Connection(Protocol):
    def cursor(self) -> Any:
        """One of the driver's."""


@dataclass(frozen=True, slots=True)
class Glance:
    """A connection of the driver's own, for questions of which each is answered as the database stands then."""

    connection: _Connection
    dialect: sa.Dialect


class Question:
    """A SELECT whose values are given by name as it is asked; its rows are plain tuples in the order of its columns."""

    def __init__(self, statement: sa.Select[Any]) -> None:
        self._statement = statement
        self._compiled: dict[str, tuple[_Compiled, tuple[_Reading, ...]]] = {}  # by dialect

    def ask(self, at: Glance, **given: Any) -> Generator[tuple[Any, ...], None, None]:
        """Row by row, as far as somebody asks for the next one."""
        found = self._compiled.get(at.dialect.name)
        if found is None:
            made = _compiled(self._statement, at.dialect), _readings(self._statement, at.dialect)
            found = self._compiled[at.dialect.name] = made
        compiled, readings = found
        cursor = at.connection.cursor()
        try:
            cursor.execute(compiled.text, compiled.values(given))
            fetch = cursor.fetchone
            while (row := fetch()) is not None:
                values = list(row)
                for place, read in readings:
                    values[place] = read(values[place])
                yield tuple(values)
        finally:
            cursor.close()


_Reading = tuple[int, Callable[[Any], Any]]  # the place of a column, and what makes its value of the driver's


def _readings(statement: sa.Select[Any], dialect: sa.Dialect) -> tuple[_Reading, ...]:
    types = (column.type.dialect_impl(dialect) for column in statement.selected_columns)
    made = ((place, each.result_processor(dialect, None)) for place, each in enumerate(types))
    return tuple((place, read) for place, read in made if read is not None)
