"""The author page of the documents, rebuilt: its text is read, loaded by the file source, and found on our page."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from lxml import html
from starlette.applications import Starlette

from digest.app import App
from digest.config import Settings
from digest.enrich import enrich
from digest.ingest import ingest
from digest.rendering.latex import readable
from digest.rendering.settings import SiteSettings
from digest.signals import CITATIONS, CODE, H_INDEX, NOVELTY, ORGANISATION, PAPER_COUNT, SCORE
from digest.sources.files import Files
from digest.sources.settings import EnrichmentSettings, FileSettings
from digest.store import DatabaseSettings, Store
from digest.web import web_app
from tests.acceptance.conftest import Figures
from tests.web.builders import ask

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)  # a day of the year that the document leaves out of its dates
READ = NOW - timedelta(days=12)
_LISTED = re.compile(
    r"(?P<category>[A-Z-]+?)(?P<month>[A-Z][a-z]{2}) (?P<day>\d+)(?:, (?P<year>\d{4}))?(?P<code>Code)?"
)
_HEAD = r"(.+)\nh-index(\d+)\n(\d+)papers\n([\d,]+)citations\nNovelty(\d+)%\nAI Score(\d+)"
_TOLD = (H_INDEX, PAPER_COUNT, CITATIONS, NOVELTY, SCORE)  # what its numbers are, in order
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_ARCHIVES = {"QUANT-PH": "quant-ph", "BM": "q-bio.BM"}  # the others are of computer science
_UNNAMED = "Nemo Nescio"  # stands for those whom "et al." leaves out


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One paper as the document has it."""

    category: str
    day: date
    has_code: bool
    title: str
    authors: tuple[str, ...]
    and_others: bool
    organisation: str
    abstract: str


@dataclass(frozen=True, kw_only=True)
class Document:
    """The author page as the document has it."""

    name: str
    field: str
    figures: dict[str, float]
    papers: tuple[Listed, ...]


def read(path: Path) -> Document:
    name, head, _, *rest = re.split(r"\n\n+", path.read_text(encoding="utf-8").strip())
    found = re.fullmatch(_HEAD, head)
    assert found is not None
    told = {name: float(found[place].replace(",", "")) for place, name in enumerate(_TOLD, start=2)}
    blocks = [rest[start : start + 3] for start in range(0, len(rest), 3)]
    return Document(name=name, field=found[1], figures=told, papers=tuple(_paper(*block) for block in blocks))


def _paper(head: str, byline: str, abstract: str) -> Listed:
    facts, title = head.split("\n")
    found = _LISTED.fullmatch(facts)
    assert found is not None, facts
    names, _, organisation = byline.partition(" · ")
    category = found["category"]
    return Listed(
        category=_ARCHIVES.get(category, f"cs.{category}"),
        day=date(int(found["year"] or NOW.year), _MONTHS.index(found["month"]) + 1, int(found["day"])),
        has_code=bool(found["code"]),
        title=title,
        authors=tuple(names.removesuffix(" et al.").split(", ")),
        and_others=names.endswith(" et al."),
        organisation=organisation,
        abstract=abstract,
    )


def _lines(document: Document) -> Iterator[dict[str, object]]:
    """What a file of our own tells of the same."""
    yield {"author": "the author", "signals": document.figures}
    for number, paper in enumerate(document.papers):
        others = [name for name in (document.name,) if name not in paper.authors]
        names = (*paper.authors, *(others or [f"{_UNNAMED} {number}"])) if paper.and_others else paper.authors
        signals = {
            CODE: f"https://code.example/{number}" if paper.has_code else None,
            ORGANISATION: paper.organisation or None,
        }
        yield {
            "id": f"paper {number}",
            "title": paper.title,
            "authors": [{"name": name, "id": "the author" if name == document.name else None} for name in names],
            "categories": [paper.category],
            "date": paper.day.isoformat(),
            "abstract": paper.abstract,
            "signals": signals,
        }


@contextmanager
def opened(document: Document, folder: Path) -> Iterator[Starlette]:
    """A door on what the file source reads of the document."""
    file = folder / "author.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in _lines(document)), encoding="utf-8")
    os.utime(file, times=(READ.timestamp(), READ.timestamp()))
    settings = Settings(site=SiteSettings(sender="digest@example.org"))
    store = Store(DatabaseSettings(url=f"sqlite:///{folder}/digest.db"))
    store.prepare(now=NOW)
    try:
        ingest(store, Files(FileSettings(paths=(str(file),))), now=NOW)
        enrich(store, (), EnrichmentSettings(), now=NOW)
        yield web_app(lambda: App(settings, now=NOW, store=store))
    finally:
        store.close()


