"""Fit the usual calibration on real readers, and say what its probabilities are worth for others.

    python -m benchmarks.calibration --set DIR NAME [--set DIR NAME ...] [--other DIR NAME ...] [--readers N]

DIR holds a folder of papers and readers as `benchmarks.relevance` describes it, with `qrels_NAME.json.gz` beside the
split. From each set come N readers, drawn by a fixed seed, each known by their first 1, 2, 5, 10, 30 and by all of
their liked papers, with all candidates of a few days: also of days on which they wanted nothing. Half of the readers
of the sets fit a calibration, the other halves are judged by it, and so are the readers of --other, who fit nothing;
then all readers of the sets fit the parameters that are printed for `Calibration.usual()`.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.judging import read_relevant
from benchmarks.relevance import Product, Split, in_split_order, load
from digest.relevance.calibration import Calibration, Votes, fit_calibration
from digest.relevance.measures import Binning, calibration_error, top_of_each

DEALS = (1, 2, 5, 10, 30, None)  # liked papers that are known; None: all
PAPERS = 400  # candidates a reader at least, in whole days: no set counts for more because its days are longer
READERS = 375  # of each set
TOP = 20  # of a list: what an edition is made of
THRESHOLDS = (0.02, 0.05, 0.1, 0.2)
_SEED = 7


@dataclass(frozen=True, slots=True)
class Asked:
    """One reader as known by some of their papers."""

    reader: int
    user: str
    liked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Collected:
    """The papers of many lists, and the spread of each reader's scores over the background."""

    votes: Votes
    lists: npt.NDArray[np.int64]
    spreads: npt.NDArray[np.float64]

    def where(self, readers: npt.NDArray[np.generic]) -> "Collected":
        chosen = np.isin(self.votes.users, readers)
        return Collected(self.votes.where(chosen), self.lists[chosen], self.spreads[chosen])


def collect(folder: Path, name: str, readers: int) -> Collected:
    """Scores as the product compares them between readers, less the mean and by the spread over the background."""
    papers, split = load(folder, name, None)
    relevant = read_relevant(folder / f"qrels_{name}.json.gz")
    wanted = {(task.user, task.batch): relevant[task.name] for task in split.tasks}
    product = Product(papers, split.background)
    parts: list[dict[str, npt.NDArray[np.generic]]] = []
    for batch, asked in _asked(split, readers).items():
        ids = split.batches[batch]
        top = product.top(product.day(ids), [each.liked for each in asked])
        scores = (in_split_order(top).astype(np.float64) - top.mean[:, None]) / top.spread[:, None]
        for line, each in enumerate(asked):
            hits = wanted.get((each.user, batch), frozenset())
            parts.append(
                {
                    "scores": scores[line],
                    "labels": np.array([paper in hits for paper in ids]),
                    "users": np.full(len(ids), each.reader),
                    "likes": np.full(len(ids), len(each.liked)),
                    "candidates": np.ones(len(ids)),  # their true number would tell one set from the other
                    "lists": np.full(len(ids), len(parts)),
                    "spreads": np.full(len(ids), top.spread[line], dtype=np.float64),
                }
            )
    return _joined(parts)


def _asked(split: Split, readers: int) -> dict[str, list[Asked]]:
    """Who is asked about which day's papers."""
    random = np.random.default_rng(_SEED)
    profiles = {task.user: task.profile for task in split.tasks}
    batches = list(split.batches)
    asked: dict[str, list[Asked]] = {}
    for reader, user in enumerate(random.permutation(sorted(profiles))[:readers]):
        liked = profiles[user]
        deals = {liked[:deal] for deal in DEALS if deal is None or deal <= len(liked)}
        papers = 0
        for batch in random.permutation(batches):
            asked.setdefault(str(batch), []).extend(Asked(reader, user, deal) for deal in sorted(deals, key=len))
            if (papers := papers + len(split.batches[batch])) >= PAPERS:
                break
    return asked


def _joined(parts: Sequence[dict[str, npt.NDArray[np.generic]]]) -> Collected:
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    votes = Votes(**{field.name: columns[field.name] for field in fields(Votes)})
    return Collected(votes, columns["lists"], columns["spreads"])


