"""Other rows by the columns of a table, and parts of rows and of numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from digest.relevance.latent import Dense, Rows, in_rows

Exact = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
Places = npt.NDArray[np.intp]

_IN_TWO_BYTES = 1 << 16  # columns that two bytes tell apart


class Compact:
    """Rows of not too many columns in three quarters of the memory.

    They are kept as a sparse matrix whose cells have their column in place of the value, in two bytes, and the bits of
    their value in place of the column, so that some of the rows are copied as fast as those of any other matrix.
    """

    def __init__(self, cells: Rows, width: int) -> None:
        """`cells` as they are kept, of rows of so many columns."""
        self._cells = cells
        self.shape = int(cells.shape[0]), width
        self.nnz = int(cells.nnz)
        self.indptr: npt.NDArray[np.integer[Any]] = cells.indptr
        self.indices: npt.NDArray[np.integer[Any]] = cells.data
        self.data: Dense = cells.indices.view(np.float32)

    @classmethod
    def of(cls, rows: Rows) -> Self:
        """Rows of float32; of more columns than two bytes tell apart they are kept in four."""
        width = rows.shape[1]
        columns = rows.indices.astype(np.uint16 if width <= _IN_TWO_BYTES else np.int32, copy=False)
        return cls(in_rows(columns, rows.data.view(np.int32), rows.indptr, 1), width)

    @classmethod
    def joined(cls, parts: list["Compact"]) -> "Compact":
        """Parts one below the other, at least one, all of one width; they are taken out of the list."""
        width, cells = parts[0].shape[1], [part._cells for part in parts]
        parts.clear()
        return cls(joined(cells), width)

    def __getitem__(self, places: npt.NDArray[np.integer[Any]]) -> Rows:
        return self._as_rows(self._cells[places])

    def part(self, rows: slice) -> "Compact":
        """Some rows after one another, whose cells are not copied."""
        return Compact(some_rows(self._cells, rows), self.shape[1])

    def rows(self) -> Rows:
        """All of them as a matrix."""
        return self._as_rows(self._cells)

    def _as_rows(self, cells: Rows) -> Rows:
        return in_rows(cells.indices.view(np.float32), cells.data.astype(np.int32), cells.indptr, self.shape[1])


@dataclass(frozen=True, slots=True, eq=False)
class Parted:
    """Rows by the columns of a table."""

    common: Compact
    rare: Rows

    @classmethod
    def joined(cls, parts: list["Parted"]) -> "Parted":
        """Parts one below the other, at least one; they are taken out of the list, as twice all of them is much."""
        if len(parts) == 1:
            return parts.pop()
        common, rare = [part.common for part in parts], [part.rare for part in parts]
        parts.clear()
        return cls(Compact.joined(common), joined(rare))

    def __len__(self) -> int:
        return self.common.shape[0]

    def part(self, rows: slice) -> "Parted":
        """Some rows after one another, whose cells are not copied."""
        return Parted(self.common.part(rows), some_rows(self.rare, rows))

    def of(self, places: npt.NDArray[np.integer[Any]]) -> "Parted":
        """Some of the rows."""
        return Parted(Compact.of(self.common[places]), self.rare[places])

    def cells(self, places: Sequence[int]) -> "Cells":
        """All of some rows."""
        wanted = np.array(places, dtype=np.intp)
        common, many = spans(self.common, wanted)
        rare, few = spans(self.rare, wanted)
        ends = np.concatenate([[0], np.cumsum(many + few)])
        columns, values = np.empty(ends[-1], np.int64), np.empty(ends[-1])
        for cells, rows, at, first in (
            (common, self.common, np.arange(len(common)) + np.repeat(np.cumsum(few) - few, many), 0),
            (rare, self.rare, np.arange(len(rare)) + np.repeat(np.cumsum(many), few), self.common.shape[1]),
        ):
            columns[at], values[at] = rows.indices[cells].astype(np.int64) + first, rows.data[cells]
        return Cells(columns, values, ends)


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Rows in the columns of a day's table, one after the other, in float64."""

    columns: Numbers
    values: Exact
    ends: Numbers  # shape (n_rows + 1,), beginning with 0


def joined(parts: list[Rows]) -> Rows:
    """Matrices one below the other, at least one, of one type and width; each leaves the list when it is copied."""
    kind, width, cells = parts[0].data.dtype, parts[0].shape[1], sum(part.nnz for part in parts)
    data, columns, ends, first = np.empty(cells, kind), np.empty(cells, np.int32), [np.zeros(1, np.int64)], 0
    parts.reverse()
    while parts:
        part = parts.pop()
        here = slice(first, first + part.nnz)
        data[here], columns[here] = part.data, part.indices
        ends.append(part.indptr[1:] + np.int64(first))
        first = here.stop
    return in_rows(data, columns, np.concatenate(ends), width)


def some_rows(rows: Rows, part: slice) -> Rows:
    """Some rows after one another, whose cells are not copied."""
    ends = rows.indptr[part.start : part.stop + 1]
    cells = slice(ends[0], ends[-1])
    return in_rows(rows.data[cells], rows.indices[cells], ends - ends[0], rows.shape[1])


def spans(rows: Rows | Compact, places: Places) -> tuple[Places, Places]:
    """The cells of some rows of a matrix, one row after the other, and how many each row has."""
    return ranges(rows.indptr[places], rows.indptr[places + 1])


def ranges(begins: npt.NDArray[np.integer[Any]], ends: npt.NDArray[np.integer[Any]]) -> tuple[Places, Places]:
    """The numbers from each beginning up to its end, one range after the other, and how many each has."""
    sizes = (ends - begins).astype(np.intp)
    before = np.concatenate([[0], np.cumsum(sizes)])
    return np.arange(before[-1]) + np.repeat(begins - before[:-1], sizes), sizes


def parts(count: int, size: int) -> list[slice]:
    """So many things in parts of a size, the last one smaller."""
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]
