"""All subscribers against a day's papers, beside one LinearSVC a user, as arxiv-sanity-lite has it.

    python -m benchmarks.scoring --data DIR [--subscribers 1000,10000,100000] [--papers 1500]

DIR holds listings as `*.jsonl.gz` with id, title and abstract a line. The newest papers are the day; the subscribers
are made up: each likes 5 to 55 papers, 30 on average, of two neighbourhoods of the archive. Printed are seconds and
CPU of what is shared and of scoring, and the peak memory of the process; the peer learns a few users and ranks the
same papers.
"""

import argparse
import gzip
import json
import resource
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from digest.relevance.model import Model
from digest.relevance.scoring import Adjust, Day, Vectors
from digest.relevance.selection import looked_at
from digest.relevance.space import Space
from digest.relevance.tastes import Taste, Tastes
from digest.relevance.text import TermCounts, count_paper

WINDOW = 20_000  # papers of the background, as the product's default has it
SIZE = 15  # papers in an edition
VECTORS = 4_096  # liked papers made into vectors at once, as `digest.relevance.ranking` has it
_SEED = 5
_PEERS = 3  # users that the peer learns


def listings(folder: Path) -> Iterator[tuple[str, str]]:
    """Title and abstract of every paper, each once: those of other files first, then the listings by date."""
    known: set[str] = set()
    files = sorted(folder.glob("*.jsonl.gz"), key=lambda file: (file.name.startswith("listing-"), file.name))
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for paper in map(json.loads, lines):
                if paper.get("title") and paper["id"] not in known:
                    known.add(paper["id"])
                    yield paper["title"], paper.get("abstract") or ""


def subscribers(count: int, archive: int) -> list[Taste]:
    """Made-up tastes over the archive."""
    dice = np.random.default_rng(_SEED)
    tastes = []
    for _ in range(count):
        around = dice.integers(0, archive, size=2)
        near = dice.choice(around, size=dice.integers(5, 56)) + dice.integers(-200, 200, size=1)
        spread = (near + dice.integers(-400, 400, size=len(near))) % archive
        liked = tuple(int(each) for each in np.unique(spread))
        tastes.append(Taste(wanted=liked, weights=(1 / len(liked),) * len(liked)))
    return tastes


def sanity_rows(texts: Sequence[str]) -> sparse.csr_array:
    """Titles and abstracts as arxiv-sanity-lite's compute.py has them: 20,000 words and pairs, raw tf."""
    vectorizer = TfidfVectorizer(
        strip_accents="unicode",
        stop_words="english",
        token_pattern=r"(?u)\b[a-zA-Z_][a-zA-Z0-9_]+\b",
        ngram_range=(1, 2),
        max_features=20_000,
        max_df=0.1,
        min_df=5,
        dtype=np.float32,
    )
    return sparse.csr_array(vectorizer.fit_transform(texts))


def peer(known: sparse.csr_array, today: sparse.csr_array, tastes: Sequence[Taste]) -> float:
    """CPU seconds a user of a LinearSVC against every other paper of the archive, arxiv-sanity-lite's settings."""
    rows = known.copy()
    rows.indices, rows.indptr = rows.indices.astype(np.int32), rows.indptr.astype(np.int32)  # all that liblinear takes
    began = time.process_time()
    for taste in tastes:
        labels = np.zeros(rows.shape[0])
        labels[list(taste.wanted)] = 1
        svm = LinearSVC(class_weight="balanced", max_iter=10000, tol=1e-6, C=0.01, random_state=1)
        svm.fit(rows, labels).decision_function(today)
    return (time.process_time() - began) / len(tastes)


class Clock:
    """Wall and CPU seconds since it was made, or read last."""

    def __init__(self) -> None:
        self._began = (time.perf_counter(), time.process_time())

    def read(self) -> tuple[float, float]:
        now = time.perf_counter(), time.process_time()
        taken = now[0] - self._began[0], now[1] - self._began[1]
        self._began = now
        return taken


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--subscribers", default="1000,10000,100000")
    options.add_argument("--papers", type=int, default=1500)
    options.add_argument("--archive", type=int, help="use so many of the newest papers only")
    options.add_argument("--no-peer", action="store_true")
    given = options.parse_args(arguments)
    with threadpool_limits(1):  # threads that wait for each other burn CPU, here and in the peer
        _measure(given)


