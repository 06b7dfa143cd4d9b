"""`digest` as an operator types it, in a folder of its own, with the sample as arXiv."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from digest.cli import main
from digest.sample import SampleArxiv
from digest.store import DatabaseSettings, Store
from tests.embedded import empty_database

MONDAY = "2026-03-09T07:30:00Z"
ADDRESS = "ana@example.org"
_LEFT: dict[tuple[str, ...], dict[Path, bytes]] = {}  # by moment and commands, the files that they left


@dataclass
class Shell:
    """Runs `digest` in one folder, with the sample as arXiv."""

    folder: Path
    arxiv: SampleArxiv
    capsys: pytest.CaptureFixture[str]
    now: str = MONDAY
    err: str = ""  # of the last command

    def __call__(self, *arguments: str, expect: int = 0) -> str:
        """What a command prints; stderr where it is expected to fail."""
        out = self.both(*arguments, expect=expect)
        return out if expect == 0 else self.err

    def both(self, *arguments: str, expect: int = 0) -> str:
        """What a command prints, whatever its exit code; stderr is in `err`."""
        self.capsys.readouterr()
        code = main.run(["--config", str(self.folder / "config.toml"), "--now", self.now, *arguments])
        out, self.err = self.capsys.readouterr()
        assert code == expect, f"exit {code}: {self.err}"
        return out

    @property
    def mails(self) -> list[Path]:
        return sorted((self.folder / "outbox").glob("*.eml"))

    def after(self, *lines: str) -> None:
        """Run these commands, or put what they left in another shell of this process where they were run before."""
        if (known := (self.now, *lines)) not in _LEFT:
            for line in lines:
                self(*line.split())
            files = (path for path in self.folder.rglob("*") if path.is_file())
            _LEFT[known] = {path.relative_to(self.folder): path.read_bytes() for path in files}
        for name, content in _LEFT[known].items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_bytes(content)

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Its database, beside the commands."""
        opened = Store(DatabaseSettings(url=f"sqlite:///{self.folder / 'paperround.db'}"))
        yield opened
        opened.close()


@contextmanager
def shell(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    """A shell in which `init` was done."""
    monkeypatch.chdir(folder)
    with SampleArxiv(date(2026, 3, 9)) as arxiv:
        monkeypatch.setenv("DIGEST_SOURCES_ARXIV_OAI_URL", arxiv.oai_url)
        monkeypatch.setenv("DIGEST_SOURCES_ARXIV_RSS_URL", arxiv.rss_url)
        monkeypatch.setenv("DIGEST_SOURCES_ARXIV_INTERVAL_SECONDS", "0")
        monkeypatch.setenv("DIGEST_SOURCES_HUGGINGFACE_ENABLED", "false")
        monkeypatch.setenv("DIGEST_LETTERS_WELCOME", "false")
        (folder / "paperround.db").write_bytes(empty_database())  # which `init` finds as it would have made it
        opened = Shell(folder, arxiv, capsys)
        opened("init", "--category", "cs.CL", "--category", "cs.RO", "--sender", "digest@example.org")
        yield opened
