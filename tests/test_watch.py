"""Watching as it is put together: a real run tells a real webhook and pings a real address."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from digest.app import App
from digest.batches import Batch, BatchState
from digest.cli import main
from digest.config import Settings
from digest.errors import SourceError, StoreError
from digest.ingest import Harvest, Ingested
from digest.notices.settings import AlarmSettings
from digest.store import DatabaseSettings
from digest.transport.settings import OutboxSettings, SmtpSettings

MONDAY = datetime(2026, 3, 9, 7, 30, tzinfo=UTC)


@dataclass
class Listener:
    """A web server that notes what it is asked."""

    url: str = ""
    asked: list[tuple[str, str, dict[str, object]]] = field(default_factory=list)


@pytest.fixture
def listener() -> Iterator[Listener]:
    noted = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            noted.asked.append((self.command, self.path, json.loads(body or b"{}")))
            self.send_response(204)
            self.end_headers()

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    noted.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield noted
    server.shutdown()
    server.server_close()


def broken() -> Ingested:
    problem = SourceError("arxiv", "the XML is damaged")
    return Ingested(harvests=(Harvest(source="arxiv", stream="cs.LG", problem=problem),))


def product(folder: Path, alarms: AlarmSettings, smtp: SmtpSettings | None = None) -> App:
    settings = Settings(
        database=DatabaseSettings(url=f"sqlite:///{folder}/digest.db"),
        outbox=OutboxSettings(folder=str(folder / "outbox")),
        smtp=smtp or SmtpSettings(),
        alarms=alarms,
    )
    return App(settings, now=MONDAY)


def test_a_broken_source_reaches_webhook_and_mail(tmp_path: Path, listener: Listener) -> None:
    app = product(tmp_path, AlarmSettings(mail_to="ops@example.org", webhook_url=f"{listener.url}/hook"))

    app.watch(ingested=broken())
    app.watch(ingested=broken())
    app.close()

    kinds = [(method, path, said["kind"]) for method, path, said in listener.asked]
    assert ("POST", "/hook", "source-failed:arxiv") in kinds
    assert len(kinds) == len(set(kinds))
    mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in (tmp_path / "outbox").iterdir()]
    assert "Paperround: arxiv: the XML is damaged" in " ".join(mail["Subject"] for mail in mails)
    assert {mail["To"] for mail in mails} == {"ops@example.org"}


def test_when_the_relay_is_down_the_webhook_says_it(
    tmp_path: Path, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = SmtpSettings(host="127.0.0.1", port=1, connect_seconds=1)
    app = product(tmp_path, AlarmSettings(mail_to="ops@example.org", webhook_url=f"{listener.url}/s3cret"), nowhere)

    app.watch(ingested=broken())
    app.close()

    assert "source-failed:arxiv" in [said["kind"] for _, _, said in listener.asked]
    assert "voice=mail" in caplog.text
    assert "s3cret" not in caplog.text


def test_a_run_pings_once_on_a_good_day(tmp_path: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_to_its_end(app: App, *_: object) -> Ingested:
        with app.store.begin() as tx:
            tx.batches.keep(
                Batch(source="arxiv", stream=s, day=MONDAY.date(), state=BatchState.COMPLETE, closes_at=MONDAY)
                for s in app.settings.arxiv.categories
            )
        return Ingested(harvests=())

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(App, "ingest", read_to_its_end)
    monkeypatch.setenv("DIGEST_ALARMS_PING_URL", f"{listener.url}/ping")
    monkeypatch.setenv("DIGEST_ALARMS_WEBHOOK_URL", f"{listener.url}/hook")

    codes = [main.run(["--now", MONDAY.isoformat(), "run"]) for _ in range(2)]

    assert codes == [0, 0]
    assert [(method, path) for method, path, _ in listener.asked] == [("GET", "/ping")]


def test_a_run_that_ends_early_is_told(
    tmp_path: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(app: App, **progress: object) -> None:
        raise StoreError("disk is full")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(App, "run", full)
    monkeypatch.setenv("DIGEST_ALARMS_WEBHOOK_URL", f"{listener.url}/hook")
    monkeypatch.setenv("DIGEST_LOG_FORMAT", "json")

    assert main.run(["--now", MONDAY.isoformat(), "run"]) == 1

    said = capsys.readouterr().err.splitlines()
    assert "run-failed" in [asked["kind"] for _, _, asked in listener.asked]
    assert "run-failed" in [json.loads(line).get("kind") for line in said if line.startswith("{")]
    assert said[-1] == "digest: disk is full"
