"""Kill -9 again and again: nothing lost, nothing doubled but what SMTP cannot prevent."""

import asyncio
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from digest.cli import main
from digest.sample import SampleArxiv
from tests.acceptance.conftest import Figures
from tests.smtp_server import Mailbox, smtp_server

DAYS = (date(2026, 3, 9), date(2026, 3, 10), date(2026, 3, 11))
READERS = [f"reader{number}@example.org" for number in range(10)]


class SlowMailbox(Mailbox):
    """Takes a moment over each message, so that a kill may fall into it."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(0.03)
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(0.03)
        return answer


@pytest.fixture
def slow_mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowMailbox]:
    mailbox = SlowMailbox()
    with smtp_server(mailbox) as port:
        monkeypatch.setenv("DIGEST_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("DIGEST_SMTP_PORT", str(port))
        yield mailbox


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, SampleArxiv]]:
    """A folder with ten readers, and the sample as arXiv."""
    monkeypatch.setenv("DIGEST_SOURCES_HUGGINGFACE_ENABLED", "false")
    with SampleArxiv(DAYS[0], page_size=4) as arxiv:
        monkeypatch.setenv("DIGEST_SOURCES_ARXIV_OAI_URL", arxiv.oai_url)
        if hasattr(arxiv, "rss_url"):
            monkeypatch.setenv("DIGEST_SOURCES_ARXIV_RSS_URL", arxiv.rss_url)
        monkeypatch.setenv("DIGEST_SOURCES_ARXIV_INTERVAL_SECONDS", "0.03")
        config = ["--config", str(tmp_path / "config.toml"), "--now", f"{DAYS[0]}T06:00:00Z"]
        assert main.run([*config, "init", "--category", "cs.CL", "--category", "cs.RO"]) == 0
        for number, reader in enumerate(READERS):
            category = ("cs.CL", "cs.RO")[number % 2]
            assert main.run([*config, "subscriber", "add", reader, "--category", category]) == 0
        yield tmp_path, arxiv


def test_a_hundred_kills_lose_nothing(
    installed: tuple[Path, SampleArxiv], slow_mailbox: SlowMailbox, monkeypatch: pytest.MonkeyPatch, figure: Figures
) -> None:
    folder, arxiv = installed
    pages = _counted_pages(arxiv, monkeypatch)
    chance = random.Random(7)
    phases: Counter[str] = Counter()
    taken = 0
    for day in DAYS:
        arxiv.today = day
        now = datetime.fromisoformat(f"{day}T07:30:00+00:00")
        for phase in ["ingest"] * 13 + ["compose"] * 13 + ["deliver"] * 10:
            now += timedelta(seconds=1)
            phases[_kill_in(phase, folder, now, chance, pages, slow_mailbox)] += 1
        assert _command(folder, now + timedelta(seconds=1)).wait(60) == 0
        taken += len(READERS)

    kept = _editions(folder)
    copies: dict[str, list[bytes]] = defaultdict(list)
    for _, content in slow_mailbox.taken:
        copies[_id(content)].append(content)
    assert len(kept) == len(set(kept)) == taken
    assert Counter(reader for reader, _ in {(r, _id(c)) for r, c in slow_mailbox.taken}) == dict.fromkeys(READERS, 3)
    assert all(len(set(contents)) == 1 for contents in copies.values())
    doubled = sum(len(contents) - 1 for contents in copies.values())
    kills = sum(count for name, count in phases.items() if name != "had ended")
    assert kills >= 100
    assert doubled <= kills
    figure(f"kill -9 × {kills}", ", ".join(f"{name} {count}" for name, count in sorted(phases.items())))
    figure("editions kept, mails lost, copies with the same Message-ID", f"{len(kept)}, 0, {doubled}")


def _counted_pages(arxiv: SampleArxiv, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A list that grows with each page the source gives."""
    pages: list[str] = []
    answer = arxiv.answer

    def counted(query: str) -> bytes:
        pages.append(query)
        return answer(query)

    monkeypatch.setattr(arxiv, "answer", counted)
    return pages


