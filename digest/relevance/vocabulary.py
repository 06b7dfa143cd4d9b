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
        # Ids are hashes: their first bits say nearly where they are, which leaves a place or two to look at.
        bits = len(self.ids).bit_length() + 1
        self._shift = np.uint64(64 - bits)
        starts = np.arange(1 << bits, dtype=np.uint64) << self._shift
        self._first = np.append(np.searchsorted(self._sorted, starts), len(self.ids)).astype(np.int32)

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
        found = np.full(len(ids), -1, np.int32)
        bucket = (ids >> self._shift).astype(np.intp)
        at, end = self._first[bucket], self._first[bucket + 1]
        left = np.flatnonzero(at < end)  # places in `ids` that are still looked for
        at, end, wanted = at[left], end[left], ids[left]
        while len(left):
            same = self._sorted[at] == wanted
            found[left[same]] = self._order[at[same]]
            at += 1
            more = np.flatnonzero(~same & (at < end))
            left, at, end, wanted = left[more], at[more], end[more], wanted[more]
        return found

    def grown(self, ids: Ids) -> "Vocabulary":
        """With those of the ids that are new at the end, in ascending order."""
        fresh = np.unique(ids[self.columns(ids) < 0])
        return Vocabulary(np.concatenate([self.ids, fresh])) if len(fresh) else self
