"""Rank a folder of papers and readers, and write the rankings for an outside judge.

    python -m benchmarks.relevance --data DIR --split NAME --output RUN [--peers] [--max-users N]

DIR holds `papers.jsonl.gz` (id, title, abstract a line) and `split_NAME.json.gz`:
{"background": [ids to fit on], "batches": {batch: [candidate ids]},
 "tasks": [{"task", "user", "profile": [liked ids], "batch"}]}.

A RUN that ends in .npz holds `tasks` and `scores` (the candidates of each task's batch in split order, higher is
better); any other is JSON lines {"task", "ranking": [ids, best first]}, all candidates, compressed if it ends in .gz.
With --peers, each peer's run is written beside it (the peer's name before the suffix), and the CPU time per 1,000
users is printed for all of them. Nothing but papers and split is read.
"""

import argparse
import gzip
import json
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks import peers
from digest.relevance.model import BackgroundModel, Rows
from digest.relevance.scorer import RocchioScorer
from digest.relevance.text import TermCounts, count_paper

Scores = npt.NDArray[np.float64]
Ranker = Callable[[Rows, Rows, Rows], Scores]  # liked rows, candidate rows, background rows -> a score a candidate


@dataclass(frozen=True, slots=True)
class Task:
    name: str
    user: str
    profile: tuple[str, ...]
    batch: str


@dataclass(frozen=True, slots=True)
class Split:
    background: tuple[str, ...]
    batches: dict[str, tuple[str, ...]]
    tasks: tuple[Task, ...]


def load(folder: Path, name: str, max_users: int | None) -> tuple[dict[str, tuple[str, str]], Split]:
    """Title and abstract of each paper by id, and the split with its first `max_users` users in order of name."""
    with gzip.open(folder / "papers.jsonl.gz", "rt", encoding="utf-8") as lines:
        papers = {paper["id"]: (paper["title"], paper.get("abstract") or "") for paper in map(json.loads, lines)}
    with gzip.open(folder / f"split_{name}.json.gz", "rt", encoding="utf-8") as file:
        raw = json.load(file)
    users = set(sorted({task["user"] for task in raw["tasks"]})[:max_users])
    tasks = (Task(t["task"], t["user"], tuple(t["profile"]), t["batch"]) for t in raw["tasks"] if t["user"] in users)
    batches = {batch: tuple(ids) for batch, ids in raw["batches"].items()}
    return papers, Split(tuple(raw["background"]), batches, tuple(tasks))


def recipe_1(background: BackgroundModel) -> Ranker:
    """The product's own scorer."""

    def score(liked: Rows, candidates: Rows, _: Rows) -> Scores:
        return RocchioScorer(background.mean_).fit(liked).decision_function(candidates)

    return score


def run(split: Split, rows: Rows, index: dict[str, int], ranker: Ranker) -> tuple[list[Task], list[Scores], float]:
    """The tasks in the order they were done, the scores of each, and CPU seconds."""
    candidates = {batch: rows[[index[i] for i in ids]] for batch, ids in split.batches.items()}
    background = rows[[index[i] for i in split.background]]
    by_batch: dict[str, list[Task]] = defaultdict(list)
    for task in split.tasks:
        by_batch[task.batch].append(task)
    done: list[Task] = []
    scores: list[Scores] = []
    began = time.process_time()
    for batch, tasks in by_batch.items():
        for task in tasks:
            liked = rows[[index[i] for i in task.profile]]
            scores.append(ranker(liked, candidates[batch], background))
            done.append(task)
    return done, scores, time.process_time() - began


def write(path: Path, split: Split, tasks: Sequence[Task], scores: Sequence[Scores]) -> None:
    """One run, in the form that its file's name asks for."""
    if path.suffix == ".npz":
        np.savez_compressed(path, tasks=np.array([task.name for task in tasks]), scores=np.concatenate(scores))
        return
    with gzip.open(path, "wt") if path.suffix == ".gz" else path.open("w") as lines:
        for task, values in zip(tasks, scores, strict=True):
            ids = split.batches[task.batch]
            ranking = [ids[n] for n in np.argsort(-values, kind="stable")]
            lines.write(json.dumps({"task": task.name, "ranking": ranking}) + "\n")


def beside(output: Path, name: str) -> Path:
    """The file of one ranker: `run.npz`, and for a peer `run-centroid.npz`."""
    stem, dot, suffix = output.name.partition(".")
    return output.with_name(f"{stem}-{name}{dot}{suffix}") if name else output


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--split", required=True)
    options.add_argument("--output", type=Path, required=True, help="where the run goes: .npz, .jsonl or .jsonl.gz")
    options.add_argument("--peers", action="store_true", help="rank with the peers too")
    options.add_argument("--max-users", type=int)
    given = options.parse_args(arguments)

    papers, split = load(given.data, given.split, given.max_users)
    began = time.process_time()
    counted: dict[str, TermCounts] = {paper: count_paper(*text) for paper, text in papers.items()}
    model = BackgroundModel().fit([counted[paper] for paper in split.background])
    index = {paper: row for row, paper in enumerate(papers)}
    rows = model.transform([counted[paper] for paper in papers])
    print(f"{len(papers):,} papers, {len(model.term_ids_):,} terms: {time.process_time() - began:.1f} s CPU")

    users = len({task.user for task in split.tasks})
    rankers: dict[str, Ranker] = {"": recipe_1(model)} | (peers.rankers() if given.peers else {})
    for name, ranker in rankers.items():
        path = beside(given.output, name)
        tasks, scores, seconds = run(split, rows, index, ranker)
        write(path, split, tasks, scores)
        print(f"{name or 'recipe 1':22s} {seconds / users * 1000:10.2f} s CPU per 1,000 users   {path}")


if __name__ == "__main__":
    main()
