"""The benchmark of a whole day composes real editions on a folder of somebody's own."""

import gzip
import json
from pathlib import Path

import pytest

from benchmarks import day
from benchmarks.measuring import Spent
from digest.store import DatabaseSettings, Store
from tests.fields import GRAPHS, ROBOTS, field


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Listings of two fields."""
    with gzip.open(tmp_path / "listing-2026-05.jsonl.gz", "wt") as lines:
        for number, each in enumerate([*field(GRAPHS, 12), *field(ROBOTS, 12)] * 2):
            told = {"id": f"2605.{number:05}", "title": f"{each.title} {number}", "abstract": each.abstract}
            lines.write(json.dumps(told) + "\n")
    return tmp_path


def test_everybody_has_an_edition_that_waits_to_be_sent(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = data / "kept"
    folder.mkdir()
    asked = ["--data", str(data), "--folder", str(folder), "--subscribers", "3", "--papers", "9", "--compose-only"]

    assert day.main(asked) == 0

    printed = capsys.readouterr().out
    assert "3 composed" in printed
    assert printed.startswith("text of the day ")
    assert "s CPU" in printed.splitlines()[0]
    store = Store(DatabaseSettings(url=f"sqlite:///{folder / 'day.sqlite'}"))
    with store.read() as tx:
        editions = [tx.editions.of(number, limit=9) for number in (1, 2, 3)]
        waiting = tx.deliveries.due(day.NOW)
    store.close()
    assert [len(each) for each in editions] == [1, 1, 1]
    assert len(waiting) == sum(bool(each[0].recommendations) for each in editions)


def test_what_is_over_its_limit_is_named() -> None:
    limit = day.Limit(wall=5, memory=300)
    assert day.missed(Spent(4.9, 9.0, 299.0), limit) == []
    assert day.missed(Spent(5.1, 9.0, 301.0), limit) == ["wall 5.1 of 5 s", "memory 301 of 300 MiB"]
    assert day.missed(Spent(1.0, 241.0, 1.0), day.LIMITS[1_000_000]) == ["CPU 241.0 of 240 s"]
    assert day.missed(Spent(99.0, 99.0, 9999.0), None) == []
