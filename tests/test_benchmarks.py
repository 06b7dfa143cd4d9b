"""The benchmarks run on a folder of somebody's own."""

import gzip
import json
import re
from pathlib import Path

import numpy as np
import pytest

from benchmarks import calibration, ingest, judging, relevance
from benchmarks.orm import OrmWriter
from digest.relevance.calibration import Calibration
from digest.sources import arxiv_query
from digest.store import DatabaseSettings, Store


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
    for name in ("", "-recipe-1", "-centroid", "-linear-svc", "-logistic-regression"):
        with np.load(data / f"run{name}.npz") as run:
            assert run["scores"].shape == (8,)
            assert run["scores"].reshape(2, 4).argmax(axis=1).tolist() in ([0, 1], [0, 3], [2, 1], [2, 3])
        assert name.lstrip("-") in printed


def test_any_scorer_can_be_the_one_that_is_asked_for(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    relevance.main(["--data", str(data), "--split", "S", "--output", str(data / "run.npz"), "--scorer", "centroid"])

    assert (data / "run.npz").exists()
    assert "centroid" in (printed := capsys.readouterr().out)
    assert "ours" not in printed


def test_runs_are_judged_by_what_readers_took(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    taken = data / "qrels.json"
    taken.write_text(json.dumps({"t1": ["g6", "g7"], "t2": ["r6"]}))

    asked = ["--data", str(data), "--split", "S", "--output", str(data / "run.npz")]
    relevance.main([*asked, "--qrels", str(taken), "--peers"])

    _, _, *lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    cells = {line.split(" | ")[0].strip("| "): line.split(" | ") for line in lines}
    assert list(cells) == ["ours", "recipe-1", "centroid", "linear-svc", "logistic-regression"]
    assert cells["ours"][2] == "1.0000 [1.0000, 1.0000]"  # recall@20 of four papers
    assert cells["ours"][5] == ""
    assert cells["centroid"][6] == "+.0000 [+.0000, +.0000]"


def test_a_reader_of_many_lists_counts_once() -> None:
    first, last = np.array([3.0, 2.0, 1.0]), np.array([1.0, 2.0, 3.0])
    top = np.array([True, False, False])

    figures = judging.by_reader([first, last, first], [top, top, top], ["ana", "ana", "bob"])

    assert figures["AUC"].tolist() == [0.5, 1.0]
    assert figures["nDCG@10"].tolist() == pytest.approx([(1 + 1 / np.log2(4)) / 2, 1.0])


def test_a_calibration_is_fitted_on_the_readers_of_a_folder(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tasks = [
        {"task": f"t{n}", "user": f"u{n}", "profile": [f"{field}0", f"{field}1"], "batch": "day"}
        for n, field in enumerate("gr" * 6)
    ]
    split = {"background": [f"{f}{n}" for f in "gr" for n in range(6)], "batches": {"day": ["g6", "r6", "g7", "r7"]}}
    with gzip.open(data / "split_S.json.gz", "wt") as file:
        json.dump(split | {"tasks": tasks}, file)
    with gzip.open(data / "qrels_S.json.gz", "wt") as file:
        json.dump({task["task"]: [task["profile"][0][0] + "6"] for task in tasks}, file)

    calibration.main(["--set", str(data), "S"])

    printed = capsys.readouterr().out
    assert "6 readers, 12 lists, 25.00% wanted" in printed  # of half of the readers, who are known by one and by both
    fitted = Calibration.from_parameters(json.loads(printed[printed.index("{") :]))
    low, high = fitted.probability([-1.0, 1.0], likes=2, candidates=4)
    assert low < 0.25 < high


def test_reading_writing_and_memory_are_measured(capsys: pytest.CaptureFixture[str]) -> None:
    ingest.main(["--records", "200"])

    reading, writing, *harvests = capsys.readouterr().out.splitlines()
    number = r"[\d,]+(?:\.\d)?"
    assert re.fullmatch(rf"Atom, .* read Atom +{number} +feedparser +{number} +ratio +{number}", reading)
    assert re.fullmatch(rf"SQLite, .* write papers +{number} +select-then-add ORM +{number} +ratio +{number}", writing)
    assert [re.sub(r" +", " ", line).split(":")[0] for line in harvests] == [
        "harvest of 50 records",
        "harvest of 100 records",
        "harvest of 200 records",
    ]


def test_all_made_up_papers_have_ids_of_their_own_and_are_read_back_from_atom() -> None:
    made = list(ingest.papers(100))

    page = arxiv_query.parse(ingest.atom(made), source="benchmark")

    assert len({paper.id for paper in made}) == 100
    assert [read.id for read in page.papers] == [paper.id for paper in made]
    assert [read.authors for read in page.papers] == [paper.authors for paper in made]


def test_the_peer_writes_each_paper_once(database_url: str) -> None:
    """What is compared does the same work: a paper, its names and its versions."""
    writer = OrmWriter(database_url)
    made = list(ingest.papers(3))
    for _ in range(2):
        writer.write(made, ingest.TERMS, ingest.NOW)
    writer.close()

    store = Store(DatabaseSettings(url=database_url))
    with store.read() as tx:
        kept = [each.paper for each in tx.papers.by_row(tx.people.unread(0, limit=10)).values()]
    store.close()
    assert [paper.title for paper in kept] == [paper.title for paper in made]
    assert [paper.versions for paper in kept] == [paper.versions for paper in made]
