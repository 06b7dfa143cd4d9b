"""One table of every stage, beside what people use today."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks import __main__ as everything
from benchmarks import figures, stages
from benchmarks.figures import Row

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
    ],
)
def test_a_row_knows_whether_it_reaches_what_is_aimed_at(row: Row, ratio: float, missed: bool, aim: str) -> None:
    assert (row.ratio, row.is_missed, row.aim) == (ratio, missed, aim)


def a_stage(data: Path, size: stages.Size) -> list[Row]:
    return [FAST, DEAR]


def test_all_is_printed_written_and_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stages, "ALL", (a_stage,))
    monkeypatch.setattr(everything, "_alone", lambda stage, data, size: stage(data, size))
    json_file, chart = tmp_path / "all.json", tmp_path / "all.svg"

    code = everything.main(["all", "--data", str(tmp_path), "--output", str(json_file), "--chart", str(chart)])

    out, err = capsys.readouterr()
    assert code == 1  # one aim is missed
    assert err == "a_stage …\n"
    assert "| write | 400 rows/s | ORM 20 | 20.0 x | C 500 | ≥ 15 x |" in out
    assert "| compose | 20 s |  |  |  | ≤ 15, **missed** |" in out
    told = json.loads(json_file.read_text())
    assert [(each["stage"], each["ratio"], each["is_missed"]) for each in told["stages"]] == [
        ("write", 20.0, False),
        ("compose", None, True),
    ]
    assert told["machine"] == figures.machine()
    drawn = ElementTree.fromstring(chart.read_text())
    assert "write, rows/s" in "".join(drawn.itertext())


def test_without_listings_only_what_needs_none_is_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(everything, "_alone", lambda stage, data, size: [FAST])

    assert everything.main(["all", "--quick"]) == 0

    assert capsys.readouterr().err.split(" …\n") == ["reading", "writing", "starting", ""]