def _kill_in(phase: str, folder: Path, now: datetime, chance: random.Random, pages: list[str], mailbox: Mailbox) -> str:
    """Kill a run at a random moment of one of its phases, and tell in which it was."""
    asked, taken = len(pages), len(mailbox.taken)
    begun: dict[str, Callable[[], bool]] = {
        "ingest": lambda: len(pages) > asked,
        "compose": lambda: _completed(folder) == now,
        "deliver": lambda: len(mailbox.taken) > taken,
    }
    process = _command(folder, now)
    deadline = time.monotonic() + 30
    while not begun[phase]() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(chance.uniform(0, {"ingest": 0.1, "compose": 0.2, "deliver": 0.08}[phase]))
    process.kill()
    return "had ended" if process.wait() == 0 else f"in {phase}"


def _completed(folder: Path) -> datetime | None:
    """When the last stream of the reference was last read to its end."""
    query = "SELECT completed_at FROM cursor WHERE source = 'arxiv' AND stream = 'cs.RO'"
    with sqlite3.connect(folder / "paperround.db", timeout=30) as database:
        row = database.execute(query).fetchone()
    database.close()
    return datetime.fromisoformat(row[0]).replace(tzinfo=UTC) if row and row[0] else None


def _id(content: bytes) -> str:
    return str(message_from_bytes(content)["Message-ID"])


def _command(folder: Path, now: datetime) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "digest", "--config", str(folder / "config.toml"), "--now", now.isoformat(), "run"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _editions(folder: Path) -> list[tuple[int, str]]:
    with sqlite3.connect(folder / "paperround.db") as database:
        rows = database.execute("SELECT subscriber_id, slot_date FROM edition").fetchall()
    database.close()
    return rows


def test_two_runs_at_once_send_one_mail_each(
    installed: tuple[Path, SampleArxiv], slow_mailbox: SlowMailbox, figure: Figures
) -> None:
    folder, _ = installed
    now = datetime.fromisoformat(f"{DAYS[0]}T07:30:00+00:00")

    both = [_command(folder, now) for _ in range(3)]
    for process in both:
        process.wait(60)
    _command(folder, now + timedelta(minutes=1)).wait(60)

    assert sorted(reader for reader, _ in slow_mailbox.taken) == sorted(READERS)
    figure("three runs at once", f"{len(slow_mailbox.taken)} mails for {len(READERS)} readers")


class Hanging(Mailbox):
    """Takes the message and never answers."""

    asked = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.asked += 1
        await asyncio.sleep(120)
        return "250 too late"


def test_a_mail_that_hangs_past_25_seconds_after_sigterm_is_uncertain(
    installed: tuple[Path, SampleArxiv], monkeypatch: pytest.MonkeyPatch, figure: Figures
) -> None:
    folder, _ = installed
    mailbox = Hanging()
    with smtp_server(mailbox) as port:
        monkeypatch.setenv("DIGEST_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("DIGEST_SMTP_PORT", str(port))
        process = _command(folder, datetime.fromisoformat(f"{DAYS[0]}T07:30:00+00:00"))
        deadline = time.monotonic() + 30
        while not mailbox.asked and time.monotonic() < deadline:
            time.sleep(0.05)
        asked_at = time.monotonic()
        process.terminate()
        code = process.wait(60)
        took = time.monotonic() - asked_at

    with sqlite3.connect(folder / "paperround.db") as database:
        states = dict(database.execute("SELECT state, count(*) FROM delivery GROUP BY state").fetchall())
    database.close()
    assert code == 75
    assert 24 < took < 30
    assert states == {"uncertain": 1, "pending": len(READERS) - 1}
    figure("SIGTERM while a relay hangs", f"exit {code} after {took:.1f} s, that mail uncertain, nine pending")
