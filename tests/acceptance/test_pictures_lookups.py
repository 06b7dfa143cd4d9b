"""A paper and an author in a real browser: 375 and 1280 pixels wide, light and dark. Pictures stand in docs/look/."""

import gzip
import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from digest import merits
from digest.app import App
from digest.browse import indexing
from digest.compose.background import background
from digest.config import Settings
from digest.enrich import enrich
from digest.identity import paper_id
from digest.papers import Paper, Version
from digest.rendering.settings import SiteSettings
from digest.signals import COMMENTS, ORGANISATION, UPVOTES, Signal
from digest.sources.settings import EnrichmentSettings
from digest.store import DatabaseSettings, Store
from digest.web import web_app
from tests.acceptance.conftest import Figures
from tests.acceptance.test_pictures import CHROMIUM, SCHEMES, fits_and_is_pictured
from tests.acceptance.test_pictures_pages import _STYLE
from tests.store.builders import announce, announced
from tests.web.builders import ask

_DAY, _NOW = date(2026, 1, 20), datetime(2026, 1, 22, 9, 0, tzinfo=UTC)
_SHOWN = "2601.10962"
_PICTURE_BYTES = 500_000  # the wide ones have three columns


@pytest.fixture(scope="module")
def pages(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Both pages as files with their stylesheet in them."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here")
    folder = tmp_path_factory.mktemp("lookups")
    texts, style = _looked_up(shared, folder)
    for name, text in texts.items():
        assert _STYLE in text
        (folder / f"{name}.html").write_text(text.replace(_STYLE, f"<style>{style}</style>"), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in texts}


def _looked_up(shared: Path, folder: Path) -> tuple[dict[str, str], str]:
    """The pages of a paper and of the busiest author of its day, and the stylesheet.

    What readers elsewhere say of the paper is made up.
    """
    store = Store(DatabaseSettings(url=f"sqlite:///{folder}/digest.db"))
    store.prepare(now=_NOW)
    try:
        with gzip.open(shared / "data" / "arxiv" / "listing-2026-01.jsonl.gz", "rt", encoding="utf-8") as file:
            listed = [told for told in map(json.loads, file) if told["listed"] == str(_DAY)]
        announce(store, *(announced(_read(told), day=_DAY) for told in listed))
        told = ((UPVOTES, 141.0), (COMMENTS, 12.0), (ORGANISATION, "Peking University"))
        with store.begin() as tx:
            tx.signals.keep(
                Signal(
                    subject=paper_id(_SHOWN),
                    name=name,
                    value=value,
                    source="huggingface",
                    observed_at=_NOW - timedelta(hours=3),
                )
                for name, value in told
            )
        enrich(store, (), EnrichmentSettings(), now=_NOW)
        settings = Settings(site=SiteSettings(sender="digest@example.org"))
        merits.measure(store, background(store, settings.relevance, folder / "model"), now=_NOW, days=7)
        indexing.index(store)
        web = web_app(lambda: App(settings, now=_NOW, store=store))
        ((busiest, _),) = Counter(name for each in listed for name in each["authors"]).most_common(1)
        leads_to = ask(web, "GET", "/author", params={"name": busiest}).headers["location"]
        pages = {"paper": ask(web, "GET", f"/paper/{_SHOWN}").text, "author": ask(web, "GET", leads_to).text}
        return pages, ask(web, "GET", "/static/style.css").text
    finally:
        store.close()


def _read(told: dict[str, str]) -> Paper:
    submitted = datetime.fromisoformat(told["published"]).replace(tzinfo=UTC)
    return Paper(
        id=paper_id(told["id"]),
        title=told["title"],
        abstract=told["abstract"],
        authors=tuple(told["authors"]),
        categories=tuple(told["categories"]),
        comment=told.get("comment") or "",
        versions=(Version(number=1, submitted_at=submitted),),
    )


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("name", ["paper", "author"])
def test_a_page_fits_its_window_and_is_pictured(
    pages: dict[str, Path], tmp_path: Path, name: str, width: int, scheme: str, figure: Figures
) -> None:
    file = f"page-{name}-{width}-{scheme}.png"
    figure(*fits_and_is_pictured(pages, name, width, scheme, tmp_path, file, _PICTURE_BYTES))
