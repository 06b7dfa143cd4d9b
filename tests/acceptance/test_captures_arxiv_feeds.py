"""arXiv's feeds as they really answered, the examples of its documentation, and the replay of real listings."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest

from digest.papers import Announcement, AnnouncementKind, Page
from digest.sources.arxiv_items import kind_of, paper_of
from digest.sources.arxiv_rss import ArxivRss
from digest.sources.arxiv_wire import listing
from digest.sources.settings import ArxivSettings, ListingFormat
from tests.acceptance.captures import CAPTURES, client
from tests.acceptance.conftest import Figures, Replay

FEEDS = CAPTURES / "arxiv-rss"


def body_of(name: str) -> bytes:
    (path,) = FEEDS.glob(name)
    return path.read_bytes()


def page_of(name: str, *, stream: str, now: datetime) -> Page:
    with client(body_of(name)) as answering:
        return ArxivRss(ArxivSettings(), answering).page(stream, None, now=now)


def instant(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]  # year to second at most


# ------------------------------------------------------------ the feeds, read by eye


def test_an_rss_feed_of_2026(shared: Path) -> None:
    page = page_of("jmamath__distill/*.xml", stream="cs.AI", now=instant(2026, 4, 27, 8))
    told = list(page.announcements)
    assert [(each.paper.arxiv_id, each.paper.newest_version, str(each.kind)) for each in told] == [
        ("2604.21935", 1, "new"),
        ("2604.21936", 1, "new"),
        ("2604.21937", 1, "new"),
    ]
    assert {each.day for each in told} == {date(2026, 4, 27)}
    assert told[0].paper.title == "Math Takes Two: A test for emergent mathematical reasoning in communication"
    assert told[0].paper.authors == ("Michael Cooper", "Samuel Cooper")
    assert told[0].paper.categories == ("cs.AI", "cs.LG")
    assert told[0].paper.abstract.startswith("Although language models demonstrate remarkable proficiency on")
    assert told[0].paper.abstract.endswith("with emergent numerical reasoning capabilities.")
    assert (len(told[1].paper.authors), told[1].paper.authors[17]) == (18, "Bennett A. Landman")
    assert page.skipped == ()


def test_an_atom_feed_of_2025(shared: Path) -> None:
    page = page_of("TideDra__*/*.xml", stream="cs.AI", now=instant(2025, 8, 20, 8))
    told = list(page.announcements)
    assert [(each.paper.arxiv_id[5:], str(each.kind)) for each in told] == [
        ("13426", "cross-list"),
        ("13428", "cross-list"),
        ("13429", "cross-list"),
        ("13434", "cross-list"),
        ("13435", "cross-list"),
        ("14001", "new"),
        ("14002", "new"),
    ]
    assert {each.day for each in told} == {date(2025, 8, 20)}
    assert told[2].paper.authors == ("Paulo André Lima de Castro",)
    assert told[2].paper.title == "AlphaX: An AI-Based Value Investing Strategy for the Brazilian Stock Market"
    assert told[2].paper.categories == ("q-fin.CP", "cs.AI")
    assert told[5].paper.abstract == "We propose a neural architecture search method for efficient transformers."
    assert page.skipped == ()


@pytest.mark.parametrize(
    ("name", "frame", "built"),
    [
        ("rss", "<rss {0}><channel>{1}<item>{2}</item></channel></rss>", instant(2024, 2, 23, 5)),
        (
            "atom",
            "<feed xmlns='http://www.w3.org/2005/Atom' {0}>{1}<entry>{2}</entry></feed>",
            instant(2024, 2, 23, 16, 8, 30, 941605),
        ),
    ],
)
def test_the_examples_of_arxivs_own_documentation(shared: Path, name: str, frame: str, built: datetime) -> None:
    text = body_of(f"*/{name}_specifications.md").decode()
    head, _, entry = re.sub(r"(?i)^## (rss item|atom entry) elements", "\f", text, flags=re.M).partition("\f")
    parts = ("".join(re.findall(r"```\s(.*?)```", part, re.S)) for part in (head, entry))
    names = "xmlns:arxiv='http://arxiv.org/schemas/atom' xmlns:dc='http://purl.org/dc/elements/1.1/'"
    names += " xmlns:atom='http://www.w3.org/2005/Atom'"
    feed = listing(frame.format(names, *parts).encode(), source="arxiv-rss", form=name)
    assert (feed.title, feed.built_at) == ("math.OC updates on arXiv.org", built)
    (item,) = feed.items
    paper = paper_of(item)
    assert (paper.arxiv_id, paper.newest_version, item.said) == ("2203.01250", 3, "replace-cross")
    assert kind_of(item) == AnnouncementKind.REPLACEMENT
    assert paper.title == "Mass concentration in rescaled first order integral functionals"
    assert paper.abstract.startswith(r"We consider first order local minimization problems of the form $\min \int_{")
    assert paper.authors == ("Antonin Monteil", "Paul Pegon")
    assert paper.categories == ("math.AP", "math.OC")
    assert (paper.doi, paper.also) == ("10.5802/jep.257", ("doi:10.5802/jep.257",))
    assert paper.journal_ref == (r"Journal de l'\'Ecole polytechnique - Math\'ematiques, Tome 11 (2024), pp. 431-472")


# ------------------------------------------------------------ real listings, replayed

STREAMS = ("cs.CL", "cs.RO", "stat.ML")


@pytest.fixture
def tuesday(replay: Replay) -> Replay:
    """The server on the 3rd of February 2026; it says that it is ready a moment before it is."""
    with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as patient:
        patient.get(f"{replay.url}/_log")
    replay.control(today="2026-02-03", late=0, fault="zero", times=0)
    return replay


@pytest.mark.parametrize("stream", STREAMS)
def test_rss_and_atom_tell_the_same_of_a_real_day(tuesday: Replay, stream: str, figure: Figures) -> None:
    now = instant(2026, 2, 3, 8)
    told: list[tuple[Announcement, ...]] = []
    for form in ListingFormat:
        with client() as asking:
            page = ArxivRss(ArxivSettings(rss_url=tuesday.url, listing_format=form), asking).page(stream, None, now=now)
        assert page.skipped == ()
        told.append(page.announcements)
    rss, atom = told
    assert rss == atom
    assert {each.day for each in rss} == {date(2026, 2, 3)}
    figure(f"items told alike by RSS and Atom, {stream}", len(rss))
