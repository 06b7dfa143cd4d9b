"""The benchmarks run on a folder of somebody's own."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import relevance


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two fields of papers, and a reader of each."""
    titles = {f"g{n}": f"graph networks and molecules {n}" for n in range(8)}
    titles |= {f"r{n}": f"legged robots on terrain {n}" for n in range(8)}
    with gzip.open(tmp_path / "papers.jsonl.gz", "wt") as lines:
        for key, title in titles.items():
            lines.write(json.dumps({"id": key, "title": title, "abstract": ""}) + "\n")
    split = {
        "background": list(titles),
        "batches": {"day": ["g6", "r6", "g7", "r7"]},
        "tasks": [
            {"task": "t1", "user": "ana", "profile": ["g0", "g1"], "batch": "day"},
            {"task": "t2", "user": "rob", "profile": ["r0", "r1"], "batch": "day"},
        ],
    }
    with gzip.open(tmp_path / "split_S.json.gz", "wt") as file:
        json.dump(split, file)
    return tmp_path


@pytest.mark.parametrize("name", ["run.jsonl", "run.jsonl.gz", "run"])
def test_rankings_are_whole_and_put_the_readers_field_first(data: Path, name: str) -> None:
    relevance.main(["--data", str(data), "--split", "S", "--output", str(data / name)])

    with (gzip.open if name.endswith(".gz") else open)(data / name, "rt") as lines:
        rankings = {run["task"]: run["ranking"] for run in map(json.loads, lines)}
    assert {paper[0] for paper in rankings["t1"][:2]} == {"g"}
    assert {paper[0] for paper in rankings["t2"][:2]} == {"r"}
    assert all(len(ranking) == 4 for ranking in rankings.values())


def test_peers_are_ranked_beside_ours(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    relevance.main(["--data", str(data), "--split", "S", "--output", str(data / "run.npz"), "--peers"])

    printed = capsys.readouterr().out
    for name in ("", "-centroid", "-linear-svc", "-logistic-regression"):
        with np.load(data / f"run{name}.npz") as run:
            assert run["scores"].shape == (8,)
        assert name.lstrip("-") in printed
