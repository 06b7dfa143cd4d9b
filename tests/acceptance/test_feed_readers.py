"""The feeds in real readers: feedparser, and Debian's newsboat, of which CI must have one."""

import os
import shutil
import sqlite3
import subprocess
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import monotonic, sleep

import feedparser
import pytest

from digest import config
from digest.app import App
from digest.cli import main
from digest.membership import feeds, find
from digest.store import DatabaseSettings, Store
from digest.web import server, web_app
from tests.acceptance.conftest import Figures, Installation, Replay

FIRST, DAYS = date(2025, 5, 26), 10  # the days of which the data hold most new versions
READER = "agnes@example.org"
HOSTS = ("https://old.example", "https://new.example/digest")  # of the site, renamed in the middle


@pytest.fixture(scope="module")
def newsboat() -> str:
    """The program, which CI must have."""
    found = shutil.which("newsboat")
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("no newsboat here: apt-get install newsboat")
    return found or pytest.skip("no newsboat here")


@dataclass
class Newsboat:
    """One reader's newsboat, with what it has kept."""

    program: str
    folder: Path
    addresses: list[str] = field(default_factory=list)

    def reload(self) -> None:
        (self.folder / "urls").write_text("".join(f"{each}\n" for each in self.addresses))
        command = [self.program, "-u", str(self.folder / "urls"), "-c", str(self.cache), "-C", "/dev/null"]
        environment = {"HOME": str(self.folder)}
        subprocess.run([*command, "-x", "reload"], check=True, capture_output=True, timeout=120, env=environment)

    @property
    def cache(self) -> Path:
        return self.folder / "cache.db"

    def entries(self, address: str) -> list[tuple[str, str, str]]:
        """Id, title and link of what it has of a feed."""
        with closing(sqlite3.connect(self.cache)) as database:
            query = "SELECT guid, title, url FROM rss_item WHERE feedurl = ? AND deleted = 0"
            return database.execute(query, (address,)).fetchall()


# ------------------------------------------------------------ files of the sample


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("feeds") / "demo"
    assert main.run(["demo", "--output", str(folder)]) == 0
    return folder


def sent_to(database: Path, address: str) -> set[str]:
    """The ids of the papers that somebody was sent."""
    query = (
        "SELECT canonical_key FROM seen JOIN paper ON paper.id = paper_id JOIN subscriber ON subscriber.id ="
        " subscriber_id WHERE address = ?"
    )
    with closing(sqlite3.connect(database)) as connection:
        return {key.removeprefix("arxiv:") for (key,) in connection.execute(query, (address,))}


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_feedparser_reads_every_paper_once(demo: Path, form: str, figure: Figures) -> None:
    for name in ("agnes", "robin", "nora"):
        read = feedparser.parse((demo / f"{name}.{form}").read_bytes())
        assert not read.bozo
        sent = sent_to(demo / "paperround.db", f"{name}@example.org")
        assert len({entry.id for entry in read.entries}) == len(read.entries) == len(sent)
        assert all(entry.link.startswith("https://arxiv.org/abs/") for entry in read.entries)
        assert all(entry.title for entry in read.entries)
    figure(f"feedparser, {form}", "every paper that was mailed, once each, well-formed")


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_newsboat_reads_every_paper_once(demo: Path, newsboat: str, tmp_path: Path, form: str, figure: Figures) -> None:
    address = f"file://{demo}/agnes.{form}"
    reader = Newsboat(newsboat, tmp_path, [address])
    for _ in range(2):  # the second reading must add nothing
        reader.reload()
    rows = reader.entries(address)
    assert len(rows) == len({guid for guid, *_ in rows}) == len(sent_to(demo / "paperround.db", READER))
    assert all(title and url.startswith("https://arxiv.org/abs/") for _, title, url in rows)
    figure(f"newsboat, {form}", f"{len(rows)} entries, none twice after a second reading")


# ------------------------------------------------------------ ten days over HTTP


