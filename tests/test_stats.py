"""`digest stats`: weeks, interests, charts and CSV, and nothing about opens."""

import csv
import io
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from digest import membership
from digest.cli.stats import sparkline
from digest.store import Store
from digest.store.weekly import Judged
from digest.upkeep.stats import InterestStats, Stats, as_csv, page, stats
from tests.fakes import paper
from tests.shell import ADDRESS, Shell
from tests.store.builders import announce, announced, reader
from tests.store.builders import edition as keep_edition

NOW = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)


@pytest.fixture
def week(digest: Shell) -> Shell:
    """A house in which one reader had an edition, liked a paper of it, and left."""
    digest.after(f"subscriber add {ADDRESS} --size 4", "run")
    with digest.store() as store, store.read() as tx:
        (edition,) = tx.editions.of(1, limit=1)
    liked, disliked = (str(item.paper.id) for item in edition.recommendations[:2])
    digest("profile", "like", ADDRESS, liked.removeprefix("arxiv:"))
    digest("profile", "dislike", ADDRESS, disliked.removeprefix("arxiv:"))
    with digest.store() as store:
        membership.leave_by_link(store, 1, now=NOW)
    digest.now = NOW.isoformat()
    return digest


def test_a_week_is_counted(week: Shell) -> None:
    (before, this) = json.loads(week("stats", "--weeks", "2", "--json"))["weeks"]
    assert (before["monday"], before["mails"], before["joined"]) == ("2026-03-02", 0, 0)
    assert this["papers"] > 10
    assert (this["editions"], this["mails"], this["liked"], this["disliked"]) == (1, 1, 1, 1)
    assert (this["joined"], this["left"], this["bounces"], this["open_batches"]) == (1, 1, 0, 0)
    assert this["judged"] == {"sent": 4, "liked": 1, "disliked": 1}


def test_both_engines_count_alike(store: Store) -> None:
    announce(store, announced(paper()), now=NOW)
    keep_edition(store, reader(store))
    before, this = stats(store, now=NOW, weeks=2).weeks
    assert (before.joined, before.editions, before.mails, before.left, before.precision) == (1, 1, 0, 0, None)
    assert (this.papers, this.joined, this.editions) == (1, 0, 0)


def test_plain_lines_have_a_row_for_each_week_and_each_interest(week: Shell) -> None:
    lines = [line.split("\t") for line in week("stats", "--weeks", "3").splitlines()]
    assert [line[0] for line in lines] == [
        "week from",
        "2026-02-23",
        "2026-03-02",
        "2026-03-09",
        "interest",
        "(none named)",
    ]
    assert lines[3][-2:] == ["4", "25.0 %"]
    assert lines[5] == ["(none named)", "4", "1", "1", "25.0 %"]


def test_on_a_terminal_of_eighty_columns_no_figure_is_cut(week: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "dumb")  # without colours

    lines = week("stats", "--weeks", "40").splitlines()

    assert not [line for line in lines if "…" in line or len(line) > 80]
    assert next(line for line in lines if "week from" in line).split()[2:] == [
        *("01-19", "01-26", "02-02", "02-09", "02-16", "02-23", "03-02", "03-09")
    ]


def test_the_page_holds_charts_and_nothing_from_elsewhere(week: Shell, tmp_path: Path) -> None:
    week("stats", "--html", str(tmp_path / "stats.html"))
    text = (tmp_path / "stats.html").read_text(encoding="utf-8")
    assert text.count("<svg") == 7
    assert "prefers-color-scheme: dark" in text
    assert "http" not in text
    assert "<script" not in text
    ElementTree.fromstring(text[text.index("<svg") : text.index("</svg>") + 6])


def test_names_of_interests_are_no_markup_and_no_formulas() -> None:
    hostile = InterestStats(name="=cmd|' /C calc'!A1 <b>", judged=Judged(4, 1, 0), by_week=(0.25,))
    found = Stats(weeks=(), interests=(hostile,))
    assert any(cells and cells[0].startswith("'=cmd") for cells in csv.reader(io.StringIO(as_csv(found))))
    assert "<b>" not in page(found, name="<b>", now=NOW)


def test_csv_goes_to_stdout_too(week: Shell) -> None:
    rows = list(csv.reader(io.StringIO(week("stats", "--csv", "-", "--weeks", "1"))))
    assert rows[1][0] == "2026-03-09"
    assert rows[2] == []
    assert "cannot be written" in week("stats", "--csv", "/no/such/folder/x.csv", expect=2)


@pytest.mark.parametrize(
    ("values", "line"),
    [([0, 1, 2], "▁▅█"), ([None, 3], " █"), ([0, 0], "▁▁"), ([], "")],
)
def test_a_sparkline_is_as_high_as_its_highest(values: list[float | None], line: str) -> None:
    assert sparkline(values) == line


def test_opens_are_not_tracked_and_the_help_says_so(digest: Shell) -> None:
    assert "No opens are tracked, ever" in " ".join(digest("stats", "--help").split())
