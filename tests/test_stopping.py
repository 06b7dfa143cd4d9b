"""SIGTERM to the real process: the mail in hand is finished, the others stay open, and a server goes quietly."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.shell import MONDAY, Shell
from tests.smtp_server import Mailbox, smtp_server


class Thoughtful(Mailbox):
    """Takes half a second over each message."""

    begun = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.begun += 1
        await asyncio.sleep(0.5)
        return await super().handle_DATA(server, session, envelope)


@pytest.fixture
def folder(digest: Shell, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with three readers, for whom editions are kept and nothing is sent yet."""
    monkeypatch.setenv("DIGEST_SMTP_CONNECTIONS", "1")
    readers = [f"subscriber add {name}@example.org" for name in ("ana", "bea", "cleo")]
    digest.after(*readers, "ingest", "compose")
    return digest.folder


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "digest", "--config", str(folder / "config.toml"), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ))


def test_a_run_that_is_asked_to_stop_finishes_the_mail_in_hand(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mailbox = Thoughtful()
    with smtp_server(mailbox) as port:
        monkeypatch.setenv("DIGEST_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("DIGEST_SMTP_PORT", str(port))
        process = start(folder, "--now", MONDAY, "deliver")
        _wait_until(lambda: mailbox.begun == 1)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
        stopped_with = len(mailbox.taken)

        assert process.returncode == 75
        assert stopped_with == 1
        assert "2 of 3 mails stay open" in said
        assert "asked to stop; what is not sent stays open, run again" in said
        again = start(folder, "--now", MONDAY, "deliver")
        again.communicate(timeout=30)

    assert sorted(reader for reader, _ in mailbox.taken) == ["ana@example.org", "bea@example.org", "cleo@example.org"]


def test_a_server_answers_and_ends_when_it_is_asked_to(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = start(folder, "serve", "--port", str(port), "--no-scheduler")
    try:
        _wait_until(lambda: _healthy(port))
    finally:
        process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)

    assert process.returncode in (0, -signal.SIGTERM)


def test_a_server_with_its_clock_sends_what_is_open(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = start(folder, "--now", MONDAY, "serve", "--port", str(port))
    try:
        _wait_until(lambda: len(list((folder / "outbox").glob("*.eml"))) == 3)
    finally:
        process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)

    assert process.returncode in (0, -signal.SIGTERM)


def _healthy(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=1).status_code == 200
    except httpx.HTTPError:
        return False


def _wait_until(true: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
