"""Every day of a quarter, with late papers, faults and kills: the store and the ledger equal the data."""

import itertools
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.acceptance.conftest import SHARED, Figures, Installation, Replay

FIRST, LAST = date(2026, 1, 5), date.fromisoformat(os.environ.get("QUARTER_END", "2026-03-31"))
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
CATEGORIES = ("cs.CL", "cs.CV", "cs.LG", "cs.RO", "math.AP")
FAULTS = ("cut", "429", "html", "503", "empty", "drop", "cutgzip", "500", "short", "zero", "badtoken")
NEW_YORK = ZoneInfo("America/New_York")
LATE = 15
INTERVAL = 0.05
JITTER = 0.02  # of two threads that note a time
KILLS = 50
_CONTENT = {  # what a run must leave, by key, without clocks and row numbers
    "paper": "SELECT canonical_key, title, abstract, authors, categories, classes, comment, doi, journal_ref, "
    "submitter FROM paper ORDER BY 1",
    "identifier": "SELECT scheme, value, canonical_key FROM identifier JOIN paper ON paper.id = paper_id ORDER BY 1, 2",
    "version": "SELECT canonical_key, number, submitted_at, withdrawn FROM version JOIN paper ON paper.id = paper_id "
    "ORDER BY 1, 2",
    "announcement": "SELECT source, stream, canonical_key, kind, day, late FROM announcement "
    "JOIN paper ON paper.id = paper_id ORDER BY 1, 2, 3, 4, 5",
    "batch": "SELECT source, stream, day, state, expected, arrived, late, missing FROM batch ORDER BY 1, 2, 3",
}


@pytest.fixture
def quarter(digest: Installation, monkeypatch: pytest.MonkeyPatch) -> Installation:
    monkeypatch.setenv("DIGEST_SOURCES_ARXIV_CATEGORIES", ",".join(CATEGORIES))
    monkeypatch.setenv("DIGEST_SOURCES_ARXIV_INTERVAL_SECONDS", str(INTERVAL))
    monkeypatch.setenv("DIGEST_SOURCES_ARXIV_COOLDOWN_SECONDS", "5")
    monkeypatch.setenv("DIGEST_SOURCES_ARXIV_FIRST_DAYS", "1")
    return digest


def harvest(digest: Installation, replay: Replay, first: Callable[[date], None] = lambda day: None) -> Counter[str]:
    """Read every day until it is whole, with a fault every few requests; how many there were of each kind."""
    faults, injected, asked = itertools.cycle(FAULTS), Counter[str](), _answered(replay)
    for day in DAYS:
        replay.control(today=day)
        moment = datetime.combine(day, datetime.min.time(), NEW_YORK) + timedelta(minutes=15)
        first(day)
        for _ in range(40):
            if _answered(replay) - asked >= 12:
                kind = next(faults)
                replay.control(fault=kind, times=1, path="/")
                injected[kind] += 1
                asked = _answered(replay)
            digest.now = moment.isoformat()
            digest("ingest", expect=None)
            if "digest: " not in digest.err:
                break
            moment += timedelta(seconds=20)
        replay.control(fault="zero", times=0)
    digest.now = (datetime.combine(LAST, datetime.min.time(), NEW_YORK) + timedelta(hours=2)).isoformat()
    digest("ingest")
    return injected


def _answered(replay: Replay) -> int:
    return len(replay.requests)


def test_a_quarter_with_faults_is_held_and_accounted_for(
    quarter: Installation, replay: Replay, replay_module: ModuleType, figure: Figures
) -> None:
    replay.control(today=FIRST, late=LATE)
    asked = len(replay.requests)
    injected = harvest(quarter, replay)
    requests = replay.requests[asked:]

    library = _library(replay_module)
    expected, held = _in_the_data(library), _held(quarter)
    assert held == expected
    assert _versions(quarter, expected) == expected_versions(library, expected)
    listed, ledger = _listed(library), _ledger(quarter)
    assert {key: counts for key, (_, *counts) in ledger.items() if counts != [0, 0]} == {
        key: [papers, papers] for key, papers in listed.items()
    }
    states = Counter((state, day.weekday() >= 5) for (_, day), (state, *_) in ledger.items())
    assert {state for state, weekend in states if weekend} == {"quiet"}
    assert {key for key, (state, *_) in ledger.items() if state not in ("complete", "quiet")} == set()
    _assert_polite(requests)
    figure("a quarter, late=15: ids held / in the data", f"{len(held):,} / {len(expected):,}")
    closed = f"{_count(states, 'complete')}, {_count(states, 'quiet')}"
    figure("batches complete, quiet; papers counted", f"{closed}; {sum(listed.values()):,}")
    figure("faults injected, requests", f"{sum(injected.values())} ({len(injected)} kinds), {len(requests):,}")


