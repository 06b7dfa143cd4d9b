"""The ranking and its floor, recipe 1, on the public splits, judged from outside."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import relevance
from tests.acceptance.conftest import Figures

TITLES, ABSTRACTS, AUTHORS = "citeulike/cul_a", "citeulike/cul_a_abs", "arxiv_authors"
KNOWN = {  # scorer, folder, split, readers at most, what it is known to reach
    "recipe 1, titles B5": ("recipe-1", TITLES, "B5", 300, {"ndcg@10": 0.174}),
    "recipe 1, titles B20": ("recipe-1", TITLES, "B20", 300, {"ndcg@10": 0.279}),
    "recipe 1, abstracts Ball": ("recipe-1", ABSTRACTS, "Ball", None, {"ndcg@10": 0.277}),
    "recipe 1, arXiv authors Ball": ("recipe-1", AUTHORS, "Ball", None, {"ndcg@10": 0.417, "recall@20": 0.682}),
    "recipe 1, published fold A": ("recipe-1", TITLES, "A", None, {"recall@100": 0.523}),
    "ours, titles B20": ("ours", TITLES, "B20", 300, {"ndcg@10": 0.325, "recall@20": 0.550}),
    "ours, abstracts Ball": ("ours", ABSTRACTS, "Ball", None, {"ndcg@10": 0.296, "recall@20": 0.535}),
    "ours, arXiv authors Ball": ("ours", AUTHORS, "Ball", 300, {"ndcg@10": 0.428, "recall@20": 0.711}),
    "ours, published fold A": ("ours", TITLES, "A", None, {"recall@100": 0.565}),
}


@pytest.mark.parametrize("name", KNOWN)
def test_a_ranking_reaches_its_known_values(name: str, shared: Path, tmp_path: Path, figure: Figures) -> None:
    scorer, folder, split, readers, known = KNOWN[name]
    data, run, judged = shared / "data" / folder, tmp_path / "run.npz", tmp_path / "judged.json"
    limit = [] if readers is None else ["--max-users", str(readers)]

    relevance.main(["--data", str(data), "--split", split, "--output", str(run), "--scorer", scorer, *limit])
    evaluate = [sys.executable, str(shared / "tools" / "evaluate.py"), "--data", str(data), "--split", split]
    subprocess.run([*evaluate, "--run", str(run), "--json", str(judged), *limit], check=True, capture_output=True)

    metrics = json.loads(judged.read_text())["metrics"]
    for metric, value in known.items():
        assert metrics[metric]["mean"] == pytest.approx(value, abs=0.01)
        figure(f"{name}, {metric}", f"{metrics[metric]['mean']:.4f} (known {value:.3f})")
