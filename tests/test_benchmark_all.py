"""One table of every stage, beside what people use today, and one of how the cost of a day grows."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from benchmarks import __main__ as everything
from benchmarks import figures, growth, handing_over, ingest, limits, stages
from benchmarks.figures import Row
from benchmarks.growth import ALIKE, Case
from benchmarks.measuring import Spent
from digest.store import DatabaseSettings, Store
from tests.conftest import Databases

FAST = Row(stage="write", unit="rows/s", ours=400, peer=20, peer_name="ORM", ratio_wanted=15, limit=500, limit_name="C")
DEAR = Row(stage="compose", unit="s", ours=20, most=15, is_cost=True)


@pytest.mark.parametrize(
    ("row", "ratio", "missed", "aim"),
    [
        (FAST, 20, False, "≥ 15 x"),
        (
            Row(stage="text", unit="s", ours=2, peer=40, peer_name="refit", ratio_wanted=50, is_cost=True),
            20,
            True,
            "≥ 50 x",
        ),
        (DEAR, None, True, "≤ 15"),
        (Row(stage="help", unit="s", ours=0.1, most=0.15, peer=1.0, is_cost=True), 10, False, "≤ 0.15"),
        (Row(stage="deliver", unit="mails/s", ours=5, peer=4), 1.25, False, ""),
        (Row(stage="feed", unit="answers/s", ours=14_999, peer=5_000, least=15_000), 2.9998, True, "≥ 15,000"),
        (Row(stage="feed", unit="answers/s", ours=15_000, least=15_000), None, False, "≥ 15,000"),
    ],
)
def test_a_row_knows_whether_it_reaches_what_is_aimed_at(row: Row, ratio: float, missed: bool, aim: str) -> None:
    assert (row.ratio, row.is_missed, row.aim) == (ratio, missed, aim)


def a_stage(data: Path, size: stages.Size) -> list[Row]:
    return [FAST, DEAR]


def here(work: Callable[[], Any]) -> tuple[Any, Spent]:
    """In place of a process of its own."""
    return work(), Spent(wall=1.0, cpu=2.5, peak=64.0)


@pytest.fixture
def growing(monkeypatch: pytest.MonkeyPatch) -> list[Case]:
    """The cases that were composed; each takes a second for every thousand subscribers, papers and archived papers."""
    composed: list[Case] = []

    def spent(data: Path, case: Case) -> Spent:
        composed.append(case)
        cost = (case.subscribers + case.papers + case.archive) / 1_000
        return Spent(wall=cost, cpu=cost, peak=100.0)

    monkeypatch.setattr(growth, "_composed", spent)
    return composed


def test_all_is_printed_written_and_drawn(
    growing: list[Case], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stages, "ALL", (a_stage,))
    monkeypatch.setattr(everything, "apart", here)
    json_file, chart = tmp_path / "all.json", tmp_path / "all.svg"

    code = everything.main(["all", "--data", str(tmp_path), "--output", str(json_file), "--chart", str(chart)])

    out, err = capsys.readouterr()
    assert code == 1  # one aim is missed
    told = "a_stage …\n  write: 400 rows/s\n  compose: 20 s\ngrowth …\n  a day: 11.3 s of CPU\n"
    told += "  subscribers × 10: 13.2 s of CPU\n  new papers × 10: 12.7 s of CPU\n  archive × 10: 110.3 s of CPU\n"
    assert err == told
    assert "| write | 400 rows/s | ORM 20 | 20.0 x | C 500 | ≥ 15 x | 2.5 s | 64 MiB |" in out
    assert "| compose | 20 s |  |  |  | ≤ 15, **missed** |" in out
    assert "| a day | 200 | 150 | 11,000 |" in out
    told = json.loads(json_file.read_text())
    assert [(each["stage"], each["ratio"], each["is_missed"]) for each in told["stages"]] == [
        ("write", 20.0, False),
        ("compose", None, True),
    ]
    assert [each["case"]["subscribers"] for each in told["growth"]] == [200, 2_000, 200, 200]
    assert told["machine"] == figures.machine()
    drawn = ElementTree.fromstring(chart.read_text())
    assert "write, rows/s" in "".join(drawn.itertext())


def test_without_listings_only_what_needs_none_is_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(everything, "apart", lambda work: here(lambda: [FAST]))
    monkeypatch.setattr(stages, "lacking", lambda stage: [])

    assert everything.main(["all", "--quick"]) == 0

    begun = [line for line in capsys.readouterr().err.splitlines() if line.endswith("…")]
    assert begun == ["reading …", "writing …", "writing_postgresql …", "starting …"]


def test_a_stage_whose_program_is_not_there_is_left_out_and_said_to_be(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(handing_over, "PATHS", "")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert everything.main(["all", "--only", "handing", "--data", str(tmp_path)]) == 0

    assert capsys.readouterr().err == "handing is left out: there is no smtp-sink, smtp-source\n"


def test_a_stage_that_fails_costs_its_own_rows_alone(
    growing: list[Case], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(data: Path, size: stages.Size) -> list[Row]:
        raise OSError("no listings here")

    monkeypatch.setattr(stages, "ALL", (broken, lambda data, size: [FAST]))
    stages.ALL[1].__name__ = "whole"
    monkeypatch.setattr(everything, "apart", here)

    assert everything.main(["all", "--data", str(tmp_path)]) == 1

    out, err = capsys.readouterr()
    assert "  failed: OSError: no listings here\n" in err
    assert "| write | 400 rows/s |" in out
    assert out.endswith("\n\nfailed: broken\n")


# ------------------------------------------------------------ growth


def test_what_was_measured_before_a_case_failed_is_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def spent(data: Path, case: Case) -> Spent:
        if case.papers > stages.QUICK.growing.papers:
            raise SystemExit("too few papers")
        return Spent(wall=1.0, cpu=2.0, peak=100.0)

    monkeypatch.setattr(growth, "_composed", spent)

    assert everything.main(["all", "--data", str(tmp_path), "--only", "growth"]) == 1

    out = capsys.readouterr().out
    assert [line.split(" | ")[0] for line in out.splitlines() if line.endswith("| 1.0 |")] == [
        "| a day",
        f"| subscribers × {growth.TIMES}",
    ]
    assert out.endswith("\n\nfailed: growth\n")


def test_a_day_grows_by_one_thing_at_a_time(growing: list[Case], tmp_path: Path) -> None:
    first = Case(subscribers=100, papers=10, archive=1_000)

    found = list(growth.measured(tmp_path, first))

    assert growing == [
        first,
        Case(subscribers=1_000, papers=10, archive=1_000),
        Case(subscribers=100, papers=100, archive=1_000),
        Case(subscribers=100, papers=10, archive=10_000),
    ]
    assert [round(row.cpu_times, 2) for row in found] == [1.0, 1.81, 1.08, 9.11]
    assert [row.most for row in found] == [1.0, 10, 10, ALIKE]
    assert [row.is_missed for row in found] == [False, False, False, True]


def test_growth_alone_ends_with_1_where_the_archive_costs_more(
    growing: list[Case], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--data", str(tmp_path), "--subscribers", "1000", "--papers", "10"]

    assert growth.main([*asked, "--archive", "20"]) == 0
    assert growth.main([*asked, "--archive", "1000"]) == 1

    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "| archive × 10 | 1,000 | 10 | 10,000 | 11.0 s | 5.5 | ≤ 1.5, **missed** | 100 MiB | 1.0 |"


def test_an_archive_that_is_too_small_to_grow_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(growth, "apart", lambda work: ((tmp_path / "papers.sqlite", [1, 2]), Spent(0, 0, 0)))

    with pytest.raises(SystemExit, match="holds 2 papers before the day's, 3 are needed"):
        list(growth.measured(tmp_path, Case(subscribers=1, papers=1, archive=3)))


# ------------------------------------------------------------ limits


def test_the_limit_of_writing_writes_the_same_papers_and_leaves_them_as_they_were(tmp_path: Path) -> None:
    file = tmp_path / "papers.sqlite"
    ingest.writing(f"sqlite:///{file}", list(ingest.papers(20)), orm_records=10)
    before = _rows(file)

    assert limits.rows_sqlite(file) > 0

    assert _rows(file) == before == 30


def test_the_limit_on_a_server_writes_them_by_copy(databases: Databases) -> None:
    with databases.fresh("upgraded") as url:
        ingest.writing(url, list(ingest.papers(20)), orm_records=10)
        assert limits.rows_postgresql(url) > 0
        store = Store(DatabaseSettings(url=url))
        with store.read() as tx:
            assert len(tx.papers.counted(after=0, limit=99)) == 30
        store.close()


def _rows(file: Path) -> int:
    with sqlite3.connect(file) as database:
        (found,) = database.execute("SELECT count(*) FROM paper").fetchone()
    database.close()
    return int(found)
