"""arXiv's query API as it really answered, and as the replay of real listings answers."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from digest.authors import AuthorKey, Byline
from digest.errors import SourceError
from digest.identity import PaperId
from digest.papers import Announcement, AnnouncementKind, Cursor, Page, Paper, Version
from digest.sources.arxiv_authors import ArxivAuthorFeeds
from digest.sources.arxiv_backfill import ArxivBackfill
from digest.sources.arxiv_query import ArxivQuery, Feed, parse
from digest.sources.client import Pace, PoliteClient
from digest.sources.settings import ArxivSettings
from tests.acceptance.conftest import SHARED, Figures, Replay

CAPTURES = SHARED / "data" / "captures" / "arxiv-api"
TODAY, NOW = date(2026, 1, 20), datetime(2026, 1, 20, 12, tzinfo=UTC)
MONDAY, WEDNESDAY, FRIDAY = date(2026, 1, 5), date(2026, 1, 7), date(2026, 1, 9)


def body_of(path: Path) -> bytes:
    """The bytes of a recorded answer; the JSON recordings hold UTF-8 that was read as Latin-1."""
    if path.suffix == ".json":
        return str(json.loads(path.read_text(encoding="utf-8"))["body"]).encode("latin-1")
    return path.read_bytes()


def capture(name: str) -> Feed:
    (path,) = CAPTURES.glob(f"*/{name}")
    return parse(body_of(path), source="arxiv-api")


# ------------------------------------------------------------ captures, read by eye


def test_a_paper_of_2006_with_affiliations(shared: Path) -> None:
    feed = capture("id_astro-ph_0601001_*.json")
    (paper,) = feed.papers
    assert (feed.total, feed.skipped) == (1, ())
    assert (paper.id, paper.title) == (
        "arxiv:astro-ph/0601001",
        "Frequency of Hot Jupiters and Very Hot Jupiters from the OGLE-III Transit Surveys "
        "Toward the Galactic Bulge and Carina",
    )
    assert paper.abstract.startswith("We derive the frequencies of hot Jupiters (HJs) with 3--5 day periods")
    assert paper.abstract.endswith("but there are too few in the sample to map this distribution in detail.")
    assert paper.bylines == (
        Byline(name="Andrew Gould", affiliations=("Ohio State",)),
        Byline(name="Susan Dorsher", affiliations=("Ohio State",)),
        Byline(name="B. Scott Gaudi", affiliations=("CfA",)),
        Byline(name="Andrzej Udalski", affiliations=("Warsaw University Observatory",)),
    )
    assert paper.categories == ("astro-ph",)
    assert paper.versions == (Version(number=1, submitted_at=datetime(2006, 1, 2, 14, 57, 58, tzinfo=UTC)),)
    assert (paper.journal_ref, paper.doi) == ("ActaAstron.56:1-50,2006", "")
    assert paper.comment == (
        "62 pages including 16 figures and 9 tables. Submitted to Acta Astronomica. Full resolution version at "
        "http://www.astronomy.ohio-state.edu/~gould/ogle_hot_jupiters.ps.gz"
    )


def test_a_page_of_a_search_in_2026(shared: Path) -> None:
    feed = capture("q_testing_s40_m10_*.json")
    assert (feed.total, len(feed.papers), feed.skipped) == (214_881, 10, ())
    told = {paper.arxiv_id: paper for paper in feed.papers}
    assert list(told)[:3] == ["1704.08347", "2202.09076", "2505.05162"]
    assert told["2202.09076"].authors == (
        "Yuqing Wang",
        "Mika V. Mäntylä",
        "Zihao Liu",
        "Jouni Markkula",
        "Päivi Raulamo-jurvanen",
    )
    third = told["1706.00679"]
    assert third.title == "Testing Gaussian Process with Applications to Super-Resolution"
    assert third.authors == ("Jean-Marc Azaïs", "Yohann De Castro", "Stéphane Mourareau")
    assert (third.bylines, third.categories) == ((), ("math.ST", "cs.IT", "math.PR"))
    assert third.versions == (
        Version(number=1, submitted_at=datetime(2017, 6, 2, 13, 17, 3, tzinfo=UTC)),
        Version(number=3, submitted_at=datetime(2018, 7, 2, 13, 7, 55, tzinfo=UTC)),
    )


def test_an_abstract_in_paragraphs_and_a_doi(shared: Path) -> None:
    told = {paper.arxiv_id: paper for paper in capture("q_testing_s50_m10_*.json").papers}
    readable = told["2412.18843"]
    assert [part[:28] for part in readable.abstract.split("\n\n")] == [
        "Search-based test generators",
        "In this paper, we propose to",
        "Our evaluation on nine indus",
    ]
    assert (readable.doi, readable.also) == (
        "10.1109/ICST62969.2025.10989020",
        (PaperId("doi:10.1109/icst62969.2025.10989020"),),
    )


def test_the_newest_papers_of_two_categories(shared: Path) -> None:
    feed = capture("arxiv_feed.xml")
    assert (feed.total, len(feed.papers), feed.skipped) == (386_601, 50, ())
    first = feed.papers[0]
    assert first == Paper(
        id=PaperId("arxiv:2607.09662"),
        title="PHINN-EEG: Topological Time-Series Analysis of Dream-State EEG -- Dynamic Betti Curves for Dream "
        "Content Classification and Topology-Conditioned Neural Signal Synthesis",
        abstract=first.abstract,
        authors=("Ren Takahashi", "Emre Yusuf", "Jayabrata Bhaduri"),
        categories=("q-bio.NC", "cs.AI", "cs.LG", "eess.SP", "math.AT"),
        versions=(Version(number=1, submitted_at=datetime(2026, 7, 10, 17, 59, 45, tzinfo=UTC)),),
        partial=True,
    )


@pytest.mark.parametrize("name", ["id_0000.0000_*.json", "id_0808.05394_s0_*.json"])
def test_an_id_that_arxiv_does_not_know_finds_nothing(shared: Path, name: str) -> None:
    assert capture(name) == Feed(papers=(), total=0, title=capture(name).title)


def test_an_id_that_is_none_is_refused_in_arxivs_words(shared: Path) -> None:
    with pytest.raises(SourceError, match="refused the question: incorrect id format for abc"):
        capture("id_abc_*.json")


@pytest.mark.parametrize("path", sorted(CAPTURES.glob("*/*")), ids=lambda path: path.name)
def test_every_capture_is_read_whole_or_refused_by_arxiv(path: Path) -> None:
    body = body_of(path)
    if b"/api/errors" in body:
        with pytest.raises(SourceError, match="refused the question"):
            parse(body, source="arxiv-api")
        return
    feed = parse(body, source="arxiv-api")
    assert (len(feed.papers), feed.skipped) == (body.count(b"<entry>"), ())
    assert feed.total is not None
    assert all(paper.authors and paper.abstract and paper.submitted_at for paper in feed.papers)


# ------------------------------------------------------------ the replay


@pytest.fixture
def client(replay: Replay) -> Iterator[PoliteClient]:
    replay.control(today=TODAY, late=0, fault="zero", times=0)
    polite = PoliteClient("arxiv", user_agent="test", pace=Pace(0.0), cooldown=timedelta(0))
    yield polite
    polite.close()
    replay.control(fault="zero", times=0)


@pytest.fixture
def settings(replay: Replay) -> ArxivSettings:
    return ArxivSettings(api_url=f"{replay.url}/api/query", site_url=replay.url, author_feeds=("wang_y_1",))


@pytest.fixture
def backfill(client: PoliteClient, settings: ArxivSettings) -> ArxivBackfill:
    return ArxivBackfill(settings, client, ["cs.RO"], MONDAY, FRIDAY, page_size=3)


class Shelf:
    """Keeps announcements and cursors, as an ingest would."""

    def __init__(self) -> None:
        self.cursors: dict[str, Cursor] = {}
        self.found: list[Announcement] = []

    def fill(self, source: ArxivBackfill) -> int:
        """Read what is not done yet and return how many pages that took; what was kept before a fault stays."""
        pages = 0
        for stream in source.streams:
            while not source.is_done(stream, self.cursors.get(stream)):
                self.take(stream, source.page(stream, self.cursors.get(stream), now=NOW))
                pages += 1
        return pages

    def take(self, stream: str, page: Page) -> None:
        self.found.extend(page.announcements)
        self.cursors[stream] = page.cursor

    @property
    def ids(self) -> list[str]:
        return [announcement.paper.arxiv_id for announcement in self.found]


@pytest.fixture(scope="module")
def submitted(replay_module: ModuleType) -> dict[str, date]:
    """The papers of the week in cs.RO that exist on the day, and when they were submitted."""
    library = replay_module.Library(SHARED / "data", TODAY)
    days = {
        paper["id"]: replay_module.submitted(paper).date()
        for paper in library.known()
        if "cs.RO" in paper["categories"]
    }
    return {key: day for key, day in days.items() if MONDAY <= day <= FRIDAY}


def test_a_backfill_brings_every_paper_of_its_days_once_and_a_second_asks_nothing(
    backfill: ArxivBackfill, replay: Replay, submitted: dict[str, date], figure: Figures
) -> None:
    shelf = Shelf()
    pages = shelf.fill(backfill)
    assert {each.paper.arxiv_id: each.day for each in shelf.found} == submitted
    assert len(shelf.found) == len(submitted) > 0
    assert pages > len(backfill.streams)
    assert {each.kind for each in shelf.found} == {AnnouncementKind.FOUND}

    asked = len(replay.requests)
    assert shelf.fill(backfill) == 0
    assert len(replay.requests) == asked
    figure("back-fill of cs.RO, five days, 3 a page", f"{len(shelf.found):,} papers on {pages} pages")


@pytest.mark.parametrize("fault", ["zero", "cut", "500"])
def test_a_backfill_that_broke_off_goes_on_where_it_was(
    client: PoliteClient, settings: ArxivSettings, replay: Replay, submitted: dict[str, date], fault: str
) -> None:
    backfill = ArxivBackfill(settings, client, ["cs.RO"], WEDNESDAY, WEDNESDAY, page_size=3)
    shelf, (stream,) = Shelf(), backfill.streams
    shelf.take(stream, backfill.page(stream, None, now=NOW))

    replay.control(fault=fault, times=1, path="/api/query")
    with pytest.raises(SourceError):
        shelf.fill(backfill)
    assert len(shelf.ids) == 3

    shelf.fill(backfill)
    assert sorted(shelf.ids) == sorted(key for key, day in submitted.items() if day == WEDNESDAY)


def test_papers_are_had_by_their_ids(client: PoliteClient, settings: ArxivSettings, submitted: dict[str, date]) -> None:
    wanted = [PaperId(f"arxiv:{name}") for name in submitted]
    found = ArxivQuery(settings, client).papers([*wanted, PaperId("arxiv:2601.99999")], now=NOW)
    assert set(found) == set(wanted)
    assert all(found[key].submitted_at is not None for key in wanted)


def test_a_search_finds_papers_in_which_all_the_words_stand(client: PoliteClient, settings: ArxivSettings) -> None:
    found = ArxivQuery(settings, client).search("ti:legged cat:cs.RO reinforcement", limit=30, now=NOW)
    assert 0 < len(found) <= 30
    for paper in found:
        assert "legged" in paper.title.lower()
        assert "cs.RO" in paper.categories
        assert "reinforcement" in f"{paper.title} {paper.abstract}".lower()
    assert ArxivQuery(settings, client).search("zzyzx-unheard-of", limit=30, now=NOW) == ()


def test_an_authors_feed_is_read_once_and_then_only_for_news(client: PoliteClient, settings: ArxivSettings) -> None:
    source = ArxivAuthorFeeds(settings, client)
    first = source.page("wang_y_1", None, now=NOW)
    assert len(first.announcements) > 100
    assert {each.kind for each in first.announcements} == {AnnouncementKind.FOUND}
    signed = [byline for each in first.announcements for byline in each.paper.bylines if byline.keys]
    assert {byline.keys for byline in signed} == {(AuthorKey("arxiv:wang_y_1"),)}
    assert all(byline.name.startswith("Y") and byline.name.lower().endswith(" wang") for byline in signed)
    again = source.page("wang_y_1", first.cursor, now=NOW)
    assert (again.unchanged, again.announcements) == (True, ())
