"""The columns of the vector space: an append-only list of terms, in which no term ever moves."""

import numpy as np
import numpy.typing as npt

from digest.relevance.text import Ids

Columns = npt.NDArray[np.int32]
_AT_ONCE = 1 << 16  # ids looked up together: their numbers fit into the cache
_LAST_ID = np.uint64(2**64 - 1)  # stands behind all terms, so that a search ends there; were it a term, it is found


class Vocabulary:
    """Terms in the order in which they were first met; a term's place is its column."""

    def __init__(self, ids: Ids | None = None) -> None:
        """`ids` has shape (n_terms,), each once."""
        self.ids = np.zeros(0, np.uint64) if ids is None else ids
        order = np.argsort(self.ids, kind="stable").astype(np.int32)
        self._order = np.append(order, np.int32(-1))
        self._sorted = np.append(self.ids[order], _LAST_ID)
        # Ids are hashes: their first bits say nearly where they are, which leaves a place or two to look at.
        bits = max(len(self.ids).bit_length(), 1)
        self._shift = np.uint64(64 - bits)
        sizes = np.bincount((self.ids >> self._shift).view(np.int64), minlength=1 << bits)
        self._first = np.zeros(1 << bits, np.int32)
        np.cumsum(sizes[:-1], out=self._first[1:])

    def __len__(self) -> int:
        return len(self.ids)

    def columns(self, ids: Ids) -> Columns:
        """The column of each id, shape (n,); -1 for what is not known."""
        found = np.empty(len(ids), np.int32)
        for start in range(0, len(ids), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            found[part] = self._columns(ids[part])
        return found

    def _columns(self, ids: Ids) -> Columns:
        at = self._first.take((ids >> self._shift).view(np.int64), mode="clip")  # all are within: spares the looking
        met = self._sorted.take(at, mode="clip")
        behind = np.flatnonzero(met < ids)
        while len(behind):
            at[behind] += 1
            met[behind] = self._sorted.take(at[behind])
            behind = behind[met[behind] < ids[behind]]
        found = self._order.take(at, mode="clip")
        found[met != ids] = -1
        return found

    def grown(self, ids: Ids) -> "Vocabulary":
        """With those of the ids that are new at the end, in ascending order."""
        fresh = np.unique(ids[self.columns(ids) < 0])
        return Vocabulary(np.concatenate([self.ids, fresh])) if len(fresh) else self
