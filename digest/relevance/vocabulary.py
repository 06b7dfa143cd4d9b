"""The columns of the vector space: an append-only list of terms, in which no term ever moves."""

import numpy as np
import numpy.typing as npt

from digest.relevance.text import Ids

Columns = npt.NDArray[np.int32]


class Vocabulary:
    """Terms in the order in which they were first met; a term's place is its column."""

    def __init__(self, ids: Ids | None = None) -> None:
        """`ids` has shape (n_terms,), each once."""
        self.ids = np.zeros(0, np.uint64) if ids is None else ids
        self._order = np.argsort(self.ids, kind="stable").astype(np.int32)
        self._sorted = self.ids[self._order]

    def __len__(self) -> int:
        return len(self.ids)

    def columns(self, ids: Ids) -> Columns:
        """The column of each id, shape (n,); -1 for what is not known."""
        if len(self.ids) == 0:
            return np.full(len(ids), -1, np.int32)
        at = np.minimum(np.searchsorted(self._sorted, ids), len(self.ids) - 1)
        return np.where(self._sorted[at] == ids, self._order[at], np.int32(-1)).astype(np.int32)

    def grown(self, ids: Ids) -> "Vocabulary":
        """With those of the ids that are new at the end, in ascending order."""
        fresh = np.unique(ids[self.columns(ids) < 0])
        return Vocabulary(np.concatenate([self.ids, fresh])) if len(fresh) else self
