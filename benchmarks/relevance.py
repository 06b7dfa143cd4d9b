"""Rank a folder of papers and readers, and write the rankings for an outside judge.

    python -m benchmarks.relevance --data DIR --split NAME --output RUN
        [--scorer NAME] [--peers] [--max-users N] [--qrels FILE]

DIR holds `papers.jsonl.gz` (id, title, abstract a line) and `split_NAME.json.gz`:
{"background": [ids to fit on], "batches": {batch: [candidate ids]},
 "tasks": [{"task", "user", "profile": [liked ids], "batch"}]}.

A RUN that ends in .npz holds `tasks` and `scores` (the candidates of each task's batch in split order, higher is
better); any other is JSON lines {"task", "ranking": [ids, best first]}, all candidates, compressed if it ends in .gz.
--scorer is `ours` or one of the peers; with --peers, each peer's run is written beside it (the peer's name before the
suffix). Rankers read nothing but papers and split. Where --qrels gives the relevant papers of each task, {task: [ids]},
the finished runs are judged by them and a table is printed, each ranker beside the first one.

CPU is counted for readers (to learn from their papers and to score one day's; ours does both for all readers of the
split at once and anew each day, a peer learns once) and for what they share: ours reads the background once and the
papers of each day once, a peer counts all texts at once.
"""

import argparse
import gzip
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks import judging, peers
from digest.relevance.model import Model
from digest.relevance.scoring import Adjust, Day, Top, Vectors
from digest.relevance.space import SMALL, Space
from digest.relevance.tastes import Taste
from digest.relevance.text import TermCounts, count_paper

OURS = "ours"
SCORERS = (OURS, *peers.NAMES)
Texts = Mapping[str, tuple[str, str]]  # title and abstract by id
Scores = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Task:
    """One reader's list of one day."""

    name: str
    user: str
    profile: tuple[str, ...]  # liked papers, each once
    batch: str


@dataclass(frozen=True, slots=True)
class Split:
    """Who is to be served with what."""

    background: tuple[str, ...]
    batches: dict[str, tuple[str, ...]]
    tasks: tuple[Task, ...]

    @property
    def users(self) -> int:
        return len({task.user for task in self.tasks})


@dataclass(slots=True)
class Run:
    """The scores of every task, in the order of its batch, and CPU seconds."""

    scores: dict[str, Scores] = field(default_factory=dict)
    background: float = 0.0  # once
    days: float = 0.0  # to get all days' papers ready
    learning: float = 0.0  # all readers once
    scoring: float = 0.0  # all lists
    lists: int = 0  # scored: one a reader and day

    def per_reader_and_day(self, split: Split) -> float:
        """CPU seconds to learn one reader's taste and to score one day for them."""
        return self.learning / split.users + self.scoring / self.lists


class Timer:
    """CPU seconds since it was asked last."""

    def __init__(self) -> None:
        self._then = time.process_time()

    def lap(self) -> float:
        then, self._then = self._then, time.process_time()
        return self._then - then


def load(folder: Path, name: str, max_users: int | None) -> tuple[dict[str, tuple[str, str]], Split]:
    """Title and abstract of each paper by id, and the split with its first `max_users` users in order of name."""
    with gzip.open(folder / "papers.jsonl.gz", "rt", encoding="utf-8") as lines:
        papers = {paper["id"]: (paper["title"], paper.get("abstract") or "") for paper in map(json.loads, lines)}
    with gzip.open(folder / f"split_{name}.json.gz", "rt", encoding="utf-8") as file:
        raw = json.load(file)
    users = set(sorted({task["user"] for task in raw["tasks"]})[:max_users])
    tasks = (
        Task(t["task"], t["user"], tuple(dict.fromkeys(t["profile"])), t["batch"])
        for t in raw["tasks"]
        if t["user"] in users
    )
    batches = {batch: tuple(ids) for batch, ids in raw["batches"].items()}
    return papers, Split(tuple(raw["background"]), batches, tuple(tasks))


class Product:
    """The product's own scorer over a folder of papers, whose places stand for the numbers of a store."""

    def __init__(self, papers: Texts, background: Sequence[str]) -> None:
        self.numbers = {paper: number for number, paper in enumerate(papers)}
        self._counted = {paper: count_paper(*text) for paper, text in papers.items()}
        kept = {self.numbers[paper]: self._counted[paper] for paper in background}
        model = Model().grown(kept, window=len(kept))
        self.space = Space(model)
        if len(model) >= SMALL:
            self.space = Space(replace(model, basis=self.space.basis()))

    def day(self, papers: Sequence[str]) -> Day:
        """The papers of a day, which costs the same for any number of readers."""
        return Day(self.space, self._terms(papers), [self.numbers[paper] for paper in papers])

    def top(self, day: Day, profiles: Sequence[Sequence[str]]) -> Top:
        """All papers of a day in order for readers who like some papers equally well."""
        places = {paper: place for place, paper in enumerate(dict.fromkeys(p for liked in profiles for p in liked))}
        tastes = [Taste(tuple(places[p] for p in liked), (1 / len(liked),) * len(liked)) for liked in profiles]
        every = Adjust(np.ones((1, day.size), dtype=bool), [0] * len(tastes), [])
        numbers = [self.numbers[paper] for paper in places]
        return day.top(Vectors(self.space, self._terms(list(places))), tastes, every, numbers, k=day.size)

    def _terms(self, papers: Sequence[str]) -> list[TermCounts]:
        return [self._counted[paper] for paper in papers]


