"""Rows 11, 12, 20 and 21 of the fault table: a full disk, a locked database, several senders at once, an old backup,
and an end that is asked for. Row 13, clocks, is in test_now.py and tests/test_clocks.py.
"""

import contextlib
import signal
import sqlite3
import subprocess
import threading
import time as clock
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from digest.ingest import ingest
from digest.mail import DeliveryState
from digest.papers import AnnouncementKind
from digest.subscribers import Schedule
from digest.transport.settings import SmtpSettings
from tests.acceptance.conftest import Figures
from tests.acceptance.delivery import Office, free_port, text_of, wait_until
from tests.acceptance.delivery_relay import Account, Phase, Relay, noting_relay
from tests.fakes import MONDAY, at, paper

NOW = at(MONDAY)
TUESDAY = NOW + timedelta(days=1)
READERS = [f"reader{number:02}" for number in range(12)]
CONNECTIONS = SmtpSettings().connections
MEMORY = 8 << 20  # bytes of the disk that is filled


@pytest.fixture
def relay() -> Iterator[Relay]:
    with noting_relay() as opened:
        yield opened


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Twelve readers whose edition is kept and not sent yet."""
    return _filled(Office(tmp_path / "office"), NOW)


def _filled(made: Office, now: datetime) -> Office:
    made.subscribe(*READERS, now=now - timedelta(hours=1), schedule=Schedule(send_at=time(0, 0)))
    made.source.announce(now.date(), paper("Ants", number=99001))
    made.morning(now, "Bees")
    return made


# ---------------------------------------------------------------- row 11


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own that can be filled."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={MEMORY}", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"a disk can only be filled by who may mount one: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _fill(disk: Path) -> Path:
    """Leave no byte on a disk; the file that takes them."""
    ballast = disk / "ballast"
    with contextlib.suppress(OSError), ballast.open("ab", buffering=0) as file:
        while True:
            file.write(b"\0" * 4096)
    return ballast


def test_on_a_full_disk_nothing_is_sent_and_nothing_is_lost(small_disk: Path, relay: Relay, figure: Figures) -> None:
    """Row 11: disk full before sending."""
    office = _filled(Office(small_disk), NOW)
    office.store.close()
    ballast = _fill(small_disk)
    full = office.run("deliver", now=NOW, smtp_port=relay.port)
    given_away = len(relay.taken)
    ballast.unlink()
    assert office.is_whole()
    after = office.run("deliver", now=NOW, smtp_port=relay.port)

    assert (full.code, given_away) == (1, 0)
    assert len(full.err.splitlines()) == 1, full.err
    assert (after.code, relay.readers) == (0, READERS)
    figure("disk full before sending", f"exit {full.code}, 0 sent: {full.err.strip()[-60:]!r}; then one mail each")


@pytest.mark.parametrize("number", [3, len(READERS)], ids=["a mail", "the last mail"])
def test_a_disk_that_fills_up_in_sending_stops_it_and_costs_no_more_than_the_mails_in_hand(
    small_disk: Path, relay: Relay, number: int, figure: Figures
) -> None:
    """Row 11: disk full between the intent and the outcome of a mail."""
    office = _filled(Office(small_disk), NOW)
    office.store.close()
    dots: list[Phase] = []

    def fill(phase: Phase) -> None:
        if phase is Phase.DOT:
            dots.append(phase)
            if len(dots) == number:
                _fill(small_disk)

    relay.at = fill
    full = office.run("deliver", now=NOW, smtp_port=relay.port)
    relay.at = lambda phase: None
    given_away = len(relay.taken)
    (small_disk / "ballast").unlink()
    states = office.states()
    assert office.is_whole()
    after = office.run("deliver", now=NOW + timedelta(hours=1), smtp_port=relay.port)

    account = Account.of(office.message_ids(), relay.taken)
    unrecorded = given_away - states["sent"]
    assert full.code == 1
    assert "Traceback" not in full.err
    assert 0 < unrecorded <= CONNECTIONS
    assert states["sending"] >= unrecorded
    assert after.code == 0
    assert (account.lost, account.strangers) == (0, 0)
    assert account.copies == unrecorded
    figure(
        "disk full in sending",
        f"at mail {number}: exit {full.code}, {unrecorded} mails without an outcome, sent again as the same bytes",
    )


# ---------------------------------------------------------------- row 12


@contextlib.contextmanager
def _locked(office: Office) -> Iterator[None]:
    """Somebody else is writing."""
    with contextlib.closing(sqlite3.connect(office.database, isolation_level=None, timeout=30)) as other:
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("COMMIT")


def test_a_lock_of_another_process_is_waited_for(office: Office, relay: Relay, figure: Figures) -> None:
    """Row 12: database locked by another process, before the first mail and between two."""
    held: list[int] = []

    def lock(phase: Phase) -> None:
        if phase is Phase.DOT and len(relay.taken) == 5:
            with _locked(office):
                clock.sleep(3)
                held.append(len(relay.taken))

    relay.at = lock
    with _locked(office):
        process = office.start("deliver", now=NOW, smtp_port=relay.port)
        clock.sleep(8)
        held.append(len(relay.taken))
    said = process.communicate(timeout=60)

    assert process.returncode == 0, said
    assert held[0] == 0
    assert held[1] <= 5 + CONNECTIONS
    assert relay.readers == READERS
    figure("database locked by another process", "waited for, before the first mail and between two; one mail each")


def test_a_lock_that_is_held_too_long_ends_the_run_and_sends_nothing(office: Office, relay: Relay) -> None:
    """Row 12: longer than `busy_seconds`."""
    with _locked(office):
        refused = office.run("deliver", now=NOW, smtp_port=relay.port, database_busy_seconds=0.5)
    given_away = len(relay.taken)
    after = office.run("deliver", now=NOW, smtp_port=relay.port)

    assert (refused.code, given_away) == (1, 0)
    assert "database is locked; another process is writing for very long, try again" in refused.err
    assert (after.code, relay.readers) == (0, READERS)


def test_several_commands_and_a_server_at_once_send_one_mail_each(
    tmp_path: Path, relay: Relay, figure: Figures
) -> None:
    """Row 12: two schedulers or a CLI send at once; by the real clock, as `serve` goes by it."""
    office = _filled(Office(tmp_path / "office"), datetime.now(UTC))
    relay.at = lambda phase: clock.sleep(0.02) if phase is Phase.DOT else None
    nowhere = {"sources_arxiv_oai_url": "http://127.0.0.1:9/oai", "sources_arxiv_rss_url": "http://127.0.0.1:9"}
    servers = [
        office.start("serve", "--port", str(free_port()), now=None, smtp_port=relay.port, **nowhere) for _ in range(2)
    ]
    commands = [office.start("deliver", now=None, smtp_port=relay.port) for _ in range(2)]
    try:
        codes = [(each.communicate(timeout=60), each.returncode)[1] for each in commands]
        wait_until(lambda: office.states() == {"sent": len(READERS)})
    finally:
        for each in servers:
            each.send_signal(signal.SIGTERM)
        for each in servers:
            each.communicate(timeout=60)

    assert codes == [0, 0]
    assert relay.readers == READERS
    figure("two servers and two commands at once", f"{len(relay.taken)} mails for {len(READERS)} readers")


# ---------------------------------------------------------------- row 20


def test_yesterdays_backup_sends_nothing_that_is_over(
    office: Office, relay: Relay, tmp_path: Path, figure: Figures
) -> None:
    """Row 20: a backup from before sending, restored on the next day."""
    office.copy_to(tmp_path / "backup.db")
    office.run("deliver", now=NOW, smtp_port=relay.port)
    yesterday = len(relay.taken)
    office.restore(tmp_path / "backup.db")
    restored = office.run("deliver", now=TUESDAY, smtp_port=relay.port)
    stale = len(relay.taken) - yesterday
    office.morning(TUESDAY, "Wasps")
    office.run("deliver", now=TUESDAY, smtp_port=relay.port)

    assert restored.out == f"deliver: 0 sent, {len(READERS)} expired\n"
    assert (yesterday, stale) == (len(READERS), 0)
    assert relay.readers == sorted(2 * READERS)
    texts = [text_of(each.content) for each in relay.taken[yesterday:]]
    assert all(title in text for text in texts for title in ("Ants", "Bees", "Wasps"))
    figure("yesterday's backup restored", f"{len(READERS)} expired, 0 sent, their papers carried")


def test_a_backup_made_in_sending_repeats_what_was_in_hand_and_nothing_else(
    office: Office, relay: Relay, tmp_path: Path, figure: Figures
) -> None:
    """Row 20: of a mail that was being sent nobody knows whether it was taken, so its same bytes are sent again."""
    made: list[Phase] = []

    def back_up(phase: Phase) -> None:
        if phase is Phase.DOT and len(relay.taken) == 5 and not made:
            made.append(phase)
            office.copy_to(tmp_path / "backup.db")

    relay.at = back_up
    office.run("deliver", now=NOW, smtp_port=relay.port)
    office.restore(tmp_path / "backup.db")
    restored = office.deliver(relay.port, TUESDAY)

    account = Account.of(office.message_ids(), relay.taken)
    assert restored.outcomes[DeliveryState.EXPIRED] >= len(READERS) - 5 - CONNECTIONS
    assert restored.sent <= CONNECTIONS
    assert (account.copies, account.strangers) == (restored.sent, 0)
    figure(
        "a backup made in sending restored", f"{restored.sent} in hand sent again as the same bytes, the rest expired"
    )


# ---------------------------------------------------------------- row 21


def test_sigterm_lets_the_mails_in_hand_be_finished_and_begins_no_other(
    office: Office, relay: Relay, figure: Figures
) -> None:
    """Row 21: SIGTERM in sending."""
    relay.at = lambda phase: clock.sleep(0.5) if phase is Phase.DOT else None
    process = office.start("deliver", now=NOW, smtp_port=relay.port)
    wait_until(lambda: len(relay.taken) >= 3)
    in_hand = len(relay.taken)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=30)
    states, stopped_with = office.states(), len(relay.taken)
    relay.at = lambda phase: None
    again = office.run("deliver", now=NOW, smtp_port=relay.port)

    assert process.returncode == 75
    assert "asked to stop; what is not sent stays open, run again" in said
    assert in_hand <= stopped_with <= in_hand + CONNECTIONS
    assert states == {"sent": stopped_with, "pending": len(READERS) - stopped_with}
    assert (again.code, relay.readers) == (0, READERS)
    figure("SIGTERM in sending", f"exit 75, {stopped_with} sent, all of them noted; the rest by the next run, no copy")


def test_a_mail_that_hangs_past_25_seconds_after_sigterm_is_uncertain(
    office: Office, relay: Relay, figure: Figures
) -> None:
    """Row 21: a relay that takes the mail and does not say so; its paper has a new version before the next run."""
    go_on = threading.Event()
    relay.at = lambda phase: go_on.wait(60) if phase is Phase.DOT else None
    process = office.start("deliver", now=NOW, smtp_port=relay.port)
    wait_until(lambda: len(relay.taken) == CONNECTIONS)
    began = clock.monotonic()
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    took = clock.monotonic() - began
    states = office.states()
    go_on.set()
    relay.wait_for_silence()
    office.source.announce(MONDAY, paper("Ants, revised", number=99001), kind=AnnouncementKind.REPLACEMENT)
    ingest(office.store, office.source, now=NOW + timedelta(minutes=10))
    office.run("deliver", now=NOW + timedelta(minutes=20), smtp_port=relay.port)

    account = Account.of(office.message_ids(), relay.taken)
    assert process.returncode == 75
    assert took < 30  # what the table allows
    assert states == {"uncertain": CONNECTIONS, "pending": len(READERS) - CONNECTIONS}
    assert (account.lost, account.strangers, account.copies) == (0, 0, CONNECTIONS)
    figure(
        "SIGTERM while a relay hangs", f"exit 75 after {took:.1f} s, {CONNECTIONS} mails uncertain, the rest pending"
    )
