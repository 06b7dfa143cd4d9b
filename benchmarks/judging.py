"""Judge rankings by what readers took: figures a reader, then one line of a table a ranker, with paired differences."""

import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from digest.relevance import measures
from digest.relevance.measures import Flags, Interval, Vector

Measure = Callable[[npt.NDArray[np.floating], Flags], float]  # scores of one list, which of it is relevant -> a figure
Figures = Mapping[str, Vector]  # measure -> a figure a reader, in the order of their sorted names

MEASURES: Mapping[str, Measure] = {
    "nDCG@10": lambda scores, relevant: measures.ndcg_at(measures.in_order(scores, relevant), 10),
    "recall@20": lambda scores, relevant: measures.recall_at(measures.in_order(scores, relevant), 20),
    "recall@100": lambda scores, relevant: measures.recall_at(measures.in_order(scores, relevant), 100),
    "AUC": measures.auc,
}
COMPARED = ("nDCG@10", "recall@20")  # reader by reader with the first ranker
_SEED = 1  # of the bootstrap
HEADER = ("ranker", *MEASURES, *(f"first − it, {name}" for name in COMPARED), "CPU per 1,000 readers and day")


def read_relevant(path: Path) -> dict[str, frozenset[str]]:
    """The relevant papers of each task: a JSON object {task: [ids]}, compressed if its name ends in .gz."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        return {task: frozenset(ids) for task, ids in json.load(file).items()}


def by_reader(scores: Sequence[npt.NDArray[np.floating]], relevant: Sequence[Flags], users: Sequence[str]) -> Figures:
    """Each measure by reader, from the scores of the lists, what is relevant in each, and whose they are."""
    lists = list(zip(scores, relevant, strict=True))
    return {
        name: measures.by_user([measure(*each) for each in lists], np.array(users))
        for name, measure in MEASURES.items()
    }


def header() -> str:
    """The head of a table in Markdown."""
    return f"{_line(HEADER)}\n{_line(['---'] * len(HEADER))}"


def line(name: str, figures: Figures, first: Figures | None, seconds: float) -> str:
    """One ranker with 95 % intervals over readers, beside the first one; `seconds` are for 1,000 readers and a day."""
    own = [_shown(measures.bootstrap(figures[measure], seed=_SEED)) for measure in MEASURES]
    beside = [
        "" if first is None else _shown(measures.paired_bootstrap(first[measure], figures[measure], seed=_SEED), "+")
        for measure in COMPARED
    ]
    return _line([name, *own, *beside, f"{seconds:.2f} s"])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _shown(interval: Interval, sign: str = "") -> str:
    ends = (interval.mean, interval.low, interval.high)
    mean, low, high = (f"{value:{sign}.4f}".replace("0.", ".", 1) for value in ends)
    return f"{mean} [{low}, {high}]".replace("-", "−")
