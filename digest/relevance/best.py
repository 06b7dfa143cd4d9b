"""The best papers of many readers, kept while block after block of papers is scored.

A score and a row are one number, so that they are compared, moved and sorted as one: the score's bits, in an order
that follows the scores', above the row's, counted downwards. Of papers that tie the earlier row is the better one.
"""

import sys

import numpy as np
import numpy.typing as npt

from digest.relevance.parting import parts

Scores = npt.NDArray[np.float32]
Lines = npt.NDArray[np.int32]
_Keys = npt.NDArray[np.int64]

_LAST_ROW = np.int64(2**31 - 1)
_LOW = np.int64(2**32 - 1)
_ROW_BITS = np.int64(32)
_SORTED = 4096  # lines sorted at once: of very many together the copies take more memory than all that is kept
_LOWER, _UPPER = (0, 1) if sys.byteorder == "little" else (1, 0)  # of the two halves of a key
_MAGNITUDE = np.int32(2**31 - 1)  # the bits of a float but for its sign


class Best:
    """The `k` best papers of each of `lines` readers among those offered so far."""

    def __init__(self, lines: int, k: int) -> None:
        nothing = _keys(np.array([-np.inf], dtype=np.float32), np.array([_LAST_ROW]))
        self._keys = np.full((lines, k), nothing[0])
        self._floor = np.full(lines, -np.inf, dtype=np.float32)  # the worst that is kept; only better ones enter

    def offer(self, lines: slice, scores: Scores, first: int) -> None:
        """More papers, rows from `first` on, higher than all before; scores of shape (n_lines, n_papers), -inf: none.

        No score is NaN.
        """
        k, floor = self._keys.shape[1], self._floor[lines]
        if k and np.isneginf(floor).any():  # of the first papers only the k best are moved
            floor = np.maximum(floor, _below_best(scores, k))
        entering = np.flatnonzero(scores > floor[:, None])
        if k and len(entering):
            self._take(lines, entering, scores, first)

    def found(self) -> tuple[Lines, Scores]:
        """Rows, best first and -1 where there are no more, and their scores, -inf where there are no more.

        To be asked for once, at the end: they take the room of the keys, as with very many readers there is no other.
        """
        halves = self._keys.view(np.int32).reshape(*self._keys.shape, 2)
        rows, scores = halves[..., _LOWER], halves.view(np.float32)[..., _UPPER]
        for part in parts(len(self._keys), _SORTED):
            best = np.sort(self._keys[part], axis=1)[:, ::-1]
            scores[part] = _scores(best)
            rows[part] = np.where(np.isfinite(scores[part]), _LAST_ROW - (best & _LOW), -1)
        return rows, scores

    def _take(self, lines: slice, entering: npt.NDArray[np.intp], scores: Scores, first: int) -> None:
        count, width = scores.shape
        line, row = np.divmod(entering, width)
        sizes = np.bincount(line, minlength=count)
        place = np.arange(len(line)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        kept = self._keys[lines]
        room = int(sizes.max())
        together = np.full((count, room + kept.shape[1]), kept.min())
        together[line, place] = _keys(scores.ravel()[entering], row + first)
        together[:, room:] = kept
        together.partition(room, axis=1)
        self._keys[lines] = together[:, room:]
        self._floor[lines] = _scores(together[:, room])


def _below_best(scores: Scores, k: int) -> Scores:
    """A bound of each line that all of its `k` best scores are above."""
    if scores.shape[1] <= k:
        return np.full(len(scores), -np.inf, dtype=np.float32)
    worst = np.partition(scores, -k, axis=1)[:, -k]
    return np.nextafter(worst, np.float32(-np.inf))


def _keys(scores: Scores, rows: npt.NDArray[np.int64]) -> _Keys:
    bits = (scores + np.float32(0)).view(np.int32)  # -0 becomes 0, of which it is an equal
    ordered = np.where(bits < 0, bits ^ _MAGNITUDE, bits)
    return (ordered.astype(np.int64) << _ROW_BITS) | (_LAST_ROW - rows)


def _scores(keys: _Keys) -> Scores:
    ordered = (keys >> _ROW_BITS).astype(np.int32)
    return np.where(ordered < 0, ordered ^ _MAGNITUDE, ordered).view(np.float32)
