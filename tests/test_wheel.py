"""The built wheel in an empty environment: what users install, away from the source."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    return next(folder.glob("paperround-*.whl"))


@pytest.fixture(scope="module")
def digest(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command line of an environment that holds the wheel and nothing else of ours.

    The libraries are lent by path: an editable install of the source is not seen through it.
    """
    place = tmp_path_factory.mktemp("environment")
    venv.create(place, with_pip=False)
    python = str(place / "bin" / "python")
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        str(wheel),
    ]
    subprocess.run(install, check=True)
    return [python, "-m", "digest"]


def run(command: list[str], *arguments: str, folder: Path) -> str:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": sysconfig.get_path("purelib"),
    }
    done = subprocess.run([*command, *arguments], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_carries_templates_example_migrations_and_sample(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())

    assert {f"digest/templates/{file.name}" for file in (ROOT / "templates").iterdir()} <= names
    assert "digest/config.example.toml" in names
    assert "digest/sample/papers.jsonl" in names
    assert any(name.startswith("digest/store/migrations/versions/0001") for name in names)
    assert not any(name.startswith(("tests/", "benchmarks/")) for name in names)


def test_the_installed_wheel_comes_from_the_wheel_and_renders(digest: list[str], tmp_path: Path) -> None:
    python = digest[0]
    place = run([python, "-c", "import digest; print(digest.__file__)"], folder=tmp_path)
    assert str(ROOT) not in place

    table = run(digest, "demo", "--output", str(tmp_path / "out"), folder=tmp_path)

    assert "agnes" in table
    assert (tmp_path / "out" / "2026-03-09-agnes.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert len(list((tmp_path / "out").glob("*.eml"))) == 9
    assert len(list((tmp_path / "out").glob("*.atom"))) == 3


def test_the_installed_wheel_writes_its_own_configuration(digest: list[str], tmp_path: Path) -> None:
    run(digest, "init", folder=tmp_path)

    assert 'categories = ["cs.CL", "cs.LG"]' in run(digest, "config", "show", folder=tmp_path)