def looked_up(door: Starlette, document: Document) -> str:
    """The page of the author, found by name."""
    found = ask(door, "GET", f"/author?name={document.name}")
    assert found.status_code == 302
    answer = ask(door, "GET", found.headers["location"])
    assert answer.status_code == 200
    return answer.text


@pytest.fixture(scope="module")
def document(shared: Path) -> Document:
    (path,) = (shared / "data" / "documents").glob("000_*.txt")
    return read(path)


@pytest.fixture(scope="module")
def page(document: Document, tmp_path_factory: pytest.TempPathFactory) -> html.HtmlElement:
    """Our page of the same person."""
    with opened(document, tmp_path_factory.mktemp("author")) as door:
        return html.document_fromstring(looked_up(door, document))


def text_of(element: html.HtmlElement, *paths: str) -> str:
    """All that is written below some paths, on one line."""
    found = (each for path in paths or (".",) for each in element.cssselect(path))
    return " ".join(" ".join(each.text_content().split()) for each in found)


def test_the_head_of_the_page_has_every_figure_of_the_document(
    document: Document, page: html.HtmlElement, figure: Figures
) -> None:
    figures = [" ".join(each.text_content().split()) for each in page.cssselect(".figures li")]

    assert text_of(page, "h1") == document.name
    assert text_of(page, ".over").split(" · ")[1].startswith(f"cs.{document.field} ")
    assert figures == ["63 papers", "4,902 citations", "38 h-index", "55 % novelty", "56 score"]
    told = text_of(page, ".figures + p")
    assert told == "papers, citations, h-index, novelty, score: a file, 12 days ago · papers: 50 kept here"
    figure("an author's figures", f"{'; '.join(figures)}; {told}")


def test_fifty_papers_are_listed_of_sixty_three(document: Document, page: html.HtmlElement) -> None:
    assert len(page.cssselect("article")) == len(document.papers) == 50
    assert text_of(page, "#papers").startswith("1 to 50 of 63 papers")
    assert "13 more are known to a file and not kept here." in text_of(page, "main")


def test_each_paper_of_the_document_stands_on_the_page_with_all_its_fields(
    document: Document, page: html.HtmlElement, figure: Figures
) -> None:
    articles = {text_of(article, "h3"): article for article in page.cssselect("article")}
    for paper in document.papers:
        article = articles[readable(paper.title)]
        facts = [each.text_content() for each in article.cssselect(".facts span")]
        byline = text_of(article, ".by").replace("\u00a0", " ")
        assert facts[:2] == [paper.category, _said(paper.day)], paper.title
        assert ("Code" in facts) is paper.has_code, paper.title
        assert byline.startswith(", ".join(paper.authors) + (" et al. (" if paper.and_others else "")), paper.title
        assert paper.organisation in byline.partition(" · ")[2], paper.title
        assert _is_there(paper.abstract, article), paper.title
    figure("papers of the document found with every field", len(document.papers))


def _said(day: date) -> str:
    year = "" if day.year == NOW.year else f" {day.year}"
    return f"{day.day} {day:%B}{year}"


def _is_there(abstract: str, article: html.HtmlElement) -> bool:
    """Whether the abstract is shown whole; of one with TeX, what stands before it."""
    shown, *rest = [" ".join(each.text_content().split()) for each in article.cssselect(".abstract")]
    plain, *marked = re.split(r"[$\\]", abstract, maxsplit=1)
    wanted = " ".join(readable(plain).split())
    if marked:
        return any(each.startswith(wanted) for each in (" ".join([shown, *rest]), *rest))
    return wanted in (" ".join([shown, *rest]), *rest)


def test_who_writes_with_the_author_and_in_which_years_is_counted(document: Document, page: html.HtmlElement) -> None:
    years = [paper.day.year for paper in document.papers]
    rows = [tuple(cell.text_content() for cell in row) for row in page.cssselect("aside tbody tr")]

    assert rows == [(str(year), str(years.count(year))) for year in sorted(set(years), reverse=True)]
    assert sum("Luca Zancato" in paper.authors for paper in document.papers) == 10
    assert "Luca Zancato 10 papers" in text_of(page, "aside .rail li")
