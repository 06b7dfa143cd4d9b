"""The columns of the vector space: an append-only list of terms, in which no term ever moves."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from digest.relevance.text import Ids

Columns = npt.NDArray[np.int32]
_AT_ONCE = 1 << 16  # ids looked up together: their numbers fit into the cache
_LAST_ID = np.uint64(2**64 - 1)  # stands behind all terms, so that a search ends there; were it a term, it is found


class Index(NamedTuple):
    """Where each term is found: ids are hashes, so their first bits say nearly where they stand in ascending order."""

    sorted: Ids  # shape (n_terms + 1,), ascending, a last id behind all
    order: Columns  # shape (n_terms + 1,), the column of each of them, -1 behind all
    first: Columns  # shape (a power of two above n_terms,), by its first bits where an id may stand at the earliest


class Vocabulary:
    """Terms in the order in which they were first met; a term's place is its column."""

    def __init__(self, ids: Ids | None = None, index: Index | None = None) -> None:
        """`ids` has shape (n_terms,), each once; `index` is theirs, if it is at hand. ValueError if it cannot be."""
        self.ids = np.zeros(0, np.uint64) if ids is None else ids
        self.index = _indexed(self.ids) if index is None else index
        bits = _bits(len(self.ids))
        if [len(part) for part in self.index] != [len(self.ids) + 1, len(self.ids) + 1, 1 << bits]:
            raise ValueError("the index of other terms")
        self._shift = np.uint64(64 - bits)

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
        ordered, order, first = self.index
        at = first.take((ids >> self._shift).view(np.int64), mode="clip")  # all are within: spares the looking
        met = ordered.take(at, mode="clip")
        behind = np.flatnonzero(met < ids)
        while len(behind):
            at[behind] = following = at.take(behind) + 1
            met[behind] = there = ordered.take(following, mode="clip")  # none is behind the last id
            behind = behind[there < ids.take(behind)]
        found = order.take(at, mode="clip")
        found[met != ids] = -1
        return found

    def grown(self, ids: Ids) -> "Vocabulary":
        """With those of the ids that are new at the end, in ascending order."""
        fresh = np.unique(ids[self.columns(ids) < 0])
        if not len(fresh):
            return self
        return Vocabulary(np.concatenate([self.ids, fresh]), self._with(fresh))

    def _with(self, fresh: Ids) -> Index:
        """The index with new terms, ascending, put between the others: nothing is sorted again."""
        terms = len(self)
        at = np.searchsorted(self.index.sorted[:terms], fresh)
        ordered = np.insert(self.index.sorted, at, fresh)
        columns = np.arange(terms, terms + len(fresh), dtype=np.int32)
        return Index(ordered, np.insert(self.index.order, at, columns), _first(ordered[:-1]))


def _bits(terms: int) -> int:
    """First bits of an id that are looked up by: about as many places as there are terms."""
    return max(terms.bit_length(), 1)


def _indexed(ids: Ids) -> Index:
    order = np.argsort(ids, kind="stable").astype(np.int32)
    ordered = ids[order]
    return Index(np.append(ordered, _LAST_ID), np.append(order, np.int32(-1)), _first(ordered))


def _first(ordered: Ids) -> Columns:
    bits = _bits(len(ordered))
    sizes = np.bincount((ordered >> np.uint64(64 - bits)).view(np.int64), minlength=1 << bits)
    first = np.zeros(1 << bits, np.int32)
    np.cumsum(sizes[:-1], out=first[1:])
    return first