def _measure(given: argparse.Namespace) -> None:
    texts = list(listings(given.data))
    counts = [int(each) for each in given.subscribers.split(",")]
    measured(texts, counts, papers=given.papers, archive=given.archive, with_peer=not given.no_peer)


def measured(
    texts: Sequence[tuple[str, str]],
    counts: Sequence[int],
    *,
    papers: int,
    archive: int | None = None,
    with_peer: bool = True,
) -> tuple[dict[int, float], float]:
    """Seconds of CPU a subscriber for each of so many, and of the peer on its own rows (0 without); printed as well."""
    documents = [count_paper(*text) for text in texts]
    known, today = _parted(documents, papers, archive)
    clock = Clock()
    space = _space(known)
    _print("model and basis of the background", clock)
    day = Day(space, today, range(len(known), len(known) + len(today)))
    _print(f"{len(today):,} papers of the day", clock)
    ours = {count: _scored(space, day, known, count, clock) for count in counts}
    return ours, _beside(texts, space, day, known, ours) if with_peer else 0.0


def _scored(space: Space, day: Day, archive: Sequence[TermCounts], count: int, clock: Clock) -> float:
    tastes = subscribers(count, len(archive))
    used = sorted({number for taste in tastes for number in taste.wanted})
    place = {number: at for at, number in enumerate(used)}
    placed = [replace(taste, wanted=tuple(place[number] for number in taste.wanted)) for taste in tastes]
    everything = Adjust(np.ones((1, day.size), dtype=bool), [0] * count, [()] * count)
    clock.read()
    asked = day.asked(_vectors(space, [archive[number] for number in used]), Tastes.of(placed))
    _, made = _print(f"{len(used):,} liked papers as vectors", clock)
    day.best(asked, everything, used, k=looked_at(SIZE))
    wall, cpu = _print(f"{count:,} subscribers scored", clock)
    each = (made + cpu) / count
    print(f"{'':42} {each * 1e6:8.0f} µs CPU a subscriber, vectors counted in; {count / wall:,.0f} scored/s")
    return each


def _vectors(space: Space, documents: Sequence[TermCounts]) -> Iterator[Vectors]:
    """Documents as vectors, so many at once as the product makes them."""
    for start in range(0, len(documents), VECTORS):
        yield Vectors(space, documents[start : start + VECTORS])


def _beside(
    texts: Sequence[tuple[str, str]], space: Space, day: Day, archive: Sequence[TermCounts], ours: dict[int, float]
) -> float:
    """The peer's seconds on its own rows; printed as on ours."""
    tastes = subscribers(_PEERS, len(archive))
    rows = sanity_rows([" ".join(text) for text in texts])[-len(archive) - day.size :]
    costs = []
    for name, known, fresh in (
        ("its own rows", rows[: len(archive)], rows[len(archive) :]),
        ("our rows", Vectors(space, archive).own, day.own[: day.size]),
    ):
        theirs = peer(known, fresh, tastes)
        ratios = ", ".join(f"{theirs / cost:,.0f} at {count:,}" for count, cost in ours.items())
        print(f"LinearSVC a user, {name}, archive of {len(archive):,}: {theirs:.2f} s CPU a user, ratio {ratios}")
        costs.append(theirs)
    return costs[0]


def _parted(documents: list[TermCounts], papers: int, archive: int | None) -> tuple[list[TermCounts], list[TermCounts]]:
    kept = documents[:-papers]
    return kept[-archive:] if archive else kept, documents[-papers:]


def _space(archive: Sequence[TermCounts]) -> Space:
    first = max(len(archive) - WINDOW, 0)
    model = Model().grown({number: archive[number] for number in range(first, len(archive))}, window=WINDOW)
    return Space(replace(model, basis=Space(model).basis()))


def _print(what: str, clock: Clock) -> tuple[float, float]:
    wall, cpu = clock.read()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what:42} {wall:8.2f} s  {cpu:8.2f} s CPU  {peak:7,.0f} MiB peak", flush=True)
    return wall, cpu


if __name__ == "__main__":
    main()
