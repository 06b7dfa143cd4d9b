"""The recipe of a single user: the shell steps of deploy/github-actions.yml in a plain directory, with a repository."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
import yaml

from digest.sample import SampleArxiv
from tests.acceptance.test_deploy_steps import CONFIG, MONDAY
from tests.deploying import DEPLOY

KEEP_AFTER = "Keep what became of it"
PATIENCE = 120  # seconds for a step
READER = {"READER": "ana@example.org", "INTEREST": "legged robots", "SMTP_PASSWORD": "open sesame"}


@dataclass
class Service:
    """Runs the recipe as its service would: a fresh checkout, and one step after another."""

    folder: Path
    arxiv: SampleArxiv
    runs: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)  # of the last run, by the names of the steps
    variables: dict[str, str] = field(default_factory=dict)  # of the last run

    def run(self, *, without: str = "", inputs: dict[str, str] | None = None) -> Path:
        """The outbox of one run."""
        self.runs += 1
        self.outcomes = {}
        place = self.folder / f"run-{self.runs}"
        checkout, temporary = place / "checkout", place / "temporary"
        temporary.mkdir(parents=True)
        git("clone", "--quiet", str(self.folder / "origin.git"), str(checkout))
        self.variables = self._environment(checkout, temporary)
        for step in steps():
            if step["name"] in (without, "Install"):
                continue
            if step["name"] == "Take the votes" and not inputs:
                continue
            self.variables |= told(temporary / "environment")
            given = {name: (inputs or {}).get(name.lower(), READER.get(name, "")) for name in step.get("env", {})}
            self.outcomes[step["name"]] = self.step(step["run"], self.variables | given, checkout)
        return temporary / "outbox"

    def step(self, script: str, variables: dict[str, str], folder: Path) -> int:
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            env=variables,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert "open sesame" not in done.stdout + done.stderr
        if done.returncode:
            print(done.stdout, done.stderr)
        return done.returncode

    def _environment(self, checkout: Path, temporary: Path) -> dict[str, str]:
        """What the service gives, and a `digest` whose arXiv and clock are the test's."""
        programs = temporary / "bin"
        programs.mkdir()
        (programs / "digest").write_text(f'#!/bin/sh\nexec {sys.executable} -m digest --now {MONDAY} "$@"\n')
        (programs / "digest").chmod(0o755)
        return {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "HOME": str(temporary),
            "RUNNER_TEMP": str(temporary),
            "GITHUB_WORKSPACE": str(checkout),
            "GITHUB_ENV": str(temporary / "environment"),
        }


def steps() -> list[dict[str, Any]]:
    recipe = yaml.safe_load((DEPLOY / "github-actions.yml").read_text())
    return [step for step in recipe["jobs"]["digest"]["steps"] if "run" in step]


def told(file: Path) -> dict[str, str]:
    """What earlier steps have put into the environment."""
    lines = file.read_text().splitlines() if file.exists() else []
    return dict(line.split("=", 1) for line in lines)


def git(*arguments: str, folder: Path | None = None) -> str:
    nobody = ["-c", "user.name=ana", "-c", "user.email=ana@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *nobody, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def message_ids(outbox: Path) -> list[str]:
    return [message_from_bytes(path.read_bytes())["Message-ID"] for path in sorted(outbox.glob("*.eml"))]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A repository with a configuration, and its service."""
    with SampleArxiv(date(2026, 3, 9)) as arxiv:
        origin, first = tmp_path / "origin.git", tmp_path / "first"
        git("init", "--quiet", "--bare", str(origin))
        git("clone", "--quiet", str(origin), str(first))
        (first / "config.toml").write_text(CONFIG.format(arxiv=arxiv))
        git("add", "config.toml", folder=first)
        git("commit", "--quiet", "-m", "Settings", folder=first)
        git("push", "--quiet", "origin", "HEAD:main", folder=first)
        yield Service(tmp_path, arxiv)


def test_a_day_is_sent_once_and_its_state_is_one_commit_that_nobody_overwrites(service: Service) -> None:
    first = service.run()
    left_out = ("Install", "Take the votes")
    assert service.outcomes == {step["name"]: 0 for step in steps() if step["name"] not in left_out}
    assert len(message_ids(first)) == 1

    second = service.run(inputs={"liked": "2603.90001", "disliked": ""})
    assert set(service.outcomes.values()) == {0}
    assert message_ids(second) == []
    origin = service.folder / "origin.git"
    assert git("rev-list", "--count", "state", folder=origin) == "1"
    assert git("ls-tree", "--name-only", "state", folder=origin) == "paperround.db.gz"
    assert git("log", "--format=%an", "main", folder=origin) == "ana"

    other = git("commit-tree", "-m", "Somebody else", "state^{tree}", folder=origin)
    git("update-ref", "refs/heads/state", other, folder=origin)
    checkout = Path(service.variables["GITHUB_WORKSPACE"])
    assert service.step('bash "$RUNNER_TEMP/keep"', service.variables, checkout) != 0
    assert git("rev-parse", "state", folder=origin) == other


def test_a_run_that_dies_after_sending_is_followed_by_the_same_mail(service: Service) -> None:
    sent = service.run(without=KEEP_AFTER)
    again = service.run()
    assert len(message_ids(sent)) == 1
    assert message_ids(again) == message_ids(sent)
    mails = [next(outbox.glob("*.eml")).read_bytes() for outbox in (sent, again)]
    assert mails[0] == mails[1]  # links and all; but for the clock, which stands still here
