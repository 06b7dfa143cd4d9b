"""The benchmark of search runs on a folder of somebody's own."""

import gzip
import json
import random
import sys
from pathlib import Path

import pytest

from benchmarks import search
from digest.browse.spelling import distances, letters


@pytest.fixture
def listings(tmp_path: Path) -> Path:
    rows = [
        {
            "id": f"2603.{number:05}",
            "title": f"Transformers that learn from landscape {number}",
            "abstract": "Attention finds what was learned.",
            "authors": ["Ada Ames"],
            "categories": ["cs.LG"],
            "listed": f"2026-03-{number:02}",
            "published": None,
            "doi": None,
        }
        for number in range(1, 10)
    ]
    with gzip.open(tmp_path / "listing-2026-03.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(row) + "\n" for row in [*rows, rows[0]])
    return tmp_path


def test_papers_are_kept_once_and_every_kind_of_query_is_asked(
    listings: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["search", "--data", str(listings), "--queries", "22"])
    search.main()
    printed = capsys.readouterr().out
    assert "kept 9 papers" in printed
    assert "indexed 9 papers" in printed
    assert [line.split()[-6] for line in printed.splitlines() if line.startswith("all ")] == ["22"]
    assert "read as meant: 2 of 2 typing mistakes" in printed


def test_a_mistyped_word_has_one_mistake_at_most() -> None:
    chance, meant = random.Random(1), letters("transformer")
    mistyped = [letters(search._mistyped("transformer", chance)) for _ in range(50)]
    assert all(distances(meant, each.reshape(1, -1), most=1) <= 1 for each in mistyped)
