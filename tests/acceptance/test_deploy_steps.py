"""The steps of deploy/ in a plain directory: what the image and compose.yaml do, and what systemd starts at night."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from digest.sample import SampleArxiv
from tests.conftest import Databases
from tests.deploying import DEPLOY, ROOT, free_port, without_comments

MONDAY = "2026-03-09T07:30:00Z"
PATIENCE = 150  # seconds: a worker plans once a minute, and the machine does much else
STOPPING = 40  # seconds, as compose.yaml and the units have it
OLD_SECONDS = 20 * 86_400
CONFIG = """\
[site]
sender = "digest@example.org"
[sources.arxiv]
categories = ["cs.CL", "cs.RO"]
interval_seconds = 0.05
oai_url = "{arxiv.oai_url}"
rss_url = "{arxiv.rss_url}"
[sources.huggingface]
enabled = false
[letters]
welcome = false
[relevance]
threshold = 0.0
"""


@dataclass
class Place:
    """A plain directory that stands for a container or a machine."""

    folder: Path
    python: str
    environment: dict[str, str]
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __call__(self, *arguments: str) -> str:
        """What `digest` prints; it must succeed."""
        done = subprocess.run(
            [self.python, "-m", "digest", "--now", MONDAY, *arguments],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{arguments[0]}.log").open("wb") as log:
            command = [self.python, "-m", "digest", "--now", MONDAY, *arguments]
            process = subprocess.Popen(command, env=self.environment, cwd=self.folder, stdout=log, stderr=log)
        self.running.append(process)
        return process

    def logs(self) -> str:
        return "\n".join(path.read_text() for path in self.folder.glob("*.log"))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The interpreter of an environment made as the Containerfile makes it, from what it copies and nothing else.

    The libraries are lent by path, so that nothing is fetched.
    """
    folder = tmp_path_factory.mktemp("image")
    source = folder / "src"
    source.mkdir()
    for line in re.findall(r"^COPY (?!-)(.+) \S+$", without_comments(containerfile()), re.M):
        for name in line.split():
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            (source / name).parent.mkdir(exist_ok=True)
            copy(ROOT / name, source / name)
    environment = folder / "paperround"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    python = str(environment / "bin" / "python")
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(folder), str(source)]
    subprocess.run(build, check=True, capture_output=True)
    wheel = str(next(folder.glob("*.whl")))
    install = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run(install, check=True)
    return python


def containerfile() -> str:
    return (DEPLOY / "container" / "Containerfile").read_text(encoding="utf-8")


def compose() -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load((DEPLOY / "container" / "compose.yaml").read_text())["services"]
    return services


@pytest.fixture
def arxiv() -> Iterator[SampleArxiv]:
    with SampleArxiv(date(2026, 3, 9)) as made:
        yield made


@contextmanager
def place(folder: Path, python: str, arxiv: SampleArxiv, **values: str) -> Iterator[Place]:
    (folder / "config.toml").write_text(CONFIG.format(arxiv=arxiv))
    lent = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": sysconfig.get_path("purelib")}
    made = Place(folder, python, {**lent, "DIGEST_CONFIG": str(folder / "config.toml"), **values})
    try:
        yield made
    finally:
        for process in made.running:
            process.kill()
            process.wait()


def settings_of(service: str, folder: Path, url: str) -> dict[str, str]:
    """What the image and compose.yaml tell a service, with the directory and database of the test."""
    image = dict(re.findall(r"(DIGEST_\w+)=(\S+)", without_comments(containerfile())))
    given = {**image, **compose()[service]["environment"]}
    given = {name: value for name, value in given.items() if name.startswith("DIGEST_") and "PASSWORD" not in name}
    given = {name: value.replace("/var/lib/paperround", str(folder)) for name, value in given.items()}
    return {**given, "DIGEST_CONFIG": str(folder / "config.toml"), "DIGEST_DATABASE_URL": url}


