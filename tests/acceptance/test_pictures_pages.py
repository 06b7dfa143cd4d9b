"""Pages of real listings in a real browser: 375 and 1280 pixels wide, light and dark. The pictures stand in docs/look/.

A long one is shown by its beginning and its end, as those of mails are.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest import config
from digest.app import App
from digest.cli import main
from digest.enrich.people import find_people
from digest.web import web_app
from tests.acceptance.conftest import Figures, Replay
from tests.acceptance.test_pictures import CHROMIUM, SCHEMES, fits_and_is_pictured
from tests.web.builders import ask

_WEDNESDAY, _THURSDAY = "2026-02-04", "2026-02-05"
_NOW = datetime(2026, 2, 5, 7, 30, tzinfo=UTC)
_CATEGORIES = ("cs.CL", "cs.RO", "cs.LG")
_PATHS = {"day": "/", "trends": "/trends"}
_STYLE = '<link rel="stylesheet" href="/static/style.css">'


@pytest.fixture(scope="module")
def pages(replay: Replay, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each page after two days of listings and votes, as a file with its stylesheet in it."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here")
    folder = tmp_path_factory.mktemp("pages")
    with pytest.MonkeyPatch.context() as environment:
        read(replay, folder, environment.setenv)
        settings = config.load(folder / "config.toml")
    store = App(settings, now=_NOW).store
    try:
        find_people(store, lambda *_: None)
        door = web_app(lambda: App(settings, now=_NOW, store=store))
        style = ask(door, "GET", "/static/style.css").text
        found = {}
        for name, path in _PATHS.items():
            text = ask(door, "GET", path).text
            assert _STYLE in text
            found[name] = folder / f"{name}.html"
            found[name].write_text(text.replace(_STYLE, f"<style>{style}</style>"), encoding="utf-8")
    finally:
        store.close()
    return found


def read(replay: Replay, folder: Path, setting: Callable[[str, str], None]) -> None:
    """Two mornings of the command line."""
    addresses = {"ARXIV_OAI_URL": "/oai", "ARXIV_RSS_URL": "", "ARXIV_API_URL": "/api/query", "HUGGINGFACE_URL": ""}
    for name, path in addresses.items():
        setting(f"DIGEST_SOURCES_{name}", replay.url + path)
    setting("DIGEST_SOURCES_ARXIV_INTERVAL_SECONDS", "0.05")
    setting("DIGEST_SOURCES_HUGGINGFACE_WITHIN_SECONDS", "1")
    named = [part for each in _CATEGORIES for part in ("--category", each)]
    for day, deeds in (
        (_WEDNESDAY, [["init", *named, "--sender", "digest@example.org"], ["ingest"]]),
        (_THURSDAY, [["ingest"]]),
    ):
        replay.control(today=day, late=0, fault="zero", times=0)
        for deed in deeds:
            assert main.run(["--config", str(folder / "config.toml"), "--now", f"{day}T07:30:00Z", *deed]) == 0


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("name", _PATHS)
def test_a_page_fits_its_window_and_is_pictured(
    pages: dict[str, Path], tmp_path: Path, name: str, width: int, scheme: str, figure: Figures
) -> None:
    figure(*fits_and_is_pictured(pages, name, width, scheme, tmp_path, f"page-{name}-{width}-{scheme}.png"))
