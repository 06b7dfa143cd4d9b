"""The columns of the vector space: an append-only list of terms, in which no term ever moves."""

import numpy as np
import numpy.typing as npt

from digest.relevance.text import Ids

Columns = npt.NDArray[np.int32]
_AT_ONCE = 1 << 16  # ids looked up together: their numbers fit into the cache


class Vocabulary:
    """Terms in the order in which they were first met; a term's place is its column."""

    def __init__(self, ids: Ids | None = None) -> None:
        """`ids` has shape (n_terms,), each once."""
        self.ids = np.zeros(0, np.uint64) if ids is None else ids
        self._order = np.argsort(self.ids, kind="stable").astype(np.int32)
        self._sorted = self.ids[self._order]
        # Ids are hashes: their first bits say nearly where they are, which leaves a few places to search and not all.
        bits = max(len(self.ids).bit_length(), 1)
        self._shift = np.uint64(64 - bits)
        starts = np.arange(1 << bits, dtype=np.uint64) << self._shift
        self._first = np.append(np.searchsorted(self._sorted, starts), len(self.ids)).astype(np.int32)
        self._steps = int(np.diff(self._first).max()).bit_length()

    def __len__(self) -> int:
        return len(self.ids)

    def columns(self, ids: Ids) -> Columns:
        """The column of each id, shape (n,); -1 for what is not known."""
        found = np.full(len(ids), -1, np.int32)
        if len(self.ids):
            for start in range(0, len(ids), _AT_ONCE):
                part = slice(start, start + _AT_ONCE)
                found[part] = self._columns(ids[part])
        return found

    def _columns(self, ids: Ids) -> Columns:
        bucket = (ids >> self._shift).astype(np.intp)
        low, high = self._first[bucket], self._first[bucket + 1]
        last = np.int32(len(self.ids) - 1)
        for _ in range(self._steps):  # bisection, within each id's bucket
            middle = (low + high) >> 1
            less = self._sorted[np.minimum(middle, last)] < ids
            less &= low < high
            low, high = np.where(less, middle + 1, low), np.where(less, high, middle)
        at = np.minimum(low, last)
        return np.where(self._sorted[at] == ids, self._order[at], np.int32(-1))

    def grown(self, ids: Ids) -> "Vocabulary":
        """With those of the ids that are new at the end, in ascending order."""
        fresh = np.unique(ids[self.columns(ids) < 0])
        return Vocabulary(np.concatenate([self.ids, fresh])) if len(fresh) else self
