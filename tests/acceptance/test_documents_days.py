"""The Daily Papers documents, rebuilt: read, loaded by the file source, and every field found on our daily pages."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from lxml import html
from starlette.applications import Starlette

from digest.app import App
from digest.config import Settings
from digest.rendering.latex import readable
from digest.rendering.settings import SiteSettings
from digest.store import DatabaseSettings, Store
from digest.web import web_app
from tests.acceptance import documents
from tests.acceptance.conftest import Figures
from tests.acceptance.documents import UNDATED, Told
from tests.web.builders import ask

NOW = datetime.combine(UNDATED, time(13), UTC)
_MONTHS = "January February March April May June July August September October November December".split()


def papers_on(door: Starlette, day: date) -> Iterator[html.HtmlElement]:
    """Every paper on the pages of a day, whole or as a line."""
    for number in range(1, 100):
        answer = ask(door, "GET", f"/{day}?page={number}")
        if answer.status_code == 404:
            return
        assert answer.status_code == 200
        page = html.document_fromstring(answer.text)
        yield from page.xpath("//article | //ul[contains(@class, 'list')]/li")


def letters(text: str) -> str:
    """What a reader could not miss: letters and digits, however their formulas are set."""
    return re.sub(r"\W|_", "", readable(text)).casefold()


def title_of(shown: html.HtmlElement) -> str:
    return letters(shown.xpath("string(.//*[self::h2 or self::h3])"))


def day_in_words(day: date) -> str:
    """As it is read in December of that year: the year is left out where it is this one."""
    return f"{day.day} {_MONTHS[day.month - 1]}" + (f" {day.year}" if day.year != UNDATED.year else "")


def found_on(shown: html.HtmlElement, paper: Told) -> bool:
    """Whether all that the document says of a paper stands in its block."""
    text = " ".join(shown.text_content().split())
    abstract = letters("".join(each.text_content() for each in shown.xpath(".//p[@class='abstract']")))
    facts = [day_in_words(paper.day or UNDATED)]
    if paper.authors is not None and paper.authors > 3:
        facts.append(f"et al. ({paper.authors})")
    elif paper.authors is not None:
        facts.append(", ".join(f"Nemo Nescio {place}" for place in range(1, paper.authors + 1)))
    if paper.comments:
        facts.append(f"{paper.comments} comment")
    return (
        abstract.endswith(letters(paper.abstract))
        and paper.organisation in text
        and all(fact in text for fact in facts)
    )


@pytest.mark.parametrize("number", [*documents.BARE, *documents.TOLD])
def test_every_field_of_a_document_stands_on_our_daily_pages(
    shared: Path, tmp_path: Path, number: str, figure: Figures
) -> None:
    path = documents.document(shared, number)
    told = documents.read(path)
    store = Store(DatabaseSettings(url=f"sqlite:///{tmp_path}/digest.db"))
    store.prepare(now=NOW)
    try:
        days = documents.load(store, told, tmp_path)
        settings = Settings(site=SiteSettings(sender="digest@example.org"))
        door = web_app(lambda: App(settings, now=NOW, store=store))
        shown = {title_of(each): each for day in days for each in papers_on(door, day)}
    finally:
        store.close()

    missing = [each.title for each in told if letters(each.title) not in shown]
    lacking = [
        each.title for each in told if each.title not in missing and not found_on(shown[letters(each.title)], each)
    ]
    assert (missing, lacking) == ([], [])
    assert sum(each.authors is not None for each in told) == path.read_text(encoding="utf-8").count(" authors\n")
    figure(f"Document {number} on our daily pages", f"{len(told)} papers on {len(days)} days, every field found")
