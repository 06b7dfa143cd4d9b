"""The feeds in real readers: feedparser, and Debian's newsboat."""

import shutil
import sqlite3
import subprocess
from pathlib import Path

import feedparser
import pytest

from digest.cli import main
from tests.acceptance.conftest import Figures


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("feeds") / "demo"
    assert main.run(["demo", "--output", str(folder)]) == 0
    return folder


def sent_to(demo: Path, name: str) -> int:
    with sqlite3.connect(demo / "paperround.db") as database:
        query = "SELECT count(*) FROM seen JOIN subscriber ON subscriber.id = subscriber_id WHERE address = ?"
        (count,) = database.execute(query, (f"{name}@example.org",)).fetchone()
    database.close()
    return int(count)


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_feedparser_reads_every_paper_once(demo: Path, form: str, figure: Figures) -> None:
    for name in ("agnes", "robin", "nora"):
        read = feedparser.parse((demo / f"{name}.{form}").read_bytes())
        assert not read.bozo
        assert len({entry.id for entry in read.entries}) == len(read.entries) == sent_to(demo, name)
        assert all(entry.link.startswith("https://arxiv.org/abs/") for entry in read.entries)
        assert all(entry.title for entry in read.entries)
    figure(f"feedparser, {form}", "every paper that was mailed, once each, well-formed")


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_newsboat_reads_every_paper_once(demo: Path, tmp_path: Path, form: str, figure: Figures) -> None:
    newsboat = shutil.which("newsboat")
    if newsboat is None:
        pytest.skip("no newsboat here")
    urls, cache = tmp_path / "urls", tmp_path / "cache.db"
    urls.write_text(f"file://{demo}/agnes.{form}\n")

    for _ in range(2):  # the second reading must add nothing
        command = [newsboat, "-u", str(urls), "-c", str(cache), "-C", "/dev/null", "-x", "reload"]
        subprocess.run(command, check=True, capture_output=True, timeout=60, env={"HOME": str(tmp_path)})

    with sqlite3.connect(cache) as database:
        rows = database.execute("SELECT guid, title, url FROM rss_item").fetchall()
    database.close()
    assert len(rows) == len({guid for guid, *_ in rows}) == sent_to(demo, "agnes")
    assert all(title and url.startswith("https://arxiv.org/abs/") for _, title, url in rows)
    figure(f"newsboat, {form}", f"{len(rows)} entries, none twice after a second reading")
