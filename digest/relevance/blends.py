"""Blends of a few rows of a matrix, of which only the strongest cells are kept: what a paper's neighbours are about."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from digest.relevance.latent import Rows, in_rows

Vector = npt.NDArray[np.float32]


class Row(NamedTuple):
    """Some cells of a row."""

    columns: npt.NDArray[np.int32]  # shape (n,), each once
    data: Vector  # the same shape


class Blend:
    """Adds up rows of one matrix.

    It is a sparse product row by row, but what is known of each column stands in one array as long as a row has
    columns and is not gone through twice: four times as fast where there are millions of columns.
    """

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._first = np.zeros(rows.shape[1], dtype=np.int32)  # of each column, the first of the cells that have it

    def strongest(self, places: npt.NDArray[np.intp], weights: Vector, count: int) -> Row:
        """The `count` largest cells of a weighted sum of rows, fewer where fewer are not zero."""
        columns, data = self._sum(places, weights)
        if len(data) > count:
            kept = np.sort(np.argpartition(-data, count)[:count])
            columns, data = columns[kept], data[kept]
        return Row(columns, data)

    def _sum(self, places: npt.NDArray[np.intp], weights: Vector) -> Row:
        rows = self._rows[places]
        values = rows.data * np.repeat(weights, np.diff(rows.indptr))
        cells = np.arange(len(values), dtype=np.int32)
        self._first[rows.indices[::-1]] = cells[::-1]  # of several cells of a column the last to be written stays
        first = self._first[rows.indices]
        sums = np.zeros(len(values), dtype=np.float32)
        np.add.at(sums, first, values)
        kept = np.flatnonzero((first == cells) & (sums != 0))[::-1]
        return Row(rows.indices[kept], sums[kept])


def stacked(rows: Sequence[Row], width: int) -> Rows:
    """Rows one below the other; at least one."""
    ends = np.cumsum([0, *(len(row.data) for row in rows)])
    columns, data = (np.concatenate(part) for part in zip(*rows, strict=True))
    return in_rows(data, columns, ends, width)
