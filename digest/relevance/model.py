"""What recent papers have in common: their counted terms, and in how many of them each term stands.

Kept from day to day: new papers are added, the oldest of a full window leave, and nothing else is counted again. What
is read out of it is the same as from a model of the same papers made at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from digest.relevance.latent import LatentBasis, among, looked_up, places_of
from digest.relevance.text import TermCounts
from digest.relevance.vocabulary import Columns, Vocabulary

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Tallies:
    """Counted terms of some papers by column, row after row (the layout of a CSR matrix)."""

    indptr: Numbers  # shape (n_papers + 1,)
    columns: Columns  # shape (n_cells,), ascending within a row only where the vocabulary was built at once
    times: npt.NDArray[np.uint8]  # shape (n_cells,), 1 to 255

    def __len__(self) -> int:
        return len(self.indptr) - 1

    @property
    def arrays(self) -> tuple[npt.NDArray[Any], ...]:
        return self.indptr, self.columns, self.times

    def of_rows(self, first: int) -> "Tallies":
        """From a row on."""
        start = self.indptr[first]
        return Tallies(self.indptr[first:] - start, self.columns[start:], self.times[start:])

    def followed_by(self, others: "Tallies") -> "Tallies":
        return Tallies(
            np.concatenate([self.indptr, others.indptr[1:] + self.indptr[-1]]),
            np.concatenate([self.columns, others.columns]),
            np.concatenate([self.times, others.times]),
        )


def tallies(documents: Sequence[TermCounts], vocabulary: Vocabulary) -> Tallies:
    """The documents by column; terms that the vocabulary does not know are left out."""
    if not documents:
        return NO_TALLIES
    columns = vocabulary.columns(np.concatenate([document.ids for document in documents]))
    times = np.concatenate([document.times for document in documents])
    known = np.flatnonzero(columns >= 0)
    ends = np.cumsum([0, *(len(document.ids) for document in documents)])
    return Tallies(among(known, ends), columns.take(known, mode="clip"), times.take(known, mode="clip"))


NO_TALLIES = Tallies(np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.uint8))


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """The background: the newest papers, at most as many as the window holds, by ascending number."""

    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    numbers: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))  # shape (n_papers,), of the store
    counted: Tallies = NO_TALLIES
    frequencies: Columns = field(default_factory=lambda: np.zeros(0, np.int32))  # (n_terms,), papers with each term
    basis: LatentBasis | None = None

    def __len__(self) -> int:
        """How many papers the background holds."""
        return len(self.numbers)

    def grown(self, documents: Mapping[int, TermCounts], *, window: int) -> "Model":
        """With more papers by number, of which those at or below its newest are known; costs O(their terms).

        To move arrays, and to put new terms into the vocabulary's order, is copying and sorting of numbers only.
        """
        newest = self.numbers[-1] if len(self) else -1
        fresh = [number for number in sorted(documents) if number > newest][-window:]
        counts = [documents[number] for number in fresh]
        if not fresh:
            return self
        vocabulary = self.vocabulary.grown(np.concatenate([each.ids for each in counts]))
        added = tallies(counts, vocabulary)
        frequencies = np.concatenate([self.frequencies, np.zeros(len(vocabulary) - len(self.vocabulary), np.int32)])
        frequencies += np.bincount(added.columns, minlength=len(vocabulary)).astype(np.int32)
        too_many = max(len(self) + len(fresh) - window, 0)
        gone = self.counted.columns[: self.counted.indptr[too_many]]
        frequencies -= np.bincount(gone, minlength=len(vocabulary)).astype(np.int32)
        return replace(
            self,
            vocabulary=vocabulary,
            numbers=np.concatenate([self.numbers[too_many:], np.array(fresh, np.int64)]),
            counted=self.counted.of_rows(too_many).followed_by(added),
            frequencies=frequencies,
        )

    def pruned(self) -> "Model":
        """Without the terms that none of its papers has any more, and without a basis, whose columns move by that.

        Else the vocabulary would grow for ever, by a hundred terms a paper.
        """
        held = np.flatnonzero(self.frequencies)
        columns = looked_up(places_of(held, len(self.vocabulary)), self.counted.columns)
        return replace(
            self,
            vocabulary=Vocabulary(self.vocabulary.ids[held]),
            counted=replace(self.counted, columns=columns),
            frequencies=self.frequencies[held],
            basis=None,
        )
