"""Recipe 1 on the public splits, judged from outside."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import relevance
from tests.acceptance.conftest import Figures

KNOWN = {  # folder, split, users at most, what recipe 1 is known to reach
    "titles B5": ("citeulike/cul_a", "B5", 300, {"ndcg@10": 0.174}),
    "titles B20": ("citeulike/cul_a", "B20", 300, {"ndcg@10": 0.279}),
    "abstracts Ball": ("citeulike/cul_a_abs", "Ball", None, {"ndcg@10": 0.277}),
    "arXiv authors Ball": ("arxiv_authors", "Ball", None, {"ndcg@10": 0.417, "recall@20": 0.682}),
    "published fold A": ("citeulike/cul_a", "A", None, {"recall@100": 0.523}),
}


@pytest.mark.parametrize("name", KNOWN)
def test_recipe_1_reaches_its_known_values(name: str, shared: Path, tmp_path: Path, figure: Figures) -> None:
    folder, split, users, known = KNOWN[name]
    data, run, judged = shared / "data" / folder, tmp_path / "run.npz", tmp_path / "judged.json"
    limit = [] if users is None else ["--max-users", str(users)]

    relevance.main(["--data", str(data), "--split", split, "--output", str(run), *limit])
    evaluate = [sys.executable, str(shared / "tools" / "evaluate.py"), "--data", str(data), "--split", split]
    subprocess.run([*evaluate, "--run", str(run), "--json", str(judged), *limit], check=True, capture_output=True)

    metrics = json.loads(judged.read_text())["metrics"]
    for metric, value in known.items():
        assert metrics[metric]["mean"] == pytest.approx(value, abs=0.01)
        figure(f"recipe 1, {name}, {metric}", f"{metrics[metric]['mean']:.4f} (known {value:.3f})")
