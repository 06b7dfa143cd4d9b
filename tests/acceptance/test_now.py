"""The option `--now` on both sides of each clock change: no edition before its hour, one from then on."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from digest.cli import main
from digest.ingest import ingest
from digest.store import DatabaseSettings, Store
from digest.subscribers import Schedule
from tests.acceptance.conftest import Figures
from tests.fakes import FakeSource, paper
from tests.test_clocks import CHANGES, HOURS


@pytest.mark.parametrize("hour", HOURS, ids=str)
@pytest.mark.parametrize(("zone", "change"), CHANGES, ids=str)
def test_now_on_both_sides_of_a_clock_change(
    zone: str, change: date, hour: time, tmp_path: Path, figure: Figures
) -> None:
    schedule = Schedule(timezone=ZoneInfo(zone), send_at=hour)
    days = [change + timedelta(days=n) for n in (-1, 0, 1)]
    source = FakeSource()

    def digest(moment: datetime, *arguments: str) -> None:
        config = ["--config", str(tmp_path / "config.toml"), "--now", moment.isoformat()]
        assert main.run([*config, *arguments]) == 0

    begin = schedule.instant(days[0]) - timedelta(minutes=2)
    digest(begin, "init", "--category", "cs.LG")
    add = ["subscriber", "add", "ana@example.org", "--timezone", zone, "--send-at", f"{hour:%H:%M}"]
    digest(schedule.instant(days[0]), *add)
    for number, day in enumerate(days):
        due = schedule.instant(day)
        source.announce((due - timedelta(minutes=2)).date(), paper(f"Of {day}"))
        store = Store(DatabaseSettings(url=f"sqlite:///{tmp_path}/paperround.db"))
        ingest(store, source, now=due - timedelta(minutes=2))
        for moment, editions in (
            (due - timedelta(minutes=1), number),
            (due, number + 1),
            (due + timedelta(hours=1), number + 1),
        ):
            digest(moment, "compose")
            with store.read() as tx:
                kept = [edition.slot_date for edition in tx.editions.of(1, limit=9)]
            assert sorted(kept) == days[:editions]
        store.close()
    figure(
        f"--now, {zone}, {change}, {hour:%H:%M}", "no edition a minute before its hour, one from then on, three dates"
    )