def halves(collected: Collected) -> tuple[Collected, Collected]:
    """The lists of one half of the readers, and those of the others."""
    names = np.random.default_rng(_SEED).permutation(np.unique(collected.votes.users))
    return collected.where(names[: len(names) // 2]), collected.where(names[len(names) // 2 :])


def together(sets: Sequence[Votes]) -> Votes:
    """The votes of several sets, whose readers are different ones."""
    return Votes(
        scores=np.concatenate([votes.scores for votes in sets]),
        labels=np.concatenate([votes.labels for votes in sets]),
        users=np.concatenate([votes.users + 1_000_000 * number for number, votes in enumerate(sets)]),
        likes=np.concatenate([votes.likes for votes in sets]),
        candidates=np.concatenate([votes.candidates for votes in sets]),
    )


def judged(name: str, calibration: Calibration, collected: Collected) -> str:
    """What was said beside what was so: for all papers, and for the best of each list."""
    votes = collected.votes
    said = calibration.probability(votes.scores, likes=votes.likes, candidates=votes.candidates)
    top = top_of_each(votes.scores, collected.lists, size=TOP)
    lines = [
        f"{name}: {len(np.unique(votes.users)):,} readers, {len(np.unique(collected.lists)):,} lists, "
        f"{votes.labels.mean():.2%} wanted, median spread {np.median(collected.spreads):.4f}",
        f"  all     ECE {_error(said, votes.labels)}",
        f"  top {TOP}  ECE {_error(said[top], votes.labels[top])}   "
        f"said {said[top].mean():.4f}   was {votes.labels[top].mean():.4f}",
    ]
    for likes in (5, 30):
        known = votes.likes == likes
        if known.any():
            lines += [f"  {likes} likes: {_passing(said[known], votes.labels[known], collected.lists[known])}"]
    return "\n".join(lines)


def _error(said: npt.NDArray[np.float64], labels: npt.NDArray[np.bool_]) -> str:
    mass, width = (calibration_error(said, labels, binning=binning) for binning in (Binning.MASS, Binning.WIDTH))
    return f"{mass:.4f} (bins of equal mass), {width:.4f} (of equal width)"


def _passing(said: npt.NDArray[np.float64], labels: npt.NDArray[np.bool_], lists: npt.NDArray[np.int64]) -> str:
    """How many papers of a list pass each threshold, how many of its wanted papers, and how many lists are empty."""
    names, places = np.unique(lists, return_inverse=True)
    shown = []
    for threshold in THRESHOLDS:
        passed = said >= threshold
        counts = np.bincount(places, weights=passed)
        caught = labels[passed].sum() / max(labels.sum(), 1)
        shown.append(
            f"p ≥ {threshold:g}: {counts.mean():.1f} a list, {(counts == 0).mean():.0%} none, {caught:.0%} found"
        )
    return f"of {len(said) / len(names):.0f} papers  " + "   ".join(shown)


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--set", nargs=2, action="append", required=True, metavar=("DIR", "NAME"), dest="sets")
    options.add_argument("--other", nargs=2, action="append", default=[], metavar=("DIR", "NAME"), dest="others")
    options.add_argument("--readers", type=int, default=READERS)
    given = options.parse_args(arguments)

    sets = {f"{folder} {name}": collect(Path(folder), name, given.readers) for folder, name in given.sets}
    split = {name: halves(collected) for name, collected in sets.items()}
    fitted = fit_calibration(together([fit.votes for fit, _ in split.values()]), seed=_SEED)
    for name, (_, rest) in split.items():
        print(judged(name, fitted, rest), flush=True)
    for folder, name in given.others:
        print(
            judged(f"{folder} {name}, none of its readers fitted", fitted, collect(Path(folder), name, given.readers))
        )
    everybody = fit_calibration(together([collected.votes for collected in sets.values()]), seed=_SEED)
    print(json.dumps(everybody.parameters(), indent=1))


if __name__ == "__main__":
    main()
