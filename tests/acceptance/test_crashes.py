"""Kill -9 again and again: nothing lost, nothing doubled but what SMTP cannot prevent."""

import random
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from digest.cli import main
from digest.sample import SampleArxiv
from digest.transport.settings import SmtpSettings
from tests.acceptance.conftest import Figures
from tests.acceptance.delivery import Nursery, meant, started
from tests.acceptance.delivery_relay import Account, Phase, Relay, noting_relay

DAYS = (date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 11))
READERS = [f"reader{number}@example.org" for number in range(10)]
CONNECTIONS = SmtpSettings().connections
MOMENT = {"ingest": 0.1, "compose": 0.12, "deliver": 0.08}  # seconds after its begin in which a phase is killed


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch) -> Iterator[Relay]:
    """A relay that takes a moment over each message, so that a kill may fall into it."""
    with noting_relay() as opened:
        opened.at = lambda phase: time.sleep(0.03) if phase in (Phase.DATA, Phase.DOT) else None
        monkeypatch.setenv("DIGEST_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("DIGEST_SMTP_PORT", str(opened.port))
        yield opened


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, SampleArxiv]]:
    """A folder with ten readers, and the sample as arXiv."""
    monkeypatch.setenv("DIGEST_SOURCES_HUGGINGFACE_ENABLED", "false")
    with SampleArxiv(DAYS[0], page_size=4) as arxiv:
        monkeypatch.setenv("DIGEST_SOURCES_ARXIV_OAI_URL", arxiv.oai_url)
        monkeypatch.setenv("DIGEST_SOURCES_ARXIV_RSS_URL", arxiv.rss_url)
        monkeypatch.setenv("DIGEST_SOURCES_ARXIV_INTERVAL_SECONDS", "0.03")
        config = ["--config", str(tmp_path / "config.toml"), "--now", f"{DAYS[0]}T06:00:00Z"]
        assert main.run([*config, "init", "--category", "cs.CL", "--category", "cs.RO"]) == 0
        for number, reader in enumerate(READERS):
            category = ("cs.CL", "cs.RO")[number % 2]
            assert main.run([*config, "subscriber", "add", reader, "--category", category]) == 0
        yield tmp_path, arxiv


def test_a_hundred_kills_lose_nothing(
    installed: tuple[Path, SampleArxiv], relay: Relay, monkeypatch: pytest.MonkeyPatch, figure: Figures
) -> None:
    """Rows 1 to 4 of the fault table: kill -9 in reading, composing and sending."""
    folder, arxiv = installed
    pages = _counted_pages(arxiv, monkeypatch)
    chance = random.Random(7)
    phases: Counter[str] = Counter()
    kept: dict[tuple[int, str], str] = {}
    with Nursery(folder) as nursery:
        for day in DAYS:
            arxiv.today = day
            now = datetime.fromisoformat(f"{day}T07:30:00+00:00")
            for phase in ["ingest"] * 16 + ["compose"] * 16 + ["deliver"] * 10:
                now += timedelta(seconds=1)
                phases[_kill_in(phase, folder, now, chance, pages, relay, nursery)] += 1
                before, kept = kept, _editions(folder)
                assert before.items() <= kept.items()
            assert nursery.run("run", now=now + timedelta(seconds=1)) == 0

    account = Account.of(meant(folder / "paperround.db"), relay.taken)
    kills = sum(count for name, count in phases.items() if name != "had ended")
    got = Counter(recipient for recipient, _ in {(each.recipient, each.message_id) for each in relay.editions})
    assert len(kept) == len(DAYS) * len(READERS)
    assert got == dict.fromkeys(READERS, len(DAYS))
    assert (account.editions, account.letters) == (len(kept), len(READERS))
    assert (account.lost, account.strangers) == (0, 0)
    assert kills >= 100
    assert account.copies <= kills
    assert account.copies <= CONNECTIONS * phases["in deliver"]
    figure(f"kill -9 × {kills}", ", ".join(f"{name} {count}" for name, count in sorted(phases.items())))
    figure(
        "editions kept, letters, mails lost, copies with the same Message-ID",
        f"{account.editions}, {account.letters}, {account.lost}, {account.copies}",
    )


def _counted_pages(arxiv: SampleArxiv, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A list that grows with each page the source gives."""
    pages: list[str] = []
    answer = arxiv.answer

    def counted(query: str) -> bytes:
        pages.append(query)
        return answer(query)

    monkeypatch.setattr(arxiv, "answer", counted)
    return pages


def _kill_in(
    phase: str,
    folder: Path,
    now: datetime,
    chance: random.Random,
    pages: list[str],
    relay: Relay,
    nursery: Nursery,
) -> str:
    """Kill a run at a random moment of one of its phases, and tell in which it was."""
    asked, taken = len(pages), len(relay.taken)
    begun: dict[str, Callable[[], bool]] = {
        "ingest": lambda: len(pages) > asked,
        "compose": lambda: _completed(folder) == now,
        "deliver": lambda: len(relay.taken) > taken,
    }
    nursery.start("run", now=now)
    deadline = time.monotonic() + 30
    while not begun[phase]() and nursery.runs() and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(chance.uniform(0, MOMENT[phase]))
    nursery.kill()
    code = nursery.wait()
    relay.wait_for_silence()
    assert code in (0, -9)
    if code == 0:
        return "had ended"
    return "in deliver" if len(relay.taken) > taken else f"in {phase}"


def _completed(folder: Path) -> datetime | None:
    """When the last stream of the reference was last read to its end."""
    query = "SELECT completed_at FROM cursor WHERE source = 'arxiv' AND stream = 'cs.RO'"
    with closing(sqlite3.connect(folder / "paperround.db", timeout=30)) as database:
        row = database.execute(query).fetchone()
    return datetime.fromisoformat(row[0]).replace(tzinfo=UTC) if row and row[0] else None


def _editions(folder: Path) -> dict[tuple[int, str], str]:
    """What each edition brings, by subscriber and date."""
    with closing(sqlite3.connect(folder / "paperround.db", timeout=30)) as database:
        rows = database.execute("SELECT subscriber_id, slot_date, items FROM edition").fetchall()
    found = {(subscriber, day): str(items) for subscriber, day, items in rows}
    assert len(found) == len(rows)
    return found


def test_runs_at_once_send_one_mail_each(installed: tuple[Path, SampleArxiv], relay: Relay, figure: Figures) -> None:
    """Row 12 of the fault table, with whole runs that read, compose and send."""
    folder, _ = installed
    now = datetime.fromisoformat(f"{DAYS[0]}T07:30:00+00:00")

    for process in [started(folder, "run", now=now) for _ in range(3)]:
        process.communicate(timeout=60)
    started(folder, "run", now=now + timedelta(minutes=1)).communicate(timeout=60)

    assert sorted(each.recipient for each in relay.editions) == sorted(READERS)
    assert len(relay.taken) == 2 * len(READERS)
    figure("three runs at once", f"{len(relay.editions)} editions and as many welcomes for {len(READERS)} readers")
