"""What a paper is read together with: its nearest papers of the background, blended into one row.

Comparing a paper with all of the background costs a millisecond or two, more than everything else that a new paper
needs. What comes of it depends on the background, the paper's own row and its number alone, and is kept by these.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import sparse

from digest.relevance.blends import Blend, Row, stacked
from digest.relevance.latent import Dense, Rows, in_rows

NEIGHBOURS = 30  # papers of the background that a paper is read together with
STRONGEST = 200  # terms of them that are kept
_AT_ONCE = 32  # papers compared with the background: each with all of it, in some megabytes
_PARTS = 13  # of the values among which the largest are looked for, for each of them
_PRINT_BYTES = 8

Numbers = npt.NDArray[np.int64]


class Neighbourhood:
    """The background, ready to be compared with; needs several hundred megabytes."""

    def __init__(self, background: Rows, comparable: Rows, numbers: Numbers) -> None:
        """The same papers as whole rows and as rows of unit length by what is compared; `numbers` of the store."""
        self._blend = Blend(background)
        self._by_term = sparse.csr_array(comparable.T.tocsr())
        self._numbers = numbers
        self._width = background.shape[1]

    def company(self, rows: Rows, numbers: Numbers) -> Rows:
        """Of comparable rows, at least one, the mean of the nearest papers weighted by cosine², its strongest terms.

        What is found of a row does not depend on which others stand beside it.
        """
        found = list[Row]()
        for at in range(0, rows.shape[0], _AT_ONCE):
            part = slice(at, at + _AT_ONCE)
            found += self._company(rows[part], numbers[part])
        return stacked(found, self._width)

    def _company(self, rows: Rows, numbers: Numbers) -> list[Row]:
        likeness = self._likeness(rows)
        likeness[numbers[:, None] == self._numbers[None, :]] = 0
        nearest = np.array([_largest(line, NEIGHBOURS) for line in likeness])
        weights = np.take_along_axis(likeness, nearest, axis=1) ** 2
        total = weights.sum(axis=1, keepdims=True)
        weights = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
        return [self._blend.strongest(*each, STRONGEST) for each in zip(nearest, weights, strict=True)]

    def _likeness(self, rows: Rows) -> Dense:
        """Cosines of comparable rows with the background, shape (n, n_papers).

        The cells of a row's terms are added up where they belong; a sparse product would list what is not zero first,
        which is nearly everything, and takes three times as long.
        """
        found = np.empty((rows.shape[0], len(self._numbers)), dtype=np.float32)
        for row, (start, end) in enumerate(pairwise(rows.indptr)):
            found[row] = self._by_term[rows.indices[start:end]].T @ rows.data[start:end]
        return found


def _largest(values: npt.NDArray[np.float32], count: int) -> npt.NDArray[np.intp]:
    """The places of the `count` largest values, the largest first and of equal ones the first; there are as many.

    No more than the values that reach the `count`th of the largest of each of many parts are put in order: a tenth of
    the time that it takes to partition all.
    """
    size = max(len(values) // (_PARTS * count), 1)
    of_parts = np.maximum.reduceat(values, np.arange(0, len(values), size))
    reaching = np.flatnonzero(values >= np.partition(of_parts, -count)[-count])
    return reaching[np.argsort(-values[reaching], kind="stable")[:count]]


@dataclass(frozen=True, slots=True, eq=False)
class KeptCompany:
    """The company of some papers against one background."""

    numbers: Numbers  # shape (n,), of the store
    prints: Numbers  # shape (n,), of the rows that were compared
    rows: Rows  # shape (n, n_terms)
    _places: Mapping[tuple[int, int], int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """ValueError if these cannot belong together."""
        if not len(self.numbers) == len(self.prints) == self.rows.shape[0]:
            raise ValueError("the company of other papers")
        keys = zip(self.numbers.tolist(), self.prints.tolist(), strict=True)
        object.__setattr__(self, "_places", {key: place for place, key in enumerate(keys)})

    def __len__(self) -> int:
        return len(self.numbers)

    def places(self, numbers: Numbers, prints: Numbers) -> npt.NDArray[np.intp]:
        """Where the company of each of some papers stands, shape (n,); -1 for what is not kept."""
        keys = zip(numbers.tolist(), prints.tolist(), strict=True)
        return np.array([self._places.get(key, -1) for key in keys], dtype=np.intp)

    def followed_by(self, other: "KeptCompany") -> "KeptCompany":
        if not len(self):
            return other
        rows = sparse.csr_array(sparse.vstack([self.rows, other.rows], format="csr"))
        numbers, prints = np.concatenate([self.numbers, other.numbers]), np.concatenate([self.prints, other.prints])
        return KeptCompany(numbers, prints, rows)


def prints_of(rows: Rows) -> Numbers:
    """A number for each row, shape (n,), which another row has by a chance of 2^-64."""
    columns, data = rows.indices.astype(np.int32, copy=False), rows.data
    cells = (columns[start:end].tobytes() + data[start:end].tobytes() for start, end in pairwise(rows.indptr))
    return np.frombuffer(b"".join(blake2b(each, digest_size=_PRINT_BYTES).digest() for each in cells), np.int64)


def no_company(width: int) -> KeptCompany:
    """That of nobody, in so many columns."""
    nothing = np.zeros(0, np.int64)
    return KeptCompany(nothing, nothing, in_rows(np.zeros(0, np.float32), nothing, np.zeros(1, np.int64), width))