def in_split_order(top: Top) -> Scores:
    """The scores of all papers, shape (n_readers, n_papers), in the order in which the day was given."""
    scores = np.empty_like(top.scores)
    np.put_along_axis(scores, top.rows, top.scores, axis=1)
    return scores


def ours(papers: Texts, split: Split) -> Run:
    """Every day for all readers by the product's kernel; the lists that the split has tasks for are kept."""
    run, timer = Run(), Timer()
    product = Product(papers, split.background)
    run.background = timer.lap()
    readers = list(by_profile(split))
    for batch, ids in split.batches.items():
        day = product.day(ids)
        run.days += timer.lap()
        scores = in_split_order(product.top(day, [liked for _, liked in readers]))
        run.scoring += timer.lap()
        run.lists += len(readers)
        lines = dict(zip(readers, scores, strict=True))
        tasks = [task for task in split.tasks if task.batch == batch]
        run.scores |= {task.name: lines[task.user, task.profile].copy() for task in tasks}
    return run


def theirs(name: str, papers: Texts, split: Split, rows: Callable[[], peers.Rows]) -> Run:
    """Every task by a peer, a reader at a time; `rows` gives those of all papers."""
    run, timer = Run(), Timer()
    index = {paper: row for row, paper in enumerate(papers)}
    place = {paper: at for at, paper in enumerate(_known(split))}
    everything = rows()
    learner = peers.learner(name, everything[[index[paper] for paper in place]])
    days = {batch: everything[[index[paper] for paper in ids]] for batch, ids in split.batches.items()}
    run.background = timer.lap()
    for (_, liked), tasks in by_profile(split).items():
        fitted = learner([place[paper] for paper in liked])
        run.learning += timer.lap()
        run.scores |= {task.name: fitted(days[task.batch]) for task in tasks}
        run.scoring += timer.lap()
        run.lists += len(tasks)
    return run


def _known(split: Split) -> list[str]:
    """The background, and what readers like beyond it."""
    return list(dict.fromkeys([*split.background, *(paper for task in split.tasks for paper in task.profile)]))


def by_profile(split: Split) -> dict[tuple[str, tuple[str, ...]], list[Task]]:
    """The tasks of each user and what they like."""
    found: dict[tuple[str, tuple[str, ...]], list[Task]] = {}
    for task in split.tasks:
        found.setdefault((task.user, task.profile), []).append(task)
    return found


def write(path: Path, split: Split, run: Run) -> None:
    """One run, in the form that its file's name asks for."""
    if path.suffix == ".npz":
        scores = [run.scores[task.name] for task in split.tasks]
        np.savez_compressed(path, tasks=np.array([t.name for t in split.tasks]), scores=np.concatenate(scores))
        return
    with gzip.open(path, "wt") if path.suffix == ".gz" else path.open("w") as lines:
        for task in split.tasks:
            ids = split.batches[task.batch]
            ranking = [ids[n] for n in np.argsort(-run.scores[task.name], kind="stable")]
            lines.write(json.dumps({"task": task.name, "ranking": ranking}) + "\n")


def beside(output: Path, name: str) -> Path:
    """The file of another ranker: for `run.npz` and centroid, `run-centroid.npz`."""
    stem, dot, suffix = output.name.partition(".")
    return output.with_name(f"{stem}-{name}{dot}{suffix}")


def judge(split: Split, runs: Mapping[str, Run], relevant: Mapping[str, frozenset[str]]) -> str:
    """A table of the runs in Markdown, each compared with the first."""
    labels = [np.array([p in relevant[task.name] for p in split.batches[task.batch]]) for task in split.tasks]
    users = [task.user for task in split.tasks]
    lines, first = [judging.header()], None
    for name, run in runs.items():
        figures = judging.by_reader([run.scores[task.name] for task in split.tasks], labels, users)
        lines.append(judging.line(name, figures, first, 1000 * run.per_reader_and_day(split)))
        first = first or figures
    return "\n".join(lines)


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--split", required=True)
    options.add_argument("--output", type=Path, required=True, help="where the run goes: .npz, .jsonl or .jsonl.gz")
    options.add_argument("--scorer", choices=SCORERS, default=OURS)
    options.add_argument("--peers", action="store_true", help="rank with the peers too")
    options.add_argument("--max-users", type=int)
    options.add_argument("--qrels", type=Path, help="the relevant papers, to judge by when all is ranked")
    return options


def main(arguments: Sequence[str] | None = None) -> None:
    given = _options().parse_args(arguments)
    papers, split = load(given.data, given.split, given.max_users)
    runs: dict[str, Run] = {}
    counted: list[peers.Rows] = []

    def rows() -> peers.Rows:
        if not counted:
            numbers = {paper: number for number, paper in enumerate(papers)}
            counted.append(peers.rows(list(papers.values()), [numbers[paper] for paper in split.background]))
        return counted[0]

    print(f"{given.split}: {split.users:,} readers, {len(split.tasks):,} lists, {len(split.batches)} days")
    for name in dict.fromkeys([given.scorer, *(peers.NAMES if given.peers else ())]):
        run = ours(papers, split) if name == OURS else theirs(name, papers, split, rows)
        path = given.output if name == given.scorer else beside(given.output, name)
        write(path, split, run)
        runs[name] = run
        print(
            f"{name:20s} {1000 * run.per_reader_and_day(split):10.3f} s CPU per 1,000 readers and day; shared: "
            f"background {run.background:.1f} s, a day's papers {run.days / len(split.batches):.2f} s   {path}",
            flush=True,
        )
    if given.qrels:
        print(judge(split, runs, judging.read_relevant(given.qrels)))


if __name__ == "__main__":
    main()
