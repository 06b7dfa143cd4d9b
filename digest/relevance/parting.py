"""Other rows by the columns of a table, and parts of rows and of numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.relevance.latent import Rows, in_rows

Exact = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Parted:
    """Rows by the columns of a table."""

    common: Rows
    rare: Rows

    @classmethod
    def joined(cls, parts: Sequence["Parted"]) -> "Parted":
        """Parts one below the other; at least one."""
        if len(parts) == 1:
            return parts[0]
        common = sparse.csr_array(sparse.vstack([part.common for part in parts], format="csr"))
        return cls(common, sparse.csr_array(sparse.vstack([part.rare for part in parts], format="csr")))

    def __len__(self) -> int:
        return int(self.common.shape[0])

    def part(self, rows: slice) -> "Parted":
        """Some rows after one another, whose cells are not copied."""
        return Parted(some_rows(self.common, rows), some_rows(self.rare, rows))

    def of(self, places: npt.NDArray[np.integer[Any]]) -> "Parted":
        """Some of the rows."""
        return Parted(self.common[places], self.rare[places])

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


def some_rows(rows: Rows, part: slice) -> Rows:
    """Some rows after one another, whose cells are not copied."""
    ends = rows.indptr[part.start : part.stop + 1]
    cells = slice(ends[0], ends[-1])
    return in_rows(rows.data[cells], rows.indices[cells], ends - ends[0], rows.shape[1])


def spans(rows: Rows, places: Places) -> tuple[Places, Places]:
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