@dataclass
class Followed:
    """What feedparser has seen of one feed on all days."""

    first: list[str] = field(default_factory=list)  # ids in the order in which they came as new
    updated: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    tag: str = ""

    def read(self, address: str) -> set[str]:
        """The ids that stand in it now; asked again at once, it says that nothing is new."""
        found = feedparser.parse(address)
        assert (found.status, found.bozo) == (200, False)
        assert feedparser.parse(address, etag=found.etag).status == 304
        ids = [entry.id for entry in found.entries]
        assert len(ids) == len(set(ids))
        self.first += [each for each in ids if each not in self.updated]
        for entry in found.entries:
            self.updated[entry.id].add(dict.get(entry, "updated", ""))  # asked for otherwise, it gives another date
        return set(ids)


@contextmanager
def served(digest: Installation, host: str, port: int = 0) -> Iterator[int]:
    """The web door of the installation at its moment, for a site of that name; its port."""
    settings = config.load(digest.folder / "config.toml")
    settings = replace(settings, site=replace(settings.site, url=host))
    store = Store(DatabaseSettings(url=f"sqlite:///{digest.database}"))
    now = datetime.fromisoformat(digest.now)
    made = server(web_app(lambda: App(settings, now=now, store=store)), host="127.0.0.1", port=port)
    thread = threading.Thread(target=made.run)
    thread.start()
    try:
        deadline = monotonic() + 30
        while not made.started:
            assert monotonic() < deadline, "the server does not come up"
            sleep(0.01)
        yield int(made.servers[0].sockets[0].getsockname()[1])
    finally:
        made.should_exit = True
        thread.join(30)
        store.close()


def test_ten_days_with_new_versions_and_a_renamed_host_repeat_and_lose_nothing(
    digest: Installation, replay: Replay, newsboat: str, tmp_path_factory: pytest.TempPathFactory, figure: Figures
) -> None:
    digest.now = f"{FIRST}T03:00:00Z"
    digest("subscriber", "add", READER, "--category", "cs.CL", "--category", "cs.RO", "--size", "40")
    store = Store(DatabaseSettings(url=f"sqlite:///{digest.database}"))
    token = feeds.make(store, find(store, READER), now=datetime.combine(FIRST, time(3), UTC))
    store.close()
    personal = [f"/feed/{token}.atom", f"/feed/{token}.rss"]
    public = ["/feed.atom", "/feed.rss"]
    # One each, as to newsboat entries of one id are one entry, whatever feed has them.
    readers = {path: Newsboat(newsboat, tmp_path_factory.mktemp("newsboat")) for path in personal + public}
    seen = {path: Followed() for path in personal + public}
    told = {path: set[str]() for path in seen}
    port = 0
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        replay.control(today=day)
        digest.now = f"{day}T07:30:00Z"
        digest("run", expect=None)
        with served(digest, HOSTS[number >= DAYS // 2], port) as port:
            for path, followed in seen.items():
                address = f"http://127.0.0.1:{port}{path}"
                told[path] = told[path] | followed.read(address)
                readers[path].addresses = [address]
                readers[path].reload()

    sent = sent_to(digest.database, READER)
    assert len(sent) > DAYS
    changed = 0
    for path, followed in seen.items():
        ids = Counter(guid for guid, *_ in readers[path].entries(f"http://127.0.0.1:{port}{path}"))
        assert set(ids.values()) == {1}, f"newsboat has an entry of {path.rpartition('.')[2]} twice"
        assert set(ids) == told[path] == set(followed.first)
        if path in personal:
            assert {each.rpartition("/")[2] for each in ids} == sent
        changed += sum(len(times) > 1 for times in followed.updated.values())
        name = "personal" if path in personal else "public"
        figure(f"{name} {path.rpartition('.')[2]}, {DAYS} days, a renamed host", f"{len(ids)} entries, each once")
    assert changed, "no paper had a new version while it stood in a feed"
    figure("entries whose paper changed meanwhile, over all feeds", changed)
