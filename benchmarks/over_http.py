"""A public feed over HTTP, by `digest serve`, beside uvicorn without extras and nginx, on one core.

`benchmarks.web` measures the whole door; this is the one row of it that `benchmarks all` shows.
"""

import gzip
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import search, web_load
from benchmarks.search import NOW
from benchmarks.web_load import Load, Rate, Server
from digest import browse
from digest.store import DatabaseSettings, Store

_FEED, _FILE = "/feed.atom", "feed.atom"
_PACKED = {"Accept-Encoding": "gzip"}
_PLAIN = {"UVICORN_LOOP": "asyncio", "UVICORN_HTTP": "h11"}  # what uvicorn runs on where nothing else is installed


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Answers in a second of the server's processor."""

    unchanged: float  # 304
    whole: float
    peer: float  # 304 to everything
    limit_unchanged: float
    limit_whole: float


def measured(data: Path, seconds: float) -> Found:
    """On the papers of the newest listing; each figure is taken for so many seconds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = _installed(folder, data)
        with web_load.ours(config) as server:
            status, _, body = server.get(_FEED)
            assert status == 200, status
            unchanged, whole = (_rate(server, _FEED, seconds, folder, known=known) for known in (True, False))
        with web_load.nginx(folder / "nginx", {_FILE: (body, gzip.compress(body))}) as server:
            limits = [_rate(server, f"/{_FILE}", seconds, folder, known=known) for known in (True, False)]
        with _environment(_PLAIN), web_load.bare() as server:
            peer = _sound(web_load.loaded(server, Load(paths=["/"]), seconds=seconds, folder=folder))
    return Found(unchanged=unchanged, whole=whole, peer=peer, limit_unchanged=limits[0], limit_whole=limits[1])


def _installed(folder: Path, data: Path) -> Path:
    """The configuration of an installation that has the papers of the newest listing."""
    newest, file = max(data.glob("listing-20*.jsonl.gz")), folder / "paperround.db"
    (listings := folder / "listings").mkdir()
    (listings / newest.name).symlink_to(newest.resolve())
    store = Store(DatabaseSettings(url=f"sqlite:///{file}"))
    store.upgrade(now=NOW)
    search.fill(store, listings)
    browse.index(store)
    store.close()
    return web_load.configured(folder, file)


def _rate(server: Server, path: str, seconds: float, folder: Path, *, known: bool) -> float:
    """Of the feed packed, or of the answer to who knows it by its tag."""
    _, headers, _ = server.get(path, _PACKED)
    given = _PACKED | ({"If-None-Match": headers["etag"]} if known else {})
    return _sound(web_load.loaded(server, Load(paths=[path], headers=given), seconds=seconds, folder=folder))


def _sound(rate: Rate) -> float:
    assert not rate.errors, rate
    return rate.per_core


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
