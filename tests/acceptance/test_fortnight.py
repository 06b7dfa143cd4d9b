"""Fourteen days of February 2026 with late papers and a fault every twenty requests."""

import itertools
import json
import sqlite3
from collections import Counter
from datetime import date, timedelta
from types import ModuleType

from digest.store.kept_items import papers_of
from tests.acceptance.conftest import SHARED, Figures, Installation, Replay

FIRST, LAST = date(2026, 2, 2), date(2026, 2, 15)
HOURS = ("04:00", "07:30", "10:00", "16:00", "22:00")
FAULTS = ("cut", "429", "html", "503", "empty", "drop", "cutgzip", "500", "short", "zero", "badtoken")
READERS = ("cs.CL", "cs.RO", "cs.CL", "cs.RO")
CATEGORIES = set(READERS)


def test_a_fortnight_with_faults_loses_nothing(
    digest: Installation, replay: Replay, replay_module: ModuleType, figure: Figures
) -> None:
    replay.control(today=FIRST, late=10)
    digest.now = f"{FIRST}T03:00:00Z"
    for number, category in enumerate(READERS):
        digest("subscriber", "add", f"reader{number}@example.org", "--category", category)
    faults, injected, asked = itertools.cycle(FAULTS), Counter[str](), len(replay.requests)
    for days in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=days)
        replay.control(today=day)
        for hour in HOURS:
            if len(replay.requests) - asked >= 20:
                kind = next(faults)
                replay.control(fault=kind, times=1, path="/")
                injected[kind] += 1
                asked = len(replay.requests)
            digest.now = f"{day}T{hour}:00Z"
            digest("run", expect=None)

    with_papers = _editions_with_papers(digest)
    for reader, category in enumerate(READERS, start=1):
        assert {day for who, day in with_papers if who == reader} >= _days_with_papers(replay_module, category)
    assert len(with_papers) == len(set(with_papers))
    assert _sent_twice(digest) == 0
    expected = _in_the_data(replay_module)
    assert _held(digest) == expected
    figure("fourteen days, late=10: faults injected", ", ".join(f"{k} {n}" for k, n in sorted(injected.items())))
    figure("editions with papers, papers sent twice", f"{len(with_papers)}, 0")
    figure("ids held / in the data", f"{len(_held(digest)):,} / {len(expected):,}")


def _in_the_data(replay_module: ModuleType) -> set[str]:
    """What RSS and OAI-PMH together have shown by the last day."""
    library = replay_module.Library(SHARED / "data", LAST)
    library.late = 10
    shown = library.harvested((FIRST - timedelta(days=7)).isoformat(), LAST.isoformat())
    for days in range((LAST - FIRST).days + 1):
        library.today = FIRST + timedelta(days=days)
        shown += [p for p in library.announced(library.today) if (p.get("version") or 1) < 6]
    return {paper["id"] for paper in shown if CATEGORIES & set(paper["categories"])}


def _days_with_papers(replay_module: ModuleType, category: str) -> set[date]:
    """The days on which the data list a new paper in a category."""
    library = replay_module.Library(SHARED / "data", LAST)
    days = (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
    return {
        day
        for day in days
        if any(category in library.papers[paper]["categories"] for paper in library.by_day.get(day.isoformat(), ()))
    }


def _query(digest: Installation, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(digest.database) as database:
        rows = database.execute(query).fetchall()
    database.close()
    return rows


def _editions_with_papers(digest: Installation) -> list[tuple[int, date]]:
    rows = _query(digest, "SELECT subscriber_id, slot_date FROM edition WHERE items != '[]'")
    return [(int(str(who)), date.fromisoformat(str(day))) for who, day in rows]


def _sent_twice(digest: Installation) -> int:
    kept = _query(digest, "SELECT subscriber_id, items FROM edition")
    times = Counter((who, paper) for who, items in kept for paper in papers_of(json.loads(str(items))))
    return sum(count > 1 for count in times.values())


def _held(digest: Installation) -> set[str]:
    return {str(value) for (value,) in _query(digest, "SELECT value FROM identifier WHERE scheme = 'arxiv'")}
