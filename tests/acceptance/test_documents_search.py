"""The Daily Papers documents, loaded by the file source: every paper is found by its title on our search page."""

from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from lxml import html
from starlette.applications import Starlette

from digest import browse
from digest.app import App
from digest.config import Settings
from digest.rendering.settings import SiteSettings
from digest.store import DatabaseSettings, Store
from digest.web import web_app
from digest.websettings import WebSettings
from tests.acceptance import documents
from tests.acceptance.conftest import Figures
from tests.acceptance.documents import UNDATED, Told
from tests.acceptance.test_documents_days import found_on, letters, title_of
from tests.web.builders import ask

NOW = datetime.combine(UNDATED, time(13), UTC)
UNLIMITED = WebSettings(searches_per_minute=1e9)


def first_found(door: Starlette, title: str) -> html.HtmlElement:
    """The block of the best paper that the search page has for a title."""
    answer = ask(door, "GET", "/search", params={"q": title})
    assert answer.status_code == 200
    first: html.HtmlElement = html.document_fromstring(answer.text).xpath("//article")[0]
    return first


def missed_by(door: Starlette, paper: Told) -> str:
    """What is wrong with the first result for a paper's title; "" where nothing is."""
    shown = first_found(door, paper.title)
    if title_of(shown) != letters(paper.title):
        return f"another paper comes first: {paper.title}"
    return "" if found_on(shown, paper) else f"a field is missing: {paper.title}"


@pytest.mark.parametrize("number", [*documents.BARE, *documents.TOLD])
def test_every_paper_of_a_document_is_the_first_that_its_title_finds_with_every_field(
    shared: Path, tmp_path: Path, number: str, figure: Figures
) -> None:
    told = documents.read(documents.document(shared, number))
    store = Store(DatabaseSettings(url=f"sqlite:///{tmp_path}/digest.db"))
    store.prepare(now=NOW)
    try:
        documents.load(store, told, tmp_path)
        browse.index(store)
        settings = Settings(site=SiteSettings(sender="digest@example.org"), web=UNLIMITED)
        door = web_app(lambda: App(settings, now=NOW, store=store))
        missed = [wrong for paper in told if (wrong := missed_by(door, paper))]
    finally:
        store.close()

    assert missed == []
    assert told
    figure(f"Document {number} on our search page", f"{len(told)} papers, each first for its title, every field found")
