"""What readers want as numbers: places in a list of examples, by reader or all readers' in a few arrays."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from digest.relevance.latent import Rows, in_rows
from digest.relevance.parting import ranges

Places = npt.NDArray[np.int32]
Weights = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Taste:
    """What one interest is made of, as places in a list of examples."""

    wanted: tuple[int, ...] = ()
    weights: tuple[float, ...] = ()  # of the wanted, summing to 1
    unwanted: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Tastes:
    """Many tastes, one after the other: a taste's places end where the next one's begin."""

    wanted: Places  # shape (n_wanted,)
    weights: Weights  # the same shape; of one taste they sum to 1
    wanted_ends: npt.NDArray[np.int64]  # shape (n_tastes + 1,), beginning with 0
    unwanted: Places  # shape (n_unwanted,)
    unwanted_ends: npt.NDArray[np.int64]  # shape (n_tastes + 1,), beginning with 0

    @classmethod
    def of(cls, tastes: Sequence[Taste]) -> "Tastes":
        """The same tastes in arrays."""
        return cls(
            wanted=_flat(taste.wanted for taste in tastes),
            weights=np.fromiter(chain.from_iterable(taste.weights for taste in tastes), dtype=np.float64),
            wanted_ends=_ends([len(taste.wanted) for taste in tastes]),
            unwanted=_flat(taste.unwanted for taste in tastes),
            unwanted_ends=_ends([len(taste.unwanted) for taste in tastes]),
        )

    def __len__(self) -> int:
        return len(self.wanted_ends) - 1

    @property
    def likes(self) -> npt.NDArray[np.int64]:
        """How many examples are wanted, shape (n_tastes,)."""
        return np.diff(self.wanted_ends)

    def taste(self, line: int) -> Taste:
        """One of them by itself."""
        wanted = slice(self.wanted_ends[line], self.wanted_ends[line + 1])
        unwanted = slice(self.unwanted_ends[line], self.unwanted_ends[line + 1])
        return Taste(
            wanted=tuple(self.wanted[wanted].tolist()),
            weights=tuple(self.weights[wanted].tolist()),
            unwanted=tuple(self.unwanted[unwanted].tolist()),
        )

    def at(self, lines: npt.NDArray[np.integer[Any]]) -> "Tastes":
        """Some of them, in that order, and as often as they are named."""
        wanted, wants = ranges(self.wanted_ends[lines], self.wanted_ends[lines + 1])
        unwanted, unwants = ranges(self.unwanted_ends[lines], self.unwanted_ends[lines + 1])
        return Tastes(
            wanted=self.wanted[wanted],
            weights=self.weights[wanted],
            wanted_ends=_ends(wants),
            unwanted=self.unwanted[unwanted],
            unwanted_ends=_ends(unwants),
        )

    def mixing(self, examples: int) -> Rows:
        """The weights of the wanted as a matrix of float32, shape (n_tastes, examples)."""
        return in_rows(self.weights.astype(np.float32), self.wanted, self.wanted_ends, examples)

    def made_of(self, among: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int64], Places]:
        """Line and place of those of some places that the tastes are made of, shape (n,) each."""
        found = [
            (np.searchsorted(ends, held, side="right") - 1, places[held])
            for places, ends in ((self.wanted, self.wanted_ends), (self.unwanted, self.unwanted_ends))
            for held in [np.flatnonzero(among[places])]
        ]
        lines, places = (np.concatenate(each) for each in zip(*found, strict=True))
        return lines, places


def _flat(places: Iterable[Sequence[int]]) -> Places:
    return np.fromiter(chain.from_iterable(places), dtype=np.int32)


def _ends(sizes: Sequence[int] | npt.NDArray[np.integer[Any]]) -> npt.NDArray[np.int64]:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes, dtype=np.int64)])
