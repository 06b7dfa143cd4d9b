"""The real listings on loopback, and the table of what was measured."""

import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from digest.cli import main
from tests.acceptance.tools import lacking

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
CHROMIUM = Path("/usr/bin/chromium")
_figures: list[tuple[str, str]] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.acceptance)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _figures:
        terminalreporter.section("What was shown")
        width = max(len(name) for name, _ in _figures)
        for name, value in _figures:
            terminalreporter.write_line(f"{name:{width}}  {value}")


@dataclass
class Figures:
    """Takes what is worth printing at the end."""

    def __call__(self, name: str, value: object) -> None:
        _figures.append((name, str(value)))


@pytest.fixture
def figure() -> Figures:
    return Figures()


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    """Debian's, for the tests of one file: while it runs, nothing else can have an event loop."""
    from playwright.sync_api import sync_playwright

    if not CHROMIUM.exists():
        lacking("no Chromium here; Debian's package is chromium")
    sandbox = [] if os.geteuid() else ["--no-sandbox"]  # Chromium refuses to make one for root
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield started
        started.close()


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.exists():
        pytest.skip("the shared listings are not beside the project")
    return SHARED


@pytest.fixture(scope="session")
def replay_module(shared: Path) -> ModuleType:
    """The server's own code, as the judge of what the data hold."""
    spec = importlib.util.spec_from_file_location("replay", shared / "tools" / "replay.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["replay"] = module
    spec.loader.exec_module(module)
    return module


@dataclass
class Replay:
    """The server of real listings, with its clock and its faults."""

    url: str

    def control(self, **values: object) -> None:
        query = "&".join(f"{name}={value}" for name, value in values.items())
        urllib.request.urlopen(f"{self.url}/_control?{query}", timeout=10).close()

    @property
    def requests(self) -> list[dict[str, object]]:
        with urllib.request.urlopen(f"{self.url}/_log", timeout=10) as answer:
            return [json.loads(line) for line in answer.read().decode().splitlines() if line]


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"nobody listens on port {port}")


@pytest.fixture(scope="session")
def replay(shared: Path) -> Iterator[Replay]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    tool = shared / "tools" / "replay.py"
    quick = str(Path(__file__).with_name("quick_replay.py"))
    command = [sys.executable, quick, str(tool), "--data", str(shared / "data"), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert "today is" in process.stdout.readline()  # which it says before it listens
        _wait_for(port)
        yield Replay(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.communicate(timeout=10)


@dataclass
class Installation:
    """One operator's folder and commands."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    now: str
    out: str = ""
    err: str = ""

    def __call__(self, *arguments: str, expect: int | None = 0) -> str:
        self.capsys.readouterr()
        code = main.run(["--config", str(self.folder / "config.toml"), "--now", self.now, *arguments])
        self.out, self.err = self.capsys.readouterr()
        assert expect is None or code == expect, f"exit {code}: {self.err}"
        return self.out

    @property
    def database(self) -> Path:
        return self.folder / "paperround.db"


@pytest.fixture
def digest(
    tmp_path: Path, replay: Replay, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Installation:
    monkeypatch.setenv("DIGEST_SOURCES_ARXIV_OAI_URL", f"{replay.url}/oai")
    monkeypatch.setenv("DIGEST_SOURCES_ARXIV_RSS_URL", replay.url)
    monkeypatch.setenv("DIGEST_SOURCES_ARXIV_API_URL", f"{replay.url}/api/query")
    monkeypatch.setenv("DIGEST_SOURCES_ARXIV_INTERVAL_SECONDS", "0.05")
    monkeypatch.setenv("DIGEST_SOURCES_HUGGINGFACE_URL", replay.url)
    monkeypatch.setenv("DIGEST_SOURCES_HUGGINGFACE_ENABLED", "false")
    replay.control(today="2026-02-03", late=0, fault="zero", times=0)
    made = Installation(tmp_path, capsys, now="2026-02-03T07:30:00Z")
    made("init", "--category", "cs.CL", "--category", "cs.RO", "--sender", "digest@example.org")
    return made