def test_fifty_kills_in_the_quarter_leave_the_same(
    quarter: Installation, replay: Replay, tmp_path: Path, figure: Figures
) -> None:
    replay.control(today=FIRST, late=LATE)
    harvest(quarter, replay)
    undisturbed = _dump(quarter.database)
    quarter.database.unlink()
    for leftover in quarter.folder.glob("paperround.db-*"):
        leftover.unlink()

    random.seed(4)
    kills = Counter(random.choices(DAYS, k=KILLS))
    killed: list[float] = []
    replay.control(today=FIRST, late=LATE)
    harvest(quarter, replay, lambda day: _kill(quarter, day, kills[day], killed))

    dump = _dump(quarter.database)
    assert {name: len(rows) for name, rows in dump.items()} == {name: len(rows) for name, rows in undisturbed.items()}
    for name, rows in undisturbed.items():
        assert dump[name] == rows, name
    figure("kills in the quarter; rows of the dump, equal", f"{len(killed)}; {sum(map(len, dump.values())):,}")


def _kill(digest: Installation, day: date, times: int, killed: list[float]) -> None:
    for _ in range(times):
        _kill_one(digest, day, killed)


def _kill_one(digest: Installation, day: date, killed: list[float]) -> None:
    """Begin to read the day, and die at a random moment."""
    now = (datetime.combine(day, datetime.min.time(), NEW_YORK) + timedelta(minutes=14)).isoformat()
    command = [sys.executable, "-m", "digest", "--config", str(digest.folder / "config.toml"), "--now", now, "ingest"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ)
    time.sleep(moment := random.uniform(0.6, 2.4))
    process.send_signal(signal.SIGKILL)
    if process.wait() == -signal.SIGKILL:
        killed.append(moment)


# ------------------------------------------------------------ what the data hold


def _library(replay_module: ModuleType) -> Any:
    library = replay_module.Library(SHARED / "data", LAST)
    library.late = LATE
    return library


def _in_the_data(library: Any) -> set[str]:
    """What RSS and OAI-PMH have shown in the quarter."""
    shown = set()
    for day in DAYS:
        library.today = day
        listed = [p for p in library.announced(day) if (p.get("version") or 1) < 6]
        shown |= {p["id"] for p in [*library.harvested(day.isoformat(), day.isoformat()), *listed] if _is_ours(p)}
    return shown


def expected_versions(library: Any, ids: set[str]) -> dict[str, int]:
    """The newest version of each paper on the last day."""
    library.today = LAST
    return {ident: library.as_of_today(ident)["version"] for ident in ids}


def _listed(library: Any) -> dict[tuple[str, date], int]:
    """New and cross-listed papers by category and day."""
    found: Counter[tuple[str, date]] = Counter()
    for day in DAYS:
        for ident in library.by_day.get(day.isoformat(), ()):
            found.update((category, day) for category in CATEGORIES if category in library.papers[ident]["categories"])
    return dict(found)


def _is_ours(paper: dict[str, list[str]]) -> bool:
    return any(category in paper["categories"] for category in CATEGORIES)


# ------------------------------------------------------------ what the store holds


def _query(file: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(file) as database:
        rows = database.execute(query).fetchall()
    database.close()
    return rows


def _dump(file: Path) -> dict[str, list[tuple[object, ...]]]:
    return {name: _query(file, query) for name, query in _CONTENT.items()}


def _held(digest: Installation) -> set[str]:
    return {str(value) for (value,) in _query(digest.database, "SELECT value FROM identifier WHERE scheme = 'arxiv'")}


def _versions(digest: Installation, ids: set[str]) -> dict[str, int]:
    query = "SELECT substr(canonical_key, 7), max(number) FROM version JOIN paper ON paper.id = paper_id GROUP BY 1"
    return {str(ident): int(str(number)) for ident, number in _query(digest.database, query) if ident in ids}


def _ledger(digest: Installation) -> dict[tuple[str, date], tuple[str, int, int]]:
    days = f"day BETWEEN '{FIRST}' AND '{LAST}'"
    query = f"SELECT stream, day, state, expected, arrived FROM batch WHERE source = 'arxiv' AND {days}"
    return {
        (str(stream), date.fromisoformat(str(day))): (str(state), int(str(expected)), int(str(arrived)))
        for stream, day, state, expected, arrived in _query(digest.database, query)
    }


def _count(states: Counter[tuple[str, bool]], wanted: str) -> int:
    return sum(number for (state, _), number in states.items() if state == wanted)


def _assert_polite(requests: list[dict[str, object]]) -> None:
    """Never two requests at once, never two within the interval."""
    times = sorted((float(str(r["began"])), float(str(r["ended"]))) for r in requests)
    for (began, ended), (following, _) in itertools.pairwise(times):
        assert following >= ended
        assert following - began >= INTERVAL - JITTER