def wait_until(is_so: Callable[[], bool], made: Place) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert all(process.poll() is None for process in made.running), made.logs()
        assert time.monotonic() < deadline, made.logs()
        time.sleep(0.2)


def test_what_compose_starts_sends_the_days_mail_and_answers(
    databases: Databases, installed: str, arxiv: SampleArxiv, tmp_path: Path
) -> None:
    services, port = compose(), str(free_port())
    with databases.fresh("template0") as url:
        with place(tmp_path, installed, arxiv, **settings_of("worker", tmp_path, url)) as here:
            assert "up to date" in here(*services["migrate"]["command"])
            assert "up to date" in here(*services["migrate"]["command"])  # as after every `compose up`
            here("subscriber", "add", "ana@example.org", "--interest", "legged robots")

            words = [port if word == "8000" else word for word in services["serve"]["command"]]
            serve = here.start(*["127.0.0.1" if word == "0.0.0.0" else word for word in words])
            worker = here.start(*services["worker"]["command"])
            wait_until(lambda: is_ready(port), here)
            assert httpx.get(f"http://127.0.0.1:{port}/healthz").text == "ok\n"
            wait_until(lambda: bool(list((tmp_path / "outbox").glob("*.eml"))), here)

            mail = next((tmp_path / "outbox").glob("*.eml")).read_text()
            assert "To: ana@example.org" in mail
            for process in (serve, worker):
                process.send_signal(signal.SIGTERM)
            assert [process.wait(STOPPING) for process in (serve, worker)] == [0, 0], here.logs()
            here.running.clear()


def is_ready(port: str) -> bool:
    """What the health check of the image says."""
    found = re.search(r"HEALTHCHECK.+?CMD (\[.+?\])$", containerfile(), re.M | re.S)
    assert found is not None
    program, *arguments = yaml.safe_load(found[1].replace(":8000", f":{port}"))
    assert program == "python"
    return subprocess.run([sys.executable, *arguments], capture_output=True).returncode == 0


def test_the_units_of_the_timers_send_once_and_keep_two_weeks_of_backups(
    installed: str, arxiv: SampleArxiv, tmp_path: Path
) -> None:
    with place(tmp_path, installed, arxiv) as here:
        here("db", "upgrade")
        here("subscriber", "add", "ana@example.org", "--interest", "legged robots")
        start_unit(here, "paperround-run")
        start_unit(here, "paperround-run")
        assert len(list((tmp_path / "outbox").glob("*.eml"))) == 1

        backups = tmp_path / "backups"
        backups.mkdir()
        for name in ("paperround-2026-01-01-022000.backup", "paperround-yesterday.backup", "of-others.backup"):
            (backups / name).touch()
        for name in ("paperround-2026-01-01-022000.backup", "of-others.backup"):
            os.utime(backups / name, times=(time.time() - OLD_SECONDS,) * 2)
        start_unit(here, "paperround-backup")

        kept = sorted(path.name for path in backups.iterdir())
        assert kept[0] == "of-others.backup"
        assert kept[2] == "paperround-yesterday.backup"
        assert re.fullmatch(r"paperround-\d{4}-\d\d-\d\d-\d{6}\.backup", kept[1])
        assert len(kept) == 3
        assert (backups / kept[1]).stat().st_size > 100_000


def start_unit(here: Place, name: str) -> None:
    """What systemd would start, with the paths of the test."""
    text = (DEPLOY / "systemd" / f"{name}.service").read_text().replace("\\\n", " ")
    text = text.replace("%%", "%").replace("$$", "$").replace("/etc/paperround", str(here.folder))
    text = text.replace("/var/lib/paperround", str(here.folder))
    for line in re.findall(r"^ExecStart(?:Post)?=(.+)$", text, re.M):
        digest = f"{here.python} -m digest --now {MONDAY}"
        words = shlex.split(line.replace("/opt/paperround/bin/digest", digest))
        done = subprocess.run(words, env=here.environment, cwd=here.folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
