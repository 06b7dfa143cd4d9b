"""The terms of many papers' scores in columns in, the reasons of each paper out, strongest first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, repeat

import numpy as np
import numpy.typing as npt

from digest.editions import Reason, ReasonKind
from digest.relevance.parting import Exact

Objects = npt.NDArray[np.object_]
Terms = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Some terms of the scores of papers, shape (n_papers, n_terms) each."""

    gives: Exact  # 0 where a paper lacks the term
    kinds: Objects  # of ReasonKind
    labels: Objects  # of str
    words: Objects  # of Terms

    @classmethod
    def of_one(
        cls, gives: Exact, kind: ReasonKind, labels: Iterable[str], words: Iterable[Terms] = repeat(())
    ) -> "Columns":
        """One term of a kind; `gives` has shape (n_papers,)."""
        count = len(gives)
        kinds, labelled, worded = (
            np.fromiter(each, dtype=object, count=count)[:, None] for each in (repeat(kind), labels, words)
        )
        return cls(gives[:, None], kinds, labelled, worded)


def in_order(columns: Sequence[Columns]) -> list[tuple[Reason, ...]]:
    """Of each paper the terms that it has, strongest first; of those that give the same, as the columns come."""
    gives = np.concatenate([each.gives for each in columns], axis=1)
    order = np.argsort(-gives, axis=1, kind="stable")
    order += np.arange(len(order))[:, None] * order.shape[1]
    kept = order[gives.take(order) != 0]
    kinds, labels, words = (
        np.concatenate(each, axis=1).take(kept).tolist()
        for each in zip(*((each.kinds, each.labels, each.words) for each in columns), strict=True)
    )
    told = zip(kinds, labels, gives.take(kept).tolist(), words, strict=True)
    made = list(map(tuple.__new__, repeat(Reason), told))  # as Reason(...) does, in a third of the time
    ends = np.cumsum([0, *np.count_nonzero(gives, axis=1)]).tolist()
    return [tuple(made[first:end]) for first, end in pairwise(ends)]
